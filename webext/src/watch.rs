//! Notices sleep by the clocks: a gap between two readings that are taken at a steady rate.

use mesh_chat::limits::CLOCK_JUMP;
use mesh_chat::{Mono, Now};

/// How often the clock is to be read for [`Watch`], in milliseconds: well within [`CLOCK_JUMP`], and soon after a
/// wake, when everybody waits for this device to be back.
pub const READ_EVERY_MILLIS: u32 = 2_000;

/// How many readings pass until the node is called, where nothing else calls it.
pub const TICK_READINGS: u32 = 10;

/// Compares each reading of the clocks with the one before.
#[derive(Debug)]
pub struct Watch {
    last: Now,
}

impl Watch {
    /// Starts with a first reading.
    pub fn new(now: Now) -> Self {
        Self { last: now }
    }

    /// Returns whether the device slept since the last reading. Some systems stop the monotonic clock
    /// in sleep, so either clock can show it.
    pub fn slept(&mut self, now: Now) -> bool {
        let last = std::mem::replace(&mut self.last, now);
        let unix = Mono(now.unix).since(Mono(last.unix));
        now.mono.since(last.mono).max(unix) > CLOCK_JUMP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(mono: u64, unix: u64) -> Now {
        Now {
            mono: Mono(mono * 1000),
            unix: unix * 1000,
            zone: 0,
        }
    }

    #[test]
    fn ordinary_readings_are_no_sleep() {
        let mut watch = Watch::new(at(0, 1_000));
        assert!(!watch.slept(at(2, 1_002)));
        assert!(!watch.slept(at(10, 1_010)), "a busy page");
    }

    #[test]
    fn a_gap_on_either_clock_is_sleep_once() {
        let mut watch = Watch::new(at(0, 1_000));
        assert!(watch.slept(at(2, 1_100)), "monotonic clock stopped");
        assert!(watch.slept(at(102, 1_200)), "both went on");
        assert!(!watch.slept(at(104, 1_202)));
    }

    #[test]
    fn a_clock_set_back_is_no_sleep() {
        let mut watch = Watch::new(at(0, 100_000));
        assert!(!watch.slept(at(2, 1_000)));
        assert!(!watch.slept(at(4, 1_002)));
    }
}
