//! The values that the vectors are made of.

use crate::crypto::{Identity, Key, PublicKey};
use crate::encoding::b64;

/// Returns the bytes 0, 1, 2, …
pub(super) fn rising<const N: usize>() -> [u8; N] {
    std::array::from_fn(|place| u8::try_from(place).unwrap())
}

/// Returns who has the secret scalar of 32 such bytes.
pub(super) fn identity(byte: u8) -> Identity {
    Identity::from_bytes(&[byte; 32]).unwrap()
}

pub(super) fn public(byte: u8) -> PublicKey {
    identity(byte).public()
}

/// Returns 32 such bytes as they are on the wire.
pub(super) fn binary(byte: u8) -> String {
    let bytes: Key = [byte; 32];
    b64(&bytes)
}

pub(super) const ROOT: &str = "myapp";
pub(super) const DAY: &str = "2026-11-23";
pub(super) const SLOT: &str = "UTC-2026-11-23-07-4";

/// 2026-11-23T07:45Z, in that slot.
pub(super) const NOW: u64 = 1_795_419_900_000;

/// Two Discovery IDs of one network, two Transport IDs, and ids of messages.
pub(super) const ANN: &str = "myapp-203-0-113-7-169582a6-a3be-80b2-a9c8-cc212e987f4c";
pub(super) const BOB: &str = "myapp-203-0-113-7-807cdcf4-a87b-8b98-b18c-7c110a8692a3";
pub(super) const ANNS_ADDRESS: &str = "myapp-07070707-0707-4707-8707-070707070707";
pub(super) const BOBS_ADDRESS: &str = "myapp-08080808-0808-4808-8808-080808080808";
pub(super) const MESSAGE: &str = "0102030405060708090a0b0c0d0e0f10";
pub(super) const EARLIER: &str = "f0e0d0c0b0a090807060504030201000";
