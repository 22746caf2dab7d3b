//! The beacon of an organisation: where it is, and with which key it signs.

use super::invalid::{Invalid, check};
use crate::beacon::{Pin, PinFault, Slots};
use crate::limits::SETTING_BYTES;
use crate::values::Secret;
use serde::{Deserialize, Serialize};

/// A server that signs the namespaces of an organisation. In [`Settings`](super::Settings), one
/// without an address is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Beacon {
    /// Where it is.
    pub url: String,
    /// With which its signatures verify.
    pub public_key: String,
    /// For whom it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// For tests only: slots of so many seconds, against a beacon that has them too. It counts in
    /// the packed configuration and nowhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_seconds: Option<u64>,
}

impl Beacon {
    /// Returns the address and the key of the beacon to trust.
    pub fn pin(&self) -> Result<Pin, PinFault> {
        let pin = Pin::new(&self.url, &self.public_key)?;
        let slots = self.slot_seconds.and_then(Slots::for_tests);
        Ok(slots.map_or(pin.clone(), |slots| pin.with_slots(slots)))
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        let fault = self.pin().err();
        let reason = || fault.map(|fault| fault.to_string()).unwrap_or_default();
        check(fault != Some(PinFault::Url), "beacon.url", reason)?;
        check(fault.is_none(), "beacon.publicKey", reason)?;
        // As a header field takes it.
        let is_token = |token: &Secret| {
            let graphic = token.0.bytes().all(|byte| byte.is_ascii_graphic());
            graphic && (1..=SETTING_BYTES).contains(&token.0.len())
        };
        check(
            self.token.as_ref().is_none_or(is_token),
            "beacon.token",
            || "ASCII letters, digits and signs, without spaces".to_owned(),
        )?;
        let seconds = self.slot_seconds;
        check(
            seconds.is_none_or(|seconds| Slots::for_tests(seconds).is_some()),
            "beacon.slotSeconds",
            || "5 to 600, for tests".to_owned(),
        )
    }
}
