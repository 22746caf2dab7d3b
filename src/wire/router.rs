//! What peers and routers of one namespace say to each other, and routers among themselves.

use super::Malformed;
use super::json::{Field, Fields, Object, Value, list};
use nojson::{DisplayJson, Json, JsonFormatter, RawJsonValue};
use std::fmt;

/// What a router adds to an entry that it has from another one.
const RELAYED: &str = r#","relayed":true"#;
/// What it adds to its own.
const ROUTER: &str = r#","router":true"#;

frames! {
    /// A message between a peer and its router, or between two routers.
    RouterFrame {
        /// A peer says that it is there, and under which name.
        "checkin" => Checkin { entry: Entry },
        /// The people that the sender knows; one part of the list.
        "registry" => Registry { part: RegistryPart },
        /// A change of them.
        "update" => Update { change: RegistryChange },
        /// The receiver has missed a change, and asks for the whole.
        "recheckin" => Recheckin,
        /// The router is full; the Router ID to try instead.
        "redirect" => Redirect { router: String },
        /// The receiver is to stand by at this Router ID.
        "deputy" => Deputy { router: String },
        "ping" => Ping,
        "pong" => Pong,
        "bye" => Bye,
    }
}

part! {
    /// Somebody in a registry.
    #[derive(Debug)]
    Entry {
        "discoveryID" => discovery_id: String,
        "friendlyname" => friendlyname: String,
        /// Unix milliseconds, set by the router; 0 in a check-in.
        "lastSeen" => last_seen: u64 = 0,
        "sealedTransport" => sealed_transport: Option<String>,
        /// Whoever sends the list has it from another router.
        "relayed" => relayed: Option<bool>,
        /// Whoever sends the list is this person, who goes with it.
        "router" => router: Option<bool>,
    }
}

part! {
    /// One part of a registry.
    #[derive(Debug)]
    RegistryPart {
        "epoch" => epoch: u64,
        "seq" => seq: u64,
        /// Which part it is, from 1.
        "part" => part: u32,
        "parts" => parts: u32,
        "peers" => peers: Vec<Entry>,
    }
}

part! {
    /// A change of a registry.
    #[derive(Debug)]
    RegistryChange {
        "epoch" => epoch: u64,
        "seq" => seq: u64,
        "joined" => joined: Vec<Entry>,
        "left" => left: Vec<String>,
    }
}

impl Entry {
    /// Returns whether the entry tells people nothing new.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.friendlyname == other.friendlyname && self.sealed_transport == other.sealed_transport
    }

    /// Returns how many bytes it takes in a list.
    pub(crate) fn encoded_len(&self) -> usize {
        Json(self).to_string().len()
    }

    /// Returns how many of them are its own, and not what a router adds that passes it on.
    pub(crate) fn own_len(&self) -> usize {
        let relayed = self.relayed.map_or(0, |_| RELAYED.len());
        let router = self.router.map_or(0, |_| ROUTER.len());
        self.encoded_len().saturating_sub(relayed + router)
    }
}

impl DisplayJson for Entry {
    fn fmt(&self, f: &mut JsonFormatter<'_, '_>) -> fmt::Result {
        f.object(|f| Field::write(self, f, ""))
    }
}

impl Value for Vec<Entry> {
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        list(value, name, |item, name| Field::read(Fields(item), name))
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        f.member(name, self)
    }
}
