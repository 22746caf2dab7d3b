#!/bin/sh
# The private key that ed25519-dalek exports is refused by WebCrypto, by Node and by Python.
#
# Expected:  to_pkcs8_der() makes a PKCS #8 file that others read: RFC 5958 has such keys with the public key beside them
#            (version 2), and RFC 8410 shows one for Ed25519.
# Happens:   Node's importKey() and createPrivateKey() refuse it, and so do the parser of Python's cryptography and Chromium 153's
#            importKey(). The other way there is no trouble: ed25519-dalek reads what Node writes, and what it wrote itself,
#            so no test within Rust sees this. Without the public key (`public_key: None`) all of them read it.
# Version:   ed25519-dalek 3.0.0 (2.2.0 writes the same), cryptography 50.0.2 (Python 3.11.7), Node 20.20.2 with OpenSSL
#            3.0.19, Rust 1.95
# Output:    with the public key (83 bytes): ed25519-dalek reads it, importKey() DataError, createPrivateKey() Error, Python ValueError
#            without it (48 bytes): ed25519-dalek reads it, importKey() reads it, createPrivateKey() reads it, Python reads it
#            as Node exports it (48 bytes): the same in all four
# Reason:    OpenSSL says "wrong tag"; inferred: it and the others know version 1 alone, which has nothing behind the
#            attributes. The type KeypairBytes leaves the public key to whoever makes one, and ed25519-dalek always puts it in.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check cryptography==50.0.2
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
ed25519-dalek = { version = "=3.0.0", features = ["alloc", "pkcs8"] }
TOML
cat > src/main.rs <<'RUST'
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::SigningKey;

// With a file's name: whether it is read. Without one: writes the key with and without its public key.
fn main() {
    let key = SigningKey::from_bytes(&[7; 32]);
    if let Some(name) = std::env::args().nth(1) {
        let read = SigningKey::from_pkcs8_der(&std::fs::read(name).unwrap());
        return println!("{}", if read.is_ok_and(|read| read == key) { "reads it" } else { "Error" });
    }
    std::fs::write("with", key.to_pkcs8_der().unwrap().as_bytes()).unwrap();
    let alone = KeypairBytes { secret_key: key.to_bytes(), public_key: None };
    std::fs::write("without", alone.to_pkcs8_der().unwrap().as_bytes()).unwrap();
}
RUST
cat > read.py <<'PYTHON'
import sys
from cryptography.hazmat.primitives.serialization import load_der_private_key

try:
    key = load_der_private_key(open(sys.argv[1], "rb").read(), None)
    print("reads it" if key.private_bytes_raw() == bytes([7] * 32) else "another key")
except ValueError as error:
    print(type(error).__name__)
PYTHON
cat > run.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const run = (program, ...all) => execFileSync(program, all, { encoding: "utf8" }).trim();
const rust = (...all) => run("cargo", "run", "--quiet", ...all);
const outcome = async (read) => { try { await read(); return "reads it"; } catch (error) { return error.name; } };

async function seen(what, file) {
  const der = readFileSync(file);
  const found = {
    "ed25519-dalek": rust(file),
    "importKey()": await outcome(() => crypto.subtle.importKey("pkcs8", der, "Ed25519", true, ["sign"])),
    "createPrivateKey()": await outcome(() => createPrivateKey({ key: der, format: "der", type: "pkcs8" })),
    Python: run("python/bin/python", "read.py", file),
  };
  console.log(`${what} (${der.length} bytes): ${Object.entries(found).map((one) => one.join(" ")).join(", ")}`);
  return Object.values(found).join();
}

rust();
const found = [await seen("with the public key", "with"), await seen("without it", "without")];
const key = createPrivateKey({ key: readFileSync("without"), format: "der", type: "pkcs8" });
writeFileSync("node", key.export({ format: "der", type: "pkcs8" }));
found.push(await seen("as Node exports it", "node"));
const all = "reads it,reads it,reads it,reads it";
process.exit(found.join(" ") === `reads it,DataError,Error,ValueError ${all} ${all}` ? 0 : 1);
JS
CARGO_TARGET_DIR="$dir/target" node --no-warnings run.mjs
