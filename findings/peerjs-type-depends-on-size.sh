#!/bin/sh
# What an ArrayBuffer arrives as through PeerJS's default serialization depends on how large it is.
#
# Expected:  what is sent as an ArrayBuffer arrives as one, whatever its size: a receiver that works with a small one works with a
#            large one.
# Happens:   up to one chunk it arrives as an ArrayBuffer. From two chunks on it arrives as a Uint8Array; `instanceof
#            ArrayBuffer` fails, and so does `new DataView(data)`.
# Version:   peerjs 1.5.5 (`serialization: "binary"`, the default), Node 20.20.2; the two ends are real connection objects of it,
#            the channel between them is a list.
# Output:    16000 bytes in 1 frames arrive as ArrayBuffer, DataView: ok
#            17000 bytes in 2 frames arrive as Uint8Array, DataView: TypeError
# Reason:    whoever joins the chunks joins them in a Uint8Array and hands that to the decoder, which cuts what it returns out of
#            whatever it was given with `slice`: of an ArrayBuffer that is an ArrayBuffer, of a Uint8Array a Uint8Array.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts peerjs@1.5.5
cat > run.js <<'JS'
// What the module looks at when it is loaded as if in a browser.
globalThis.window = globalThis;
globalThis.location = { protocol: "https:" };
globalThis.RTCPeerConnection = class {
  addEventListener() {}
  close() {}
  createDataChannel() { return new EventTarget(); }
  createOffer() { return new Promise(() => {}); }
};
globalThis.WebSocket = class { close() {} };
const { Peer } = await import("peerjs/dist/bundler.mjs");

const end = () => new Peer("somebody").connect("somebody else", { reliable: true });

async function arrival(bytes) {
  const [sender, receiver, frames] = [end(), end(), []];
  sender._open = true;
  sender._bufferedSend = (frame) => frames.push(frame);
  const arrived = new Promise((resolve) => receiver.on("data", resolve));
  await sender._send(new ArrayBuffer(bytes), false);
  for (const frame of frames) receiver._handleDataMessage({ data: frame });
  const data = await arrived;
  let view = "ok";
  try { new DataView(data); } catch (error) { view = error.name; }
  const kind = data.constructor.name;
  console.log(`${bytes} bytes in ${frames.length} frames arrive as ${kind}, DataView: ${view}`);
  return `${data.byteLength} ${kind} ${view}`;
}

const small = await arrival(16000);
const large = await arrival(17000);
process.exit(small === "16000 ArrayBuffer ok" && large === "17000 Uint8Array TypeError" ? 0 : 1);
JS
node run.js
