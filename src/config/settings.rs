//! What the person changed. The switches among the settings stand in one table.

use super::beacon::Beacon;
use super::servers::{IceServer, SignallingServer};
use serde::{Deserialize, Serialize};

/// Makes [`Settings`] and [`Switch`] from the table of switches: one line for each.
macro_rules! settings {
    ($($(#[$doc:meta])* $switch:ident: $field:ident = $default:literal, $name:literal;)*) => {
        /// What the person changed; `None` stands for the packed default.
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
            /// The beacon; one without an address switches it off.
            pub beacon: Option<Box<Beacon>>,
            $($(#[$doc])* #[serde(rename = $name)] pub $field: bool,)*
        }

        impl Default for Settings {
            fn default() -> Self {
                Self {
                    root: None,
                    signalling: None,
                    ice_servers: None,
                    ip_echo: None,
                    beacon: None,
                    $($field: $default,)*
                }
            }
        }

        /// A setting that is on or off.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Switch {
            $($(#[$doc])* $switch,)*
        }

        impl Switch {
            /// All of them, in the order in which a view shows them.
            pub const ALL: &[Self] = &[$(Self::$switch,)*];

            /// Returns the name under which it is stored.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$switch => $name,)*
                }
            }

            /// Returns whether it is on.
            pub const fn get(self, settings: &Settings) -> bool {
                match self {
                    $(Self::$switch => settings.$field,)*
                }
            }

            /// Switches it on or off.
            pub const fn set(self, settings: &mut Settings, on: bool) {
                match self {
                    $(Self::$switch => settings.$field = on,)*
                }
            }
        }
    };
}

settings! {
    /// Notifications are shown.
    Notifications: notifications = true, "notifications";
    /// Contacts are told when their messages were read.
    ReadReceipts: read_receipts = true, "readReceipts";
    /// This is a cellular network: no discovery.
    Cellular: cellular = false, "cellular";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_switch_sets_its_own_field_and_keeps_its_stored_name() {
        for switch in Switch::ALL {
            let mut settings = Settings::default();
            let on = !switch.get(&settings);
            switch.set(&mut settings, on);
            let others = Switch::ALL.iter().filter(|other| *other != switch);
            for other in others {
                assert_eq!(other.get(&settings), other.get(&Settings::default()));
            }
            let stored = format!(r#"{{"{}":{on}}}"#, switch.name());
            assert_eq!(json::from_str::<Settings>(&stored), Ok(settings));
        }
    }
}
