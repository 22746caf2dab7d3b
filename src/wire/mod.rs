//! The messages between peers, as JSON objects of at most one frame each.
//!
//! There are three conversations, each with its own enum: with a router ([`RouterFrame`]), until
//! both sides are authenticated ([`HandshakeFrame`]), and between contacts ([`SessionFrame`]). A
//! message is parsed once; the meaning of each field is checked where it is used. Unknown fields
//! are ignored, so that a newer peer can add some; a type that does not belong to the conversation
//! is refused.

#[macro_use]
mod schema;

mod file;
mod handshake;
mod json;
mod malformed;
mod router;
mod session;
#[cfg(test)]
mod tests;

pub(crate) use file::FileFrame;
pub(crate) use handshake::{HandshakeFrame, Hello, Proof, Versions};
pub(crate) use json::{Frame, encode, escaped_len};
pub(crate) use malformed::Malformed;
#[cfg(test)]
pub(crate) use malformed::Wrong;
pub(crate) use router::{Entry, RegistryChange, RegistryPart, RouterFrame};
pub(crate) use session::SessionFrame;

use std::fmt;

part! {
    /// Where a contact is found.
    Card {
        "transportID" => transport_id: String,
        "discoveryUUID" => discovery_uuid: String,
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(…)")
    }
}
