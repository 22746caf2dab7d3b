//! What was computed before in this process.
//!
//! In a simulation one process is many participants: what one signs another one verifies, and both ends of a
//! handshake compute one secret. With the feature `recall` the second who asks gets what the first one
//! computed. Nothing of it ships: without the feature everything is computed each time.

#[cfg(feature = "recall")]
pub(super) use kept::{agreed, identity, note_ephemeral, note_signed, parsed, was_signed};
#[cfg(not(feature = "recall"))]
pub(super) use off::{agreed, identity, note_ephemeral, note_signed, parsed, was_signed};

use p256::SecretKey;
use p256::ecdsa::{SigningKey, VerifyingKey};

#[cfg(not(feature = "recall"))]
mod off {
    use super::{SecretKey, SigningKey, VerifyingKey};

    pub(in crate::crypto) fn identity(
        _: &[u8; 32],
        read: impl FnOnce() -> Option<SigningKey>,
    ) -> Option<SigningKey> {
        read()
    }

    pub(in crate::crypto) fn parsed(
        _: &[u8; 33],
        parse: impl FnOnce() -> Option<VerifyingKey>,
    ) -> Option<VerifyingKey> {
        parse()
    }

    pub(in crate::crypto) fn note_ephemeral(_: &SecretKey, _: VerifyingKey) {}

    pub(in crate::crypto) fn agreed(
        _: (&SecretKey, VerifyingKey),
        _: VerifyingKey,
        compute: impl FnOnce() -> [u8; 32],
    ) -> [u8; 32] {
        compute()
    }

    pub(in crate::crypto) fn note_signed(_: &SigningKey, _: &[u8], _: &[u8; 64]) {}

    pub(in crate::crypto) fn was_signed(_: VerifyingKey, _: &[u8], _: &[u8; 64]) -> bool {
        false
    }
}

#[cfg(feature = "recall")]
mod kept {
    use super::{SecretKey, SigningKey, VerifyingKey};
    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::hash::Hash;

    /// How many answers are kept of a kind: a world asks for some hundreds, and a thread runs one world
    /// after the other.
    const KEPT: usize = 4_096;

    /// A compressed point.
    type Point = [u8; 33];

    type Table<K, V> = RefCell<HashMap<K, V>>;

    thread_local! {
        static AGREED: Table<[Point; 2], [u8; 32]> = Table::default();
        static EPHEMERALS: Table<Point, SecretKey> = Table::default();
        static IDENTITIES: Table<[u8; 32], SigningKey> = Table::default();
        static PARSED: Table<Point, VerifyingKey> = Table::default();
        static SIGNED: Table<Vec<u8>, ()> = Table::default();
    }

    /// Returns the key pair with this secret scalar.
    pub(in crate::crypto) fn identity(
        bytes: &[u8; 32],
        read: impl FnOnce() -> Option<SigningKey>,
    ) -> Option<SigningKey> {
        IDENTITIES.with(|table| once(table, *bytes, || read().ok_or(())).ok())
    }

    /// Returns the key with these bytes.
    pub(in crate::crypto) fn parsed(
        bytes: &Point,
        parse: impl FnOnce() -> Option<VerifyingKey>,
    ) -> Option<VerifyingKey> {
        PARSED.with(|table| once(table, *bytes, || parse().ok_or(())).ok())
    }

    /// Notes a key pair of a handshake, whose public half another participant is sent.
    pub(in crate::crypto) fn note_ephemeral(secret: &SecretKey, public: VerifyingKey) {
        PARSED.with(|table| keep(table, point(public), public));
        EPHEMERALS.with(|table| keep(table, point(public), secret.clone()));
    }

    /// Returns the shared secret of two ends of a handshake, whichever of them asks.
    pub(in crate::crypto) fn agreed(
        (secret, public): (&SecretKey, VerifyingKey),
        theirs: VerifyingKey,
        compute: impl FnOnce() -> [u8; 32],
    ) -> [u8; 32] {
        let theirs = point(theirs);
        let mut ends = [point(public), theirs];
        ends.sort_unstable();
        let other = EPHEMERALS.with_borrow(|ephemerals| ephemerals.get(&theirs).cloned());
        let shared = || other.map_or_else(compute, |other| of_both(secret, &other));
        let shared: Result<_, ()> = AGREED.with(|table| once(table, ends, || Ok(shared())));
        shared.unwrap_or_default()
    }

    /// Returns the shared x coordinate as it is for whoever knows both secrets: multiples of the generator
    /// are in a table, those of other points are not.
    pub(super) fn of_both(one: &SecretKey, other: &SecretKey) -> [u8; 32] {
        let product = one.to_nonzero_scalar() * other.to_nonzero_scalar();
        let [_, x @ ..] = point(SecretKey::from(product).public_key().into());
        x
    }

    /// Notes that somebody here has made a signature.
    pub(in crate::crypto) fn note_signed(key: &SigningKey, message: &[u8], signature: &[u8; 64]) {
        let made = whole(*key.verifying_key(), message, signature);
        SIGNED.with(|table| keep(table, made, ()));
    }

    /// Returns whether somebody here has made a signature with the secret half of a key. Of all others
    /// that says nothing.
    pub(in crate::crypto) fn was_signed(
        key: VerifyingKey,
        message: &[u8],
        signature: &[u8; 64],
    ) -> bool {
        SIGNED.with_borrow(|signed| signed.contains_key(&whole(key, message, signature)))
    }

    fn point(key: VerifyingKey) -> Point {
        let mut bytes = [0; 33];
        bytes.copy_from_slice(key.to_sec1_point(true).as_bytes());
        bytes
    }

    fn whole(key: VerifyingKey, message: &[u8], signature: &[u8; 64]) -> Vec<u8> {
        [point(key).as_slice(), signature, message].concat()
    }

    /// Returns what a table has, or computes it and keeps it there.
    fn once<K: Eq + Hash, V: Clone, E>(
        table: &Table<K, V>,
        key: K,
        compute: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let known = table.borrow().get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let value = compute()?;
        keep(table, key, value.clone());
        Ok(value)
    }

    fn keep<K: Eq + Hash, V>(table: &Table<K, V>, key: K, value: V) {
        let mut table = table.borrow_mut();
        if table.len() >= KEPT {
            table.clear();
        }
        table.insert(key, value);
    }
}

#[cfg(all(test, feature = "recall"))]
mod tests {
    use super::kept::of_both;
    use p256::SecretKey;

    #[test]
    fn whoever_knows_both_secrets_gets_what_either_end_computes() {
        let [one, other] = [[3; 32], [5; 32]].map(|bytes| SecretKey::from_slice(&bytes).unwrap());
        for (own, theirs) in [(&one, &other), (&other, &one)] {
            let computed = own.diffie_hellman(&theirs.public_key());
            let computed: [u8; 32] = (*computed.raw_secret_bytes()).into();
            assert_eq!(of_both(&one, &other), computed);
        }
    }
}
