#!/bin/sh
# In rmp-serde, a field that is left out moves the values behind it into other fields.
#
# Expected:  what to_vec() writes from_slice() reads back as it was. serde's documentation says of skip_serializing_if only that
#            the field is skipped, and of default that what is missing gets its default value.
# Happens:   without a nickname, the note is read as the nickname. Nothing fails, because both are texts; where the types
#            differ it is an error. With to_vec_named(), and in CBOR and JSON, all is well, so a change from one of these
#            to to_vec() passes every test that fills in all fields.
# Version:   rmp-serde 1.3.1, ciborium 0.2.2, serde_json 1.0.145, serde 1.0.228, Rust 1.95
# Output:    written: Profile { nickname: None, note: Some("on holiday"), age: None }
#            to_vec() 91aa6f6e20686f6c69646179: Ok(Profile { nickname: Some("on holiday"), note: None, age: None })
#            to_vec_named(), CBOR, JSON: true true true (whether they are read back as they were)
#            with an age, to_vec() 92aa6f6e20686f6c6964617907: invalid type: integer `7`, expected a string
# Reason:    as its documentation says, to_vec() writes a structure as an array; what serde skips is left out of that array,
#            too, and no nil keeps its place (`serialize_struct` in encode.rs takes the number of fields that are left).
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
ciborium = "=0.2.2"
rmp-serde = "=1.3.1"
serde = { version = "=1.0.228", features = ["derive"] }
serde_json = "=1.0.145"
TOML
cat > src/main.rs <<'RUST'
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<u8>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn main() {
    let written = Profile { note: Some("on holiday".to_owned()), ..Profile::default() };
    println!("written: {written:?}");
    let packed = rmp_serde::to_vec(&written).unwrap();
    let read = rmp_serde::from_slice::<Profile>(&packed);
    println!("to_vec() {}: {read:?}", hex(&packed));

    let named: Profile = rmp_serde::from_slice(&rmp_serde::to_vec_named(&written).unwrap()).unwrap();
    let mut cbor = Vec::new();
    ciborium::into_writer(&written, &mut cbor).unwrap();
    let cbor: Profile = ciborium::from_reader(&cbor[..]).unwrap();
    let json: Profile = serde_json::from_str(&serde_json::to_string(&written).unwrap()).unwrap();
    let others = [named, cbor, json].map(|other| other == written);
    println!("to_vec_named(), CBOR, JSON: {} {} {}", others[0], others[1], others[2]);

    let aged = rmp_serde::to_vec(&Profile { age: Some(7), ..written.clone() }).unwrap();
    let error = rmp_serde::from_slice::<Profile>(&aged).map_err(|error| error.to_string());
    println!("with an age, to_vec() {}: {}", hex(&aged), error.as_ref().err().map_or("read", String::as_str));

    let moved = Profile { nickname: written.note.clone(), ..Profile::default() };
    let as_described = read.is_ok_and(|read| read == moved) && others == [true; 3] && error.is_err();
    std::process::exit(i32::from(!as_described));
}
RUST
CARGO_TARGET_DIR="$dir/target" cargo run --quiet
