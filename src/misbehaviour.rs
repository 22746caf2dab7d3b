//! The ways in which a peer can break the protocol: during a handshake ([`Fault`]), and on a connection
//! that is past it or needs none ([`Misbehaviour`]). Each of them ends the connection.

use crate::limits::ENTRY_BYTES;
use crate::wire::Malformed;

/// Why a handshake ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// It cannot be read as a message of a handshake.
    #[error("a handshake message is malformed: {0}")]
    Frame(#[from] Malformed),
    /// A field has a value that it cannot have, or the message is out of order.
    #[error("a handshake message is malformed: {0}")]
    Malformed(&'static str),
    /// An older or a newer program.
    #[error("no common protocol version")]
    Version,
    /// It answered where a known contact should, and is not that contact.
    #[error("somebody else answered")]
    SomebodyElse,
    /// A contact that is blocked here.
    #[error("it is a blocked contact")]
    Blocked,
    /// A signature or authentication code does not verify for this connection.
    #[error("a proof does not verify: {0}")]
    Proof(&'static str),
}

/// What a peer has done. Values that it sent are not repeated: they may be private.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misbehaviour {
    /// It sent what is no message of this conversation.
    #[error(transparent)]
    Malformed(#[from] Malformed),

    /// A router sent its peer what only peers send.
    #[error("a message that no router sends")]
    NotFromRouter,
    /// A peer sent its router what only routers send.
    #[error("a message that no peer sends to its router")]
    NotFromPeer,
    /// A router sent another one what routers do not send each other.
    #[error("a message that no router sends to another")]
    NotFromFellow,
    /// A later part of a registry came without the first one.
    #[error("a registry that does not begin with part 1")]
    RegistryWithoutBeginning,
    /// A part of a registry is not the next one of the same registry.
    #[error("registry parts that do not belong together")]
    RegistryMixedUp,
    /// A registry has more people than a namespace can, or empty parts without end.
    #[error("a registry that is larger than any")]
    RegistryTooLarge,
    /// A router sent its peer on to where no router can be, or once too often.
    #[error("sent on to where no router can be")]
    RedirectedNowhere,
    /// A peer checked in another id than its own.
    #[error("a check-in for another id than it dialled from")]
    CheckinForAnother,
    /// A registry came that nobody asked for.
    #[error("a registry that was not asked for")]
    RegistryUnasked,
    /// A router leaves out changes again and again, or asks for check-ins without end.
    #[error("a router that must be asked for its registry without end")]
    AskedWithoutEnd,
    /// A peer checks in, or a router wants the whole registry, too often.
    #[error("too many check-ins")]
    TooManyCheckins,
    /// A router tells of more changes than it can collect.
    #[error("too many updates")]
    TooManyUpdates,
    /// A router tells of more people who come or change than it can have.
    #[error("too many people in updates")]
    TooManyChanges,
    /// Pings and the like come faster than anybody needs them.
    #[error("too many pings")]
    TooManySigns,
    /// A peer's entry cannot be listed.
    #[error("a check-in that is refused: {0}")]
    CheckinUnfit(Unfit),

    /// A contact's profile has a `discoveryUUID` that is none.
    #[error("a malformed discoveryUUID")]
    ProfileDiscoveryUuid,
    /// A contact's profile has a Transport ID or a name that cannot be taken.
    #[error("a malformed profile")]
    ProfileUnfit,
    /// A contact's message is empty, too long, or without an id.
    #[error("a message out of bounds")]
    TextOutOfBounds,
    /// A contact says something of a chat that does not follow from what was said before.
    #[error("a message out of place")]
    OutOfPlace,
    /// A contact sends more messages than a person can.
    #[error("too many messages at once")]
    TooManyTexts,
    /// A contact sends more of all kinds than any program needs to.
    #[error("too many messages of all kinds at once")]
    TooManyFrames,
    /// A contact says too often who it is.
    #[error("too many profiles at once")]
    TooManyProfiles,
}

/// Why an entry is not taken into a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("its id is not of this namespace")]
    Id,
    #[error("its name cannot be shown")]
    Name,
    #[error("it is larger than {ENTRY_BYTES} bytes")]
    Size,
    #[error("the registry is full")]
    Full,
}
