//! How fast a server is called upon: the bucket all ids share, and the back-off.

use crate::limits::{BACKOFF_FIRST, BACKOFF_MAX, REGISTRATION_BURST, REGISTRATION_EVERY};
use crate::random::Random;
use std::time::Duration;

/// A token bucket for registrations at one server.
#[derive(Debug)]
pub(super) struct Bucket {
    tokens: u32,
    /// When the present number of tokens was reached.
    since: Duration,
}

impl Bucket {
    pub(super) fn full(now: Duration) -> Self {
        Self {
            tokens: REGISTRATION_BURST,
            since: now,
        }
    }

    /// Takes a token if there is one.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        self.refill(now);
        let Some(rest) = self.tokens.checked_sub(1) else {
            return false;
        };
        self.tokens = rest;
        true
    }

    /// When there is a token to take.
    pub(super) fn ready_at(&self) -> Duration {
        match self.tokens {
            0 => self.since + REGISTRATION_EVERY,
            _ => self.since,
        }
    }

    fn refill(&mut self, now: Duration) {
        while self.tokens < REGISTRATION_BURST && now >= self.since + REGISTRATION_EVERY {
            self.tokens += 1;
            self.since += REGISTRATION_EVERY;
        }
        if self.tokens == REGISTRATION_BURST {
            self.since = now;
        }
    }
}

/// Full jitter: anything up to a ceiling that doubles with each failure in a row.
pub(super) fn backoff(failures: u32, random: &mut Random) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    random.up_to(BACKOFF_MAX.min(BACKOFF_FIRST * (1 << doublings)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_burst_of_six_and_one_more_every_second_and_a_half() {
        let start = Duration::from_secs(100);
        let mut bucket = Bucket::full(start);
        for _ in 0..6 {
            assert!(bucket.take(start));
        }
        assert!(!bucket.take(start));
        assert_eq!(bucket.ready_at(), start + 1_500 * MS);
        assert!(!bucket.take(start + 1_499 * MS));
        assert!(bucket.take(start + 1_500 * MS));
        assert!(!bucket.take(start + 1_501 * MS));
        assert!(bucket.take(start + 3_000 * MS));
        // After a long rest there are six again, not more.
        let later = start + Duration::from_secs(3_600);
        assert_eq!((0..10).filter(|_| bucket.take(later)).count(), 6);
    }

    #[test]
    fn the_back_off_grows_to_a_minute_and_is_jittered() {
        let mut random = Random::new([7; 32]);
        for (failures, ceiling) in [(1, 1), (2, 2), (4, 8), (6, 32), (7, 60), (40, 60)] {
            let draws: Vec<_> = (0..200).map(|_| backoff(failures, &mut random)).collect();
            let ceiling = Duration::from_secs(ceiling);
            assert!(draws.iter().all(|draw| *draw <= ceiling));
            assert!(draws.iter().any(|draw| *draw > ceiling / 2));
            assert!(draws.iter().any(|draw| *draw < ceiling / 2));
        }
    }
}
