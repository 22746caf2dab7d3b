//! The one input and the one output of a [`Node`](crate::Node).
//!
//! Long because it is one list: everything that a node and its caller say to each other.

use crate::address::Addresses;
use crate::backup::Content;
use crate::clock::UnixMillis;
use crate::config::Config;
use crate::records::{Change, MessageRecord, Query};
use crate::values::{ContactId, TransferId};
use crate::view::{Answer, Command, Event, Failure, Hidden, Refusal};
use crate::why::Deadline;
use std::net::IpAddr;

/// Names a command until its [`Output::Reply`]; chosen by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandId(pub u64);

/// Names a write until its [`Input::Stored`]; chosen by the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreId(pub u64);

/// Names a read until its [`Input::Loaded`]; chosen by the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LoadId(pub u64);

/// Names a connection for as long as it lives. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkId {
    /// Begun by [`Output::Dial`]; numbered by the node.
    Dialled(u32),
    /// Begun by somebody else; numbered by the caller.
    Accepted(u32),
}

/// What happens to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Time has passed. Early, late and spurious ones are harmless.
    Timeout,
    /// A person asks.
    Command(CommandId, Command),
    /// A view takes over an opened backup; the name under which chats of it wait beside those that are here.
    /// Answered like [`Command::Import`].
    Import(CommandId, Box<Content>, Option<String>),
    /// A view wants everything once; answered with events up to [`Event::Ready`].
    Attach,
    /// A person presses a button of a notification. There is no view to answer.
    Pressed(Command),
    /// What the person may be looking at.
    Watching {
        /// The chats that are shown in visible views with the focus.
        chats: Vec<ContactId>,
        /// Some view is visible.
        visible: bool,
    },
    /// The signalling servers say.
    Signalling(Signalling),
    /// A connection says.
    Link(LinkId, Link),
    /// The answer to [`Output::LookUpAddress`]; empty where nothing was found.
    Addresses(Addresses),
    /// The device woke, or its network changed: probe everything.
    Woke,
    /// There was no input to this device for [`AWAY_AFTER`](crate::view::AWAY_AFTER), or there is again.
    Idle(bool),
    /// The answer to [`Output::FetchBeacon`].
    Beacon(Result<BeaconAnswer, BeaconFailure>),
    /// The browser reports this network as cellular, or not.
    Cellular(bool),
    /// The browser opens direct connections, or it does not: WebRTC is switched off, or UDP forbidden.
    Direct(bool),
    /// A write is durable, or has failed with the reason.
    Stored(StoreId, Result<(), String>),
    /// What was read, or why it cannot be.
    Loaded(LoadId, Result<Vec<MessageRecord>, String>),
    /// The device has done something with the bytes of a file.
    File(TransferId, FileInput),
}

/// What a device has done with the bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileInput {
    /// Of one that comes: there is room, and so many pieces are on the disk from an earlier time.
    Opened {
        /// Counted from the first.
        pieces: u64,
        /// The SHA-256 of the last of them as it is now: a crash may have left something else than was written.
        last: Option<[u8; 32]>,
    },
    /// A piece has come, has the right hash, and is flushed to the disk. They are reported in their order.
    Written {
        /// Which, from 0.
        number: u64,
        /// Its SHA-256.
        hash: [u8; 32],
    },
    /// A piece has come with another hash, or not whole; it is not on the disk.
    Damaged {
        /// Which.
        number: u64,
    },
    /// It is saved where the person finds it. Only a mark of that is left elsewhere.
    Saved,
    /// The browser did not save it. It is still there.
    NotSaved,
    /// Of one that goes: it is there, and is what was offered.
    Found,
    /// It is not at hand: the person has to choose it again.
    Lacking,
    /// A piece was read.
    Read {
        /// Which.
        number: u64,
        /// The SHA-256 of its bytes.
        hash: [u8; 32],
    },
    /// All bytes of the piece that was read last are handed to the connection, or it has ended.
    Sent,
    /// It cannot go on.
    Failed(Failure),
}

