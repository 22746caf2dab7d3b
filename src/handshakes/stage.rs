//! A connection that is not a session yet, and what it waits for.

use super::acceptance::{Acceptance, Finished};
use super::book::Caller;
use super::exchange::{Exchange, ExpectHello};
use crate::clock::Mono;
use crate::fact::{Purpose, Shown};
use crate::ids::{Stranger, is_transport_id};
use crate::io::{ChannelBinding, Path};
use crate::limits::STORING;
use crate::values::{ContactId, RequestId};

/// A connection that is not a session yet.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) connection: Connection,
    pub(super) stage: Stage,
}

/// What is known of it whatever it waits for.
#[derive(Debug)]
pub(super) struct Connection {
    /// The own id at this end.
    pub(super) local: String,
    /// The id at the other end.
    pub(super) remote: String,
    pub(super) binding: Option<ChannelBinding>,
    pub(super) opened: Option<Mono>,
    pub(super) path: Path,
    /// Who the caller has shown to be in the offer.
    pub(super) caller: Option<Caller>,
    /// It is between Discovery IDs, and so within a network.
    pub(super) near: bool,
    /// Bytes received so far.
    pub(super) bytes: usize,
    /// What the other side, done already, says while the contact is being stored here.
    pub(super) early: Vec<Vec<u8>>,
    pub(super) deadline: Option<Mono>,
}

/// What a connection waits for.
#[derive(Debug)]
pub(super) enum Stage {
    /// Dialled; not open yet.
    Dialling(Purpose),
    /// Accepted; not open yet, or open and waiting for the first hello.
    Arriving,
    /// Has said hello: waits for the other one.
    ExpectHello(Box<ExpectHello>, Purpose),
    /// Has asked a stranger: waits for the answer.
    ExpectAnswer(Exchange, Stranger),
    /// Waits for the request of somebody unknown, who may have shown a secret.
    ExpectRequest(Exchange, Option<Shown>),
    /// A request waits for the person here.
    Requested(Exchange, RequestId),
    /// Waits for the proof of a contact.
    ExpectAuth(Exchange, ContactId),
    /// The person has said yes.
    Accepting(Box<Acceptance>),
}

impl Pending {
    /// Returns a connection that has just begun.
    pub(super) fn new(local: String, remote: String, stage: Stage, deadline: Option<Mono>) -> Self {
        let near = !is_transport_id(&local);
        let connection = Connection {
            local,
            remote,
            binding: None,
            opened: None,
            path: Path::Unknown,
            caller: None,
            near,
            bytes: 0,
            early: Vec::new(),
            deadline,
        };
        Self { connection, stage }
    }

    /// Returns whether it counts against the bound of strangers at once.
    pub(super) fn is_unknown(&self) -> bool {
        self.connection.caller.is_none()
            && matches!(self.stage, Stage::Arriving | Stage::ExpectRequest(..))
    }

    /// Returns whether the other side may be done already, so that what it says belongs to the session.
    pub(super) fn is_early(&self) -> bool {
        self.stage.finishing().is_some() && self.connection.early.len() < STORING
    }
}

impl Stage {
    /// Returns the contact that is being stored with a verified proof.
    pub(super) fn finishing(&self) -> Option<&Finished> {
        match self {
            Self::Accepting(acceptance) => acceptance.finishing(),
            Self::Dialling(_)
            | Self::Arriving
            | Self::ExpectHello(..)
            | Self::ExpectAnswer(..)
            | Self::ExpectRequest(..)
            | Self::Requested(..)
            | Self::ExpectAuth(..) => None,
        }
    }

    /// Returns whether the connection is of a request that waits for the person.
    pub(super) fn is_request(&self, id: &RequestId) -> bool {
        matches!(self, Self::Requested(_, waiting) if waiting == id)
    }

    /// Returns the exchange with a stranger who asks here, or is about to.
    pub(super) fn asking_here(&self) -> Option<&Exchange> {
        match self {
            Self::ExpectRequest(exchange, None) | Self::Requested(exchange, _) => Some(exchange),
            Self::Dialling(_)
            | Self::Arriving
            | Self::ExpectHello(..)
            | Self::ExpectAnswer(..)
            | Self::ExpectRequest(_, Some(_))
            | Self::ExpectAuth(..)
            | Self::Accepting(_) => None,
        }
    }

    /// Returns whether this stranger is being asked.
    pub(super) fn is_asking(&self, stranger: &Stranger) -> bool {
        match self {
            Self::Dialling(Purpose::Ask(asked))
            | Self::ExpectHello(_, Purpose::Ask(asked))
            | Self::ExpectAnswer(_, asked) => asked == stranger,
            Self::Dialling(Purpose::Meet(_))
            | Self::ExpectHello(_, Purpose::Meet(_))
            | Self::Arriving
            | Self::ExpectRequest(..)
            | Self::Requested(..)
            | Self::ExpectAuth(..)
            | Self::Accepting(_) => false,
        }
    }

    /// Returns whether this contact is being met.
    pub(super) fn is_meeting(&self, contact: &ContactId) -> bool {
        match self {
            Self::Dialling(Purpose::Meet(met))
            | Self::ExpectHello(_, Purpose::Meet(met))
            | Self::ExpectAuth(_, met) => met == contact,
            Self::Dialling(Purpose::Ask(_))
            | Self::ExpectHello(_, Purpose::Ask(_))
            | Self::Arriving
            | Self::ExpectAnswer(..)
            | Self::ExpectRequest(..)
            | Self::Requested(..)
            | Self::Accepting(_) => false,
        }
    }
}
