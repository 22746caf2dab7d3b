//! When to dial one contact, and what came of it.

use crate::clock::Mono;
use crate::io::LinkId;
use crate::view::Ping;
use pace::Backoff;
use std::time::Duration;

/// The waits between two dials to one contact.
const RETRY: Backoff = Backoff::new(Duration::from_secs(4), Duration::from_mins(10));

/// The longest wait before a lost session is begun anew; doubled for each session in a row that
/// did not last.
const RETURN: Backoff = Backoff::new(Duration::from_secs(2), Duration::from_secs(64));

/// How often that wait is doubled at most.
const DOUBLINGS: u32 = 5;

/// The state of dialling one contact.
#[derive(Debug, Default)]
pub(super) struct Dialling {
    /// The connection being made.
    link: Option<LinkId>,
    next_try: Option<Mono>,
    /// Dials in vain, for the back-off.
    tries: u32,
    /// Dials since the two have met, for the turn of the ways: what comes to light ends a back-off, and no turn, or the
    /// way that has just failed would be the next one for ever.
    turn: u32,
    /// Sessions in a row that ended soon after they began.
    short: u32,
    /// After such a session: until when the contact is not waited for at a rendezvous either.
    rests: Option<Mono>,
    ping: Option<Ping>,
    /// The last dial was answered, and no connection came about.
    no_path: bool,
    /// The person asked for a Ping while a dial was under way: the end of that dial is no answer.
    ping_waits: bool,
    /// Something has come to light while a dial was under way: when to dial if it fails, without a back-off.
    anew: Option<Mono>,
}

impl Dialling {
    pub(super) fn is_under_way(&self) -> bool {
        self.link.is_some()
    }

    pub(super) fn is(&self, link: LinkId) -> bool {
        self.link == Some(link)
    }

    /// Returns what the last Ping showed.
    pub(super) fn ping(&self) -> Option<Ping> {
        self.ping
    }

    /// Returns whether the last dial was answered, and no connection came about.
    pub(super) fn has_no_path(&self) -> bool {
        self.no_path
    }

    /// Returns whether the person waits for the answer to a Ping.
    pub(super) fn is_pinging(&self) -> bool {
        self.ping == Some(Ping::Trying)
    }

    /// Returns when to dial, if no dial is under way.
    pub(super) fn due(&self) -> Option<Mono> {
        self.next_try.filter(|_| self.link.is_none())
    }

    pub(super) fn is_due(&self, now: Mono) -> bool {
        self.due().is_some_and(|at| now >= at)
    }

    /// Returns how many dials there were since the contact was met: the ways are taken in turn.
    pub(super) fn turn(&self) -> usize {
        self.turn as usize
    }

    /// Returns until when the contact is left alone after a session that did not last.
    pub(super) fn rests(&self) -> Option<Mono> {
        self.rests
    }

    /// Dials soon, whatever the back-off says.
    pub(super) fn hurry(&mut self, now: Mono) {
        if self.link.is_none() {
            self.next_try = Some(now);
        }
    }

    /// Begins anew at a moment, without the back-off of earlier tries.
    pub(super) fn restart(&mut self, at: Mono) {
        if self.is_under_way() {
            self.anew = Some(at);
        } else {
            self.tries = 0;
            self.next_try = Some(at);
        }
    }

    /// Forgets the back-off of earlier tries.
    pub(super) fn forget_failures(&mut self) {
        self.tries = 0;
    }

    /// Waits, because too many dials to others are under way.
    pub(super) fn postpone(&mut self, until: Mono) {
        self.next_try = Some(until);
    }

    pub(super) fn began(&mut self, link: LinkId) {
        self.link = Some(link);
        self.next_try = None;
        self.anew = None;
        self.tries = self.tries.saturating_add(1);
        self.turn = self.turn.wrapping_add(1);
    }

    /// Notes that no address can be dialled; `until` is when a blacklisted one can be dialled
    /// again.
    pub(super) fn no_way(&mut self, until: Option<Mono>) {
        self.next_try = until;
        if self.is_pinging() {
            self.ping = Some(match until {
                Some(_) => Ping::SomebodyElse,
                None => Ping::Unreachable,
            });
        }
    }

    /// Notes that the dial ended without a session. `jitter` draws a time from nothing to its
    /// argument.
    pub(super) fn failed(
        &mut self,
        now: Mono,
        result: Ping,
        jitter: impl FnOnce(Duration) -> Duration,
    ) {
        self.link = None;
        // Whoever does not answer now may still be where there is no way to.
        self.no_path = result == Ping::NoPath || self.no_path && result == Ping::Unreachable;
        let anew = self.anew.take();
        if anew.is_some() {
            self.tries = 0;
        }
        if std::mem::take(&mut self.ping_waits) && self.is_pinging() {
            self.next_try = Some(now);
            return;
        }
        if let Some(at) = anew {
            self.next_try = Some(at.max(now));
        } else {
            let wait = RETRY.doubled(self.tries) * u32::from(!planted!(NoBackoff));
            self.next_try = Some(now + wait / 2 + jitter(wait / 2));
        }
        if self.is_pinging() {
            self.ping = Some(result);
        }
    }

    /// Ends the dial, because there is a session meanwhile.
    pub(super) fn needless(&mut self) {
        self.link = None;
    }

    /// Notes that a session has begun, on the dialled connection or on another.
    pub(super) fn met(&mut self, link: LinkId) {
        if self.is(link) {
            self.link = None;
        }
        (self.tries, self.turn) = (0, 0);
        self.no_path = false;
        self.next_try = None;
        // What an earlier Ping showed is wrong now.
        self.ping = self.ping.map(|_| Ping::Online);
    }