/// What is to be done with the bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOutput {
    /// Find what is on the disk of one that comes, and whether there is room for the rest; answered by
    /// [`FileInput::Opened`].
    Open {
        /// How many bytes it has in all.
        size: u64,
        /// How many pieces may stay. What is behind them is removed.
        most: u64,
    },
    /// The binary messages that follow on a connection are this piece: write it where its hash is right. Answered by
    /// [`FileInput::Written`] or [`FileInput::Damaged`].
    Write {
        /// The connection.
        link: LinkId,
        /// Which piece, from 0.
        number: u64,
        /// How many bytes it has.
        length: u32,
        /// Its SHA-256.
        hash: [u8; 32],
    },
    /// All pieces are on the disk: hand the file to the browser's downloads. A folder is looked through before. Answered by [`FileInput::Saved`], then and
    /// whenever it is opened again, until it is dropped.
    Save {
        /// What it is to be called: a name, never a path.
        name: String,
        /// How many bytes it has.
        size: u64,
        /// Of a folder: how many files were said to be in it.
        folder: Option<u32>,
        /// Whether the person chooses where.
        asks: bool,
        /// Whether a copy stays, for the views to show.
        keep: bool,
    },
    /// Send nothing more of one that goes for now.
    Stop,
    /// Keep a copy of one that goes, for the views to show, where it can be read.
    Keep,
    /// It is stored that it was saved: nothing of it stays but what is kept for the views, and nothing more is reported.
    Settle,
    /// Find one that is to go, and whether it is what was offered; answered by [`FileInput::Found`] or
    /// [`FileInput::Lacking`].
    Find {
        /// How many bytes it had.
        size: u64,
        /// When it had been changed last, Unix milliseconds, where that was said.
        modified: Option<u64>,
    },
    /// Read a piece, which is not always sent; answered by [`FileInput::Read`].
    Read {
        /// Which, from 0.
        number: u64,
        /// How many bytes it has.
        length: u32,
    },
    /// Send the piece that was read last; answered by [`FileInput::Sent`].
    Send {
        /// The connection.
        link: LinkId,
    },
    /// Forget it: nothing of it stays, not even what was kept, and nothing more is reported.
    Drop,
}

/// What the signalling servers say about this device's ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signalling {
    /// The id is held; incoming dials to it can arrive.
    Registered(String),
    /// Somebody else holds the id. It is given up.
    Taken(String),
    /// The id is not held at the moment; it is being registered again.
    Lost(String),
    /// Somebody wants this device to know that they hold an id, or that something is wrong with what it
    /// relies on; nothing more is said, and nobody is answered.
    Knocked {
        /// The own id.
        local: String,
        /// From which id, as set by the server.
        remote: String,
    },
    /// Whether the server can be reached, and what is next.
    Server {
        /// `host:port` of the server in use.
        server: String,
        /// Reachable.
        up: bool,
        /// When not: how long until the next try.
        retry_in: Option<std::time::Duration>,
        /// When the server refuses: its reason.
        refused: Option<String>,
    },
}

/// What a beacon answered with 204, as it came: nothing of it is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BeaconAnswer {
    /// The value of [`HEADER`](crate::beacon::HEADER), of which the caller hands on no more than
    /// [`BEACON_HEADER_BYTES`](crate::limits::BEACON_HEADER_BYTES) and one byte.
    pub current: Option<String>,
    /// The same of [`HEADER_NEXT`](crate::beacon::HEADER_NEXT).
    pub next: Option<String>,
    /// What its `Date` says, where it can be read.
    pub date: Option<UnixMillis>,
}

/// Why a beacon gave no such answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeaconFailure {
    /// Not reached in time; browsers tell no more. Where the extension has no permission for the
    /// host, also one that does not let this origin read its answer.
    Unreachable,
    /// It sends callers on to another address, which is never followed: the origin is what is signed.
    Redirected,
    /// It answered with another status than 204.
    Status(u16),
}

/// What a connection says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Somebody dials. Nothing is made for it, and nothing said, before [`Output::Answer`];
    /// [`Output::Close`] refuses in silence.
    Incoming {
        /// The own id that was dialled.
        local: String,
        /// The id it was dialled from, as set by the server.
        remote: String,
        /// The connection id, which the caller chose.
        label: String,
    },
    /// The channel is open.
    Open {
        /// Both ends' certificates.
        binding: ChannelBinding,
        /// Where the other end is, as far as the selected path shows.
        path: Path,
    },
    /// A message of 1 to 16,299 bytes.
    Frame(Vec<u8>),
    /// The transport doubts the path; a hint, not a verdict.
    Suspect,
    /// Gone. Nothing follows.
    Closed(Closed),
}

/// The SHA-256 fingerprints of both ends' DTLS certificates: what is signed over them belongs to
/// this connection and to no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelBinding {
    /// Ours.
    pub local: [u8; 32],
    /// Theirs.
    pub remote: [u8; 32],
}

