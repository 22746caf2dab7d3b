//! What the curve gave for the same inputs before. Both ends of each handshake of a simulation are in one
//! process, so it is asked for everything twice; here the second answer is not computed.
//!
//! An answer is the same either way: it is found by all of its inputs. Never in what ships.

use super::{Key, PublicKey};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::thread::LocalKey;

/// How many answers of a kind are kept, before they are all forgotten.
const KEPT: usize = 4096;

type Answers<K, V> = RefCell<HashMap<K, V>>;
type Signed = ([u8; 33], [u8; 64], Vec<u8>);

thread_local! {
    static KEYS: Answers<[u8; 33], Option<PublicKey>> = RefCell::default();
    static SIGNATURES: Answers<Signed, bool> = RefCell::default();
    static SHARED: Answers<[[u8; 33]; 2], Key> = RefCell::default();
}

/// Returns the key that these bytes are.
pub(super) fn key(bytes: &[u8; 33], read: impl FnOnce() -> Option<PublicKey>) -> Option<PublicKey> {
    answer(&KEYS, *bytes, read)
}

/// Keeps that a signature is this key's.
pub(super) fn signed(key: PublicKey, message: &[u8], signature: &[u8; 64]) {
    let signed = (key.to_bytes(), *signature, message.to_vec());
    answer(&SIGNATURES, signed, || true);
}

/// Returns whether a signature is this key's.
pub(super) fn verifies(
    key: PublicKey,
    message: &[u8],
    signature: &[u8; 64],
    verify: impl FnOnce() -> bool,
) -> bool {
    let signed = (key.to_bytes(), *signature, message.to_vec());
    answer(&SIGNATURES, signed, verify)
}

/// Returns what two keys share, whichever of the secrets is at hand.
pub(super) fn shared(one: PublicKey, other: PublicKey, agree: impl FnOnce() -> Key) -> Key {
    let mut keys = [one.to_bytes(), other.to_bytes()];
    keys.sort_unstable();
    answer(&SHARED, keys, agree)
}

fn answer<K: Eq + Hash, V: Copy>(
    answers: &'static LocalKey<Answers<K, V>>,
    question: K,
    compute: impl FnOnce() -> V,
) -> V {
    answers.with_borrow_mut(|answers| {
        if answers.len() == KEPT {
            answers.clear();
        }
        *answers.entry(question).or_insert_with(compute)
    })
}
