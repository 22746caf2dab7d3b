//! The connections on which files pass, beside the session with a contact.
//!
//! Whoever fetches dials, after saying in the session with which connection ids: one for each attempt. Whose connection
//! it is shows in the session too: each end says between which two certificates it sees it. The session is authenticated,
//! so a server that put somebody else between them would have to have the same certificates at both ends. Each attempt
//! has certificates of its own, so that shows which of them it is, too.

use crate::clock::Mono;
use crate::io::{ChannelBinding, LinkId};
use crate::limits::{
    CALL_EVERY, CALLS_AT_ONCE, CHANNEL_AGAIN, CHANNEL_WITHIN, EARLY_FILE_FRAMES, FURTHER_ATTEMPTS,
};
use crate::values::TransferId;
use pace::Bucket;

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
    /// How soon the contact may call again.
    pub(super) calls: Bucket,
}

impl Peer {
    pub(super) fn new(now: Mono) -> Self {
        Self {
            fetch: Channel::default(),
            serve: Channel::default(),
            failures: 0,
            again: now,
            calls: Bucket::new(CALLS_AT_ONCE, CALL_EVERY),
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
        !self.fetch.is_there() && self.serve.busy.is_none()
    }
}

/// One connection, or none: the attempts to make it, until it is known which of them it is.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// The connection id of the first attempt, which is the name of them all.
    name: String,
    /// The connection ids with which nobody has called.
    labels: Vec<String>,
    attempts: Vec<Attempt>,
    /// The connections that the other end sees, as seen from there.
    theirs: Vec<ChannelBinding>,
    /// Until when both have to have said so.
    until: Option<Mono>,
    /// The file of which a piece was sent last, whose turn comes last.
    pub(super) last: Option<TransferId>,
    /// The file of which a piece is being read or sent.
    pub(super) busy: Option<TransferId>,
}

/// A connection that is being made, or is there. Whoever dials sees all attempts as one.
#[derive(Debug)]
struct Attempt {
    link: LinkId,
    /// As this end sees it.
    ours: Option<ChannelBinding>,
    /// What the other end has said before it was bound.
    early: Vec<Vec<u8>>,
}

impl Channel {
    /// Begins to wait for a connection with one of these ids.
    pub(super) fn begin(&mut self, label: String, further: Vec<String>, now: Mono) {
        *self = Self {
            name: label.clone(),
            labels: [vec![label], further].concat(),
            until: Some(now + CHANNEL_WITHIN),
            ..Self::default()
        };
    }

    /// Returns whether a connection is there, or being made.
    pub(super) fn is_there(&self) -> bool {
        !self.attempts.is_empty()
    }

    pub(super) fn has(&self, link: LinkId) -> bool {
        self.attempts.iter().any(|attempt| attempt.link == link)
    }

    fn is_named(&self, label: &str) -> bool {
        self.until.is_some() && self.name == label
    }

    /// Takes the ids with which the other end waits for a call, as it says.
    pub(super) fn take_labels(&mut self, name: &str) -> Option<Vec<String>> {
        let is_one = self.is_named(name) && !self.labels.is_empty();
        is_one.then(|| std::mem::take(&mut self.labels))
    }

    /// Returns whether a call with this connection id is waited for.
    pub(super) fn awaits(&self, label: &str) -> bool {
        self.deadline().is_some() && self.labels.iter().any(|one| one == label)
    }

    /// Notes that there is a call with this connection id.
    pub(super) fn called(&mut self, link: LinkId, label: &str) {
        self.labels.retain(|one| one != label);
        self.arrived(link);
    }

    /// Notes that an attempt is there.
    pub(super) fn arrived(&mut self, link: LinkId) {
        self.attempts.push(Attempt {
            link,
            ours: None,
            early: Vec::new(),
        });
    }

    /// Notes between which certificates this end sees a connection. Returns the name of its attempts.
    pub(super) fn opened(&mut self, link: LinkId, binding: ChannelBinding) -> Option<&str> {
        let attempt = self.attempts.iter_mut().find(|one| one.link == link)?;
        attempt.ours = Some(binding);
        Some(&self.name)
    }

    /// Notes between which ones the other end does. Returns whether it is of these attempts.
    pub(super) fn heard(&mut self, label: &str, binding: ChannelBinding) -> bool {
        let is_this = self.is_named(label) && self.theirs.len() <= FURTHER_ATTEMPTS;
        if is_this {
            self.theirs.push(binding);
        }
        is_this
    }

    fn is_between(&self, attempt: &Attempt) -> bool {
        let same = |ours: ChannelBinding| {
            let mut theirs = self.theirs.iter();
            theirs.any(|theirs| (ours.local, ours.remote) == (theirs.remote, theirs.local))
        };
        let heard = !self.theirs.is_empty();
        attempt
            .ours
            .is_some_and(|ours| same(ours) || heard && planted!(SpiedChannelTaken))
    }

    /// Returns the connection once both ends see it between the same two.
    pub(super) fn ready(&self) -> Option<LinkId> {
        let mut attempts = self.attempts.iter();
        let found = attempts.find(|attempt| self.is_between(attempt));
        found.map(|attempt| attempt.link)
    }

    /// Returns whether both ends see a connection, and not the same one.
    pub(super) fn is_spied(&self) -> bool {
        let opened = self.attempts.iter().any(|attempt| attempt.ours.is_some());
        opened && !self.theirs.is_empty() && self.ready().is_none()
    }

    /// Lets go of all attempts but the one that is the connection. Returns the others, and what came early on it.
    pub(super) fn settle(&mut self) -> Option<(Vec<LinkId>, Vec<Vec<u8>>)> {
        let ready = self.ready()?;
        let others = self
            .attempts
            .extract_if(.., |attempt| attempt.link != ready);
        let others = others.map(|attempt| attempt.link).collect();
        let early = self
            .attempts
            .first_mut()
            .map(|attempt| std::mem::take(&mut attempt.early));
        Some((others, early.unwrap_or_default()))
    }

    /// Keeps what has come before it is known whether this is the connection. Gives it back where it need not be kept.
    pub(super) fn keep_early(&mut self, link: LinkId, bytes: Vec<u8>) -> Option<Vec<u8>> {
        if self.ready().is_some() {
            return Some(bytes);
        }
        let attempt = self.attempts.iter_mut().find(|one| one.link == link)?;
        if attempt.early.len() >= EARLY_FILE_FRAMES {
            return Some(bytes);
        }
        attempt.early.push(bytes);
        None
    }

    /// Returns until when it has to be bound.
    pub(super) fn deadline(&self) -> Option<Mono> {
        self.until.filter(|_| self.ready().is_none())
    }

    /// Forgets an attempt that has ended. Returns whether that was the connection.
    pub(super) fn lost(&mut self, link: LinkId) -> bool {
        let was_ready = self.ready() == Some(link);
        self.attempts.retain(|attempt| attempt.link != link);
        was_ready
    }

    /// Forgets the connection, and returns every attempt.
    pub(super) fn take(&mut self) -> Vec<LinkId> {
        let attempts = std::mem::take(self).attempts;
        attempts.iter().map(|attempt| attempt.link).collect()
    }

    /// Notes that nothing of a file is sent any more.
    pub(super) fn forget(&mut self, id: &TransferId) {
        self.busy.take_if(|busy| busy == id);
    }
}
