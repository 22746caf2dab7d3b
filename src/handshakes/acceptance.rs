//! The acceptance of a stranger, from the person's yes to the session: what follows from what
//! happens, in every state.
//!
//! | | stored | not stored | confirmed | closed | broken |
//! |---|---|---|---|---|---|
//! | Storing | say yes; `AwaitingConfirm` | take back; the request waits again | – | `Unfinished` | forget |
//! | `AwaitingConfirm` | – | – | store; `Finishing` | keep unfinished | forget |
//! | Finishing | contact | take back and unreachable, or keep unfinished | – | `Alone` | `Alone` |
//! | Unfinished | keep unfinished | take back; the request waits again | – | – | – |
//! | Alone | keep | keep, and write again | – | – | – |
//!
//! "Closed" is the end of the connection, also by time; "broken" is a peer that breaks the protocol.
//! A contact is stored before the other side hears of it, so that the pair secret survives a crash
//! on either side; what is still being stored when the connection ends counts once it is.

use super::exchange::Exchange;
use crate::clock::Mono;
use crate::fact::Yes;
use crate::misbehaviour::Fault;
use crate::records::{ContactRecord, RequestRecord};
use crate::values::ContactId;
use crate::wire::Proof;

/// How far an acceptance is.
#[derive(Debug)]
pub(super) enum Acceptance {
    /// The person said yes; the provisional contact is being stored.
    Storing {
        exchange: Exchange,
        contact: ContactRecord,
        yes: Yes,
    },
    /// The other side knows, and is to confirm.
    AwaitingConfirm {
        exchange: Exchange,
        contact: ContactRecord,
        yes: Yes,
    },
    /// Both proofs are verified; the contact is being stored.
    Finishing { finished: Finished, began: Began },
    /// The connection has ended while the provisional contact is being stored.
    Unfinished { contact: ContactRecord, yes: Yes },
    /// The connection has ended while the proven contact is being stored.
    Alone { finished: Finished, began: Began },
}

/// How an acceptance began.
#[derive(Clone, Debug)]
pub(super) enum Began {
    /// This side asked, at this id.
    Asked(String),
    /// This side was asked.
    WasAsked(Yes),
}

impl Began {
    /// Returns the id at the other end.
    pub(super) fn remote(&self) -> &str {
        match self {
            Self::Asked(remote) => remote,
            Self::WasAsked(yes) => &yes.request.from,
        }
    }

    /// Returns whether the person has pressed Accept for just this.
    pub(super) fn was_clicked(&self) -> bool {
        match self {
            Self::Asked(_) => false,
            Self::WasAsked(yes) => yes.clicked,
        }
    }
}

/// A contact whose proof is verified.
#[derive(Clone, Debug)]
pub(super) struct Finished {
    pub(super) contact: ContactRecord,
    pub(super) accepted_at: Mono,
    /// The own last message, where this side asked.
    pub(super) confirm: Option<Proof>,
    /// The provisional record that the contact replaces, where it was saved before.
    pub(super) replaces: Option<ContactId>,
}

/// What can happen to an acceptance.
#[derive(Debug)]
pub(super) enum Happening {
    /// The write under way is durable.
    Stored,
    /// It has failed.
    NotStored,
    /// The other side has confirmed, and its proof is verified.
    Confirmed(Box<Finished>),
    /// The connection has ended.
    Closed,
    /// The other side broke the protocol.
    Broken(Fault),
}

/// What is to be done about it.
#[derive(Debug)]
pub(super) enum Effect {
    /// Nothing.
    Nothing,
    /// Send the own proof, which says yes.
    SayYes,
    /// The request waits for the person again; on its connection, where that stands. The provisional
    /// contact is taken back.
    Ask(Option<Exchange>, RequestRecord, ContactId),
    /// The two are contacts: go on with a session.
    Befriend(Finished, Began),
    /// Keep the contact without a connection; `stored` is whether it was written.
    Keep {
        finished: Finished,
        began: Began,
        stored: bool,
    },
    /// Keep the contact; the other side's last message is missing.
    KeepUnfinished(ContactRecord, Yes),
    /// The person who asked hears that it came to nothing, and the contact is taken back.
    Unreachable(String, ContactId),
    /// Forget the provisional contact, and say what its peer did; `told` is whether it has had the
    /// own proof.
    Forget {
        contact: ContactRecord,
        fault: Fault,
        told: bool,
    },
}

impl Acceptance {
    /// Returns the contact that is being stored with a verified proof.
    pub(super) fn finishing(&self) -> Option<&Finished> {
        match self {
            Self::Finishing { finished, .. } | Self::Alone { finished, .. } => Some(finished),
            Self::Storing { .. } | Self::AwaitingConfirm { .. } | Self::Unfinished { .. } => None,
        }
    }

    /// Returns the contact that comes of it.
    pub(super) fn contact(&self) -> &ContactRecord {
        match self {
            Self::Storing { contact, .. }
            | Self::AwaitingConfirm { contact, .. }
            | Self::Unfinished { contact, .. } => contact,
            Self::Finishing { finished, .. } | Self::Alone { finished, .. } => &finished.contact,
        }
    }

