//! When the connections that were closed have to be collected.
//!
//! Chromium counts every RTCPeerConnection of a process until it is collected, and makes no more than
//! 500. By itself it collects when the memory of scripts grows, which connections hardly add to: a
//! page that dials once a second is at the end after nine minutes, and stays there.

use crate::limits::{CLOSED_MAX, COLLECT_AGAIN_AFTER};
use std::time::Duration;

/// What has become of the connections of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Made in all.
    pub made: u32,
    /// Made and not closed.
    pub open: u32,
    /// Times that the browser was made to collect.
    pub collections: u32,
    /// Times in a row that the browser would not make one.
    pub refused: u32,
}

/// Counts connections, and says when to collect.
#[derive(Debug, Default)]
pub struct Upkeep {
    counts: Counts,
    /// Closed since the last collection began.
    closed: u32,
    last: Option<Duration>,
}

impl Upkeep {
    /// Notes that one was made.
    pub fn made(&mut self) {
        self.counts.made = self.counts.made.saturating_add(1);
        self.counts.open = self.counts.open.saturating_add(1);
        self.counts.refused = 0;
    }

    /// Notes that the browser would not make one. Returns whether to collect now.
    pub fn refused(&mut self, now: Duration) -> bool {
        self.counts.refused = self.counts.refused.saturating_add(1);
        // WebRTC that is switched off is refused too, with nothing to collect.
        let waited = self
            .last
            .is_none_or(|last| now >= last + COLLECT_AGAIN_AFTER);
        waited && self.collect(now)
    }

    /// Notes that one was closed. Returns whether to collect now.
    pub fn closed(&mut self, now: Duration) -> bool {
        self.counts.open = self.counts.open.saturating_sub(1);
        self.closed = self.closed.saturating_add(1);
        self.closed >= CLOSED_MAX && self.collect(now)
    }

    /// Returns what has become of all of them.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn collect(&mut self, now: Duration) -> bool {
        self.counts.collections = self.counts.collections.saturating_add(1);
        self.closed = 0;
        self.last = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::CONNECTIONS_MAX;

    const SECOND: Duration = Duration::from_secs(1);

    /// What Chromium allows a process.
    const BROWSER: u32 = 500;

    fn dial_in_vain(upkeep: &mut Upkeep, now: Duration) -> bool {
        upkeep.made();
        upkeep.closed(now)
    }

    #[test]
    fn one_collection_follows_each_so_many_that_were_closed() {
        let mut upkeep = Upkeep::default();
        let collected = (0..CLOSED_MAX * 3).filter(|_| dial_in_vain(&mut upkeep, SECOND));
        assert_eq!(collected.count(), 3);
        let counts = upkeep.counts();
        assert_eq!((counts.made, counts.open), (CLOSED_MAX * 3, 0));
        assert_eq!(counts.collections, 3);
    }

    #[test]
    fn a_full_endpoint_and_what_waits_to_be_collected_are_fewer_than_the_browser_allows() {
        let mut upkeep = Upkeep::default();
        let full = u32::try_from(CONNECTIONS_MAX).unwrap();
        (0..full).for_each(|_| upkeep.made());
        let mut counted = full;
        let mut most = counted;
        for _ in 0..5_000 {
            counted += 1;
            most = most.max(counted);
            if dial_in_vain(&mut upkeep, SECOND) {
                counted = full;
            }
        }
        assert_eq!(upkeep.counts().open, full);
        assert!(most < BROWSER, "{most} at once");
    }

    #[test]
    fn a_refused_connection_leads_to_a_collection_at_once_and_then_not_for_a_while() {
        let mut upkeep = Upkeep::default();
        assert!(
            upkeep.refused(SECOND),
            "what an earlier page left is unknown"
        );
        assert!(!upkeep.refused(SECOND + COLLECT_AGAIN_AFTER / 2));
        assert!(upkeep.refused(SECOND + COLLECT_AGAIN_AFTER));
        assert_eq!(upkeep.counts().refused, 3);
        upkeep.made();
        assert_eq!(upkeep.counts().refused, 0, "it works again");
    }
}
