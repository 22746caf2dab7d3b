#!/bin/sh
# jsQR does not read a text of 1004 to 1091 bytes, about what a WebRTC offer has, and reads shorter and longer ones.
#
# Expected:  a clean picture of a QR code is read, whatever its version (its size, 1 to 40, which an encoder takes from the length).
# Happens:   those lengths get version 23, which is never read at the error correction level L. At M and Q it is read, so that
#            a test of all sizes at a higher level sees nothing; but much of the correction is used up by then: a spot that
#            versions 22 and 24 bear makes it unreadable. zxing-cpp reads them all.
# Version:   jsqr 1.4.0, zxing-wasm 3.1.6 (zxing-cpp), qrcode 1.5.4 (the encoder), Node 20.20.2
# Output:    1003 bytes, version 22, level L: jsQR true, zxing-cpp true
#            1004 bytes, version 23, level L: jsQR false, zxing-cpp true
#            1091 bytes, version 23, level L: jsQR false, zxing-cpp true
#            1092 bytes, version 24, level L: jsQR true, zxing-cpp true
#            level L: the largest spot that jsQR bears in version 22 is 28 modules wide, in 23 none, in 24 32
#            level M: the largest spot that jsQR bears in version 22 is 36 modules wide, in 23 22, in 24 42
#            level Q: the largest spot that jsQR bears in version 22 is 42 modules wide, in 23 32, in 24 46
# Reason:    its table of versions has a row of alignment patterns at 74 where ISO/IEC 18004 has it at 78
#            (`alignmentPatternCenters`), so some modules are taken for data that are none, and the other way round.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts jsqr@1.4.0 zxing-wasm@3.1.6 qrcode@1.5.4
cat > run.mjs <<'JS'
import { readFileSync } from "node:fs";
import jsQR from "jsqr";
import QRCode from "qrcode";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasm = "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm";
prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
const [SCALE, QUIET] = [3, 4];

// A code as a picture, with a white square of so many modules in its middle.
function picture({ modules }, spot = 0) {
  const width = (modules.size + 2 * QUIET) * SCALE;
  const data = new Uint8ClampedArray(width * width * 4);
  const from = Math.floor((modules.size - spot) / 2);
  const covered = (at) => at >= from && at < from + spot;
  for (let at = 0; at < width * width; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)].map((one) => Math.floor(one / SCALE) - QUIET);
    const inside = x >= 0 && y >= 0 && x < modules.size && y < modules.size;
    const dark = inside && modules.get(y, x) && !(covered(x) && covered(y));
    data.fill(dark ? 0 : 255, 4 * at, 4 * at + 3);
    data[4 * at + 3] = 255;
  }
  return { data, width, height: width };
}
const byJsQR = ({ data, width, height }) => (jsQR.default ?? jsQR)(data, width, height)?.data;
const byZXing = async (image) => (await readBarcodes(image, { formats: ["QRCode"] }))[0]?.text;

const read = [];
for (const length of [1003, 1004, 1091, 1092]) {
  const text = "x".repeat(length);
  const code = QRCode.create(text, { errorCorrectionLevel: "L" });
  const found = [byJsQR(picture(code)) === text, await byZXing(picture(code)) === text];
  console.log(`${length} bytes, version ${code.version}, level L: jsQR ${found[0]}, zxing-cpp ${found[1]}`);
  read.push(found.join(" "));
}

const text = "a".repeat(200);
function largestSpot(version, errorCorrectionLevel) {
  const code = QRCode.create(text, { version, errorCorrectionLevel });
  let spot = 0;
  while (byJsQR(picture(code, spot)) === text) spot += 2;
  return spot === 0 ? "none" : spot - 2;
}
const spots = {};
for (const level of ["L", "M", "Q"]) {
  spots[level] = [22, 23, 24].map((version) => largestSpot(version, level));
  const [before, at, after] = spots[level];
  console.log(`level ${level}: the largest spot that jsQR bears in version 22 is ${before} modules wide, in 23 ${at}, in 24 ${after}`);
}
const described = read.join() === "true true,false true,false true,true true" && spots.L[1] === "none" &&
  ["M", "Q"].every((level) => spots[level][1] + 8 < Math.min(spots[level][0], spots[level][2]));
process.exit(described ? 0 : 1);
JS
node run.mjs
