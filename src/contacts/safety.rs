//! What two people compare to be sure that nobody is between them, and the code that shows it to a camera.
//!
//! The code is `meshchat-safety:NUMBER:TOKEN`: the safety number, and 16 bytes in hex that this device shows to whoever sees its
//! screen. Whoever scans it and has the same number knows that nobody is between, and sends the token back: who sends it
//! has seen the screen, so this side knows the same. Somebody between the two has another number with each of them, and
//! was not shown the token.

use crate::crypto::{self, Key, PublicKey};
use crate::encoding::hex;
use crate::values::ContactId;

const PREFIX: &str = "meshchat-safety:";

/// What is compared with one contact; empty until its identity is known.
#[derive(Debug, Default)]
pub(crate) struct Safety {
    number: String,
    token: String,
}

/// What a code of another device says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scanned<'a> {
    number: &'a str,
    pub(crate) token: &'a str,
}

impl Safety {
    /// `shown` is known to this device only, and another one after each start: what was seen on its screen counts no longer.
    pub(crate) fn new(
        own: PublicKey,
        identity: PublicKey,
        contact: &ContactId,
        shown: &Key,
    ) -> Self {
        let token = crypto::hmac(shown, &[contact.0.as_bytes()]);
        let (token, _) = token.split_at(token.len() / 2);
        Self {
            number: crypto::safety_number(own, identity),
            token: hex(token),
        }
    }

    pub(super) fn is_known(&self) -> bool {
        !self.number.is_empty()
    }

    pub(super) fn number(&self) -> &str {
        &self.number
    }

    /// Returns what the code of this device says.
    pub(crate) fn code(&self) -> String {
        format!("{PREFIX}{}:{}", self.number, self.token)
    }

    /// Returns whether a code of the other device has the same number.
    pub(super) fn agrees(&self, scanned: &Scanned<'_>) -> bool {
        self.is_known() && self.number == scanned.number
    }

    /// Returns whether this is what was shown.
    pub(super) fn was_shown(&self, token: &str) -> bool {
        self.is_known() && (self.token == token || planted!(AnyTokenShown))
    }
}

impl<'a> Scanned<'a> {
    /// Reads a code; `None` where it is none.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (number, token) = text.trim().strip_prefix(PREFIX)?.split_once(':')?;
        let is_number = number.len() == 60 && number.bytes().all(|byte| byte.is_ascii_digit());
        let is_token = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_number && is_token).then_some(Self { number, token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Identity;

    fn key(seed: u8) -> PublicKey {
        Identity::from_bytes(&[seed; 32]).unwrap().public()
    }

    fn safety(own: u8, other: u8, shown: u8) -> Safety {
        let id = ContactId(format!("contact {other}"));
        Safety::new(key(own), key(other), &id, &[shown; 32])
    }

    #[test]
    fn a_code_agrees_with_the_other_device_only() {
        let (ann, bob) = (safety(1, 2, 3), safety(2, 1, 4));
        let code = bob.code();
        let scanned = Scanned::read(&code).unwrap();
        assert!(ann.agrees(&scanned));
        assert!(bob.was_shown(scanned.token));
        assert!(!ann.was_shown(scanned.token), "it was shown there");
        assert!(!safety(1, 5, 3).agrees(&scanned), "somebody is between");
        assert!(!safety(2, 1, 9).was_shown(scanned.token), "before a start");
        assert!(!Safety::default().was_shown(""));
    }

    #[test]
    fn what_is_no_code_is_not_read() {
        let code = safety(1, 2, 3).code();
        let longer = format!("{code}0");
        for text in [
            "",
            "12345",
            "meshchat-safety:",
            "meshchat-safety:1:2",
            &code[1..],
            &longer,
        ] {
            assert_eq!(Scanned::read(text), None, "{text}");
        }
        assert!(Scanned::read(&format!(" {code}\n")).is_some());
    }
}
