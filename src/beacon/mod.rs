//! The beacon: what a server signs for its own people, and how they check it.
//!
//! This owns the bytes: slots, headers, roots, and the reasons for refusing; and ([`client`]) when a
//! client asks and moves. PROTOCOL.md says what each part is for.

mod audience;
pub(crate) mod client;
mod fault;
mod header;
mod slots;
#[cfg(test)]
mod tests;

pub use audience::Audience;
pub use fault::BeaconFault;
pub use header::{header, key_id, root, signing_input};
pub use slots::Slots;

use crate::clock::UnixMillis;
use crate::crypto::PublicKey;
use header::Parsed;

/// Carries the signed slot of now.
pub const HEADER: &str = "x-mesh-beacon";

/// Carries the one after it, near the end of a slot.
pub const HEADER_NEXT: &str = "x-mesh-beacon-next";

/// Which beacon is believed: what a client has in its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    audience: Audience,
    key: PublicKey,
    slots: Slots,
}

/// Why a configured beacon cannot be one, by its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinFault {
    /// `url` is not an address that [`Audience::of`] takes.
    #[error("not an https:// address")]
    Url,
    /// `publicKey` is not a compressed P-256 point in base64url.
    #[error("not a key as `beacon keygen` prints it")]
    PublicKey,
}

/// A slot, proven to be signed by the pinned key for the pinned audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSlot {
    /// Slots since 1970: the next one's is one more.
    pub number: u64,
    /// Its name, as signed.
    pub slot: String,
    /// The root of discovery namespaces in it.
    pub root: String,
    /// When it begins.
    pub from: UnixMillis,
    /// When it ends, and the next one begins.
    pub until: UnixMillis,
}

/// What an answer of the beacon says, all of it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The slot that the beacon is in.
    pub current: SignedSlot,
    /// The one right after it, where the beacon gave it already.
    pub next: Option<SignedSlot>,
}

/// The parts of a response that count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Response<'a> {
    /// The value of [`HEADER`].
    pub current: Option<&'a str>,
    /// The value of [`HEADER_NEXT`].
    pub next: Option<&'a str>,
    /// What its `Date` says, where it can be read. It words a refusal and never makes a slot
    /// acceptable: nobody signs it.
    pub date: Option<UnixMillis>,
}

impl Pin {
    /// Returns the pin that the fields of the configuration describe.
    pub fn new(url: &str, public_key: &str) -> Result<Self, PinFault> {
        Ok(Self {
            audience: Audience::of(url).ok_or(PinFault::Url)?,
            key: PublicKey::decode(public_key).ok_or(PinFault::PublicKey)?,
            slots: Slots::STANDARD,
        })
    }

    /// Returns the same pin with shorter slots, for tests against a beacon that has them too.
    #[must_use]
    pub fn with_slots(mut self, slots: Slots) -> Self {
        self.slots = slots;
        self
    }

    /// Returns the lengths and names of slots.
    pub fn slots(&self) -> Slots {
        self.slots
    }

    /// Returns everything that a response says; one wrong part refuses the whole. `now` is what this
    /// clock says.
    pub fn read(&self, response: Response<'_>, now: UnixMillis) -> Result<Answer, BeaconFault> {
        let header = response.current.ok_or(BeaconFault::Withheld)?;
        let name = |fault| self.clock_or(fault, response.date, now);
        let current = self.verify(header, now).map_err(name)?;
        let next = |header| self.verify_next(header, &current);
        let next = response.next.map(next).transpose()?;
        Ok(Answer { current, next })
    }

    /// Checks a header on its own: it must be signed by the pinned key for the pinned audience, and
    /// its slot must be one of a moment that is at most [`Slots::skew`] before or after `now`.
    pub fn verify(&self, header: &str, now: UnixMillis) -> Result<SignedSlot, BeaconFault> {
        let parsed = self.signed(header)?;
        let first = self.slots.at(now.saturating_sub(self.slots.skew()));
        let last = self.slots.at(now.saturating_add(self.slots.skew()));
        let accepted = (first..=last).find(|number| self.slots.name(*number) == parsed.slot);
        // Names have a fixed form, so that their order is the one of time.
        let is_old = parsed.slot < self.slots.name(first).as_str();
        match accepted {
            Some(number) => Ok(self.slot(number, &parsed)),
            None if planted!(OldSlotBelieved) => Ok(self.slot(first, &parsed)),
            None if is_old => Err(BeaconFault::OldSlot),
            None => Err(BeaconFault::FutureSlot),
        }
    }

    fn verify_next(&self, header: &str, current: &SignedSlot) -> Result<SignedSlot, BeaconFault> {
        let parsed = self.signed(header)?;
        let number = current.number.saturating_add(1);
        if parsed.slot != self.slots.name(number) {
            return Err(BeaconFault::NotNext);
        }
        Ok(self.slot(number, &parsed))
    }

    /// Returns what the pinned key has signed, whenever that was.
    fn signed<'a>(&self, header: &'a str) -> Result<Parsed<'a>, BeaconFault> {
        let parsed = Parsed::of(header)?;
        if parsed.kid != key_id(self.key) {
            return Err(BeaconFault::Key);
        }
        let input = signing_input(&self.audience, parsed.slot);
        match self.key.verifies(&input, &parsed.signature) {
            true => Ok(parsed),
            false => Err(BeaconFault::Signature),
        }
    }

    fn slot(&self, number: u64, parsed: &Parsed<'_>) -> SignedSlot {
        SignedSlot {
            number,
            slot: parsed.slot.to_owned(),
            root: root(&parsed.signature),
            from: self.slots.start(number),
            until: self.slots.end(number),
        }
    }

    /// Returns the fault of a slot that is not now: the clocks differ where the server's own date
    /// says so.
    fn clock_or(
        &self,
        fault: BeaconFault,
        date: Option<UnixMillis>,
        now: UnixMillis,
    ) -> BeaconFault {
        let differs = date.is_some_and(|date| date.abs_diff(now) > self.slots.skew());
        let is_of_time = matches!(fault, BeaconFault::OldSlot | BeaconFault::FutureSlot);
        match is_of_time && differs {
            true => BeaconFault::ClockDiffers,
            false => fault,
        }
    }
}
