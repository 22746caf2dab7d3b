//! Two servers with one key give the same bytes, and those of another implementation.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{Beacon, NUMBER, SLOT, URL};
use mesh_chat::beacon::{Pin, Response};
use mesh_chat::crypto::Identity;
use sha2::{Digest, Sha256};

/// SHA-256 of the headers and roots of 1,000 slots, a line each, as a second implementation computes them
/// (`beaconThousand` in `tests/vectors.json`).
const THOUSAND: &str = "8788243471193d1f80e93b61435b6f1b57f99185139ca6907d8ddaee37f4c0e0";

#[test]
fn two_replicas_and_a_second_implementation_agree_on_a_thousand_slots() {
    let (one, two) = (Beacon::new(), Beacon::new());
    let key = Identity::from_bytes(&[1; 32]).unwrap().public();
    let pin = Pin::new(URL, &key.encode()).unwrap();
    let mut hash = Sha256::new();
    for slot in 0..1_000 {
        let page = one.at(slot * SLOT).signer.page();
        // The other one is asked later in the slot, and has signed the next one already.
        let late = two.at(slot * SLOT + 599_999).signer.page();
        assert_eq!(page.current, late.current);
        let header = page.current.to_str().unwrap();
        let response = Response {
            current: Some(header),
            ..Response::default()
        };
        let answer = pin.read(response, (NUMBER + slot) * SLOT).unwrap();
        hash.update(format!("{header}\n{}\n", answer.current.root));
        let next = one.at((slot + 1) * SLOT).signer.page().current;
        assert_eq!(late.next, Some(next));
    }
    let digest: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(digest, THOUSAND);
}