/// Where the other end is, as far as the selected ICE candidate pair shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// The remote end has a private or mDNS address: it is on the same network, or at the other end of a
    /// tunnel between two.
    Local,
    /// The remote end has this public address; the same network where it is one's own.
    Public(IpAddr),
    /// A TURN server relays, so that the other end may be anywhere.
    Relay,
    /// Not known.
    Unknown,
}

/// How far a connection may reach: which candidates of the other end are used, and which of one's own
/// it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To wherever the other end is.
    Anywhere,
    /// To who is behind the same public address.
    Near(Near),
}

/// The network within which a connection stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The address of the namespace: own addresses of the other family are not told.
    pub at: IpAddr,
    /// Every public address of this device. Of the other end's only these, private ones and `.local`
    /// names are used.
    pub own: Vec<IpAddr>,
    /// Whether a relay may be used.
    pub relays: bool,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Closed by either side, or the path failed.
    Gone,
    /// Never opened: nobody has the id, or no answer within 8 s.
    Unreachable,
    /// Never opened, although the other end has answered: no packet finds its way.
    NoPath,
    /// Never opened: whoever answered has no address that is within the [`Reach`].
    Elsewhere,
    /// What came was not a connection we accept (an SDP with anything unexpected, a frame too big).
    Refused,
}

/// What a node wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Hold this id at the signalling server until [`Output::Release`].
    Register(String),
    /// Give this id up.
    Release(String),
    /// Connect from an own id to another; answered by [`Link::Open`] or [`Link::Closed`].
    Dial {
        /// Names the connection from now on.
        link: LinkId,
        /// An own id.
        from: String,
        /// The other id.
        to: String,
        /// The connection id: 64 characters.
        label: String,
        /// The connection ids of further attempts, for where whoever is dialled has answered and no way to
        /// them is found.
        further: Vec<String>,
        /// How far it may reach.
        reach: Reach,
    },
    /// Take a connection of [`Link::Incoming`]; answered like a dial.
    Answer {
        /// Which.
        link: LinkId,
        /// How far it may reach.
        reach: Reach,
    },
    /// Let the holder of another id hear of this one, by the server and without a connection.
    Knock {
        /// An own id.
        from: String,
        /// The other id.
        to: String,
    },
    /// Send one message.
    Transmit(LinkId, String),
    /// Take bytes of files on a connection from now on: binary messages that begin with a zero byte, which are no
    /// [`Link::Frame`]. They belong to the [`FileOutput::Write`] before them; those that belong to none are passed over.
    Carry(LinkId),
    /// Close a connection, or refuse one; no [`Link::Closed`] follows.
    Close(LinkId),
    /// Find the public addresses of this device.
    LookUpAddress,
    /// Ask the beacon with `POST`, instead of a request that still runs; answered by
    /// [`Input::Beacon`].
    FetchBeacon {
        /// Where it is.
        url: String,
        /// To be sent as a bearer token.
        token: Option<Hidden>,
    },
    /// Make this durable and answer with [`Input::Stored`]. Writes happen in the order given.
    Store(StoreId, Change),
    /// Read messages and answer with [`Input::Loaded`]. A read sees every write given before it.
    Load(LoadId, Query),
    /// The settings in force from now on: the servers to use. Before the first of these, nothing
    /// may be sent anywhere.
    Configure(Config),
    /// Close every connection within a second, look nothing up any more, and send nothing before the next
    /// [`Output::Configure`]. What was to be sent before this one may still be.
    Disconnect,
    /// Make sure by self-echo that every id is still held, and reconnect what is not, now.
    Probe,
    /// Do something with the bytes of a file.
    File(TransferId, FileOutput),
    /// Tell the views and the supervisor.
    Event(Event),
    /// The answer to a command.
    Reply(CommandId, Result<Answer, Refusal>),
    /// Nothing more to do until this moment; `None` is until the next input.
    Timeout(Option<Deadline>),
}

impl Output {
    /// Returns whether this, or what it leads to, is seen outside of this device.
    pub fn is_of_network(&self) -> bool {
        match self {
            Self::Register(_)
            | Self::Release(_)
            | Self::Dial { .. }
            | Self::Answer { .. }
            | Self::Knock { .. }
            | Self::Transmit(..)
            | Self::Carry(_)
            | Self::LookUpAddress
            | Self::FetchBeacon { .. }
            | Self::Probe => true,
            Self::Close(_)
            | Self::Store(..)
            | Self::Load(..)
            | Self::Configure(_)
            | Self::Disconnect
            | Self::File(..)
            | Self::Event(_)
            | Self::Reply(..)
            | Self::Timeout(_) => false,
        }
    }
}
