//! The random source of a machine: seeded by its owner, so that a run can be repeated.

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};
use std::time::Duration;

/// Draws what the machine needs. Cryptographically strong if its seed is.
pub(crate) struct Random(ChaCha12Rng);

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// Returns 128 random bits as 32 hexadecimal digits.
    pub(crate) fn token(&mut self) -> String {
        format!("{:016x}{:016x}", self.0.next_u64(), self.0.next_u64())
    }

    /// Returns 64 random bits as 16 hexadecimal digits.
    pub(crate) fn nonce(&mut self) -> String {
        format!("{:016x}", self.0.next_u64())
    }

    /// Returns a duration between nothing and `most`, in whole milliseconds.
    pub(crate) fn up_to(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX - 1);
        Duration::from_millis(self.0.next_u64() % (most + 1))
    }
}
