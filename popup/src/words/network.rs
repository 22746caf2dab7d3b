//! The state of the connection to the network, in words.

use crate::i18n::{Plural, Text, count, fill, t};
use ipc::{BeaconTrouble, Phase, Role, Status, UnixMillis};

/// How good a state is, for its colour; the words say it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Works.
    Good,
    /// On its way.
    Busy,
    /// Something is missing.
    Bad,
    /// It is as the person wants it: off.
    Off,
}

impl Tone {
    /// Returns the class of the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Bad => "bad",
            Self::Off => "off",
        }
    }
}

/// The state line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateLine {
    /// The state.
    pub(crate) text: String,
    /// What follows it and changes each second.
    pub(crate) countdown: Option<String>,
    /// How good it is.
    pub(crate) tone: Tone,
}

/// Returns the state line for a status.
pub(crate) fn state_line(status: &Status, now: UnixMillis) -> StateLine {
    StateLine {
        text: phase_text(&status.phase),
        countdown: retry_at(&status.phase)
            .and_then(|at| at.checked_sub(now))
            .filter(|left| *left > 0)
            .map(|left| fill(Text::NextTry, &[&left.div_ceil(1_000).to_string()])),
        tone: phase_tone(&status.phase),
    }
}

/// Returns when the next try is made.
pub(crate) fn retry_at(phase: &Phase) -> Option<UnixMillis> {
    match phase {
        Phase::Offline { retry_at }
        | Phase::NoAddress { retry_at }
        | Phase::NoBeacon { retry_at } => *retry_at,
        Phase::FirstRun
        | Phase::Joining
        | Phase::Router { .. }
        | Phase::Peer { .. }
        | Phase::Electing { .. }
        | Phase::Refused { .. }
        | Phase::Misconfigured { .. }
        | Phase::Off
        | Phase::ContactsOnly
        | Phase::Cellular
        | Phase::Forbidden => None,
    }
}

fn phase_text(phase: &Phase) -> String {
    match phase {
        Phase::FirstRun => t(Text::StateFirstRun),
        Phase::Joining => t(Text::StateJoining),
        Phase::Router { address, people } => {
            fill(Text::StateRouter, &[address, &people_count(*people)])
        }
        Phase::Peer { address, people } => {
            fill(Text::StatePeer, &[address, &people_count(*people)])
        }
        Phase::Electing { .. } => t(Text::StateElecting),
        Phase::Offline { .. } => t(Text::StateOffline),
        Phase::Refused { reason } => fill(Text::StateRefused, &[reason]),
        Phase::NoAddress { .. } => t(Text::StateNoAddress),
        Phase::NoBeacon { .. } => t(Text::StateNoBeacon),
        Phase::Off => t(Text::StateOff),
        Phase::ContactsOnly => t(Text::StateContactsOnly),
        Phase::Cellular => t(Text::StateCellular),
        Phase::Misconfigured { .. } => t(Text::StateMisconfigured),
        Phase::Forbidden => t(Text::StateForbidden),
    }
}

fn phase_tone(phase: &Phase) -> Tone {
    match phase {
        Phase::Router { .. } | Phase::Peer { .. } | Phase::ContactsOnly => Tone::Good,
        Phase::Off => Tone::Off,
        Phase::Joining | Phase::Electing { .. } | Phase::FirstRun | Phase::Cellular => Tone::Busy,
        Phase::Offline { .. }
        | Phase::Refused { .. }
        | Phase::Misconfigured { .. }
        | Phase::NoAddress { .. }
        | Phase::NoBeacon { .. }
        | Phase::Forbidden => Tone::Bad,
    }
}

/// Returns what a state means for the person.
pub(crate) fn phase_meaning(phase: &Phase) -> Text {
    match phase {
        Phase::FirstRun => Text::WhatFirstRun,
        Phase::Joining => Text::WhatJoining,
        Phase::Router { .. } => Text::WhatRouter,
        Phase::Peer { .. } => Text::WhatPeer,
        Phase::Electing { .. } => Text::WhatElecting,
        Phase::Offline { .. } => Text::WhatOffline,
        Phase::Refused { .. } => Text::WhatRefused,
        Phase::NoAddress { .. } => Text::WhatNoAddress,
        Phase::NoBeacon { .. } => Text::WhatNoBeacon,
        Phase::Off => Text::WhatOff,
        Phase::ContactsOnly => Text::WhatContactsOnly,
        Phase::Cellular => Text::WhatCellular,
        Phase::Misconfigured { .. } => Text::WhatMisconfigured,
        Phase::Forbidden => Text::WhatForbidden,
    }
}

