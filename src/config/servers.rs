//! The servers that people are found and reached through.

use super::invalid::{Invalid, check, fits};
use crate::limits::{SERVERS, SETTING_BYTES};
use serde::{Deserialize, Serialize};

/// A PeerJS server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
#[serde(rename_all = "camelCase")]
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

impl SignallingServer {
    pub(super) fn check(&self, at: &str) -> Result<(), Invalid> {
        let host = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        let path = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
        let key = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        check(fits(&self.host, host), &format!("{at}.host"), || {
            "a host name or an address, without https:// or a path".to_owned()
        })?;
        check(self.port != 0, &format!("{at}.port"), || {
            "1 to 65535".to_owned()
        })?;
        let empty_or = self.path.is_empty() || fits(&self.path, path);
        check(empty_or, &format!("{at}.path"), || {
            "a path such as / or /chat".to_owned()
        })?;
        check(fits(&self.key, key), &format!("{at}.key"), || {
            "letters, digits, - . _ ~; peerjs if the server has no other".to_owned()
        })
    }
}

impl IceServer {
    pub(super) fn check(&self, at: &str) -> Result<(), Invalid> {
        let count = self.urls.len();
        check(
            (1..=SERVERS).contains(&count),
            &format!("{at}.urls"),
            || format!("1 to {SERVERS} addresses"),
        )?;
        let is_ice = |url: &String| {
            let rest = ["stun:", "stuns:", "turn:", "turns:"]
                .iter()
                .find_map(|s| url.strip_prefix(s));
            rest.is_some_and(|rest| {
                fits(rest, |c| {
                    c.is_ascii_alphanumeric() || "-._:[]?=".contains(c)
                })
            })
        };
        check(self.urls.iter().all(is_ice), &format!("{at}.urls"), || {
            "addresses such as stun:host:3478 or turn:host:3478".to_owned()
        })?;
        let is_turn = self.urls.iter().any(|url| url.starts_with("turn"));
        let login = self.username.is_some() && self.credential.is_some();
        check(!is_turn || login, &format!("{at}.username"), || {
            "a TURN server needs a user name and a credential".to_owned()
        })?;
        let short = [&self.username, &self.credential]
            .into_iter()
            .flatten()
            .all(|text| text.len() <= SETTING_BYTES);
        check(short, &format!("{at}.credential"), || {
            format!("at most {SETTING_BYTES} bytes")
        })
    }
}
