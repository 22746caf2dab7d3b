//! What an endpoint reports to its owner, and what it is configured with.

use std::net::IpAddr;
use std::time::Duration;

/// Identifies a connection. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConnId {
    /// Begun here; numbered by the owner.
    Dialled(u32),
    /// Begun by the other end; numbered by the endpoint.
    Accepted(u32),
}

/// What an endpoint reports to its owner. Exhaustive like [`Output`](crate::endpoint::Output): an event that nobody looks at
/// leaves connections open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The id is held (OPEN, or proven by self-echo after a return without OPEN).
    Registered(String),
    /// Another client holds the id. It is given up: no further events for it until it is registered
    /// again.
    Taken(String),
    /// The id is not held at the moment; it is being registered again.
    Lost(String),
    /// The server in use, and whether it can be reached. Sent on change only.
    Server {
        /// `host:port`.
        server: String,
        /// Reachable.
        up: bool,
        /// When not: how long until the next try.
        retry_in: Option<Duration>,
        /// When the server refuses (bad key, limit): its reason, at most 200 characters.
        refused: Option<String>,
    },
    /// Somebody dials a held id. Nothing is made, and nothing is said, before
    /// [`Input::Answer`](crate::endpoint::Input::Answer);
    /// [`Input::Close`](crate::endpoint::Input::Close) refuses in silence.
    Incoming {
        /// Identifies it from now on.
        conn: ConnId,
        /// The own id that was dialled.
        local: String,
        /// The id it was dialled from, as set by the server.
        remote: String,
        /// The connection id that the other end chose: 1 to 64 of `A-Z`, `a-z`, `0-9`, `-`, `_`.
        label: String,
    },
    /// Somebody has sent a frame to a held id that belongs to no connection, from
    /// [`Input::Knock`](crate::endpoint::Input::Knock). It says no more than that.
    Knocked {
        /// The own id.
        local: String,
        /// Whose id it was sent from, as set by the server.
        remote: String,
    },
    /// The JSON channel is open.
    Open {
        /// Which.
        conn: ConnId,
        /// SHA-256 fingerprint of the own DTLS certificate, from the applied local description.
        local_fingerprint: [u8; 32],
        /// SHA-256 fingerprint of the other's, from the applied remote description.
        remote_fingerprint: [u8; 32],
        /// Where the other end is.
        path: Path,
    },
    /// A message of 1 to 16,299 bytes.
    Frame(ConnId, Vec<u8>),
    /// ICE says `disconnected`: a hint.
    Suspect(ConnId),
    /// It has ended. Nothing follows.
    Closed(ConnId, Closed),
}

/// Where the other end is, as far as the selected ICE candidate pair shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// A private or mDNS host pair: within one network, or through a tunnel between two.
    Local,
    /// The remote candidate has this public address.
    Public(IpAddr),
    /// A TURN server relays, so that the other end may be anywhere.
    Relay,
    /// Not known.
    Unknown,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closed {
    /// Closed by either side, or the path failed.
    Gone,
    /// Never opened, and nobody answered: EXPIRE, or 8 s.
    Unreachable,
    /// Never opened, although the two ends have agreed on everything: no packet finds its way.
    NoPath,
    /// Never opened, and every address of the other end was beyond the
    /// [`Reach`](crate::reach::Reach).
    Elsewhere,
    /// An SDP or frame that is not accepted.
    Refused,
}

/// A PeerServer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Where it is mounted; slashes at both ends are added.
    pub path: String,
    /// API key.
    pub key: String,
    /// TLS.
    pub secure: bool,
}

/// A STUN or TURN server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:host:port` or `turn:host:port`.
    pub urls: Vec<String>,
    /// For TURN.
    pub username: Option<String>,
    /// For TURN.
    pub credential: Option<String>,
}

/// What has become of the connections of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Made in all.
    pub made: u32,
    /// Made and not closed.
    pub open: u32,
    /// Made and not collected: those that are open, and those whose place is not free yet.
    pub places: u32,
    /// Times that the browser was made to collect.
    pub collections: u32,
    /// Times in a row that one was put off, or that the browser would not make it.
    pub refused: u32,
}

impl Counts {
    /// Returns how many are closed and not collected.
    pub fn uncollected(&self) -> u32 {
        self.places.saturating_sub(self.open)
    }
}
