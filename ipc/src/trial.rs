//! What a test of the connection has found: each server asked once, beside what is in use.

use serde::{Deserialize, Serialize};

/// What became of one part of the test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// It is not in the settings.
    #[default]
    Unset,
    /// It did what it is for.
    Works,
    /// It did not, in the time of the test.
    Fails,
}

/// What a test of the connection has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// The browser makes connections at all: WebRTC is there and on.
    pub webrtc: bool,
    /// It found an own address for UDP, hidden or not.
    pub udp: bool,
    /// A public address of version 4 was seen.
    pub v4: bool,
    /// A public address of version 6 was seen.
    pub v6: bool,
    /// One of the signalling servers registered an id.
    pub signalling: Part,
    /// A STUN server told the address.
    pub stun: Part,
    /// A TURN server gave a place.
    pub turn: Part,
    /// The address echo told the address.
    pub echo: Part,
    /// The beacon answered with a signature.
    pub beacon: Part,
}