    /// Notes that the session is gone. Returns within which time to dial again; the moment is then
    /// set by [`Dialling::again`].
    pub(super) fn lost(&mut self, lasted: bool) -> Duration {
        self.short = if lasted {
            0
        } else {
            DOUBLINGS.min(self.short + 1)
        };
        (self.tries, self.turn) = (0, 0);
        RETURN.doubled(self.short)
    }

    /// Dials at a moment; after a session that did not last, the contact is left alone until then.
    pub(super) fn again(&mut self, at: Mono, lasted: bool) {
        self.next_try = Some(at);
        self.rests = (!lasted).then_some(at);
    }

    /// Stops dialling: no connection to the contact is wanted any more.
    pub(super) fn stop(&mut self) {
        self.link = None;
        self.next_try = None;
    }

    /// Begins a Ping: the person asks whether the contact can be reached.
    pub(super) fn start_ping(&mut self, now: Mono) {
        self.ping = Some(Ping::Trying);
        self.ping_waits = self.link.is_some();
        self.next_try = Some(now);
    }

    /// Answers a Ping during a session, which needs no dial.
    pub(super) fn ping_online(&mut self) {
        self.ping = Some(Ping::Online);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: LinkId = LinkId::Dialled(1);
    const OTHER: LinkId = LinkId::Dialled(2);
    const NOW: Mono = Mono(100_000);

    fn most(limit: Duration) -> Duration {
        limit
    }

    #[test]
    fn each_failure_doubles_the_wait_up_to_ten_minutes() {
        let mut dialling = Dialling::default();
        let waits = [8, 16, 32, 64, 128, 256, 512, 600, 600];
        for seconds in waits {
            dialling.began(LINK);
            assert_eq!(dialling.due(), None);
            dialling.failed(NOW, Ping::Unreachable, most);
            assert_eq!(dialling.due(), Some(NOW + Duration::from_secs(seconds)));
        }
        dialling.restart(NOW);
        assert!(dialling.is_due(NOW));
        dialling.began(LINK);
        dialling.failed(NOW, Ping::Unreachable, |_| Duration::ZERO);
        assert_eq!(dialling.due(), Some(NOW + Duration::from_secs(4)));
    }

    #[test]
    fn that_there_is_no_way_is_known_until_somebody_else_answers_or_the_two_meet() {
        let mut dialling = Dialling::default();
        let mut after = |result| {
            dialling.began(LINK);
            dialling.failed(NOW, result, most);
            dialling.has_no_path()
        };
        assert!(!after(Ping::Unreachable));
        assert!(after(Ping::NoPath));
        assert!(
            after(Ping::Unreachable),
            "away, perhaps: nothing new is known"
        );
        assert!(!after(Ping::SomebodyElse));
        assert!(after(Ping::NoPath));
        dialling.met(OTHER);
        assert!(!dialling.has_no_path());
    }

    #[test]
    fn what_comes_to_light_during_a_dial_counts_when_that_has_failed() {
        for (at, next) in [
            (NOW + RETRY.doubled(0), NOW + RETRY.doubled(0)),
            (Mono(0), NOW),
        ] {
            let mut dialling = Dialling::default();
            for _ in 0..5 {
                dialling.began(LINK);
                dialling.failed(NOW, Ping::Unreachable, most);
            }
            dialling.began(LINK);
            dialling.restart(at);
            assert_eq!(dialling.due(), None);
            dialling.failed(NOW, Ping::Unreachable, most);
            assert_eq!(dialling.due(), Some(next));
            dialling.began(LINK);
            dialling.failed(NOW, Ping::Unreachable, most);
            assert_eq!(
                dialling.due(),
                Some(NOW + RETRY.doubled(1)),
                "from the beginning"
            );
        }
    }

    #[test]
    fn a_ping_during_a_dial_is_answered_by_the_next_one() {
        let mut dialling = Dialling::default();
        dialling.began(LINK);
        dialling.start_ping(NOW);
        dialling.failed(NOW, Ping::Unreachable, most);
        assert_eq!(
            (dialling.ping(), dialling.due()),
            (Some(Ping::Trying), Some(NOW))
        );
        dialling.began(OTHER);
        dialling.failed(NOW, Ping::SomebodyElse, most);
        assert_eq!(dialling.ping(), Some(Ping::SomebodyElse));
    }

    #[test]
    fn without_an_address_a_ping_says_why() {
        let mut dialling = Dialling::default();
        dialling.start_ping(NOW);
        dialling.no_way(None);
        assert_eq!(
            (dialling.ping(), dialling.due()),
            (Some(Ping::Unreachable), None)
        );
        dialling.start_ping(NOW);
        let until = NOW + Duration::from_mins(15);
        dialling.no_way(Some(until));
        assert_eq!(
            (dialling.ping(), dialling.due()),
            (Some(Ping::SomebodyElse), Some(until))
        );
    }

    #[test]
    fn sessions_that_do_not_last_are_begun_ever_later() {
        let mut dialling = Dialling::default();
        for seconds in [4, 8, 16, 32, 64, 64] {
            assert_eq!(dialling.lost(false), Duration::from_secs(seconds));
            dialling.again(NOW, false);
            assert_eq!(dialling.rests(), Some(NOW));
        }
        assert_eq!(dialling.lost(true), Duration::from_secs(2));
        dialling.again(NOW, true);
        assert_eq!((dialling.rests(), dialling.due()), (None, Some(NOW)));
    }

    #[test]
    fn a_meeting_ends_only_the_dial_that_led_to_it() {
        let mut dialling = Dialling::default();
        dialling.began(LINK);
        dialling.met(OTHER);
        assert!(dialling.is(LINK));
        dialling.met(LINK);
        assert!(!dialling.is_under_way());
    }
}
