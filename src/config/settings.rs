//! What the person changed. The switches among the settings stand in one table.

use super::beacon::Beacon;
use super::invalid::{Invalid, check};
use super::quiet::QuietHours;
use super::servers::{IceServer, SignallingServer};
use crate::limits::{IGNORED, NAME_BYTES};
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
            /// What notifications show.
            pub notification_text: NotificationText,
            /// When nothing interrupts the person.
            pub quiet_hours: Option<QuietHours>,
            /// Names under which nobody is to ask to connect.
            pub ignored: Vec<String>,
            /// The built-in configuration stands for a packed one that cannot be used.
            pub built_in: bool,
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
                    notification_text: NotificationText::default(),
                    quiet_hours: None,
                    ignored: Vec::new(),
                    built_in: false,
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

/// What notifications show. Systems keep them, and show them over a locked screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NotificationText {
    /// Who it is about, and the beginning of what was written.
    #[default]
    NameAndText,
    /// Who it is about.
    NameOnly,
    /// That there is something.
    Neither,
}

impl NotificationText {
    /// All of them, in the order in which a view shows them.
    pub const ALL: &[Self] = &[Self::NameAndText, Self::NameOnly, Self::Neither];
}

impl Settings {
    /// Refuses lists that nobody would have made, and quiet hours that are none.
    pub fn check(&self) -> Result<(), Invalid> {
        let fit = |name: &String| !name.is_empty() && name.len() <= NAME_BYTES;
        let good = self.ignored.len() <= IGNORED && self.ignored.iter().all(fit);
        check(good, "ignored", || {
            format!("at most {IGNORED} names of {NAME_BYTES} bytes")
        })?;
        self.quiet_hours.map_or(Ok(()), QuietHours::check)
    }
}

settings! {
    /// Notifications are shown.
    Notifications: notifications = true, "notifications";
    /// Contacts are told when their messages were read.
    ReadReceipts: read_receipts = true, "readReceipts";
    /// What a picture says of place, time and camera is left out where it is sent.
    LeaveOutDetails: leave_out_details = true, "leaveOutDetails";
    /// Contacts see that the person is away, where there was no input for a while.
    Away: away = true, "away";
    /// This is a cellular network: no discovery.
    Cellular: cellular = false, "cellular";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_names_are_bounded() {
        let with = |ignored: Vec<String>| Settings {
            ignored,
            ..Settings::default()
        };
        let name = || "Bob".to_owned();
        assert_eq!(with(vec![name(); IGNORED]).check(), Ok(()));
        for wrong in [
            vec![name(); IGNORED + 1],
            vec![String::new()],
            vec!["x".repeat(NAME_BYTES + 1)],
        ] {
            let refused = with(wrong).check().map_err(|invalid| invalid.field);
            assert_eq!(refused, Err("ignored".to_owned()));
        }
    }

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
