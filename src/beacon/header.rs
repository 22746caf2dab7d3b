//! The header: `v=1; kid=dbdb99c64b3d511f; slot=UTC-2026-11-23-07-4; sig=…`, in this one form.

use super::{Audience, BeaconFault};
use crate::crypto::{Identity, PublicKey};
use crate::encoding::{b64, hex, unb64};
use crate::limits::BEACON_HEADER_BYTES;
use sha2::{Digest, Sha256};

/// A header of the right form, believed by nobody yet.
pub(super) struct Parsed<'a> {
    pub(super) kid: &'a str,
    pub(super) slot: &'a str,
    pub(super) signature: [u8; 64],
}

/// Returns the header value for a slot. It is deterministic: every replica with this key answers
/// with the same bytes.
pub fn header(identity: &Identity, audience: &Audience, slot: &str) -> String {
    let kid = key_id(identity.public());
    let signature = b64(&identity.sign(&signing_input(audience, slot)));
    format!("v=1; kid={kid}; slot={slot}; sig={signature}")
}

/// Returns the bytes that are signed.
pub fn signing_input(audience: &Audience, slot: &str) -> Vec<u8> {
    let audience = audience.as_str().as_bytes();
    let length = u32::try_from(audience.len()).unwrap_or(u32::MAX);
    let mut input = b"meshchat/1 beacon".to_vec();
    input.extend(length.to_be_bytes());
    input.extend(audience);
    input.extend(slot.as_bytes());
    input
}

/// Returns a short name of a key, for people who look for the reason of a refusal: 16 hex digits.
pub fn key_id(key: PublicKey) -> String {
    eight(&key.to_bytes())
}

/// Returns the root of discovery namespaces that follows from a signature.
pub fn root(signature: &[u8; 64]) -> String {
    format!("sig{}", eight(signature))
}

/// Returns the first eight bytes of SHA-256, in hex.
fn eight(bytes: &[u8]) -> String {
    let mut digest = hex(&Sha256::digest(bytes));
    digest.truncate(16);
    digest
}

impl<'a> Parsed<'a> {
    pub(super) fn of(header: &'a str) -> Result<Self, BeaconFault> {
        let bounded = Some(header).filter(|header| header.len() <= BEACON_HEADER_BYTES);
        let fields = bounded.and_then(|header| header.strip_prefix("v=")?.split_once("; "));
        match fields.ok_or(BeaconFault::Malformed)? {
            ("1", fields) => Self::of_fields(fields).ok_or(BeaconFault::Malformed),
            (other, _) if is_version(other) => Err(BeaconFault::Version),
            _ => Err(BeaconFault::Malformed),
        }
    }

    fn of_fields(fields: &'a str) -> Option<Self> {
        let mut fields = fields.split("; ");
        let mut field = |name| fields.next()?.strip_prefix(name);
        let kid = field("kid=").filter(|kid| has_form(kid, "hhhhhhhhhhhhhhhh"))?;
        let slot = field("slot=").filter(|slot| has_form(slot, "UTC-dddd-dd-dd-dd-d"))?;
        let signature = unb64(field("sig=")?)?;
        fields.next().is_none().then_some(Self {
            kid,
            slot,
            signature,
        })
    }
}

fn is_version(text: &str) -> bool {
    let number = text.parse::<u16>();
    number.is_ok_and(|number| number.to_string() == text)
}

/// Returns whether a text has the form: `d` stands for a digit, `h` for a lower-case hex digit, and
/// everything else for itself.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| match form {
        b'd' => byte.is_ascii_digit(),
        b'h' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        literal => byte == literal,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}
