//! Configuration: what the extension is packed with, and what the person changed.

mod beacon;
mod invalid;
mod quiet;
mod servers;
mod settings;

pub use beacon::Beacon;
pub use invalid::Invalid;
pub use quiet::QuietHours;
pub use servers::{IceServer, SignallingServer};
pub use settings::{NotificationText, Settings, Switch};

use crate::ids::is_peer_id;
use crate::limits::SERVERS;
use invalid::{check, fits};
use serde::{Deserialize, Serialize};

/// The longest address of a page: with an invite behind it, it still fits into a QR code (271 bytes).
const PAGE_BYTES: usize = 180;

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
    /// The beacon of an organisation.
    #[serde(default)]
    pub beacon: Option<Box<Beacon>>,
    /// The address of the page, to which invites lead; without one they are codes.
    #[serde(default)]
    pub page: Option<String>,
    /// Where the extension can be had, which the page then offers (`page/offer.js`).
    #[serde(default)]
    pub extension: Option<String>,
}

impl Default for Config {
    /// Returns what stands for a packed configuration that cannot be used, if the person wants that.
    fn default() -> Self {
        Self {
            root: "myapp".to_owned(),
            signalling: vec![SignallingServer {
                host: "0.peerjs.com".to_owned(),
                port: 443,
                path: "/".to_owned(),
                key: "peerjs".to_owned(),
                secure: true,
            }],
            ice_servers: vec![IceServer {
                urls: vec![
                    "stun:stun.l.google.com:19302".to_owned(),
                    "stun:stun.cloudflare.com:3478".to_owned(),
                ],
                username: None,
                credential: None,
            }],
            ip_echo: Some("https://api.ipify.org?format=json".to_owned()),
            beacon: None,
            page: None,
            extension: None,
        }
    }
}

impl Config {
    /// Returns whether everything but the beacon is the same.
    pub(crate) fn differs_only_in_beacon(&self, other: &Self) -> bool {
        let same_beacon = Self {
            beacon: other.beacon.clone(),
            ..self.clone()
        };
        same_beacon == *other
    }

    /// Returns whether a relay is among the servers.
    pub fn has_relay(&self) -> bool {
        let mut urls = self.ice_servers.iter().flat_map(|server| &server.urls);
        urls.any(|url| url.starts_with("turn:") || url.starts_with("turns:"))
    }

    /// Returns these defaults with the person's changes.
    pub fn with(&self, settings: &Settings) -> Self {
        let mut config = self.clone();
        if let Some(root) = &settings.root {
            config.root.clone_from(root);
        }
        if let Some(signalling) = &settings.signalling {
            config.signalling.clone_from(signalling);
        }
        if let Some(ice_servers) = &settings.ice_servers {
            config.ice_servers.clone_from(ice_servers);
        }
        if let Some(echo) = &settings.ip_echo {
            config.ip_echo = Some(echo.clone()).filter(|echo| !echo.is_empty());
        }
        if let Some(beacon) = &settings.beacon {
            let slot_seconds = self.beacon.as_ref().and_then(|packed| packed.slot_seconds);
            let beacon = Box::new(Beacon {
                slot_seconds,
                ..Beacon::clone(beacon)
            });
            config.beacon = Some(beacon).filter(|beacon| !beacon.url.is_empty());
        }
        config
    }

    /// Refuses what cannot work, naming the field.
    pub fn check(&self) -> Result<(), Invalid> {
        check(
            is_peer_id(&self.root) && self.root.len() <= 32,
            "root",
            || "letters, digits and single - or _ between them, at most 32".to_owned(),
        )?;
        let count = self.signalling.len();
        check((1..=SERVERS).contains(&count), "signalling", || {
            format!("1 to {SERVERS} servers")
        })?;
        for (index, server) in self.signalling.iter().enumerate() {
            server.check(&format!("signalling.{index}"))?;
        }
        let count = self.ice_servers.len();
        check(count <= SERVERS, "iceServers", || {
            format!("at most {SERVERS} entries")
        })?;
        for (index, server) in self.ice_servers.iter().enumerate() {
            server.check(&format!("iceServers.{index}"))?;
        }
        for (address, field) in [(&self.ip_echo, "ipEcho"), (&self.extension, "extension")] {
            check(address.as_deref().is_none_or(is_http), field, || {
                "an http:// or https:// address".to_owned()
            })?;
        }
        let page = self.page.as_deref();
        let page = page
            .is_none_or(|page| is_http(page) && !page.contains('#') && page.len() <= PAGE_BYTES);
        check(page, "page", || {
            format!("an http:// or https:// address without a #, at most {PAGE_BYTES} bytes")
        })?;
        self.beacon.as_ref().map_or(Ok(()), |beacon| beacon.check())
    }
}

