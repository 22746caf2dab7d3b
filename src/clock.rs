//! Time as an argument: the core never reads a clock.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A reading of both clocks, taken by the caller at one moment.
///
/// `mono` never runs backwards and orders everything that waits. `unix` is what the person's clock
/// says: it can jump, and only days, slots, time stamps and what depends on the time of day come from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Since an arbitrary start.
    pub mono: Mono,
    /// Milliseconds since 1970-01-01T00:00Z.
    pub unix: UnixMillis,
    /// Minutes by which the person's local time is ahead of UTC at this moment.
    pub zone: i16,
}

impl Now {
    /// Returns the time of day where the person is.
    pub(crate) fn minute_of_day(self) -> MinuteOfDay {
        const DAY: u64 = 24 * 60;
        let utc = self.unix / 60_000 % DAY;
        let local = (utc + DAY).saturating_add_signed(i64::from(self.zone)) % DAY;
        MinuteOfDay(u16::try_from(local).unwrap_or_default())
    }
}

/// Minutes since midnight, by the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MinuteOfDay(pub u16);

impl MinuteOfDay {
    /// Returns whether a day has such a minute.
    pub(crate) const fn is_valid(self) -> bool {
        self.0 < 24 * 60
    }
}

/// Milliseconds since 1970-01-01T00:00Z.
pub type UnixMillis = u64;

/// A moment on the monotonic clock, in milliseconds since an arbitrary start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Mono(pub u64);

impl Mono {
    /// Returns the time from `earlier` to `self`; zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl From<Mono> for Duration {
    /// Returns the time since the start of the clock.
    fn from(moment: Mono) -> Self {
        Self::from_millis(moment.0)
    }
}

impl From<Duration> for Mono {
    /// Returns the moment so long after the start of the clock.
    fn from(since_start: Duration) -> Self {
        Self(millis(since_start))
    }
}

impl std::ops::Add<Duration> for Mono {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(millis(rhs)))
    }
}

/// Returns a time in milliseconds, as both clocks count.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_that_of_the_place() {
        // 2026-11-23T07:45Z
        let unix = 1_795_419_900_000;
        for (zone, expected) in [
            (0, 7 * 60 + 45),
            (60, 8 * 60 + 45),
            (-480, 23 * 60 + 45),
            (345, 13 * 60 + 30),
            (-465, 0),
            (840, 21 * 60 + 45),
        ] {
            let now = Now {
                mono: Mono(0),
                unix,
                zone,
            };
            assert_eq!(now.minute_of_day(), MinuteOfDay(expected), "{zone}");
        }
    }
}
