#!/bin/sh
# A LiteMap with string keys is a JSON object, except when it is empty: then it is a JSON array.
#
# Expected:  LiteMap<String, u32> is written as {} when it is empty, like the other maps of Rust.
# Happens:   it is written as [], one entry later as an object. BTreeMap, and whoever follows the schema "an object",
#            refuses the empty one. LiteMap itself reads both, so a test that goes there and back sees nothing.
# Version:   litemap 0.8.3, serde_json 1.0.145, Rust 1.95
# Output:    empty: [] / one entry: {"a":1}
#            BTreeMap reads the empty one: invalid type: sequence, expected a map at line 1 column 0
# Reason:    for human-readable formats it looks at its first key to choose between an object and a list of pairs
#            (keys may be tuples); where there is no first key it takes the list, whatever the key's type.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
litemap = { version = "=0.8.3", features = ["serde"] }
serde_json = "=1.0.145"
TOML
cat > src/main.rs <<'RUST'
use litemap::LiteMap;
use std::collections::BTreeMap;

fn main() {
    let mut map = LiteMap::<String, u32>::new();
    let empty = serde_json::to_string(&map).unwrap();
    map.insert("a".to_owned(), 1);
    let one = serde_json::to_string(&map).unwrap();
    println!("empty: {empty} / one entry: {one}");
    let read = serde_json::from_str::<BTreeMap<String, u32>>(&empty);
    match &read {
        Ok(_) => println!("BTreeMap reads the empty one"),
        Err(error) => println!("BTreeMap reads the empty one: {error}"),
    }
    let back = serde_json::from_str::<LiteMap<String, u32>>(&empty);
    let as_described = empty == "[]" && one == r#"{"a":1}"# && read.is_err() && back.is_ok();
    std::process::exit(i32::from(!as_described));
}
RUST
CARGO_TARGET_DIR="$dir/target" cargo run --quiet