fn is_http(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| fits(rest, |c| c.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Secret;

    #[test]
    fn the_built_in_configuration_is_valid_and_the_packed_one() {
        let built_in = Config::default();
        assert_eq!(built_in.check(), Ok(()));
        let packed: Config = json::from_str(include_str!("../extension/config.json")).unwrap();
        assert_eq!(packed, built_in);
    }

    #[test]
    fn a_wrong_value_is_refused_at_its_field() {
        let wrong = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            match config.check() {
                Err(Invalid { field, .. }) => field,
                other => format!("{other:?}"),
            }
        };
        assert_eq!(wrong(|c| c.root = "my.app".into()), "root");
        assert_eq!(wrong(|c| c.signalling.clear()), "signalling");
        assert_eq!(
            wrong(|c| c.signalling[0].host = "https://x".into()),
            "signalling.0.host"
        );
        assert_eq!(wrong(|c| c.signalling[0].port = 0), "signalling.0.port");
        assert_eq!(
            wrong(|c| c.signalling[0].key = "a&b".into()),
            "signalling.0.key"
        );
        assert_eq!(
            wrong(|c| c.ice_servers[0].urls = vec!["http://x".into()]),
            "iceServers.0.urls"
        );
        assert_eq!(
            wrong(|c| c.ice_servers[0].urls = vec!["turn:x:3478".into()]),
            "iceServers.0.username"
        );
        assert_eq!(wrong(|c| c.ip_echo = Some("ftp://x".into())), "ipEcho");
        assert_eq!(wrong(|c| c.page = Some("https://x/#a".into())), "page");
        assert_eq!(wrong(|c| c.page = Some("javascript:0".into())), "page");
        let long = |c: &mut Config| c.page = Some(format!("https://x/{}", "y".repeat(PAGE_BYTES)));
        assert_eq!(wrong(long), "page");
        let script = |c: &mut Config| c.extension = Some("javascript:0".into());
        assert_eq!(wrong(script), "extension");
    }

    fn beacon() -> Beacon {
        Beacon {
            url: "https://beacon.example.org/beacon".into(),
            public_key: "Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW".into(),
            token: Some(Secret("secret-of-the-organisation".into())),
            slot_seconds: None,
        }
    }

    #[test]
    fn a_beacon_is_refused_at_its_field_and_its_token_is_not_shown() {
        let wrong = |change: fn(&mut Beacon)| {
            let mut beacon = beacon();
            change(&mut beacon);
            let config = Config {
                beacon: Some(Box::new(beacon)),
                ..Config::default()
            };
            match config.check() {
                Err(Invalid { field, .. }) => field,
                other => format!("{other:?}"),
            }
        };
        assert_eq!(wrong(|_| ()), "Ok(())");
        assert_eq!(wrong(|b| b.url = "http://x.org".into()), "beacon.url");
        assert_eq!(wrong(|b| b.public_key = "x".into()), "beacon.publicKey");
        assert_eq!(
            wrong(|b| b.token = Some(Secret("a b".into()))),
            "beacon.token"
        );
        assert_eq!(wrong(|b| b.slot_seconds = Some(4)), "beacon.slotSeconds");
        assert!(!format!("{:?}", beacon()).contains("secret"));
    }

    #[test]
    fn a_beacon_of_the_settings_replaces_the_packed_one_but_not_the_length_of_its_slots() {
        let packed = Config {
            beacon: Some(Box::new(Beacon {
                slot_seconds: Some(20),
                ..beacon()
            })),
            ..Config::default()
        };
        let with = |beacon| {
            let settings = Settings {
                beacon: Some(Box::new(beacon)),
                ..Settings::default()
            };
            packed.with(&settings).beacon
        };
        assert_eq!(with(Beacon::default()), None);
        let other = Beacon {
            url: "https://other.example.org".into(),
            slot_seconds: Some(7),
            ..beacon()
        };
        let used = with(other.clone()).unwrap();
        assert_eq!((used.url, used.slot_seconds), (other.url, Some(20)));
    }

    #[test]
    fn settings_replace_defaults_one_by_one() {
        let settings = Settings {
            root: Some("acme".into()),
            ip_echo: Some(String::new()),
            ..Settings::default()
        };
        let config = Config::default().with(&settings);
        assert_eq!(config.root, "acme");
        assert_eq!(config.ip_echo, None);
        assert_eq!(config.signalling, Config::default().signalling);
    }

    #[test]
    fn an_unknown_field_is_an_error_and_not_ignored() {
        assert!(json::from_str::<Config>(r#"{"rot":"x"}"#).is_err());
    }
}
