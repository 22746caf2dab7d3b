//! The one input and the one output of an [`Endpoint`](crate::endpoint::Endpoint).

use crate::event::{ConnId, Event};
use crate::path::RemoteCandidate;
use crate::reach::Reach;
use std::time::Duration;

/// Identifies a socket. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// Identifies a peer connection of the browser. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RtcId {
    /// The connection that it is for.
    pub conn: ConnId,
    /// 0, and for a dial further ones where others are tried beside it.
    pub attempt: u8,
}

impl From<ConnId> for RtcId {
    /// Returns the first one of a connection.
    fn from(conn: ConnId) -> Self {
        Self { conn, attempt: 0 }
    }
}

/// What happens to an endpoint.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// Time has passed. Early, late and spurious ones are harmless.
    Timeout,
    /// The owner wants an id held until [`Input::Release`].
    Register(String),
    /// The owner gives an id up.
    Release(String),
    /// The owner wants a connection from a held id to another.
    Dial {
        /// [`ConnId::Dialled`], with a number not used before.
        conn: ConnId,
        /// An own id.
        from: String,
        /// The other id.
        to: String,
        /// The connection id, which the other end sees before it answers; where there is none, a
        /// random one. It is also the label of the channel.
        label: Option<String>,
        /// The connection ids of further attempts. Where the other end has answered and no way is found,
        /// each begins beside the ones before it; the first that opens is the connection.
        further: Vec<String>,
        /// How far it may reach.
        reach: Reach,
    },
    /// The owner takes a connection that was offered.
    Answer {
        /// From [`Event::Incoming`].
        conn: ConnId,
        /// How far it may reach.
        reach: Reach,
    },
    /// The owner wants another id to hear that this one is there: one small frame, and no connection.
    Knock {
        /// An own id.
        from: String,
        /// The other id.
        to: String,
    },
    /// The owner sends one message.
    Send(ConnId, String),
    /// The owner closes a connection, or refuses an offer; no event follows.
    Close(ConnId),
    /// The owner has a reason to doubt its ids, such as a wake: each is checked at once.
    Probe,
    /// A socket reports.
    Socket(SocketId, SocketInput),
    /// A peer connection reports.
    Rtc(RtcId, RtcInput),
}

/// What a socket reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SocketInput {
    /// It is open.
    Opened,
    /// A text frame.
    Frame(String),
    /// It is closed, or never opened. Nothing follows.
    Closed,
}

/// What a peer connection reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RtcInput {
    /// The local description is applied: this one.
    Described(String),
    /// A local candidate, as `candidate:…`.
    Candidate(String),
    /// The channel is open.
    Open {
        /// The description in force at this end.
        local: String,
        /// The description in force at the other end.
        remote: String,
        /// Of the selected pair, where the browser reports it.
        selected: Option<RemoteCandidate>,
    },
    /// A message on the channel.
    Data(Vec<u8>),
    /// ICE says `disconnected`.
    Suspect,
    /// The channel is closed, or the path failed.
    Closed,
    /// The browser does not accept a description that it was to apply.
    Rejected,
}

/// What an endpoint wants done.
///
/// Exhaustive on purpose: an output that nobody performs breaks connections, so another one makes a new version that is
/// not compatible.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a socket to this URL.
    Connect(SocketId, String),
    /// Send a text frame.
    Transmit(SocketId, String),
    /// Close a socket; nothing is expected of it any more.
    Disconnect(SocketId),
    /// Do something with a peer connection. Commands for one are to be begun in this order.
    Rtc(RtcId, RtcCommand),
    /// Report to the owner.
    Event(Event),
    /// Nothing more to do until this moment; `None` is until the next input.
    Timeout(Option<Duration>),
}

/// What to do with a peer connection. Exhaustive like [`Output`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RtcCommand {
    /// Make one with an ordered, reliable channel of this label, and its offer.
    Offer {
        /// The label of the channel.
        label: String,
    },
    /// Make one that answers this description.
    Answer(String),
    /// Apply the answer of the other end.
    Accept(String),
    /// Add a candidate of the other end, for the first media section.
    Candidate(String),
    /// Send a binary message.
    Send(Vec<u8>),
    /// Close it and free everything; nothing is expected of it any more.
    Close,
}
