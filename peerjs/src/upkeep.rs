//! How many places for connections are taken in a browser's process, and when those of closed ones have to be
//! collected.
//!
//! Chromium counts every RTCPeerConnection of a process until it is collected, and one that it refused too.
//! It makes no more than 500. By itself it collects when the memory of scripts grows, which connections hardly
//! add to: a page that dials once a second is at the end after nine minutes, and stays there. So the closed ones
//! are collected after each [`CLOSED_MAX`], and where nearly all places are taken none is asked for:
//! whoever dials is told that nobody was reached, and comes back later. Firefox has no such limit, and cannot be made
//! to collect: [`rotation`](crate::rotation) lets it.

use crate::event::Counts;
use crate::limits::{CLOSED_MAX, COLLECT_AGAIN_AFTER};
use std::time::Duration;

/// Whether a connection is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// There is a place for it.
    Make,
    /// Nearly all places are taken; those of closed ones are to be collected now.
    Collect,
    /// The same, a moment after a collection.
    PutOff,
}

/// Counts connections, and says when to collect.
#[derive(Debug, Default)]
pub(crate) struct Upkeep {
    counts: Counts,
    /// Places that may be taken, where the browser limits them.
    places: Option<u32>,
    /// Closed since the last collection began.
    closed: u32,
    last: Option<Duration>,
}

impl Upkeep {
    /// Counts where so many places may be taken; `None` where the browser has no limit.
    pub(crate) fn new(places: Option<u32>) -> Self {
        Self {
            places,
            ..Self::default()
        }
    }

    /// Asks for a place.
    pub(crate) fn admit(&mut self, now: Duration) -> Admission {
        if self.places.is_none_or(|most| self.counts.places < most) {
            return Admission::Make;
        }
        match self.refused(now) {
            true => Admission::Collect,
            false => Admission::PutOff,
        }
    }

    /// Notes that one was made.
    pub(crate) fn made(&mut self) {
        self.counts.made = self.counts.made.saturating_add(1);
        self.counts.open = self.counts.open.saturating_add(1);
        self.counts.places = self.counts.places.saturating_add(1);
        self.counts.refused = 0;
    }

    /// Notes that one was put off, or that the browser would not make it. Returns whether to collect now.
    pub(crate) fn refused(&mut self, now: Duration) -> bool {
        self.counts.refused = self.counts.refused.saturating_add(1);
        // WebRTC that is switched off is refused too, with nothing to collect.
        let waited = self
            .last
            .is_none_or(|last| now >= last + COLLECT_AGAIN_AFTER);
        waited && self.collect(now)
    }

    /// Notes that one was closed. Returns whether to collect now.
    pub(crate) fn closed(&mut self, now: Duration) -> bool {
        self.counts.open = self.counts.open.saturating_sub(1);
        self.closed = self.closed.saturating_add(1);
        self.closed >= CLOSED_MAX && self.collect(now)
    }

    /// Notes that the browser has collected one, so that its place is free.
    pub(crate) fn collected(&mut self) {
        self.counts.places = self.counts.places.saturating_sub(1);
    }

    /// Returns what has become of all of them.
    pub(crate) fn counts(&self) -> Counts {
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
    use crate::limits::{CONNECTIONS_MAX, PLACES_MAX};

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
        assert_eq!(counts.uncollected(), CLOSED_MAX * 3, "none was collected");
    }

    #[test]
    fn a_full_endpoint_and_what_waits_to_be_collected_have_places() {
        let mut upkeep = Upkeep::new(Some(PLACES_MAX));
        let full = u32::try_from(CONNECTIONS_MAX).unwrap();
        (0..full).for_each(|_| upkeep.made());
        for _ in 0..5_000 {
            assert_eq!(upkeep.admit(SECOND), Admission::Make);
            if dial_in_vain(&mut upkeep, SECOND) {
                (0..upkeep.counts().uncollected()).for_each(|_| upkeep.collected());
            }
        }
        assert_eq!(upkeep.counts().open, full);
    }

    #[test]
    fn whatever_the_browser_keeps_it_is_never_asked_for_more_than_it_has() {
        let mut upkeep = Upkeep::new(Some(PLACES_MAX));
        let mut seconds = (0..10_000).map(Duration::from_secs);
        let made = seconds.by_ref().filter(|now| {
            let admitted = upkeep.admit(*now) == Admission::Make;
            if admitted {
                dial_in_vain(&mut upkeep, *now);
            }
            admitted
        });
        assert_eq!(made.count(), usize::try_from(PLACES_MAX).unwrap());
        assert!(upkeep.counts().places < BROWSER);
        assert_eq!(upkeep.counts().refused, 10_000 - PLACES_MAX);
    }

    #[test]
    fn nothing_is_put_off_in_a_browser_without_a_limit() {
        let mut upkeep = Upkeep::new(None);
        for _ in 0..5_000 {
            assert_eq!(upkeep.admit(SECOND), Admission::Make);
            dial_in_vain(&mut upkeep, SECOND);
        }
        assert_eq!(upkeep.counts().uncollected(), 5_000);
    }

    #[test]
    fn dials_are_put_off_until_a_place_is_free() {
        let mut upkeep = Upkeep::new(Some(PLACES_MAX));
        let _ = (0..PLACES_MAX)
            .filter(|_| dial_in_vain(&mut upkeep, SECOND))
            .count();
        let later = SECOND + COLLECT_AGAIN_AFTER;
        assert_eq!(upkeep.admit(later), Admission::Collect);
        assert_eq!(upkeep.admit(later), Admission::PutOff, "it was just now");
        upkeep.collected();
        assert_eq!(upkeep.admit(later), Admission::Make);
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
