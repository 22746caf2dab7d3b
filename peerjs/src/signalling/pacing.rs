//! How often a server is asked: the bucket that all ids share, and the back-off.

use crate::limits::{REGISTRATION_BURST, REGISTRATION_EVERY, RETRY};
use crate::random::Random;
use pace::Bucket;
use std::time::Duration;

/// Returns the bucket of one server, full.
pub(super) const fn registrations() -> Bucket {
    Bucket::new(REGISTRATION_BURST, REGISTRATION_EVERY)
}

/// Draws the wait after so many failures in a row. Full jitter: anything up to a ceiling that
/// doubles with each of them.
pub(super) fn backoff(failures: u32, random: &mut Random) -> Duration {
    random.up_to(RETRY.doubled(failures.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_asked_for_six_ids_at_once_and_one_more_every_second_and_a_half() {
        const MS: Duration = Duration::from_millis(1);
        let start = Duration::from_secs(100);
        let mut bucket = registrations();
        assert_eq!((0..10).filter(|_| bucket.take(start)).count(), 6);
        assert_eq!(bucket.due(), start + 1_500 * MS);
        assert!(!bucket.take(start + 1_499 * MS));
        assert!(bucket.take(start + 1_500 * MS));
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
