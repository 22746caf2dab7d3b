//! What is said on a connection until both sides have proven who they are.

use super::Malformed;
use super::json::{Object, Value, list};
use nojson::{JsonValueKind, RawJsonValue};
use std::fmt;

frames! {
    /// A message of a handshake.
    HandshakeFrame {
        "hello" => Hello { hello: Hello },
        /// A stranger asks to be accepted.
        "request" => Request { friendlyname: String, note: Option<String> },
        /// The person said yes.
        "accepted" => Accepted { proof: Proof, friendlyname: String },
        /// The one who asked proves its identity too.
        "confirm" => Confirm { proof: Proof },
        /// The person said no.
        "rejected" => Rejected,
        /// The own request to the same person, on another connection, goes on instead.
        "crossed" => Crossed { mac: String },
        /// A contact proves its identity.
        "auth" => Auth { proof: Proof },
        "bye" => Bye,
    }
}

part! {
    /// The first message of each side of a handshake.
    #[derive(Debug)]
    Hello {
        "v" => v: Versions,
        "eph" => eph: String,
        "nonce" => nonce: String,
        "hint" => hint: Option<String>,
    }
}

part! {
    /// The proof of an identity, bound to a handshake.
    #[derive(Debug)]
    Proof {
        "key" => key: String,
        "sig" => sig: String,
        "mac" => mac: String,
    }
}

/// What the initiator speaks, or what the responder chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    Offered(Vec<u32>),
    Chosen(u32),
}

impl Value for Versions {
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        if value.kind() == JsonValueKind::Array {
            list(value, name, Value::read).map(Self::Offered)
        } else {
            Value::read(value, name).map(Self::Chosen)
        }
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        match self {
            Self::Offered(versions) => f.member(name, versions),
            Self::Chosen(version) => version.write(f, name),
        }
    }
}
