#!/bin/sh
# Whole numbers below -2^31 change on their way through PeerJS's default serialization.
#
# Expected:  every safe integer of JavaScript arrives as it was sent, or sending it fails.
# Happens:   from -(2^31)-1 downwards a number arrives rounded to a multiple of 2048, without an error. The positive twin
#            arrives exactly. NaN arrives as 1.1125369292536007e-308.
# Version:   peerjs-js-binarypack 2.1.0 (what `serialization: "binary"` of peerjs 1.5.5 uses), Node 20.20.2
# Output:    -3000000000 arrives as -3000000512 (msgpackr reads -3000000000 from the same bytes)
#            3000000000 arrives as 3000000000
#            NaN arrives as 1.1125369292536007e-308
# Reason:    the bytes are right. The reader first makes an unsigned 64-bit number of them, in a double; near 2^64 doubles
#            are 2048 apart, and subtracting 2^64 afterwards does not bring the lost bits back.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts peerjs-js-binarypack@2.1.0 msgpackr@2.1.4
cat > run.js <<'JS'
import { pack, unpack } from "peerjs-js-binarypack";
import { unpack as readElsewhere } from "msgpackr";

const sent = -3000000000;
const bytes = pack(sent);
const elsewhere = Number(readElsewhere(new Uint8Array(bytes)));
const arrived = unpack(bytes);
const positive = unpack(pack(-sent));
const nan = unpack(pack(NaN));
console.log(`${sent} arrives as ${arrived} (msgpackr reads ${elsewhere} from the same bytes)`);
console.log(`${-sent} arrives as ${positive}`);
console.log(`NaN arrives as ${nan}`);
const asDescribed = arrived === -3000000512 && elsewhere === sent && positive === -sent && nan === 1.1125369292536007e-308;
process.exit(asDescribed ? 0 : 1);
JS
node run.js
