#!/bin/sh
# In English, the short form of a number of bytes is the whole word, without its plural.
#
# Expected:  Intl.NumberFormat with unitDisplay "short" writes an abbreviation ("395 B"), or the word with its plural, as it
#            does for days ("2 days") and weeks ("2 wks").
# Happens:   "395 byte", and "8 bit": in the locale data both have the singular for every number, in the short form only.
#            The same data says "395 bytes" in the long form, and "395B" in the narrow one.
# Version:   cldr-units-full 48.2.0; Intl of Node 20.20.2 with an ICU of CLDR 48. Chromium 156 and Firefox 153 write the same.
# Output:    byte: short "{0} byte" and "{0} byte", long "{0} byte" and "{0} bytes"; Intl: 395 byte, 395 bytes
#            bit: short "{0} bit" and "{0} bit", long "{0} bit" and "{0} bits"; Intl: 395 bit, 395 bits
#            day: short "{0} day" and "{0} days", long "{0} day" and "{0} days"; Intl: 395 days, 395 days
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts cldr-units-full@48.2.0
cat > run.cjs <<'JS'
const { long, short } = require("cldr-units-full/main/en/units.json").main.en.units;
const units = { byte: "digital-byte", bit: "digital-bit", day: "duration-day" };
const plurals = Object.entries(units).map(([unit, name]) => {
  const [few, all] = [short, long].map((form) => ["one", "other"].map((count) => form[name][`unitPattern-count-${count}`]));
  const written = ["short", "long"].map((unitDisplay) =>
    new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay }).format(395),
  );
  const both = (forms) => forms.map((form) => `"${form}"`).join(" and ");
  console.log(`${unit}: short ${both(few)}, long ${both(all)}; Intl: ${written.join(", ")}`);
  return [few[0] !== few[1], all[0] !== all[1], written[0].endsWith("s"), written[1].endsWith("s")];
});
const described = [
  [false, true, false, true],
  [false, true, false, true],
  [true, true, true, true],
];
if (JSON.stringify(plurals) !== JSON.stringify(described)) {
  console.error("the behaviour changed");
  process.exit(1);
}
JS
node run.cjs
