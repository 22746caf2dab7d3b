//! What the curve was asked before.
//!
//! In a simulation one process is many participants: what one signs another one verifies, and both ends of a
//! handshake compute one secret. With the feature `recall` the second who asks gets what the first one
//! computed. Nothing of it ships: without the feature everything is computed each time.

use super::{Key, PublicKey};

#[cfg(feature = "recall")]
pub(super) use kept::{agreed, note_signed, parsed, was_signed};

#[cfg(not(feature = "recall"))]
pub(super) fn agreed(_: [PublicKey; 2], compute: impl FnOnce() -> Key) -> Key {
    compute()
}

#[cfg(not(feature = "recall"))]
pub(super) fn parsed(_: &[u8; 33], parse: impl FnOnce() -> Option<PublicKey>) -> Option<PublicKey> {
    parse()
}

#[cfg(not(feature = "recall"))]
pub(super) fn note_signed(_: impl FnOnce() -> PublicKey, _: &[u8], _: &[u8; 64]) {}

#[cfg(not(feature = "recall"))]
pub(super) fn was_signed(_: PublicKey, _: &[u8], _: &[u8; 64]) -> bool {
    false
}

#[cfg(feature = "recall")]
mod kept {
    use super::{Key, PublicKey};
    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::hash::Hash;

    /// How many answers are kept of a kind: a world asks for some hundreds, and a thread runs one world after the other.
    const KEPT: usize = 4_096;

    thread_local! {
        static AGREED: RefCell<HashMap<[[u8; 33]; 2], Key>> = RefCell::default();
        static PARSED: RefCell<HashMap<[u8; 33], PublicKey>> = RefCell::default();
        static SIGNED: RefCell<HashMap<Vec<u8>, ()>> = RefCell::default();
    }

    /// Returns the shared secret of two ends of a handshake, whichever of them asks.
    pub(in crate::crypto) fn agreed(ends: [PublicKey; 2], compute: impl FnOnce() -> Key) -> Key {
        let mut ends = ends.map(PublicKey::to_bytes);
        ends.sort_unstable();
        let known = AGREED.with_borrow(|agreed| agreed.get(&ends).copied());
        known.unwrap_or_else(|| {
            let shared = compute();
            AGREED.with_borrow_mut(|agreed| keep(agreed, ends, shared));
            shared
        })
    }

    /// Returns the key with these bytes.
    pub(in crate::crypto) fn parsed(
        bytes: &[u8; 33],
        parse: impl FnOnce() -> Option<PublicKey>,
    ) -> Option<PublicKey> {
        let known = PARSED.with_borrow(|parsed| parsed.get(bytes).copied());
        known.or_else(|| {
            let key = parse()?;
            PARSED.with_borrow_mut(|parsed| keep(parsed, *bytes, key));
            Some(key)
        })
    }

    /// Notes that somebody here has made a signature with the secret half of a key.
    pub(in crate::crypto) fn note_signed(
        key: impl FnOnce() -> PublicKey,
        message: &[u8],
        signature: &[u8; 64],
    ) {
        let made = whole(key(), message, signature);
        SIGNED.with_borrow_mut(|signed| keep(signed, made, ()));
    }

    /// Returns whether somebody here has made a signature with the secret half of a key. Of all others
    /// that says nothing.
    pub(in crate::crypto) fn was_signed(
        key: PublicKey,
        message: &[u8],
        signature: &[u8; 64],
    ) -> bool {
        SIGNED.with_borrow(|signed| signed.contains_key(&whole(key, message, signature)))
    }

    fn whole(key: PublicKey, message: &[u8], signature: &[u8; 64]) -> Vec<u8> {
        [key.to_bytes().as_slice(), signature, message].concat()
    }

    fn keep<K: Eq + Hash, V>(kept: &mut HashMap<K, V>, key: K, value: V) {
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, value);
    }
}
