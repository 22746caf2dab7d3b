#!/bin/sh
# The same Fluent message in the same language says one thing in Rust and another in JavaScript.
#
# Expected:  a message with variants for "one", "two", "many" and so on is the same text for the same number in both of
#            Mozilla's implementations: Fluent's guide to the syntax says that these are the plural categories of CLDR.
# Happens:   they differ in Hebrew for every round ten from 20 on, in Maltese for 2, and in Catalan, French, Italian,
#            Portuguese and Spanish for a million. No error is given, and who translates looks at one of them.
# Version:   fluent-bundle 0.16.0 with intl_pluralrules 7.0.2, @fluent/bundle 0.19.1, Node 20.20.2 with an ICU of CLDR 48,
#            Rust 1.95
# Output:    he: Rust 1 one, 2 two, 20 many, 100 many, 1000000 many; JavaScript 1 one, 2 two, 20 other, 100 other, 1000000 other
#            mt: Rust 1 one, 2 few, 20 other, 100 other, 1000000 other; JavaScript 1 one, 2 two, 20 other, 100 other, 1000000 other
#            fr: Rust 1 one, 2 other, 20 other, 100 other, 1000000 other; JavaScript 1 one, 2 other, 20 other, 100 other, 1000000 many
#            pl: Rust 1 one, 2 few, 20 many, 100 many, 1000000 many; JavaScript the same
#            (ca, es, it and pt as fr)
# Reason:    in Rust the rules are compiled in, from CLDR 37 (`CLDR_VERSION` in rules.rs); in JavaScript they are those of
#            the browser or of Node, and change with it.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @fluent/bundle@0.19.1
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
fluent-bundle = "=0.16.0"
intl_pluralrules = "=7.0.2"
TOML
cat > message.ftl <<'FTL'
days = { $count ->
    [zero] zero
    [one] one
    [two] two
    [few] few
    [many] many
   *[other] other
}
FTL
cat > src/main.rs <<'RUST'
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (languages, counts) = (arguments.next().unwrap(), arguments.next().unwrap());
    for language in languages.split(',') {
        let text = std::fs::read_to_string("message.ftl").unwrap();
        let mut bundle = FluentBundle::new(vec![language.parse().unwrap()]);
        bundle.add_resource(FluentResource::try_new(text).unwrap()).unwrap();
        let pattern = bundle.get_message("days").unwrap().value().unwrap();
        let texts: Vec<String> = counts.split(',').map(|count| {
            let mut values = FluentArgs::new();
            values.set("count", count.parse::<u32>().unwrap());
            format!("{count} {}", bundle.format_pattern(pattern, Some(&values), &mut Vec::new()))
        }).collect();
        println!("{}", texts.join(", "));
    }
}
RUST
cat > run.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";

const LANGUAGES = ["he", "mt", "fr", "ca", "es", "it", "pt", "pl"];
const COUNTS = [1, 2, 20, 100, 1000000];
const inRust = execFileSync("cargo", ["run", "--quiet", LANGUAGES.join(), COUNTS.join()], { encoding: "utf8" }).trim().split("\n");
const differ = {};
for (const [at, language] of LANGUAGES.entries()) {
  const bundle = new FluentBundle(language);
  bundle.addResource(new FluentResource(readFileSync("message.ftl", "utf8")));
  const { value } = bundle.getMessage("days");
  const texts = COUNTS.map((count) => `${count} ${bundle.formatPattern(value, { count })}`);
  const others = inRust[at].split(", ");
  differ[language] = COUNTS.filter((_, count) => texts[count] !== others[count]).join();
  console.log(`${language}: Rust ${inRust[at]}; JavaScript ${differ[language] ? texts.join(", ") : "the same"}`);
}
const million = "1000000";
const described = { he: "20,100,1000000", mt: "2", fr: million, ca: million, es: million, it: million, pt: million, pl: "" };
process.exit(JSON.stringify(differ) === JSON.stringify(described) ? 0 : 1);
JS
CARGO_TARGET_DIR="$dir/target" node run.mjs
