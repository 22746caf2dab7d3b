#!/bin/sh
# One byte more than the other end accepts closes the sender's data channel, without an exception, and only at one end.
#
# Expected:  send() throws a TypeError for a message longer than RTCSctpTransport.maxMessageSize, as the WebRTC
#            specification says, and the channel goes on.
# Happens:   send() returns. The sender's channel is closed, with a close event and no error event; the receiver gets
#            neither the message nor a close event, and its channel says "open" as long as the connection lives.
#            A message of just the size that sctp.maxMessageSize names arrives.
# Version:   @roamhq/wrtc 0.10.0 (libwebrtc in Node), Node 20.20.2
# Output:    limit 65536, sent 65536: not thrown, arrived true, near open, far open, events none
#            limit 65536, sent 65537: not thrown, arrived false, near closed, far open, events near close
# Reason:    the size is looked at below the binding, where a message that cannot be sent counts as a broken channel;
#            the stream is not reset, which is what would tell the other end.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @roamhq/wrtc@0.10.0
cat > run.cjs <<'JS'
const { RTCPeerConnection } = require("@roamhq/wrtc");
const LIMIT = 65536;

async function gathered(connection) {
  while (connection.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  return connection.localDescription.sdp;
}

async function seen(size) {
  const near = new RTCPeerConnection({ iceServers: [] });
  const far = new RTCPeerConnection({ iceServers: [] });
  const arriving = new Promise((done) => { far.ondatachannel = (event) => done(event.channel); });
  const channel = near.createDataChannel("x");
  const opened = new Promise((done) => { channel.onopen = done; });
  await near.setLocalDescription(await near.createOffer());
  await far.setRemoteDescription({ type: "offer", sdp: await gathered(near) });
  await far.setLocalDescription(await far.createAnswer());
  const answer = (await gathered(far)).replace(/a=max-message-size:\d+/, `a=max-message-size:${LIMIT}`);
  await near.setRemoteDescription({ type: "answer", sdp: answer });
  const other = await arriving;
  await opened;
  if (near.sctp.maxMessageSize !== LIMIT) throw new Error("the limit was not taken over");

  const events = [];
  for (const [end, it] of [["near", channel], ["far", other]]) {
    it.onclose = () => events.push(`${end} close`);
    it.onerror = () => events.push(`${end} error`);
  }
  let arrived = false;
  other.onmessage = (event) => { arrived = event.data.length === size; };
  let thrown = false;
  try { channel.send("x".repeat(size)); } catch { thrown = true; }
  await new Promise((done) => setTimeout(done, 3000));
  const line = `${thrown ? "" : "not "}thrown, arrived ${arrived}, near ${channel.readyState}, ` +
    `far ${other.readyState}, events ${events.join(", ") || "none"}`;
  console.log(`limit ${LIMIT}, sent ${size}: ${line}`);
  near.close();
  far.close();
  return line;
}

setTimeout(() => { console.log("no connection within 45 s"); process.exit(1); }, 45000);
(async () => {
  const within = await seen(LIMIT);
  const over = await seen(LIMIT + 1);
  const described = within === "not thrown, arrived true, near open, far open, events none" &&
    over === "not thrown, arrived false, near closed, far open, events near close";
  process.exit(described ? 0 : 1);
})();
JS
node run.cjs
