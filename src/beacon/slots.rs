//! Slots: the stretches of UTC in which one root counts.

use crate::calendar;
use crate::clock::UnixMillis;

/// How long slots are, and what they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    /// In milliseconds.
    length: u64,
}

impl Slots {
    /// Ten minutes, like the slots of rendezvous and named like them.
    pub const STANDARD: Self = Self { length: 600_000 };

    /// Returns shorter slots of 5 to 600 seconds, so that a test sees a boundary. The `n`th slot
    /// has the name of the `n`th ten minutes since 1970; under 5 s its year would need a fifth
    /// digit.
    pub fn for_tests(seconds: u64) -> Option<Self> {
        let length = seconds.checked_mul(1_000)?;
        (5..=600).contains(&seconds).then_some(Self { length })
    }

    /// Returns the number of the slot at a moment, counted from 1970.
    pub fn at(self, unix: UnixMillis) -> u64 {
        unix / self.length
    }

    /// Returns when a slot begins.
    pub fn start(self, number: u64) -> UnixMillis {
        number.saturating_mul(self.length)
    }

    /// Returns when it ends.
    pub fn end(self, number: u64) -> UnixMillis {
        self.start(number.saturating_add(1))
    }

    /// Returns the name that is signed: `UTC-2026-11-23-07-4`.
    pub fn name(self, number: u64) -> String {
        calendar::slot(Self::STANDARD.start(number))
    }

    /// Returns how far a clock may differ from the beacon's, in milliseconds: five minutes.
    pub fn skew(self) -> u64 {
        self.length / 2
    }

    /// Returns how long before the end of a slot the next one is handed out, in milliseconds: two
    /// minutes.
    pub fn lead(self) -> u64 {
        self.length / 5
    }
}
