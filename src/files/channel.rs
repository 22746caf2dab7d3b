//! The connections on which files pass, beside the session with a contact.
//!
//! Whoever fetches dials, after saying in the session with which connection id. Whose connection it is shows in the
//! session too: each end says between which two certificates it sees it. The session is authenticated, so a server
//! that put somebody else between them would have to have the same certificates at both ends.

use crate::clock::Mono;
use crate::io::{ChannelBinding, LinkId};
use crate::limits::{CHANNEL_AGAIN, CHANNEL_WITHIN};
use crate::values::TransferId;

/// A contact with a session.
#[derive(Debug)]
pub(super) struct Peer {
    /// The connection on which this side fetches.
    pub(super) fetch: Channel,
    /// The one on which the contact does.
    pub(super) serve: Channel,
    /// How often in a row the connection could not be made or has broken.
    pub(super) failures: u32,
    /// Not before this moment is another one made.
    pub(super) again: Mono,
}

impl Peer {
    pub(super) fn new(now: Mono) -> Self {
        Self {
            fetch: Channel::default(),
            serve: Channel::default(),
            failures: 0,
            again: now,
        }
    }

    /// Returns whether no connection to fetch is there, nor in the making.
    pub(super) fn may_begin(&self) -> bool {
        self.fetch.until.is_none()
    }

    /// Notes that the connection to fetch could not be made, or has broken.
    pub(super) fn fail(&mut self, now: Mono) {
        self.again = now + CHANNEL_AGAIN.doubled(self.failures);
        self.failures += 1;
    }

    pub(super) fn is_late(&self, now: Mono) -> bool {
        let is_late = |channel: &Channel| channel.deadline().is_some_and(|at| now >= at);
        is_late(&self.fetch) || is_late(&self.serve)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.fetch.link.is_none() && self.serve.busy.is_none()
    }
}

/// One connection, or none.
#[derive(Debug, Default)]
pub(super) struct Channel {
    label: String,
    link: Option<LinkId>,
    /// As this end sees it.
    ours: Option<ChannelBinding>,
    /// As the other end does, seen from there.
    theirs: Option<ChannelBinding>,
    /// Until when both have to have said so.
    until: Option<Mono>,
    /// What the other end has said before it was bound.
    pub(super) early: Vec<Vec<u8>>,
    /// The file of which a piece was sent last, whose turn comes last.
    pub(super) last: Option<TransferId>,
    /// The file of which a piece is being read or sent.
    pub(super) busy: Option<TransferId>,
}

/// What the two ends see of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// One has not said it.
    NotYet,
    /// It is between the two.
    Yes,
    /// Somebody is between them.
    No,
}

impl Channel {
    /// Begins to wait for a connection with this id.
    pub(super) fn begin(&mut self, label: String, now: Mono) {
        *self = Self {
            label,
            until: Some(now + CHANNEL_WITHIN),
            ..Self::default()
        };
    }

    pub(super) fn link(&self) -> Option<LinkId> {
        self.link
    }

    /// Returns whether a call with this connection id is the one.
    pub(super) fn awaits(&self, label: &str) -> bool {
        self.link.is_none() && self.until.is_some() && self.label == label
    }

    /// Notes that the connection is there.
    pub(super) fn arrived(&mut self, link: LinkId) {
        self.link = Some(link);
    }

    /// Notes between which certificates this end sees it. Returns the connection id.
    pub(super) fn opened(&mut self, binding: ChannelBinding) -> &str {
        self.ours = Some(binding);
        &self.label
    }

    /// Notes between which ones the other end does. Returns whether this is the connection.
    pub(super) fn heard(&mut self, label: &str, binding: ChannelBinding) -> bool {
        let is_this = self.until.is_some() && self.label == label;
        if is_this {
            self.theirs = Some(binding);
        }
        is_this
    }

    /// Returns whether both ends see the same.
    pub(super) fn bound(&self) -> Bound {
        let Some((ours, theirs)) = self.ours.zip(self.theirs) else {
            return Bound::NotYet;
        };
        let same = (ours.local, ours.remote) == (theirs.remote, theirs.local);
        if same || planted!(SpiedChannelTaken) {
            Bound::Yes
        } else {
            Bound::No
        }
    }

    /// Returns the connection where it is between the two.
    pub(super) fn ready(&self) -> Option<LinkId> {
        self.link.filter(|_| self.bound() == Bound::Yes)
    }

    /// Returns until when it has to be bound.
    pub(super) fn deadline(&self) -> Option<Mono> {
        self.until.filter(|_| self.bound() != Bound::Yes)
    }

    /// Forgets the connection, and returns it.
    pub(super) fn take(&mut self) -> Option<LinkId> {
        std::mem::take(self).link
    }

    /// Notes that nothing of a file is sent any more.
    pub(super) fn forget(&mut self, id: &TransferId) {
        self.busy.take_if(|busy| busy == id);
    }
}
