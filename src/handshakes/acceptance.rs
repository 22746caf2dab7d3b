//! The acceptance of a stranger, from the person's yes to the session: what follows from what
//! happens, in every state.
//!
//! | | stored | not stored | confirmed | closed | broken |
//! |---|---|---|---|---|---|
//! | Storing | say yes; `AwaitingConfirm` | the request waits again | – | `Unfinished` | forget |
//! | `AwaitingConfirm` | – | – | store; `Finishing` | keep unfinished | forget |
//! | Finishing | contact | unreachable, or keep unfinished | – | `Unfinished` | `Unfinished` |
//! | Unfinished | keep | – | – | – | – |
//!
//! "Closed" is the end of the connection, also by time; "broken" is a peer that breaks the protocol.
//! A contact is stored before the other side hears of it, so that the pair secret survives a crash
//! on either side; what is still being stored when the connection ends counts once it is.

use super::exchange::Exchange;
use crate::clock::Mono;
use crate::misbehaviour::Fault;
use crate::records::{ContactRecord, RequestRecord};
use crate::values::ContactId;
use crate::wire::Proof;

/// How far an acceptance is. `remote` is the id at the other end of its connection.
#[derive(Debug)]
pub(super) enum Acceptance {
    /// The person said yes; the provisional contact is being stored.
    Storing {
        exchange: Exchange,
        contact: ContactRecord,
        request: RequestRecord,
    },
    /// The other side knows, and is to confirm.
    AwaitingConfirm {
        exchange: Exchange,
        contact: ContactRecord,
        remote: String,
    },
    /// Both proofs are verified; the contact is being stored.
    Finishing { finished: Finished, remote: String },
    /// The connection has ended while the contact is being stored. With a remote id, the other
    /// side's last message is missing.
    Unfinished {
        contact: ContactRecord,
        accepted_at: Option<Mono>,
        remote: Option<String>,
    },
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
    /// The request waits for the person again.
    Ask(Exchange, RequestRecord),
    /// The two are contacts: go on with a session.
    Befriend(Finished, String),
    /// Keep the contact without a connection.
    Keep(ContactRecord, Option<Mono>),
    /// Keep the contact; the other side's last message is missing.
    KeepUnfinished(ContactRecord, String),
    /// The person who asked hears that it came to nothing.
    Unreachable(String),
    /// Forget the provisional contact, and say what its peer did.
    Forget(ContactRecord, Fault),
}

impl Acceptance {
    /// Returns the contact that is being stored with a verified proof.
    pub(super) fn finishing(&self) -> Option<&Finished> {
        match self {
            Self::Finishing { finished, .. } => Some(finished),
            Self::Storing { .. } | Self::AwaitingConfirm { .. } | Self::Unfinished { .. } => None,
        }
    }

    /// Returns the exchange on which the confirmation is to be verified, and the contact it is for.
    pub(super) fn to_confirm(&self) -> Option<(&Exchange, &ContactRecord)> {
        match self {
            Self::AwaitingConfirm {
                exchange, contact, ..
            } => Some((exchange, contact)),
            Self::Storing { .. } | Self::Finishing { .. } | Self::Unfinished { .. } => None,
        }
    }

    /// Goes on after what happened. Without a state, the acceptance is over.
    pub(super) fn on(self, happening: Happening) -> (Option<Self>, Effect) {
        match (self, happening) {
            (
                Self::Storing {
                    exchange,
                    contact,
                    request,
                },
                Happening::Stored,
            ) => {
                let remote = request.from;
                let next = Self::AwaitingConfirm {
                    exchange,
                    contact,
                    remote,
                };
                (Some(next), Effect::SayYes)
            }
            (
                Self::Storing {
                    exchange, request, ..
                },
                Happening::NotStored,
            ) => (None, Effect::Ask(exchange, request)),
            (
                Self::Storing {
                    contact, request, ..
                },
                Happening::Closed,
            ) => {
                let next = Self::Unfinished {
                    contact,
                    accepted_at: None,
                    remote: Some(request.from),
                };
                (Some(next), Effect::Nothing)
            }
            (
                Self::Storing { contact, .. } | Self::AwaitingConfirm { contact, .. },
                Happening::Broken(fault),
            ) => (None, Effect::Forget(contact, fault)),
            (Self::AwaitingConfirm { remote, .. }, Happening::Confirmed(finished)) => {
                let finished = *finished;
                (Some(Self::Finishing { finished, remote }), Effect::Nothing)
            }
            (
                Self::AwaitingConfirm {
                    contact, remote, ..
                },
                Happening::Closed,
            ) => (None, Effect::KeepUnfinished(contact, remote)),
            (Self::Finishing { finished, remote }, Happening::Stored) => {
                (None, Effect::Befriend(finished, remote))
            }
            (Self::Finishing { finished, remote }, Happening::NotStored) => {
                (None, not_finished(finished, remote))
            }
            (Self::Finishing { finished, .. }, Happening::Closed | Happening::Broken(_)) => {
                let next = Self::Unfinished {
                    contact: finished.contact,
                    accepted_at: Some(finished.accepted_at),
                    remote: None,
                };
                (Some(next), Effect::Nothing)
            }
            (
                Self::Unfinished {
                    contact,
                    accepted_at,
                    remote,
                },
                Happening::Stored,
            ) => match remote {
                Some(remote) => (None, Effect::KeepUnfinished(contact, remote)),
                None => (None, Effect::Keep(contact, accepted_at)),
            },
            (Self::Unfinished { .. }, Happening::NotStored) => (None, Effect::Nothing),
            // What cannot happen in a state changes nothing.
            (
                state @ (Self::Storing { .. } | Self::Finishing { .. } | Self::Unfinished { .. }),
                Happening::Confirmed(_),
            )
            | (state @ Self::AwaitingConfirm { .. }, Happening::Stored | Happening::NotStored)
            | (state @ Self::Unfinished { .. }, Happening::Closed | Happening::Broken(_)) => {
                (Some(state), Effect::Nothing)
            }
        }
    }
}

/// Ends an acceptance whose contact could not be stored. The side that has stored one asks back; a
/// record that was stored before the yes was sent is kept.
fn not_finished(finished: Finished, remote: String) -> Effect {
    if finished.confirm.is_some() {
        return Effect::Unreachable(remote);
    }
    let contact = ContactRecord {
        identity: None,
        discovery_uuid: None,
        ..finished.contact
    };
    Effect::KeepUnfinished(contact, remote)
}

#[cfg(test)]
mod tests;
