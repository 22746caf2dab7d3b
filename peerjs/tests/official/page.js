// A page with two parts that share nothing: stock PeerJS, and peer connections that do what an endpoint elsewhere wants.
// A test says over a WebSocket what to do, and hears what happens.

const { port } = Object.fromEntries(new URLSearchParams(location.search));
const test = new WebSocket(`ws://127.0.0.1:${port}/`);
const tell = (message) => test.send(JSON.stringify(message));

// Stock PeerJS.
let peer;
function listen(connection) {
  connection.on("data", (data) => tell({ stock: "data", data }));
  connection.on("close", () => tell({ stock: "close" }));
  const open = () => tell({ stock: "link", from: connection.peer, label: connection.label });
  if (connection.open) open();
  else connection.on("open", open);
  return connection;
}
let connection;
const stock = {
  register: ({ id, port }) => {
    peer = new Peer(id, { host: "127.0.0.1", port, path: "/", secure: false, config: { iceServers: [] } });
    peer.on("open", () => tell({ stock: "open" }));
    peer.on("error", ({ type }) => tell({ stock: "error", type }));
    peer.on("connection", (incoming) => (connection = listen(incoming)));
  },
  dial: ({ to }) => (connection = listen(peer.connect(to, { serialization: "json", reliable: true }))),
  send: ({ data }) => connection.send(data),
  close: () => connection.close(),
};

// Peer connections by number.
const connections = new Map();
function make(rtc) {
  const made = new RTCPeerConnection();
  connections.set(rtc, { made });
  made.onicecandidate = ({ candidate }) => {
    if (candidate?.candidate) tell({ rtc, candidate: candidate.candidate });
  };
  made.ondatachannel = ({ channel }) => use(rtc, channel);
  return made;
}
function use(rtc, channel) {
  const known = connections.get(rtc);
  known.channel = channel;
  channel.binaryType = "arraybuffer";
  channel.onopen = () =>
    tell({ rtc, open: { local: known.made.localDescription.sdp, remote: known.made.remoteDescription.sdp } });
  channel.onmessage = ({ data }) => tell({ rtc, data: [...new Uint8Array(data)] });
  channel.onclose = () => tell({ rtc, closed: true });
}
async function describe(rtc, made) {
  await made.setLocalDescription();
  tell({ rtc, described: made.localDescription.sdp });
}
const hands = {
  offer: async (rtc, label) => {
    const made = make(rtc);
    use(rtc, made.createDataChannel(label, { ordered: true }));
    await describe(rtc, made);
  },
  answer: async (rtc, sdp) => {
    const made = make(rtc);
    await made.setRemoteDescription({ type: "offer", sdp });
    await describe(rtc, made);
  },
  accept: (rtc, sdp) => connections.get(rtc).made.setRemoteDescription({ type: "answer", sdp }),
  candidate: (rtc, candidate) => connections.get(rtc).made.addIceCandidate({ candidate, sdpMLineIndex: 0 }),
  send: (rtc, bytes) => connections.get(rtc).channel.send(new Uint8Array(bytes)),
  close: (rtc) => connections.get(rtc)?.made.close(),
};

// One after the other, as they are asked for.
let last = Promise.resolve();
test.onmessage = ({ data }) => {
  const { what, rtc, value, ...more } = JSON.parse(data);
  const run = () => (rtc === undefined ? stock[what](more) : hands[what](rtc, value));
  last = last.then(run).catch((error) => tell({ failed: `${what}: ${error}` }));
};