    /// Returns whether the contact that is being stored with a verified proof is this one.
    pub(super) fn is_proven_as(&self, contact: &ContactId) -> bool {
        match self {
            Self::Finishing { finished, .. } | Self::Alone { finished, .. } => {
                finished.contact.id == *contact
            }
            Self::Storing { .. } | Self::AwaitingConfirm { .. } | Self::Unfinished { .. } => false,
        }
    }

    /// Returns the exchange on which the confirmation is to be verified, and the contact it is for.
    pub(super) fn to_confirm(&self) -> Option<(&Exchange, &ContactRecord)> {
        match self {
            Self::AwaitingConfirm {
                exchange, contact, ..
            } => Some((exchange, contact)),
            Self::Storing { .. }
            | Self::Finishing { .. }
            | Self::Unfinished { .. }
            | Self::Alone { .. } => None,
        }
    }

    /// Goes on after what happened. Without a state, the acceptance is over.
    pub(super) fn on(self, happening: Happening) -> (Option<Self>, Effect) {
        match self {
            Self::Storing {
                exchange,
                contact,
                yes,
            } => on_storing(exchange, contact, yes, happening),
            Self::AwaitingConfirm {
                exchange,
                contact,
                yes,
            } => on_awaiting(exchange, contact, yes, happening),
            Self::Finishing { finished, began } => on_finishing(finished, began, happening),
            Self::Unfinished { contact, yes } => match happening {
                Happening::Stored => (None, Effect::KeepUnfinished(contact, yes)),
                Happening::NotStored => (None, Effect::Ask(None, yes.request, contact.id)),
                Happening::Confirmed(_) | Happening::Closed | Happening::Broken(_) => {
                    (Some(Self::Unfinished { contact, yes }), Effect::Nothing)
                }
            },
            Self::Alone { finished, began } => {
                let keep = |stored| Effect::Keep {
                    finished: finished.clone(),
                    began: began.clone(),
                    stored,
                };
                match happening {
                    Happening::Stored => (None, keep(true)),
                    Happening::NotStored => (None, keep(false)),
                    Happening::Confirmed(_) | Happening::Closed | Happening::Broken(_) => {
                        (Some(Self::Alone { finished, began }), Effect::Nothing)
                    }
                }
            }
        }
    }
}

// What cannot happen in a state changes nothing.

fn on_storing(
    exchange: Exchange,
    contact: ContactRecord,
    yes: Yes,
    happening: Happening,
) -> (Option<Acceptance>, Effect) {
    match happening {
        Happening::Stored => {
            let next = Acceptance::AwaitingConfirm {
                exchange,
                contact,
                yes,
            };
            (Some(next), Effect::SayYes)
        }
        Happening::NotStored => {
            let ask = Effect::Ask(Some(exchange), yes.request, contact.id);
            (None, ask)
        }
        Happening::Closed => (
            Some(Acceptance::Unfinished { contact, yes }),
            Effect::Nothing,
        ),
        Happening::Broken(fault) => (None, forget(contact, fault, false)),
        Happening::Confirmed(_) => {
            let state = Acceptance::Storing {
                exchange,
                contact,
                yes,
            };
            (Some(state), Effect::Nothing)
        }
    }
}

fn on_awaiting(
    exchange: Exchange,
    contact: ContactRecord,
    yes: Yes,
    happening: Happening,
) -> (Option<Acceptance>, Effect) {
    match happening {
        Happening::Confirmed(finished) => {
            let (finished, began) = (*finished, Began::WasAsked(yes));
            let next = Acceptance::Finishing { finished, began };
            (Some(next), Effect::Nothing)
        }
        Happening::Closed => (None, Effect::KeepUnfinished(contact, yes)),
        Happening::Broken(fault) => (None, forget(contact, fault, true)),
        Happening::Stored | Happening::NotStored => {
            let state = Acceptance::AwaitingConfirm {
                exchange,
                contact,
                yes,
            };
            (Some(state), Effect::Nothing)
        }
    }
}

fn on_finishing(
    finished: Finished,
    began: Began,
    happening: Happening,
) -> (Option<Acceptance>, Effect) {
    match happening {
        Happening::Stored => (None, Effect::Befriend(finished, began)),
        Happening::NotStored => (None, not_finished(finished, began)),
        Happening::Closed | Happening::Broken(_) => {
            (Some(Acceptance::Alone { finished, began }), Effect::Nothing)
        }
        Happening::Confirmed(_) => {
            let state = Acceptance::Finishing { finished, began };
            (Some(state), Effect::Nothing)
        }
    }
}

fn forget(contact: ContactRecord, fault: Fault, told: bool) -> Effect {
    Effect::Forget {
        contact,
        fault,
        told,
    }
}

/// Ends an acceptance whose contact could not be stored. The side that has stored one asks back; a
/// record that was stored before the yes was sent is kept.
fn not_finished(finished: Finished, began: Began) -> Effect {
    match began {
        Began::Asked(remote) => Effect::Unreachable(remote, finished.contact.id),
        Began::WasAsked(yes) => {
            let contact = ContactRecord {
                identity: None,
                ..finished.contact
            };
            Effect::KeepUnfinished(contact, yes)
        }
    }
}

#[cfg(test)]
mod tests;
