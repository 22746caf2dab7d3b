//! A token bucket: a burst, then a steady rate.

use crate::clock::Mono;

/// Lets `burst` through at once and one more each `refill_ms`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    burst: u32,
    refill_ms: u64,
    /// When the bucket was last empty-equivalent: all arithmetic is on this one moment.
    full_at: Mono,
}

impl Bucket {
    pub(crate) const fn new(burst: u32, refill_ms: u64) -> Self {
        Self {
            burst,
            refill_ms,
            full_at: Mono(0),
        }
    }

    /// Takes one where there is one.
    pub(crate) fn take(&mut self, now: Mono) -> bool {
        let allowed = self.due() <= now;
        if allowed {
            self.full_at = Mono(self.full_at.max(now).0 + self.refill_ms);
        }
        allowed
    }

    /// When the next one is there.
    pub(crate) fn due(&self) -> Mono {
        let slack = u64::from(self.burst.saturating_sub(1)) * self.refill_ms;
        Mono(self.full_at.0.saturating_sub(slack))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_a_steady_rate() {
        let mut bucket = Bucket::new(3, 200);
        let taken = (0..10).filter(|_| bucket.take(Mono(1_000))).count();
        assert_eq!(taken, 3);
        assert_eq!(bucket.due(), Mono(1_200));
        assert!(!bucket.take(Mono(1_199)));
        assert!(bucket.take(Mono(1_200)));
        assert!(!bucket.take(Mono(1_300)));
        let later = (0..10).filter(|_| bucket.take(Mono(60_000))).count();
        assert_eq!(later, 3, "no more than a burst is saved up");
    }
}
