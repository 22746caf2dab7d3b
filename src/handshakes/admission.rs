//! Who is let in: decided about an offer before anything is made or said.
//!
//! A caller who shows a secret in the id of the offer is known; everybody else is a stranger, and
//! only Discovery IDs are for strangers. Each class has its own budget, so that none starves another.

use super::book::{Book, Caller};
use super::stage::Pending;
use crate::clock::Mono;
use crate::crypto::{Key, Offer};
use crate::fact::{Purpose, Showing};
use crate::ids;
use crate::io::LinkId;
use crate::limits::{
    HANDSHAKES_AT_ONCE, HANDSHAKES_PER_MINUTE, KNOWN_AT_ONCE, LINKS, OF_ONE_CALLER, OF_ONE_KNOWN,
    OFFERS_REMEMBERED, SEARCHES_PER_MINUTE, SHOWN_AT_ONCE,
};
use crate::values::ContactId;
use litemap::LiteMap;
use pace::Bucket;
use std::collections::VecDeque;
use std::time::Duration;

/// A dial of somebody to an own id.
#[derive(Debug)]
pub(crate) struct Call {
    /// The own id.
    pub(crate) local: String,
    /// The other id.
    pub(crate) remote: String,
    /// The connection id, which the caller chose.
    pub(crate) label: String,
}

/// Whom the dialled id is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// A Discovery ID, dialled from one of the same namespace: strangers too.
    Discovery,
    /// The Transport ID: a contact.
    Transport,
    /// An id that is held for an invite: whoever has it, or was asked from there.
    Invite,
    /// A meeting point: this contact.
    Meeting(ContactId),
}

/// Why a call is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Nothing shows that the caller is expected here.
    NotKnown,
    /// As many as may be are under way, of all or of this caller.
    Busy,
    /// Too many came in this minute.
    Pace,
}

/// The budgets, and what must not be used again.
#[derive(Debug)]
pub(super) struct Admission {
    strangers: Bucket,
    /// Searches for the secret of a caller, at Discovery IDs and at the Transport ID.
    searches_discovery: Bucket,
    searches_transport: Bucket,
    /// The nonces of the tags that were admitted last. The server could offer one again, with another
    /// description: who holds the id shown would be answered, though never get past the hellos.
    nonces: VecDeque<[u8; 16]>,
}

impl Default for Admission {
    fn default() -> Self {
        let per_minute = |count| Bucket::new(count, Duration::from_mins(1) / count);
        Self {
            strangers: per_minute(HANDSHAKES_PER_MINUTE),
            searches_discovery: per_minute(SEARCHES_PER_MINUTE),
            searches_transport: per_minute(SEARCHES_PER_MINUTE),
            nonces: VecDeque::new(),
        }
    }
}

impl Admission {
    /// Decides about a call. Returns who the caller has shown to be, `None` for a stranger.
    /// `strangers` is whether there is room for connections of strangers.
    pub(super) fn decide(
        &mut self,
        now: Mono,
        book: &dyn Book,
        pending: &LiteMap<LinkId, Pending>,
        call: &Call,
        door: &Door,
        strangers: bool,
    ) -> Result<Option<Caller>, Refused> {
        let of_caller = |(link, p): &(&LinkId, &Pending)| {
            matches!(link, LinkId::Accepted(_)) && p.connection.remote == call.remote
        };
        let of_caller = pending.iter().filter(of_caller).count();
        if pending.len() >= LINKS || of_caller >= OF_ONE_KNOWN {
            return Err(Refused::Busy);
        }
        match self.recognise(now, book, call, door) {
            Some((caller, nonce)) => {
                let callers = pending
                    .values()
                    .filter_map(|p| p.connection.caller.as_ref());
                let of_it = callers.clone().filter(|other| **other == caller);
                let of_class = callers.filter(|other| other.is_contact() == caller.is_contact());
                let most = if caller.is_contact() {
                    KNOWN_AT_ONCE
                } else {
                    SHOWN_AT_ONCE
                };
                let room = of_it.count() < OF_ONE_KNOWN && of_class.count() < most;
                if !room {
                    return Err(Refused::Busy);
                }
                self.remember(nonce);
                Ok(Some(caller))
            }
            None if *door != Door::Discovery => Err(Refused::NotKnown),
            None => {
                let unknown = pending.values().filter(|pending| pending.is_unknown());
                let few = unknown.count() < HANDSHAKES_AT_ONCE || planted!(HandshakesUnbounded);
                if !(strangers && few && of_caller < OF_ONE_CALLER) {
                    return Err(Refused::Busy);
                }
                let in_time = self.strangers.take(now.into());
                in_time.then_some(None).ok_or(Refused::Pace)
            }
        }
    }

    /// Returns whose secret the offer shows, and its nonce.
    fn recognise(
        &mut self,
        now: Mono,
        book: &dyn Book,
        call: &Call,
        door: &Door,
    ) -> Option<(Caller, [u8; 16])> {
        let Call {
            local,
            remote,
            label,
        } = call;
        // At an id that is not listed nobody calls from one that is.
        if *door != Door::Discovery && !ids::is_transport_id(remote) {
            return None;
        }
        let offer = Offer::read(label)?;
        if self.nonces.contains(&offer.nonce) {
            return None;
        }
        // At the Transport ID a contact: whoever has an invite, or was asked, knows an id that is for that.
        let counts = |caller: &Caller| *door != Door::Transport || caller.is_contact();
        let shows =
            |(caller, secret): &(Caller, Key)| counts(caller) && offer.shows(secret, remote, local);
        let find = |callers: Vec<(Caller, Key)>| callers.into_iter().find(shows);
        let found = match door {
            Door::Meeting(contact) => {
                let showing = book.showing(&Purpose::Meet(contact.clone()));
                let secret = showing.and_then(Showing::secret);
                find(
                    secret
                        .map(|s| (Caller::Contact(contact.clone()), s))
                        .into_iter()
                        .collect(),
                )
            }
            Door::Invite => find(book.invited_at(local)),
            Door::Transport | Door::Discovery => find(book.callers_at(remote)).or_else(|| {
                let searches = match door {
                    Door::Discovery => &mut self.searches_discovery,
                    Door::Transport | Door::Invite | Door::Meeting(_) => {
                        &mut self.searches_transport
                    }
                };
                let may = searches.take(now.into());
                may.then(|| find(book.callers())).flatten()
            }),
        };
        found.map(|(caller, _)| (caller, offer.nonce))
    }

    fn remember(&mut self, nonce: [u8; 16]) {
        if self.nonces.len() >= OFFERS_REMEMBERED {
            self.nonces.pop_front();
        }
        self.nonces.push_back(nonce);
    }
}
