//! What a machine tells the others. A fact is about the past and carries values only; what follows
//! from it stands in [`node::wiring`](crate::node).

use crate::clock::Mono;
use crate::crypto::{Key, PublicKey};
use crate::io::{LinkId, Path};
use crate::misbehaviour::{Fault, Misbehaviour};
use crate::records::{ContactRecord, RequestRecord};
use crate::values::{ContactId, InviteId, RequestId};
use crate::view::{Alert, Asked};
use crate::wire::Card;

/// What a connection is dialled for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To ask a stranger, by Discovery ID without its root, or by the Transport ID in an invite.
    Ask(String),
    /// To meet a contact again.
    Meet(ContactId),
}

/// Whose invite a caller knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Invited {
    /// One made here.
    ByUs(InviteId),
    /// One used here; its maker calls back.
    ByThem,
}

/// Two people have accepted each other, and it is stored here.
#[derive(Debug)]
pub(crate) struct Befriended {
    pub(crate) link: LinkId,
    pub(crate) record: ContactRecord,
    /// When both proofs were verified.
    pub(crate) accepted_at: Mono,
    /// This side had asked.
    pub(crate) asked: bool,
    /// The id at the other end.
    pub(crate) remote: String,
    pub(crate) path: Path,
    /// What they have said already.
    pub(crate) early: Vec<Vec<u8>>,
}

/// What a contact says of itself.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) number: u64,
    pub(crate) name: String,
    pub(crate) card: Card,
    /// They have switched on Special contact.
    pub(crate) special: bool,
    /// Their clock, Unix milliseconds; 0 where it is not known.
    pub(crate) at: u64,
}

/// A contact that is looked for at a rendezvous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) contact: ContactId,
    pub(crate) pair_secret: Key,
    /// Somebody else has its address.
    pub(crate) recovering: bool,
}

/// Something that happened in one machine and concerns another.
#[derive(Debug)]
pub(crate) enum Fact {
    /// A connection was begun, on which a handshake follows.
    Dialled {
        link: LinkId,
        from: String,
        to: String,
        purpose: Purpose,
    },
    /// A connection was closed by the machine that had it dialled.
    LinkDropped(LinkId),
    /// A connection is gone before anybody was proven on it.
    LinkEnded(LinkId),
    /// How far the request to a stranger is.
    Asked(String, Asked),
    /// A stranger asks. The connection is needed to answer.
    Requested(LinkId, Box<RequestRecord>, Option<Invited>),
    /// The connection of a request broke the protocol.
    RequestSpoilt(RequestId),
    /// A request is answered with no.
    RequestEnded(RequestId),
    /// The person said yes to this stranger before, so the request is accepted at once.
    RequestWanted(RequestId),
    /// The provisional contact could not be stored: the request waits for the person again.
    RequestWaits(Box<RequestRecord>),
    /// Whoever is at the other end has proven to hold this key, and knows the contact's secret.
    Proven(LinkId, ContactId, PublicKey),
    /// What was dialled for a contact is not that contact, or broke the protocol.
    NotTheContact {
        link: LinkId,
        contact: ContactId,
        remote: String,
        fault: Fault,
    },
    /// A connection to a contact ended before it was proven.
    NotMet(LinkId, ContactId),
    /// Both have accepted, and it is stored.
    Befriended(Box<Befriended>),
    /// It was stored after the connection had ended.
    Kept(Box<ContactRecord>, Option<Mono>),
    /// It is stored that the person said yes; the other side's last message is missing.
    Unfinished(Box<ContactRecord>, String),
    /// Somebody who was accepted turns out to be blocked.
    BlockedAccepted {
        record: Box<ContactRecord>,
        /// The provisional record that the acceptance began with.
        provisional: ContactId,
        /// They asked, and have stored the new pair secret and this device's addresses.
        were_told: bool,
    },
    /// A contact says where it is, and under which name.
    Profile(ContactId, Box<Heard>),
    /// A contact says to have own messages that are not on this disk.
    OlderDisk(ContactId),
    /// A contact broke the protocol.
    Misbehaved(ContactId, Misbehaviour),
    /// A session is gone; whether it had lasted.
    Ended(ContactId, bool),
    /// A contact says that a newer connection takes the place of this one.
    Replaced(ContactId),
    /// A message of a contact is stored.
    Received(ContactId, String),
    /// The person has seen all messages of a contact.
    Seen(ContactId),
    /// A contact has come to this network, and was not there a moment ago.
    Arrived(ContactId),
    /// A stranger asks, and that is stored.
    Asks(RequestId),
    /// A request waits no longer, whatever became of it.
    RequestGone(RequestId),
    /// There is a problem for the person to know of.
    Alert(Alert),
}
