//! What must hold of the lists: each home has one router, everybody in it sees everybody else once,
//! and contacts that can reach each other are connected.

use crate::check::roots;
use crate::names::{device_of, name};
use crate::pairs::{is_covered, know_the_way};
use crate::roots::must_see;
use crate::world::World;
use mesh_chat::view::{Person, PersonId, Phase, Presence};

/// Returns what is wrong with the router of a home.
#[must_use]
pub fn router(world: &World, home: usize) -> Option<String> {
    if world.beacon.is_some() {
        return roots::routers(world, home);
    }
    let members = members(world, home);
    let here = &world.network.homes.get(home)?.shown;
    let routes = |index: &&usize| {
        let device = world.devices.get(**index);
        let phase = device.and_then(|device| device.view.phase.as_ref());
        matches!(phase, Some(Phase::Router { address, .. }) if address == here)
    };
    let count = members.iter().filter(routes).count();
    let wrong = count != 1 && !members.is_empty();
    wrong.then(|| format!("network {home} has {count} routers"))
}

/// Returns what is wrong with what the members of a home see of each other.
#[must_use]
pub fn lists(world: &World, home: usize) -> Option<String> {
    let members = members(world, home);
    for index in &members {
        let seen = seen(world, *index);
        for other in &members {
            let (count, listed) = seen.get(*other).copied().unwrap_or_default();
            let expected = usize::from(index != other);
            let wrong = count != expected || listed != expected;
            let excused = || {
                world.are_apart(*index, *other)
                    || are_lost(world, *index, *other)
                    || is_covered(world, *index, *other)
                    || !must_see(world, *index, *other)
            };
            if wrong && !excused() {
                let name = name(*other);
                return Some(format!(
                    "P{index} sees {name} {count} times, {listed} there"
                ));
            }
        }
    }
    None
}

/// Returns contacts that can reach each other and are not connected.
#[must_use]
pub fn contacts(world: &World) -> Option<String> {
    let devices = &world.devices;
    for index in devices
        .people()
        .filter(|index| devices.ready(*index).is_some())
    {
        for person in devices.people_seen(index) {
            let saved = matches!(person.id, PersonId::Contact(_));
            let Some(other) = device_of(&person.name).filter(|_| saved) else {
                continue;
            };
            let reachable = devices.ready(other).is_some() && world.passes(index, other);
            if reachable
                && person.presence == Presence::Offline
                && know_the_way(world, index, other)
                && !world.are_apart(index, other)
            {
                return Some(format!("P{index} has not found its contact P{other}"));
            }
        }
    }
    None
}

/// Returns who is in a list of others although they do not want to be in any registry.
#[must_use]
pub fn hidden(world: &World, home: usize) -> Option<String> {
    let is_hidden = |index: &usize| {
        let device = world.devices.get(*index);
        device.is_some_and(|device| device.home == home && device.is_unlisted())
    };
    // Somebody else may stand at an id by which contacts know who hides.
    let hostiles = world.imposters.all();
    let owners: Vec<usize> = hostiles
        .iter()
        .filter_map(|hostile| world.imposters.owner(*hostile))
        .collect();
    let is_themselves = |index: &usize| !owners.contains(index);
    let hidden = world.devices.people().filter(is_hidden);
    for hidden in hidden.filter(is_themselves) {
        for index in members(world, home) {
            let mut people = world.devices.people_seen(index);
            let listed = |person: &Person| {
                person.presence == Presence::ClaimsNetwork
                    && device_of(&person.name) == Some(hidden)
            };
            if people.any(listed) {
                return Some(format!(
                    "P{index} sees P{hidden}, who wants to be in no list"
                ));
            }
        }
    }
    None
}

/// Returns the devices of people that are up and in a home, and want to be in its registry.
fn members(world: &World, home: usize) -> Vec<usize> {
    let is_there = |index: &usize| {
        let device = world.devices.get(*index);
        device.is_some_and(|d| d.home == home && d.is_up() && d.has_joined() && !d.is_unlisted())
    };
    world.devices.people().filter(is_there).collect()
}

/// Returns how often a device lists each other one, and how often as somebody who is there.
fn seen(world: &World, index: usize) -> Vec<(usize, usize)> {
    let mut seen = vec![(0, 0); world.devices.people().end];
    for person in world.devices.people_seen(index) {
        let of_other = device_of(&person.name).and_then(|other| seen.get_mut(other));
        if let Some((count, listed)) = of_other {
            *count += 1;
            *listed += usize::from(person.presence != Presence::Offline);
        }
    }
    seen
}

/// Whether one is a contact of the other that it cannot recognise any more, and so a stranger.
fn are_lost(world: &World, one: usize, other: usize) -> bool {
    world.devices.contact(one, other).is_some() && !know_the_way(world, one, other)
}
