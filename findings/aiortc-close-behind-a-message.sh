#!/bin/sh
# Whether a message that aiortc sends right before close() arrives depends on the other end; with one the channel is half
# closed for good.
#
# Expected:  close() of a data channel first sends what was sent before it, and then closes both ends.
# Happens:   a message of several packets reaches libdatachannel. At werift it is lost, and both ends close. At
#            @roamhq/wrtc it is acknowledged and never delivered, aiortc's end stays "closing", and the other one "open",
#            without an event. A message of one packet arrives, and so does a long one where close() comes a second later.
# Version:   aiortc 1.16.0 (Python 3.11.7), @roamhq/wrtc 0.10.0 (libwebrtc in Node), werift 0.24.4, node-datachannel 0.33.4
#            (libdatachannel), Node 20.20.2
# Output:    to libdatachannel, 5000 bytes, close() after 0 s: true closed closed, answered in progress / performed
#            to werift, 5000 bytes, close() after 0 s: false closed closed, answered performed
#            to wrtc, 5000 bytes, close() after 0 s: false closing open, answered in progress / nothing to do
#            to wrtc, 5000 bytes, close() after 1 s: true closed closed, answered performed
#            to wrtc, 1000 bytes, close() after 0 s: true closed closed, answered performed
#            (in any order; whether it arrived, the state of aiortc's end and of the other one, and aiortc's log of the other's answers)
# Reason:    aiortc asks to reset the stream while the message is on its way, and names its last packet
#            (`_transmit_reconfig` in rtcsctptransport.py); the other end is to wait for that. werift resets at once
#            (`receiveReconfigParam` in sctp/src/sctp.js). wrtc says "in progress", and when asked again under the same
#            number that there is nothing to do; inferred: it takes the question for one that it has answered.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @roamhq/wrtc@0.10.0 werift@0.24.4 node-datachannel@0.33.4
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check aiortc==1.16.0
cat > near.py <<'PYTHON'
import asyncio, json, logging, re, sys
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

ANSWERS = {0: "nothing to do", 1: "performed", 6: "in progress"}
answers = []


class Answers(logging.Handler):
    def emit(self, record):
        found = re.search(r"<< StreamResetResponseParam\(.*result=(\d+)", record.getMessage())
        if found:
            answers.append(ANSWERS.get(int(found[1]), found[1]))


async def main(size, wait):
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    channel = connection.createDataChannel("x")
    opened = asyncio.Event()
    channel.on("open", opened.set)
    await connection.setLocalDescription(await connection.createOffer())
    print(json.dumps(connection.localDescription.sdp), flush=True)
    answer = json.loads(await asyncio.to_thread(sys.stdin.readline))
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await opened.wait()
    await asyncio.sleep(1)
    channel.send(bytes(size))
    await asyncio.sleep(wait)
    channel.close()
    await asyncio.sleep(4)
    print(json.dumps([channel.readyState, " / ".join(answers)]), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await connection.close()


logger = logging.getLogger("aiortc.rtcsctptransport")
logger.setLevel(logging.DEBUG)
logger.addHandler(Answers())
logger.propagate = False
asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
PYTHON
cat > run.cjs <<'JS'
const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");
const { PeerConnection } = require("node-datachannel");
const libraries = { werift: require("werift"), wrtc: require("@roamhq/wrtc") };
const pause = (time) => new Promise((done) => setTimeout(done, time));

// The other end: its answer to an offer, the state of its channel, how many messages it got, and its end.
async function standard({ RTCPeerConnection }, offer) {
  const far = new RTCPeerConnection({ iceServers: [] });
  const seen = { got: 0, close: () => far.close() };
  far.ondatachannel = ({ channel }) => {
    seen.state = () => channel.readyState;
    channel.onmessage = () => { seen.got += 1; };
  };
  await far.setRemoteDescription({ type: "offer", sdp: offer });
  await far.setLocalDescription(await far.createAnswer());
  while (far.iceGatheringState !== "complete") await pause(20);
  seen.answer = far.localDescription.sdp;
  return seen;
}

async function native(offer) {
  const far = new PeerConnection("far", { iceServers: [] });
  const seen = { got: 0, close: () => far.close() };
  far.onDataChannel((channel) => {
    seen.state = () => (channel.isOpen() ? "open" : "closed");
    channel.onMessage(() => { seen.got += 1; });
  });
  const gathered = new Promise((done) => far.onGatheringStateChange((state) => { if (state === "complete") done(); }));
  far.setRemoteDescription(offer, "offer");
  await gathered;
  seen.answer = far.localDescription().sdp;
  return seen;
}

async function seen(to, size, wait) {
  const near = spawn("python/bin/python", ["near.py", size, wait], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: near.stdout })[Symbol.asyncIterator]();
  const line = async () => JSON.parse((await lines.next()).value);
  const offer = await line();
  const far = await (to === "libdatachannel" ? native(offer) : standard(libraries[to], offer));
  near.stdin.write(`${JSON.stringify(far.answer)}\n`);
  const [state, answers] = await line();
  const found = `${far.got === 1} ${state} ${far.state()}`;
  console.log(`to ${to}, ${size} bytes, close() after ${wait} s: ${found}, answered ${answers}`);
  const ended = new Promise((done) => near.on("exit", done));
  near.stdin.end("\n");
  await ended;
  await far.close();
  return found;
}

setTimeout(() => { console.log("no connection within 90 s"); process.exit(1); }, 90000);
(async () => {
  const found = await Promise.all([
    seen("libdatachannel", 5000, 0), seen("werift", 5000, 0), seen("wrtc", 5000, 0), seen("wrtc", 5000, 1), seen("wrtc", 1000, 0),
  ]);
  const described = ["true closed closed", "false closed closed", "false closing open", "true closed closed", "true closed closed"];
  process.exit(found.join() === described.join() ? 0 : 1);
})();
JS
node run.cjs
