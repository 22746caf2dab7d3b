// The official PeerServer on a free port of this machine, which it prints. It ends with its standard input.
import { PeerServer } from "peer";

PeerServer({ host: "127.0.0.1", port: 0, path: "/" }, (server) => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
