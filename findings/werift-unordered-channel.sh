#!/bin/sh
# An unordered data channel opened by werift is ordered at the other end as soon as it also limits retransmissions.
#
# Expected:  ordered: false is announced to the peer, with or without maxRetransmits.
# Happens:   alone it is. Together with maxRetransmits or maxPacketLifeTime the peer (libwebrtc here) sees an ordered
#            channel, while werift's own end still says ordered: false.
# Version:   werift 0.24.4, @roamhq/wrtc 0.10.0 (libwebrtc in Node), Node 20.20.2
# Output:    {"ordered":false}: werift says false, its peer false
#            {"ordered":false,"maxRetransmits":3}: werift says false, its peer true
#            {"ordered":false,"maxPacketLifeTime":500}: werift says false, its peer true
# Reason:    the channel type of the OPEN message is a number plus one bit for "unordered"; the code first sets the bit
#            and then assigns the number over it.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts werift@0.24.4 @roamhq/wrtc@0.10.0
cat > run.cjs <<'JS'
const werift = require("werift");
const wrtc = require("@roamhq/wrtc");

async function gathered(connection) {
  while (connection.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  return connection.localDescription.sdp;
}

async function seen(options) {
  const near = new werift.RTCPeerConnection({ iceServers: [] });
  const far = new wrtc.RTCPeerConnection({ iceServers: [] });
  const arrived = new Promise((done) => { far.ondatachannel = (event) => done(event.channel); });
  const channel = near.createDataChannel("x", options);
  await near.setLocalDescription(await near.createOffer());
  await far.setRemoteDescription({ type: "offer", sdp: await gathered(near) });
  await far.setLocalDescription(await far.createAnswer());
  await near.setRemoteDescription({ type: "answer", sdp: await gathered(far) });
  const ends = [channel.ordered, (await arrived).ordered];
  console.log(`${JSON.stringify(options)}: werift says ${ends[0]}, its peer ${ends[1]}`);
  await near.close();
  far.close();
  return ends.join();
}

setTimeout(() => { console.log("no connection within 45 s"); process.exit(1); }, 45000);
(async () => {
  const alone = await seen({ ordered: false });
  const counted = await seen({ ordered: false, maxRetransmits: 3 });
  const timed = await seen({ ordered: false, maxPacketLifeTime: 500 });
  process.exit(alone === "false,false" && counted === "false,true" && timed === "false,true" ? 0 : 1);
})();
JS
node run.cjs
