//! Configuration: what the extension is packed with, and what the person changed.

use serde::{Deserialize, Serialize};

/// The content of `extension/config.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// First part of every id.
    pub root: String,
    /// PeerJS servers, first choice first.
    pub signalling: Vec<SignallingServer>,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Answers `{"ip":"…"}`; used where STUN gives nothing.
    pub ip_echo: Option<String>,
    /// The beacon of an organisation; none yet.
    #[serde(default)]
    pub beacon: Option<serde_json::Value>,
}

/// A PeerJS server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignallingServer {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Where PeerServer is mounted.
    pub path: String,
    /// The API key of the server; `peerjs` unless its operator chose another.
    pub key: String,
    /// TLS.
    pub secure: bool,
}

/// A STUN or TURN server, as WebRTC wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IceServer {
    /// `stun:host:port` or `turn:host:port`.
    pub urls: Vec<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// What the person changed; `None` is the packed default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// First part of every id.
    pub root: Option<String>,
    /// PeerJS servers, first choice first.
    pub signalling: Option<Vec<SignallingServer>>,
    /// STUN and TURN servers.
    pub ice_servers: Option<Vec<IceServer>>,
    /// The address echo; an empty text switches it off.
    pub ip_echo: Option<String>,
    /// Notifications are shown.
    pub notifications: bool,
    /// Contacts are told when their messages were read.
    pub read_receipts: bool,
    /// This is a cellular network: no discovery.
    pub cellular: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            root: None,
            signalling: None,
            ice_servers: None,
            ip_echo: None,
            notifications: true,
            read_receipts: true,
            cellular: false,
        }
    }
}
