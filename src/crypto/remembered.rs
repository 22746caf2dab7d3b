//! What the curve gave for the same inputs before. Both ends of each handshake of a simulation are in one
//! process, so it is asked for everything twice; here the second answer is not computed.
//!
//! An answer is the same either way: it is found by all of its inputs. Never in what ships.

use p256::ecdsa::VerifyingKey;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;

/// How many answers of a kind are kept, before they are all forgotten.
const KEPT: usize = 4096;

/// A key, as it is sent.
type Key = [u8; 33];

/// A key, what it signs, and the signature.
type Signed = (Key, Vec<u8>, [u8; 64]);

#[derive(Default)]
struct Answers {
    keys: HashMap<Key, Option<VerifyingKey>>,
    signatures: HashMap<Signed, bool>,
    shared: HashMap<[Key; 2], [u8; 32]>,
}

thread_local! {
    static ANSWERS: RefCell<Answers> = RefCell::default();
}

/// Returns the key that these bytes are.
pub(super) fn key(
    bytes: &Key,
    read: impl FnOnce() -> Option<VerifyingKey>,
) -> Option<VerifyingKey> {
    ANSWERS.with_borrow_mut(|answers| answer(&mut answers.keys, *bytes, read))
}

/// Keeps that a signature is this key's.
pub(super) fn signed(key: Key, message: &[u8], signature: &[u8; 64]) {
    verifies(key, message, signature, || true);
}

/// Returns whether a signature is this key's.
pub(super) fn verifies(
    key: Key,
    message: &[u8],
    signature: &[u8; 64],
    verify: impl FnOnce() -> bool,
) -> bool {
    let signed = (key, message.to_vec(), *signature);
    ANSWERS.with_borrow_mut(|answers| answer(&mut answers.signatures, signed, verify))
}

/// Returns what two keys share, whichever of the secrets is at hand.
pub(super) fn shared(one: Key, other: Key, agree: impl FnOnce() -> [u8; 32]) -> [u8; 32] {
    let mut keys = [one, other];
    keys.sort_unstable();
    ANSWERS.with_borrow_mut(|answers| answer(&mut answers.shared, keys, agree))
}

fn answer<K: Eq + Hash, V: Copy>(
    answers: &mut HashMap<K, V>,
    question: K,
    compute: impl FnOnce() -> V,
) -> V {
    if answers.len() == KEPT {
        answers.clear();
    }
    *answers.entry(question).or_insert_with(compute)
}
