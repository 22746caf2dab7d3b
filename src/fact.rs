//! What a machine tells the others. A fact is about the past and carries values only; what follows
//! from it stands in [`node::wiring`](crate::node).

use crate::clock::Mono;
use crate::crypto::{Key, PublicKey};
use crate::ids::Stranger;
use crate::io::{LinkId, Path};
use crate::misbehaviour::{Fault, Misbehaviour};
use crate::records::{ContactRecord, RequestRecord};
use crate::values::{ContactId, InviteId, RequestId, TransferId};
use crate::view::{Alert, Asked, Offered};
use crate::wire::{Card, SessionFrame};

/// What a connection is dialled for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To ask a stranger.
    Ask(Stranger),
    /// To meet a contact again.
    Meet(ContactId),
}

/// What the dialling side shows in its hello.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Showing {
    /// Nothing: the two have no secret.
    Nothing,
    /// That it knows this secret; whoever does not know it is asked all the same.
    Offered(Key),
    /// That it knows this secret; the other side must too, or hears nothing more.
    Required(Key),
}

impl Showing {
    /// Returns the secret that is shown.
    pub(crate) fn secret(self) -> Option<Key> {
        match self {
            Self::Nothing => None,
            Self::Offered(secret) | Self::Required(secret) => Some(secret),
        }
    }
}

/// Which secret a caller has shown who is no contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// That of an invite made here.
    Invite(InviteId),
    /// That of the exchange on which this stranger was asked from here: they call back.
    CallBack(Stranger),
    /// That of the exchange on which they asked before: their request waits here.
    Again(RequestId),
}

/// A yes to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Yes {
    pub(crate) request: RequestRecord,
    /// The person has just pressed Accept; else they had asked the other person before.
    pub(crate) clicked: bool,
}

/// Two people have accepted each other, and it is stored here.
#[derive(Debug)]
pub(crate) struct Befriended {
    pub(crate) link: LinkId,
    pub(crate) record: ContactRecord,
    /// When both proofs were verified.
    pub(crate) accepted_at: Mono,
    /// The person has just pressed Accept, and need not be told.
    pub(crate) clicked: bool,
    /// The id at the other end.
    pub(crate) remote: String,
    pub(crate) path: Path,
    /// They met in a namespace: between Discovery IDs.
    pub(crate) near: bool,
    /// What they have said already.
    pub(crate) early: Vec<Vec<u8>>,
}

/// Two people have accepted each other; the connection had ended before that was written here.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) record: ContactRecord,
    /// When both proofs were verified.
    pub(crate) accepted_at: Mono,
    /// The id at the other end.
    pub(crate) remote: String,
    /// The person has just pressed Accept, and need not be told.
    pub(crate) clicked: bool,
    /// It was written; else it is to be written once more.
    pub(crate) stored: bool,
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

/// What a contact says about files in its session.
#[derive(Debug)]
pub(crate) enum FileTalk {
    /// How far one is.
    Word { id: TransferId, state: String },
    /// It wants to call with this connection id, and with the further ones where that finds no way.
    Channel { label: String, further: Vec<String> },
    /// It waits for a call with it.
    Awaited { label: String },
    /// Between which certificates it sees the connection.
    Bound {
        label: String,
        local: String,
        remote: String,
    },
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
    Asked(Stranger, Asked),
    /// A stranger is being asked.
    Asking {
        stranger: Stranger,
        /// The own id from which they are asked.
        from: String,
        /// Whoever shows this secret is the one who was asked.
        call_back: Key,
        /// They know the secret that was shown to them.
        recognised: bool,
    },
    /// The connection on which a stranger was asked has ended; their person may still answer.
    AnswerLater(Stranger),
    /// A stranger asks. The connection is needed to answer.
    Requested(LinkId, Box<RequestRecord>, Option<Shown>),
    /// The stranger who is being asked has shown that they are the one whose request is held.
    Crossed(Stranger),
    /// The connection of a request broke the protocol.
    RequestSpoilt(RequestId),
    /// An acceptance came to nothing because its contact could not be written, which may be written
    /// all the same.
    NotAccepted(ContactId),
    /// A newer request of the same stranger takes the place of this one.
    RequestReplaced(RequestId),
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
    NotMet {
        link: LinkId,
        contact: ContactId,
        /// Somebody answered, and no packet found its way.
        answered: bool,
    },
    /// Both have accepted, and it is stored.
    Befriended(Box<Befriended>),
    /// It was stored after the connection had ended.
    Kept(Box<Kept>),
    /// It is stored that the person said yes; the other side's last message is missing.
    Unfinished(Box<ContactRecord>, Box<Yes>),
    /// Somebody who was told who this is does not become a contact.
    TrustEnded,
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
    /// A contact has scanned a safety number, and found this with it.
    Scanned(ContactId, String),
    /// Something is to be said to a contact, where there is a session.
    Say(ContactId, Box<SessionFrame>),
    /// A contact takes a call with these connection ids now, for files.
    FilesAwaited(ContactId, Vec<String>),
    /// The message in which this device offers a file could not be stored.
    NotOffered(TransferId),
    /// The newest message of a contact was deleted, or is gone.
    NewestGone(ContactId),
    /// The message in which a file is offered was deleted; whether it is an own one.
    OfferDeleted(ContactId, TransferId, bool),
    /// A chat was cleared: nothing is left of its files but of these, which are offered in what stays.
    OffersCleared(ContactId, Vec<TransferId>),
    /// A contact says something about files.
    FileSaid(ContactId, FileTalk),
    /// A message of a contact is stored: its text, and the file that is offered in it.
    Received(ContactId, String, Option<Box<Offered>>),
    /// The person has seen all messages of a contact.
    Seen(ContactId),
    /// A contact has come to this network, and was not there a moment ago.
    Arrived(ContactId),
    /// A stranger asks, and that is stored.
    Asks(RequestId),
    /// A request waits no longer, whatever became of it.
    RequestGone(RequestId),
    /// The person said yes to a request, and whoever made it is looked for.
    RequestAnswered(RequestId),
    /// There is a problem for the person to know of.
    Alert(Alert),
}
