#!/bin/sh
# Two of werift's three limits of retransmission do not limit, and the third one costs a message more than was lost.
#
# Expected:  where the line is cut for 4 s, a channel with maxRetransmits or maxPacketLifeTime gives the message of that
#            time up, and what is sent a second after the line is back arrives.
# Happens:   with maxRetransmits: 0, and with maxPacketLifeTime: 500, the message is sent again until it arrives, as if
#            there were no limit. With maxRetransmits: 1 it is given up, and the next one is lost, too, although the line
#            is good again; from the second on all arrive. libwebrtc gives one up, in all three cases.
# Version:   werift 0.24.4, @roamhq/wrtc 0.10.0 (libwebrtc in Node, which is at the other end, too), Node 20.20.2
# Output:    werift, {}: 8 before, then meanwhile, after 1, after 2, after 3
#            werift, {"maxRetransmits":0}: 8 before, then meanwhile, after 1, after 2, after 3
#            werift, {"maxRetransmits":1}: 8 before, then after 2, after 3
#            werift, {"maxPacketLifeTime":500}: 8 before, then meanwhile, after 1, after 2, after 3
#            wrtc, {}: 8 before, then meanwhile, after 1, after 2, after 3
#            wrtc, {"maxRetransmits":0}: 8 before, then after 1, after 2, after 3
#            wrtc, {"maxRetransmits":1}: 8 before, then after 1, after 2, after 3
#            wrtc, {"maxPacketLifeTime":500}: 8 before, then after 1, after 2, after 3
# Reason:    0 counts as "no limit", and the time to give up at is made of milliseconds and compared with seconds
#            (`maybeAbandon` in sctp/src/sctp.js, `dataChannelFlush` in webrtc/src/transport/sctp.js). That a message was
#            given up is said once (`updateAdvancedPeerAckPoint`); inferred: said while the line is cut, it is lost, and the
#            other end waits for the message until the next one is given up as well.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts werift@0.24.4 @roamhq/wrtc@0.10.0
cat > run.cjs <<'JS'
const { createSocket } = require("node:dgram");
const libraries = { werift: require("werift"), wrtc: require("@roamhq/wrtc") };
const pause = (time) => new Promise((done) => setTimeout(done, time));

async function gathered(connection) {
  while (connection.iceGatheringState !== "complete") await pause(20);
  return connection.localDescription.sdp.split("\r\n");
}
const isCandidate = (line) => line.startsWith("a=candidate");

// The answer with a single address, that of a relay on this machine which can be interrupted.
async function relayed(answer) {
  const [found] = answer.map((line) => line.match(/^(a=candidate:\S+ 1 udp \d+) ([\d.]+) (\d+)( typ host)/i)).filter(Boolean);
  const [, start, address, port, end] = found;
  const socket = createSocket("udp4");
  await new Promise((done) => socket.bind(0, "127.0.0.1", done));
  const relay = { interrupted: false, close: () => socket.close() };
  let near;
  socket.on("message", (packet, from) => {
    const back = from.port === Number(port);
    if (!back) near = from;
    if (relay.interrupted) return;
    if (back) socket.send(packet, near.port, near.address); else socket.send(packet, port, address);
  });
  relay.answer = answer.filter((line) => !isCandidate(line));
  const at = relay.answer.findIndex((line) => line.startsWith("a=ice-ufrag"));
  relay.answer.splice(at, 0, `${start} 127.0.0.1 ${socket.address().port}${end}`);
  return relay;
}

async function seen(from, options) {
  const near = new libraries[from].RTCPeerConnection({ iceServers: [] });
  const far = new libraries.wrtc.RTCPeerConnection({ iceServers: [] });
  const got = [];
  far.ondatachannel = ({ channel }) => { channel.onmessage = ({ data }) => got.push(data); };
  const channel = near.createDataChannel("x", options);
  const opened = new Promise((done) => { channel.onopen = done; });
  await near.setLocalDescription(await near.createOffer());
  const offer = (await gathered(near)).filter((line) => !isCandidate(line));
  await far.setRemoteDescription({ type: "offer", sdp: offer.join("\r\n") });
  await far.setLocalDescription(await far.createAnswer());
  const relay = await relayed(await gathered(far));
  await near.setRemoteDescription({ type: "answer", sdp: relay.answer.join("\r\n") });
  await opened;
  for (let count = 0; count < 8; count += 1) {
    channel.send("before");
    await pause(50);
  }
  await pause(2500);
  const before = got.splice(0).length;
  relay.interrupted = true;
  channel.send("meanwhile");
  await pause(4000);
  relay.interrupted = false;
  await pause(1000);
  for (let count = 1; count <= 3; count += 1) {
    channel.send(`after ${count}`);
    await pause(4000);
  }
  const line = `${before} before, then ${got.join(", ")}`;
  await near.close();
  far.close();
  relay.close();
  return line;
}

setTimeout(() => { console.log("no connection within 90 s"); process.exit(1); }, 90000);
(async () => {
  const found = {};
  const limits = [{}, { maxRetransmits: 0 }, { maxRetransmits: 1 }, { maxPacketLifeTime: 500 }];
  for (const from of ["werift", "wrtc"]) {
    found[from] = await Promise.all(limits.map((options) => seen(from, options)));
    for (const [at, line] of found[from].entries()) console.log(`${from}, ${JSON.stringify(limits[at])}: ${line}`);
  }
  const all = "8 before, then meanwhile, after 1, after 2, after 3";
  const less = "8 before, then after 1, after 2, after 3";
  const least = "8 before, then after 2, after 3";
  const described = found.werift.join("; ") === [all, all, least, all].join("; ") &&
    found.wrtc.join("; ") === [all, less, less, less].join("; ");
  process.exit(described ? 0 : 1);
})();
JS
node run.cjs
