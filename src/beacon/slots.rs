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

    /// Shorter ones, so that a test sees a boundary: 5 to 600 seconds. The `n`th slot is called what
    /// the `n`th ten minutes since 1970 are called; under 5 s its year would need a fifth digit.
    pub fn for_tests(seconds: u64) -> Option<Self> {
        let length = seconds.checked_mul(1_000)?;
        (5..=600).contains(&seconds).then_some(Self { length })
    }

    /// The number of the slot at a moment, counted from 1970.
    pub fn at(self, unix: UnixMillis) -> u64 {
        unix / self.length
    }

    /// When a slot begins.
    pub fn start(self, number: u64) -> UnixMillis {
        number.saturating_mul(self.length)
    }

    /// When it ends.
    pub fn end(self, number: u64) -> UnixMillis {
        self.start(number.saturating_add(1))
    }

    /// What is signed of it: `UTC-2026-11-23-07-4`.
    pub fn name(self, number: u64) -> String {
        calendar::slot(Self::STANDARD.start(number))
    }

    /// How far a clock may differ from the beacon's, in milliseconds: five minutes.
    pub fn skew(self) -> u64 {
        self.length / 2
    }

    /// How long before the end of a slot the next one is handed out, in milliseconds: two minutes.
    pub fn lead(self) -> u64 {
        self.length / 5
    }
}
