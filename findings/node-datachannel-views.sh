#!/bin/sh
# node-datachannel sends the elements of a typed array, each cut to a byte, and of a DataView nothing.
#
# Expected:  send() of its RTCDataChannel sends the bytes that a view shows, as the WebRTC specification says.
# Happens:   a Uint8Array, an ArrayBuffer and a Buffer arrive as they are. Of a Uint16Array, an Int32Array or a Float64Array
#            one byte arrives for each element, its whole part modulo 256; a DataView arrives as an empty message. Nothing
#            throws. @roamhq/wrtc sends the bytes.
# Version:   node-datachannel 0.33.4 (node-datachannel/polyfill), @roamhq/wrtc 0.10.0 (libwebrtc in Node, the receiver),
#            Node 20.20.2
# Output:    node-datachannel, ArrayBuffer of 010203: 010203 (so are Uint8Array and Buffer)
#            node-datachannel, Uint16Array of 01000201: 0102
#            node-datachannel, Int32Array of ffffffffe8030000: ffe8
#            node-datachannel, Float64Array of 000000000000f83f0000000000c07240: 012c
#            node-datachannel, DataView of 010203: nothing
#            wrtc, Uint16Array of 01000201: 01000201 (and so on: all as sent)
# Reason:    send() makes a Uint8Array of the view itself and not of its buffer (src/polyfill/RTCDataChannel.ts).
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

const VIEWS = [
  new Uint8Array([1, 2, 3]).buffer, new Uint8Array([1, 2, 3]), Buffer.from([1, 2, 3]), new Uint16Array([1, 258]),
  new Int32Array([-1, 1000]), new Float64Array([1.5, 300]), new DataView(new Uint8Array([1, 2, 3]).buffer),
];
const name = (view) => view.constructor.name;
const hex = (data) => Buffer.from(data).toString("hex") || "nothing";
const bytes = (view) => hex(ArrayBuffer.isView(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : view);

setTimeout(() => { console.log("no connection within 45 s"); process.exit(1); }, 45000);
(async () => {
  const wrong = {};
  for (const from of Object.keys(libraries)) {
    const { channel, got, close } = await opened(from);
    for (const view of VIEWS) channel.send(view);
    await pause(2000);
    wrong[from] = [];
    for (const [at, view] of VIEWS.entries()) {
      const data = got[at] === undefined ? "no message" : hex(got[at]);
      if (data !== bytes(view)) wrong[from].push(`${name(view)} ${data}`);
      console.log(`${from}, ${name(view)} of ${bytes(view)}: ${data}`);
    }
    await close();
  }
  const described = "Uint16Array 0102,Int32Array ffe8,Float64Array 012c,DataView nothing";
  process.exit(wrong["node-datachannel"].join() === described && !wrong.wrtc.length ? 0 : 1);
})();
JS
node run.cjs
