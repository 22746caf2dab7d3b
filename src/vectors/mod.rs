//! Makes `tests/vectors.json`: every derivation of PROTOCOL.md, and the bytes of every message.
//!
//! The file is for whoever writes another program that speaks the protocol; `interop/` reads it too. `RECORD=1 cargo
//! test -p mesh-chat vectors` writes it.

mod derivations;
mod messages;
mod places;
mod proofs;
#[path = "../../tests/recorded/mod.rs"]
mod recorded;
mod refused;
mod shared;

use recorded::{Json, text};

const COMMITTED: &str = include_str!("../../tests/vectors.json");
const PROTOCOL: &str = include_str!("../../PROTOCOL.md");

const ABOUT: &str = "The derivations and messages of PROTOCOL.md. Bytes are hex, but in messages and where the name of a \
    field ends in Text. Written by the tests of the core: RECORD=1 cargo test -p mesh-chat vectors";

#[test]
fn the_vectors_are_what_this_program_derives_and_says() {
    let made = Json::Object(vec![
        ("about", text(ABOUT)),
        ("derivations", derivations::all()),
        ("messages", messages::all()),
        ("readAlike", messages::read_alike()),
        ("refused", refused::forms()),
        ("refusedValues", refused::values()),
    ]);
    recorded::compare("vectors.json", COMMITTED, &made);
}

#[test]
fn what_the_protocol_shows_of_a_derivation_is_in_the_vectors() {
    let shown = PROTOCOL.split('`').skip(1).step_by(2);
    // Shorter ones are words, and those with an ellipsis or a bracket are forms.
    let is_vector = |shown: &&str| shown.len() >= 32 && !shown.contains(['…', '{', '‖', '|', '(']);
    let vectors: Vec<&str> = shown.filter(is_vector).collect();
    assert!(vectors.len() > 25, "{vectors:?}");
    for vector in vectors {
        assert!(COMMITTED.contains(vector), "{vector}");
    }
}
