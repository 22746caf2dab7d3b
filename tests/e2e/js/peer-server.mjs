// The official PeerServer, told by arguments, telling what it sees: one JSON object a line.
// It ends with its standard input, so it never outlives the test that started it.
import { PeerServer } from "peer";

const options = JSON.parse(process.argv[2]);
const tell = (event, fields = {}) =>
  process.stdout.write(JSON.stringify({ event, ...fields }) + "\n");

const peers = PeerServer(options, (server) => {
  server.on("connection", () => tell("socket"));
  tell("listening", { port: server.address().port });
});
peers.on("connection", (client) => tell("connection", { id: client.getId() }));
peers.on("disconnect", (client) => tell("disconnect", { id: client.getId() }));
peers.on("message", (client, message) =>
  tell("message", { id: client.getId(), type: message.type, dst: message.dst }),
);

process.stdin.on("end", () => process.exit(0)).resume();
