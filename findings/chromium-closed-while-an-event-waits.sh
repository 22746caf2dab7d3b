#!/bin/sh
# Chromium never collects a peer connection that was closed while an event of it was on its way to the page.
#
# Expected:  close() ends a connection; once nothing refers to it, a collection frees it, and its place among the 500
#            that one process may have.
# Happens:   where the data channel opened, and connectionState did not say "connected" to the page yet, so that this event
#            was still queued, some connections survive every collection, for as long as the page lives. Those that
#            were closed when their state had reached the page are all collected. A page that hangs up at once after
#            each talk ends with "Cannot create so many PeerConnections".
# Version:   Chromium 153.0.8010.0 (@sparticuz/chromium 153.0.0), puppeteer-core 25.16.0, Node 20.20.2
# Output:    200 closed in {"connected":200}: 0 left after five collections
#            200 closed in {"connecting":41,"connected":155,"new":4}: 42 left after five collections
#            (the second line varies: 12 to 42 left in five runs)
# Reason:    inferred: an object with an event that waits counts as in use, so that no collection takes it; closing
#            drops the event and does not take that back.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
# Where the package unpacks the browser.
export TMPDIR="$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @sparticuz/chromium@153.0.0 puppeteer-core@25.16.0
cat > run.mjs <<'JS'
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";
const COUNT = 100;
const browser = await puppeteer.launch({ args: chromium.args, executablePath: await chromium.executablePath(), headless: "shell" });
const page = await browser.newPage();
await page.goto("about:blank");
const devtools = await page.createCDPSession();
await devtools.send("Performance.enable");
await devtools.send("HeapProfiler.enable");
async function left() {
  for (let round = 0; round < 5; round += 1) {
    await devtools.send("HeapProfiler.collectGarbage");
    await new Promise((done) => setTimeout(done, 500));
  }
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "RTCPeerConnections").value;
}
const make = (count, settled) => page.evaluate(async (count, settled) => {
  const states = {};
  const task = () => new Promise((done) => setTimeout(done, 0));
  async function pair() {
    const near = new RTCPeerConnection();
    const far = new RTCPeerConnection();
    for (const [one, other] of [[near, far], [far, near]]) {
      one.onicecandidate = ({ candidate }) => { if (candidate) other.addIceCandidate(candidate); };
    }
    const channel = near.createDataChannel("x");
    const opened = new Promise((done) => { channel.onopen = done; });
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription);
    await opened;
    for (const one of [near, far]) {
      while (settled && (one.connectionState !== "connected" || one.iceGatheringState !== "complete")) await task();
      one.onicecandidate = null;
      states[one.connectionState] = (states[one.connectionState] ?? 0) + 1;
    }
    channel.onopen = null;
    near.close();
    far.close();
  }
  for (let made = 0; made < count; made += 10) await Promise.all(Array.from({ length: 10 }, pair));
  return states;
}, count, settled);
const kept = {};
for (const settled of [true, false]) {
  const before = await left();
  const states = await make(COUNT, settled);
  kept[settled] = await left() - before;
  console.log(`${2 * COUNT} closed in ${JSON.stringify(states)}: ${kept[settled]} left after five collections`);
}
await browser.close();
if (kept[true] !== 0 || kept[false] < 2) {
  console.error("the behaviour changed");
  process.exit(1);
}
JS
node run.mjs
