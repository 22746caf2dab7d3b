#!/bin/sh
# After an empty message sent by werift nothing arrives any more on that data channel.
#
# Expected:  send("") arrives as an empty message, like those that libwebrtc and libdatachannel send; or it throws.
# Happens:   send("") returns and nothing arrives, nor does anything that is sent after it, although both ends say "open"
#            and nothing is buffered. In an unordered channel the empty message alone is missing. werift receives the
#            empty messages of others.
# Version:   werift 0.24.4, @roamhq/wrtc 0.10.0 (libwebrtc in Node), node-datachannel 0.33.4 (libdatachannel), Node 20.20.2
# Output:    sent a, empty, b, c (for each of the lines)
#            werift to wrtc, ordered: a; then open, buffered 0, open at the other end
#            werift to wrtc, unordered: a,b,c; then open, buffered 0, open at the other end
#            werift to libdatachannel, ordered: a; then open, buffered 0, open at the other end
#            werift to libdatachannel, unordered: a,b,c; then open, buffered 0, open at the other end
#            wrtc to werift, ordered: a,empty,b,c; then open, buffered 0, open at the other end
# Reason:    an empty message is to be sent as one byte with an identifier of its own; the code splits its 0 bytes into 0
#            chunks, and counts the stream's sequence number up all the same (`send` in sctp/src/sctp.js). The other end
#            waits for the number that was left out.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts werift@0.24.4 @roamhq/wrtc@0.10.0 node-datachannel@0.33.4
cat > run.cjs <<'JS'
const libraries = {
  werift: require("werift"),
  wrtc: require("@roamhq/wrtc"),
  libdatachannel: require("node-datachannel/polyfill"),
};
const MESSAGES = ["a", "", "b", "c"];

async function gathered(connection) {
  while (connection.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  return connection.localDescription.sdp;
}

async function seen(from, to, ordered) {
  const near = new libraries[from].RTCPeerConnection({ iceServers: [] });
  const far = new libraries[to].RTCPeerConnection({ iceServers: [] });
  const got = [];
  const arriving = new Promise((done) => {
    far.ondatachannel = ({ channel }) => {
      channel.onmessage = ({ data }) => got.push(data || "empty");
      done(channel);
    };
  });
  const channel = near.createDataChannel("x", { ordered });
  const opened = new Promise((done) => { channel.onopen = done; });
  await near.setLocalDescription(await near.createOffer());
  await far.setRemoteDescription({ type: "offer", sdp: await gathered(near) });
  await far.setLocalDescription(await far.createAnswer());
  await near.setRemoteDescription({ type: "answer", sdp: await gathered(far) });
  const other = await arriving;
  await opened;
  for (const message of MESSAGES) {
    channel.send(message);
    await new Promise((done) => setTimeout(done, 100));
  }
  await new Promise((done) => setTimeout(done, 6000));
  // Without an order, one that was lost and sent again may come last.
  const line = `${(ordered ? got : got.sort()).join()}; then ${channel.readyState}, buffered ${channel.bufferedAmount}, ` +
    `${other.readyState} at the other end`;
  console.log(`${from} to ${to}, ${ordered ? "" : "un"}ordered: ${line}`);
  await near.close();
  await far.close();
  return line.split(";")[0];
}

setTimeout(() => { console.log("no connection within 90 s"); process.exit(1); }, 90000);
(async () => {
  console.log(`sent ${MESSAGES.map((message) => message || "empty").join(", ")} (for each of the lines)`);
  const found = [];
  for (const to of ["wrtc", "libdatachannel"]) for (const ordered of [true, false]) found.push(await seen("werift", to, ordered));
  found.push(await seen("wrtc", "werift", true));
  process.exit(found.join(" ") === "a a,b,c a a,b,c a,empty,b,c" ? 0 : 1);
})();
JS
node run.cjs
