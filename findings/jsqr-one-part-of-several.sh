#!/bin/sh
# Out of one part of a text that is spread over several QR codes, jsQR reads a text that is not in it.
#
# Expected:  a code with something in it that the reader does not know is not read: its README says that an object comes back if
#            the code could be decoded. ISO/IEC 18004 has "structured append" for a text in up to 16 codes, each of which
#            begins with its place among them.
# Happens:   of 60 invitations in two codes each, jsQR gives every first code as an empty text, and refuses most of the second
#            ones; but some it reads as a long number that is nowhere in the text. The corrections found no error, so nothing
#            tells this from a good reading. zxing-cpp gives every part, and its place.
# Version:   jsqr 1.4.0, zxing-wasm 3.1.6 (zxing-cpp), segno 1.6.6 (the encoder; Python 3.11.7), Node 20.20.2
# Output:    jsQR, first codes: {"empty":60}, second codes: {"refused":53,"another text":7}
#            one of the other texts: 578985051204774141308196883281612220870397868192803077610216787140824221531345614397614142049
#            zxing-cpp: 60 of 60 texts are whole again
# Reason:    a kind of segment that it does not know is passed over, but not what belongs to it (`decode` in decodeData): the
#            place and the parity of the whole text are then taken for the next kind and its length. The first place is 0,
#            the mark of the end, and the second is 1, that of digits.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts jsqr@1.4.0 zxing-wasm@3.1.6
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check segno==1.6.6
cat > codes.py <<'PYTHON'
import hashlib, json, segno

found = []
for number in range(60):
    key = hashlib.sha256(str(number).encode()).hexdigest()
    text = f"https://example.org/invitation#{key}"
    parts = segno.make_sequence(text, symbol_count=2, boost_error=False)
    found.append([text, [[list(row) for row in part.matrix] for part in parts]])
print(json.dumps(found))
PYTHON
python/bin/python codes.py > codes.json
cat > run.mjs <<'JS'
import { readFileSync } from "node:fs";
import jsQR from "jsqr";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasm = "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm";
prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
const [SCALE, QUIET] = [4, 4];

function picture(rows) {
  const width = (rows.length + 2 * QUIET) * SCALE;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let at = 0; at < width * width; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)].map((one) => Math.floor(one / SCALE) - QUIET);
    if (rows[y]?.[x]) data.fill(0, 4 * at, 4 * at + 3);
  }
  return { data, width, height: width };
}

function kind(code, text) {
  if (code === null) return "refused";
  if (code.data === "") return "empty";
  return text.includes(code.data) ? "a part of the text" : "another text";
}

const seen = [{}, {}];
const others = [];
let whole = 0;
for (const [text, codes] of JSON.parse(readFileSync("codes.json", "utf8"))) {
  const parts = [];
  for (const [place, rows] of codes.entries()) {
    const image = picture(rows);
    const code = (jsQR.default ?? jsQR)(image.data, image.width, image.height);
    const what = kind(code, text);
    seen[place][what] = (seen[place][what] ?? 0) + 1;
    if (what === "another text") others.push(code.data);
    const [part] = await readBarcodes(image, { formats: ["QRCode"] });
    parts[part.sequenceIndex] = part.text;
  }
  if (parts.join("") === text) whole += 1;
}
console.log(`jsQR, first codes: ${JSON.stringify(seen[0])}, second codes: ${JSON.stringify(seen[1])}`);
console.log(`one of the other texts: ${others[0]}`);
console.log(`zxing-cpp: ${whole} of 60 texts are whole again`);
const described = seen[0].empty === 60 && seen[1].refused === 53 && others.length === 7 && whole === 60;
process.exit(described ? 0 : 1);
JS
node run.mjs
