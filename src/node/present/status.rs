//! The state of the connection, as the header and the Connection page show it.

use super::state::State;
use crate::view::{Network, Phase, Role, Status};

/// Returns the state of the connection. `more_people` is how many strangers are not shown.
pub(super) fn status(state: &State<'_>, more_people: u32) -> Status {
    let networks = networks(state);
    Status {
        phase: phase(state, &networks),
        availability: state.availability,
        networks,
        more_people,
        server: state.transport.server().map(str::to_owned),
        server_up: state.transport.is_up(),
        beacon: state.directory.beacon_status(state.now),
    }
}

/// Returns one network for each address. Around a boundary of a beacon's slots there are two
/// memberships: the newer one counts once it works.
fn networks(state: &State<'_>) -> Vec<Network> {
    let mut networks: Vec<Network> = Vec::new();
    for member in state.directory.members() {
        let address = member.written_address();
        let (role, people) = (member.role(), member.people());
        let known = networks.iter_mut().find(|known| known.address == address);
        match known {
            None => networks.push(Network {
                address: address.to_owned(),
                role,
                people,
                unreachable: member.is_cut_off(),
            }),
            Some(known) => {
                known.people = known.people.max(people);
                if member.listed_at().is_some() {
                    known.role = role;
                }
            }
        }
    }
    networks
}

fn phase(state: &State<'_>, networks: &[Network]) -> Phase {
    let (transport, directory) = (state.transport, state.directory);
    if let Some(what) = state.account.misconfigured() {
        let what = what.to_owned();
        return Phase::Misconfigured { what };
    }
    if state.account.me().is_none() {
        return Phase::FirstRun;
    }
    if state.availability.is_off() {
        return Phase::Off;
    }
    if let Some(reason) = transport.refused().filter(|_| !transport.is_up()) {
        let reason = reason.to_owned();
        return Phase::Refused { reason };
    }
    if transport.server().is_some() && !transport.is_up() {
        let retry_at = transport.retry_at();
        return Phase::Offline { retry_at };
    }
    if state.availability.is_unlisted() {
        return Phase::ContactsOnly;
    }
    if directory.is_cellular() {
        return Phase::Cellular;
    }
    if directory.is_forbidden() {
        return Phase::Forbidden;
    }
    match fullest(networks) {
        Some(network) => phase_of(network),
        None => phase_without_network(state),
    }
}

/// Returns the network with most people, the first one of several: a device with two kinds of
/// addresses meets most others by one of them.
fn fullest(networks: &[Network]) -> Option<&Network> {
    let works = |network: &Network| match network.role {
        Role::Router | Role::Peer => true,
        Role::Joining | Role::Electing => false,
    };
    // Of equal ones this returns the last.
    let first_last = networks.iter().rev();
    first_last.max_by_key(|network| (works(network), network.people))
}

fn phase_of(network: &Network) -> Phase {
    let (address, people) = (network.address.clone(), network.people);
    match network.role {
        Role::Router => Phase::Router { address, people },
        Role::Peer => Phase::Peer { address, people },
        Role::Electing => Phase::Electing { address, people },
        Role::Joining => Phase::Joining,
    }
}

fn phase_without_network(state: &State<'_>) -> Phase {
    let beacon = state.directory.beacon_status(state.now);
    match beacon.filter(|beacon| beacon.trouble.is_some()) {
        Some(beacon) => Phase::NoBeacon {
            retry_at: beacon.retry_at,
        },
        None if state.directory.has_no_address() => Phase::NoAddress {
            retry_at: lookup_at(state),
        },
        None => Phase::Joining,
    }
}

fn lookup_at(state: &State<'_>) -> Option<u64> {
    let wait = state.directory.lookup_at()?.since(state.now.mono);
    Some(state.now.unix + u64::try_from(wait.as_millis()).ok()?)
}
