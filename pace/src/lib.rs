//! How often something may be done: a token [`Bucket`] and a [`Backoff`].
//!
//! Both are plain values without a clock or a random source. A moment is a [`Duration`] since any
//! fixed start of the caller; the caller draws the jitter.
//!
//! ```
//! use pace::{Backoff, Bucket};
//! use std::time::Duration;
//!
//! let now = Duration::from_secs(100);
//!
//! // Two calls at once, then one each second.
//! let mut calls = Bucket::new(2, Duration::from_secs(1));
//! assert!(calls.take(now) && calls.take(now));
//! assert!(!calls.take(now));
//! assert_eq!(calls.due(), now + Duration::from_secs(1));
//!
//! // 1 s, 2 s, 4 s, ..., never more than a minute.
//! const RETRY: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
//! assert_eq!(RETRY.doubled(2), Duration::from_secs(4));
//! assert_eq!(RETRY.doubled(20), Duration::from_secs(60));
//! ```

use std::time::Duration;

/// A token bucket: allows a burst at once, and one more each time a fixed interval has passed.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    burst: u32,
    interval: Duration,
    /// When all tokens are there again. This one moment stands for both the number of tokens and
    /// the time of the last refill (the "theoretical arrival time" of GCRA, ITU-T I.371).
    full_at: Duration,
}

impl Bucket {
    /// Returns a full bucket of `burst` tokens, refilled by one each `interval`.
    pub const fn new(burst: u32, interval: Duration) -> Self {
        Self {
            burst,
            interval,
            full_at: Duration::ZERO,
        }
    }

    /// Takes a token. Returns false where none is left.
    pub fn take(&mut self, now: Duration) -> bool {
        let allowed = self.due() <= now;
        if allowed {
            self.full_at = self.full_at.max(now).saturating_add(self.interval);
        }
        allowed
    }

    /// Returns the moment from which on a token can be taken; it may have passed already.
    pub fn due(&self) -> Duration {
        let slack = self.interval.saturating_mul(self.burst.saturating_sub(1));
        self.full_at.saturating_sub(slack)
    }
}

/// Waits that double with each failure, up to a ceiling.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    first: Duration,
    ceiling: Duration,
}

impl Backoff {
    /// Returns the back-off that begins with `first` and never exceeds `ceiling`.
    pub const fn new(first: Duration, ceiling: Duration) -> Self {
        Self { first, ceiling }
    }

    /// Returns the first wait, doubled so many `times`.
    pub fn doubled(self, times: u32) -> Duration {
        let factor = 2_u32.saturating_pow(times);
        self.first.saturating_mul(factor).min(self.ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_burst_passes_and_then_a_steady_rate() {
        let start = 100_000 * MS;
        let mut bucket = Bucket::new(6, 1_500 * MS);
        assert_eq!((0..10).filter(|_| bucket.take(start)).count(), 6);
        assert_eq!(bucket.due(), start + 1_500 * MS);
        assert!(!bucket.take(start + 1_499 * MS));
        assert!(bucket.take(start + 1_500 * MS));
        assert!(!bucket.take(start + 1_501 * MS));
        assert!(bucket.take(start + 3_000 * MS));
    }

    #[test]
    fn a_long_rest_saves_up_one_burst() {
        let mut bucket = Bucket::new(3, 200 * MS);
        assert!(bucket.take(1_000 * MS));
        assert_eq!(
            (0..10).filter(|_| bucket.take(3_600_000 * MS)).count(),
            3,
            "no more than a burst is saved up"
        );
    }

    #[test]
    fn a_fresh_bucket_is_full_at_any_moment() {
        for start in [Duration::ZERO, MS, 3_600_000 * MS] {
            let mut bucket = Bucket::new(2, 10 * MS);
            assert!(bucket.due() <= start);
            assert_eq!((0..9).filter(|_| bucket.take(start)).count(), 2);
        }
    }

    #[test]
    fn waits_double_up_to_the_ceiling() {
        let backoff = Backoff::new(100 * MS, 3_000 * MS);
        let waits: Vec<_> = (0..7)
            .map(|times| backoff.doubled(times).as_millis())
            .collect();
        assert_eq!(waits, [100, 200, 400, 800, 1_600, 3_000, 3_000]);
        assert_eq!(backoff.doubled(u32::MAX), 3_000 * MS);
    }
}
