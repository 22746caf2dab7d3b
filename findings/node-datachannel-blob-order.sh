#!/bin/sh
# In node-datachannel, a Blob is overtaken by all that is sent right after it.
#
# Expected:  an ordered channel keeps the order of the calls of send(), for Blobs, too, as the WebRTC specification says.
# Happens:   texts and bytes that are sent right after a Blob, without waiting, arrive before it. The Blobs kept the order
#            among themselves.
# Version:   node-datachannel 0.33.4 (node-datachannel/polyfill), @roamhq/wrtc 0.10.0 (libwebrtc in Node, the receiver),
#            Node 20.20.2
# Output:    sent 1, Blob 2, 3, 4, Blob 5, 6; got 1, 3, 4, 6, Blob 2, Blob 5
#            (three times)
# Reason:    send() begins to read the Blob, returns, and sends what was read later; the messages after it do not wait
#            (src/polyfill/RTCDataChannel.ts).
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
cat > run.cjs <<'JS'
const libraries = { "node-datachannel": require("node-datachannel/polyfill"), wrtc: require("@roamhq/wrtc") };
const pause = (time) => new Promise((done) => setTimeout(done, time));

async function gathered(connection) {
  while (connection.iceGatheringState !== "complete") await pause(20);
  return connection.localDescription.sdp;
}

// An open channel from a library, and what arrives from it at wrtc.
async function opened(from) {
  const near = new libraries[from].RTCPeerConnection({ iceServers: [] });
  const far = new libraries.wrtc.RTCPeerConnection({ iceServers: [] });
  const got = [];
  const arriving = new Promise((done) => {
    far.ondatachannel = ({ channel }) => {
      channel.binaryType = "arraybuffer";
      channel.onmessage = ({ data }) => got.push(data);
      done();
    };
  });
  const channel = near.createDataChannel("x");
  const open = new Promise((done) => { channel.onopen = done; });
  await near.setLocalDescription(await near.createOffer());
  await far.setRemoteDescription({ type: "offer", sdp: await gathered(near) });
  await far.setLocalDescription(await far.createAnswer());
  await near.setRemoteDescription({ type: "answer", sdp: await gathered(far) });
  await arriving;
  await open;
  return { channel, got, close: () => Promise.all([near.close(), far.close()]) };
}

const text = (data) => (typeof data === "string" ? data : Buffer.from(data).toString().slice(0, 6));

const blob = (name, size) => new Blob([name.padEnd(size, ".")]);
// 52 is the code of "4".
const MESSAGES = ["1", blob("Blob 2", 60000), "3", new Uint8Array([52]), blob("Blob 5", 10), "6"];

setTimeout(() => { console.log("no connection within 45 s"); process.exit(1); }, 45000);
(async () => {
  const { channel, got, close } = await opened("node-datachannel");
  for (let round = 0; round < 3; round += 1) {
    for (const message of MESSAGES) channel.send(message);
    await pause(1500);
  }
  const rounds = [0, 6, 12].map((at) => got.slice(at, at + 6).map(text).join(", "));
  for (const order of rounds) console.log(`sent 1, Blob 2, 3, 4, Blob 5, 6; got ${order}`);
  await close();
  process.exit(rounds.every((order) => order.startsWith("1, 3, 4, 6, Blob")) ? 0 : 1);
})();
JS
node run.cjs
