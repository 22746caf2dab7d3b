//! The values of attributes, each checked for its form.

use crate::limits::MESSAGE_MAX;
use std::fmt;

/// The SHA-256 fingerprint of a DTLS certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// Who begins the DTLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setup {
    ActPass,
    Active,
    Passive,
}

impl Fingerprint {
    /// Parses `sha-256 AB:CD:…`, 32 bytes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (algorithm, digits) = text.split_once(' ')?;
        if !algorithm.eq_ignore_ascii_case("sha-256") {
            return None;
        }
        let mut bytes = [0; 32];
        let mut pairs = digits.split(':');
        for byte in &mut bytes {
            let pair = pairs.next().filter(|pair| pair.len() == 2)?;
            // `from_str_radix` would take a sign.
            if !pair.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        pairs.next().is_none().then_some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl Setup {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "actpass" => Some(Self::ActPass),
            "active" => Some(Self::Active),
            "passive" => Some(Self::Passive),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ActPass => "actpass",
            Self::Active => "active",
            Self::Passive => "passive",
        }
    }
}

/// Parses the `ice-char`s of RFC 8839: at least `least` and at most 256 of them.
pub(super) fn credential(text: &str, least: usize) -> Option<String> {
    let of_ice = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    ((least..=256).contains(&text.len()) && text.bytes().all(of_ice)).then(|| text.to_owned())
}

pub(super) fn token(text: &str) -> Option<String> {
    let of_token = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.';
    ((1..=16).contains(&text.len()) && text.bytes().all(of_token)).then(|| text.to_owned())
}

pub(super) fn port(text: &str) -> Option<u16> {
    digits(text)?.parse().ok().filter(|port| *port != 0)
}

/// Parses a maximum message size; 0 means without limit.
pub(super) fn message_size(text: &str) -> Option<u64> {
    let size = digits(text)?.parse().ok()?;
    (size == 0 || size >= MESSAGE_MAX as u64).then_some(size)
}

fn digits(text: &str) -> Option<&str> {
    text.bytes().all(|b| b.is_ascii_digit()).then_some(text)
}
