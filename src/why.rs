//! The reasons for which a node wants to be woken.

use crate::clock::Mono;

/// When to call a node again, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// The moment.
    pub at: Mono,
    /// The reason, for logs and tests. A node looks at all its deadlines whenever it is called.
    pub why: Why,
}

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A new UTC day: Discovery IDs change.
    NewDay,
    /// The public address is looked up again.
    AddressCheck,
    /// The beacon is asked, or one of its slots begins or ends.
    Beacon,
    /// A claim, an answer, or an entry of a namespace.
    Membership,
    /// A router tells its peers of the changes that it has collected.
    Update,
    /// A handshake takes too long, or a request waits too long for its answer.
    Handshake,
    /// A contact was silent for long, or has not answered.
    Liveness,
    /// The next message may be sent: contacts take only so many a second.
    Pace,
    /// A contact is dialled.
    Dial,
    /// The end of an acceptance is missing: the other side is asked.
    AskBack,
    /// Whoever was called back because of an answer was not found.
    CallBack,
    /// A contact that ended its connections early is looked for again.
    Rest,
    /// Those who are shown of many strangers are chosen again.
    Choice,
    /// The person is told of requests that came since they were told last.
    Notice,
    /// The id of an invite, which somebody else held, is registered again.
    Invite,
    /// A connection for files is made, or has to be bound.
    File,
    /// A write that failed is tried again.
    Write,
    /// The plan of rendezvous changes with the clock.
    Plan,
    /// The id of a rendezvous is claimed.
    Seat,
    /// Being off ends.
    Availability,
    /// A message has been read for as long as it was to stay, or a clearing can be taken back no longer.
    Disappear,
}

impl Why {
    /// Returns the deadline at a moment.
    pub(crate) fn at(self, at: Mono) -> Deadline {
        Deadline { at, why: self }
    }
}
