//! Time as an argument: the core never reads a clock.

use std::time::Duration;

/// A reading of both clocks, taken by the caller at one moment.
///
/// `mono` never runs backwards and orders everything that waits. `unix` is what the person's clock
/// says: it can jump, and only days, slots and time stamps come from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Since an arbitrary start.
    pub mono: Mono,
    /// Milliseconds since 1970-01-01T00:00Z.
    pub unix: UnixMillis,
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
