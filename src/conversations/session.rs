//! An authenticated connection with a contact.

use super::agreement::Agreement;
use crate::clock::Mono;
use crate::io::{LinkId, Path};
use crate::limits::{PROFILE_EVERY, PROFILES_SENT, PROFILES_TAKEN};
use crate::liveness::Liveness;
use pace::Bucket;
use std::time::Duration;

/// Two sessions that begin within this time come from both having dialled at once.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A session that ended within this time did not last, and the next one is begun later: a device
/// with a full disk ends each of them at the first text, and would be dialled once a second for ever.
/// No longer, as a line that is cut again and again ends each after a while, and comes back at once.
const LASTING: Duration = Duration::from_secs(10);

/// How soon a round trip is measured again for a person who looks at the chat.
const TRIP_LASTS: Duration = Duration::from_secs(10);

/// The connection and what was said on it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) link: LinkId,
    since: Mono,
    pub(super) path: Path,
    /// The connection began between Discovery IDs of one namespace, in which this device still is.
    pub(super) met_there: bool,
    /// The contact is in a namespace of this device.
    pub(super) shares: bool,
    /// The contact says that its path shows both on one network.
    pub(super) says_near: bool,
    /// The contact says that its person is away.
    pub(super) says_away: bool,
    /// The Router IDs in whose registries the contact says to be.
    pub(super) routers: Vec<String>,
    /// What the contact has of the own messages: sending goes on when that is agreed.
    pub(super) agreement: Agreement,
    /// What the contact says of the own messages that were seen, until that is agreed.
    pub(super) says_read: Option<String>,
    pub(super) received: Received,
    pub(super) profiles: Profiles,
    pub(super) liveness: Liveness,
    pub(super) trip: Trip,
}

/// How long a message takes there and back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trip {
    /// When a ping was sent that is not answered.
    asked: Option<Mono>,
    /// What was measured last, and when.
    last: Option<(Duration, Mono)>,
}

impl Trip {
    /// Notes that a ping is sent.
    pub(super) fn begin(&mut self, now: Mono) {
        // An answer may be that to an earlier one, which took longer.
        self.asked.get_or_insert(now);
    }

    /// Notes that a pong has come.
    pub(super) fn end(&mut self, now: Mono) {
        if let Some(asked) = self.asked.take() {
            self.last = Some((now.since(asked), now));
        }
    }

    /// Returns whether it is worth measuring again.
    pub(super) fn is_old(&self, now: Mono) -> bool {
        let is_new = |(_, at): (Duration, Mono)| now.since(at) < TRIP_LASTS;
        self.asked.is_none() && !self.last.is_some_and(is_new)
    }

    /// Returns what was measured last.
    pub(super) fn last(&self) -> Option<Duration> {
        self.last.map(|(trip, _)| trip)
    }
}

/// How often each side says who it is.
#[derive(Debug)]
pub(super) struct Profiles {
    pub(super) incoming: Bucket,
    pub(super) outgoing: Bucket,
    /// The own one has changed and is to be sent when it may be.
    pub(super) owed: bool,
}

impl Default for Profiles {
    fn default() -> Self {
        Self {
            incoming: Bucket::new(PROFILES_TAKEN, PROFILE_EVERY),
            outgoing: Bucket::new(PROFILES_SENT, PROFILE_EVERY),
            owed: false,
        }
    }
}

/// What came of the contact's messages on this connection.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// What is stored has not been said yet, and is to be; with or without what was read.
    pub(super) owes_have: Option<bool>,
    /// It has been said: texts may come.
    pub(super) has_said: bool,
    /// How many texts came.
    pub(super) texts: u64,
    /// Texts up to this one were acknowledged.
    pub(super) acknowledged: u64,
    /// How often the contact has asked which messages are here.
    pub(super) asked: usize,
}

impl Session {
    pub(super) fn new(link: LinkId, path: Path, met_there: bool, now: Mono) -> Self {
        Self {
            link,
            since: now,
            path,
            met_there,
            shares: met_there,
            says_near: false,
            says_away: false,
            routers: Vec::new(),
            agreement: Agreement::default(),
            says_read: None,
            received: Received::default(),
            profiles: Profiles::default(),
            liveness: Liveness::new(now),
            trip: Trip::default(),
        }
    }

    /// Returns whether this session stays where another connection with the same contact has just
    /// been proven. Of two that were dialled at once, both sides keep the one that the smaller key
    /// dialled; else the newer one takes over. `ours_is_smaller` compares the own key with theirs.
    pub(super) fn outlives(&self, other: LinkId, ours_is_smaller: bool, now: Mono) -> bool {
        let dialled = |link| matches!(link, LinkId::Dialled(_));
        let at_once = now.since(self.since) < AT_ONCE && dialled(self.link) != dialled(other);
        at_once && dialled(other) != ours_is_smaller
    }

    /// Returns whether it shows the contact on one of this device's networks, to this side or to the other.
    pub(super) fn is_here(&self, is_local: impl Fn(Path, bool) -> bool) -> bool {
        self.says_near || is_local(self.path, self.shares)
    }

    pub(super) fn has_lasted(&self, now: Mono) -> bool {
        now.since(self.since) >= LASTING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: LinkId = LinkId::Dialled(1);
    const THEIRS: LinkId = LinkId::Accepted(1);

    #[test]
    fn both_sides_keep_the_connection_that_the_smaller_key_dialled() {
        let now = Mono(1_000);
        for (first, second) in [(OURS, THEIRS), (THEIRS, OURS)] {
            let session = Session::new(first, Path::Unknown, false, now);
            let smaller = session.outlives(second, true, now);
            let larger = session.outlives(second, false, now);
            assert_eq!(
                smaller,
                first == OURS,
                "the smaller key keeps what it dialled"
            );
            assert_eq!(larger, first == THEIRS);
        }
    }

    #[test]
    fn a_later_connection_and_one_from_the_same_side_take_over() {
        let session = Session::new(OURS, Path::Unknown, false, Mono(0));
        assert!(!session.outlives(THEIRS, true, Mono(5_000)));
        assert!(!session.outlives(LinkId::Dialled(2), true, Mono(1_000)));
    }

    #[test]
    fn a_round_trip_is_measured_from_the_first_ping_without_an_answer() {
        let mut trip = Trip::default();
        trip.end(Mono(5));
        assert_eq!(trip.last(), None, "nobody has asked");
        trip.begin(Mono(100));
        trip.begin(Mono(150));
        assert!(!trip.is_old(Mono(99_000)), "it is being measured");
        trip.end(Mono(180));
        assert_eq!(trip.last(), Some(Duration::from_millis(80)));
        assert!(!trip.is_old(Mono(10_179)) && trip.is_old(Mono(10_180)));
    }

    #[test]
    fn ten_seconds_are_lasting() {
        let session = Session::new(OURS, Path::Unknown, false, Mono(0));
        assert!(!session.has_lasted(Mono(9_999)));
        assert!(session.has_lasted(Mono(10_000)));
    }
}
