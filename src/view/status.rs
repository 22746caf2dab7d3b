//! The state of the connection, as the state line and the Connection page say it.

use super::Availability;
use crate::clock::UnixMillis;
use serde::{Deserialize, Serialize};

/// Oneself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The own name; `None` before Join.
    pub name: Option<String>,
}

/// The state of the connection, for the state line and the Connection page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// What the state line says.
    pub phase: Phase,
    /// How much of the network this device is on.
    pub availability: Availability,
    /// One entry for each namespace that is joined.
    pub networks: Vec<Network>,
    /// How many strangers are there beside those in the list, which is bounded.
    pub more_people: u32,
    /// The signalling server in use, `host:port`.
    pub server: Option<String>,
    /// Whether that server can be reached now.
    pub server_up: bool,
    /// Where a beacon is used: how that is. The namespaces are then those it signs.
    pub beacon: Option<BeaconStatus>,
}

/// What the toolbar button says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Badge {
    /// Unread messages plus waiting requests.
    pub count: u32,
    /// How much of the network this device is on.
    pub availability: Availability,
}

/// How it is with the beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BeaconStatus {
    /// What is wrong, until an answer is good again. Meanwhile this device stays in the namespaces
    /// that it signed last.
    pub trouble: Option<BeaconTrouble>,
    /// When it is asked again, where something is wrong.
    pub retry_at: Option<UnixMillis>,
    /// It has named the namespaces to be in. Until then there are none.
    pub named: bool,
}

/// What is wrong with a beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BeaconTrouble {
    /// It cannot be reached, or does not let this browser read its answer.
    Unreachable,
    /// It sends callers on to another address.
    Redirected,
    /// It refuses, with an HTTP status.
    Refused {
        /// The status.
        status: u16,
    },
    /// It answers, but not this browser or this token.
    Withheld,
    /// It signs with another key than the one configured, or for another address.
    OtherKey,
    /// The clocks differ by more than five minutes.
    Clock,
    /// It gave a slot that is over.
    OldSlot,
    /// Its answer has another form.
    Malformed,
}

/// What the state line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Phase {
    /// Join has not been pressed: nothing is sent.
    FirstRun,
    /// The configuration cannot be used, and nothing is sent before that is settled.
    Misconfigured {
        /// What is wrong with it, in English.
        what: String,
    },
    /// Starting, or joining after a change.
    Joining,
    /// This device is the router of the namespace with most people.
    Router {
        /// The public address, as people write it.
        address: String,
        /// How many people are in the registry, oneself included.
        people: u32,
    },
    /// Connected through another device that is the router.
    Peer {
        /// The public address, as people write it.
        address: String,
        /// How many people are in the registry, oneself included.
        people: u32,
    },
    /// The router is gone; a new one is being found. Lists and chats stay.
    Electing {
        /// The public address, as people write it.
        address: String,
        /// How many people are in the kept copy, oneself included.
        people: u32,
    },
    /// The signalling server cannot be reached.
    Offline {
        /// When the next try is made.
        retry_at: Option<UnixMillis>,
    },
    /// The signalling server refuses, with its reason.
    Refused {
        /// What the server said.
        reason: String,
    },
    /// No public address was found: contacts work, finding people here does not.
    NoAddress {
        /// When the next try is made.
        retry_at: Option<UnixMillis>,
    },
    /// The beacon has not said yet what the namespaces are called: contacts work, finding people
    /// here does not.
    NoBeacon {
        /// When the next try is made.
        retry_at: Option<UnixMillis>,
    },
    /// The person is off: nothing is sent.
    Off,
    /// The person is there for contacts only, and in no registry.
    ContactsOnly,
    /// On a cellular network people behind one address do not know each other: no discovery.
    Cellular,
    /// The browser opens no direct connections, so nobody can be met here or written to.
    Forbidden,
}

/// One joined namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The public address, as people write it.
    pub address: String,
    /// The part this device plays.
    pub role: Role,
    /// How many people are in the registry, oneself included.
    pub people: u32,
    /// Somebody holds the first Router ID and cannot be reached, and nobody else is there.
    pub unreachable: bool,
}

/// The part this device plays in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Claiming the Router ID, or connecting to who holds it.
    Joining,
    /// Holds the Router ID.
    Router,
    /// Is connected to the router.
    Peer,
    /// The router is gone; waiting to claim its id.
    Electing,
}