/// Returns why the list of people on this network is empty, where no request waits either.
pub(crate) fn empty_network(status: Option<&Status>) -> Text {
    let Some(status) = status else {
        return Text::EmptyJoining;
    };
    let is_apart = status.networks.iter().any(|network| network.unreachable);
    match status.phase {
        Phase::Router { .. } | Phase::Peer { .. } if is_apart => Text::NetworkUnreachable,
        Phase::Router { .. } | Phase::Peer { .. } => Text::EmptyNetwork,
        Phase::FirstRun | Phase::Joining | Phase::Electing { .. } => Text::EmptyJoining,
        Phase::Offline { .. } | Phase::Refused { .. } | Phase::Misconfigured { .. } => {
            Text::EmptyOffline
        }
        Phase::NoAddress { .. } => Text::EmptyNoAddress,
        Phase::NoBeacon { .. } => Text::EmptyNoBeacon,
        Phase::Off => Text::EmptyOff,
        Phase::ContactsOnly => Text::EmptyContactsOnly,
        Phase::Cellular => Text::EmptyCellular,
        Phase::Forbidden => Text::EmptyForbidden,
    }
}

/// Returns what is wrong with the beacon. With the permission to read its host, the browser would
/// say if the beacon did not let it in.
pub(crate) fn beacon_trouble(trouble: BeaconTrouble, host_allowed: Option<bool>) -> String {
    t(match trouble {
        BeaconTrouble::Unreachable if host_allowed == Some(true) => Text::BeaconDown,
        BeaconTrouble::Unreachable => Text::BeaconUnreachable,
        BeaconTrouble::Redirected => Text::BeaconRedirected,
        BeaconTrouble::Refused { status } => {
            return fill(Text::BeaconRefused, &[&status.to_string()]);
        }
        BeaconTrouble::Withheld => Text::BeaconWithheld,
        BeaconTrouble::OtherKey => Text::BeaconOtherKey,
        BeaconTrouble::Clock => Text::BeaconClock,
        BeaconTrouble::OldSlot => Text::BeaconOldSlot,
        BeaconTrouble::Malformed => Text::BeaconMalformed,
    })
}

/// Returns "4 people".
pub(crate) fn people_count(people: u32) -> String {
    count(people.into(), Plural::People)
}

/// Returns "and 4 more".
pub(crate) fn more_people(people: u32) -> String {
    fill(Text::MorePeople, &[&grouped(people)])
}

/// Returns a number in groups of three digits, with a space between them as every language reads it.
fn grouped(number: u32) -> String {
    let (thousands, rest) = (number / 1_000, number % 1_000);
    if thousands == 0 {
        return rest.to_string();
    }
    format!("{}\u{202F}{rest:03}", grouped(thousands))
}

/// Returns the role in a network.
pub(crate) fn role(role: Role) -> Text {
    match role {
        Role::Joining => Text::RoleJoining,
        Role::Router => Text::RoleRouter,
        Role::Peer => Text::RolePeer,
        Role::Electing => Text::RoleElecting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipc::{Availability, Network};

    fn line(phase: Phase, now: UnixMillis) -> String {
        let status = Status {
            phase,
            availability: Availability::Here,
            networks: Vec::new(),
            more_people: 0,
            server: None,
            server_up: false,
            beacon: None,
        };
        let line = state_line(&status, now);
        line.text + &line.countdown.unwrap_or_default()
    }

    #[test]
    fn the_state_line_reads_as_specified() {
        let address = || "203.0.113.7".to_owned();
        let people = 4;
        let router = Phase::Router {
            address: address(),
            people,
        };
        assert_eq!(line(router, 0), "Router of 203.0.113.7, 4 people");
        let peer = Phase::Peer {
            address: address(),
            people: 1,
        };
        assert_eq!(line(peer, 0), "Connected through 203.0.113.7, 1 person");
        let electing = Phase::Electing {
            address: address(),
            people,
        };
        assert_eq!(line(electing, 0), "Finding a new router…");
    }

    #[test]
    fn who_is_kept_apart_from_others_is_not_told_that_nobody_is_there() {
        let alone = |unreachable| Status {
            phase: Phase::Router {
                address: "203.0.113.7".to_owned(),
                people: 1,
            },
            availability: Availability::Here,
            networks: vec![Network {
                address: "203.0.113.7".to_owned(),
                role: Role::Router,
                people: 1,
                unreachable,
            }],
            more_people: 0,
            server: None,
            server_up: true,
            beacon: None,
        };
        assert_eq!(empty_network(Some(&alone(false))), Text::EmptyNetwork);
        assert_eq!(empty_network(Some(&alone(true))), Text::NetworkUnreachable);
        assert_eq!(empty_network(None), Text::EmptyJoining);
    }

    #[test]
    fn large_numbers_of_people_are_grouped() {
        assert_eq!(more_people(84), "and 84 more");
        assert_eq!(more_people(16_084), "and 16\u{202F}084 more");
        assert_eq!(more_people(1_000_001), "and 1\u{202F}000\u{202F}001 more");
    }

    #[test]
    fn the_countdown_rounds_up_and_ends() {
        let offline = || Phase::Offline {
            retry_at: Some(10_000),
        };
        let prefix = "Offline: signalling server not reachable";
        assert_eq!(line(offline(), 2_000), format!("{prefix}, next try in 8 s"));
        assert_eq!(line(offline(), 2_001), format!("{prefix}, next try in 8 s"));
        assert_eq!(line(offline(), 9_999), format!("{prefix}, next try in 1 s"));
        assert_eq!(line(offline(), 10_000), prefix);
        assert_eq!(line(Phase::Offline { retry_at: None }, 0), prefix);
    }
}
