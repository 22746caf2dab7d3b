//! What must hold: at every moment for what is shown as delivered, and in the end for all the rest.

use crate::device::Device;
use crate::meeting;
use crate::person::{device_of, name};
use crate::roots;
use crate::world::World;
use mesh_chat::limits;
use mesh_chat::records::ContactRecord;
use mesh_chat::view::{PersonId, Phase, Presence};
use std::collections::{BTreeMap, BTreeSet};

/// A text is shown as stored on the other device: it must be.
pub fn delivered(world: &mut World, sender: usize, text: &str) {
    let Some(to) = receiver_of(text) else {
        return;
    };
    let from = name(sender);
    if world.ties.caring && world.is_free(sender, to, text) {
        return;
    }
    let stored = world
        .devices
        .get(to)
        .is_some_and(|device| device.disk.received_from(&from).any(|known| known == text));
    if !stored {
        world
            .violations
            .push(format!("{text:?} is shown as delivered and is not stored"));
    }
}

fn receiver_of(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once('>')?;
    device_of(rest.split(' ').next()?)
}

/// Everything was well for ten minutes: nothing may be missing, doubled or out of order, and
/// everybody must have found everybody.
pub fn in_the_end(world: &mut World) {
    let mut wrong = Vec::new();
    texts(world, &mut wrong);
    let owes = |home: &usize| world.model.owes(*home, world.now);
    for home in (0..world.homes.len()).filter(owes) {
        // Where a root is left in this second, its routers and members change: see `Goal::Roots`.
        if world.beacon.is_none() {
            wrong.extend(router(world, home));
        }
        wrong.extend(lists(world, home));
    }
    wrong.extend(contacts(world));
    wrong.extend(meeting::special(world));
    secrets(world, &mut wrong);
    world.violations.append(&mut wrong);
}

/// What was not received by who cannot be reached still waits; nothing may have overtaken it.
fn texts(world: &World, wrong: &mut Vec<String>) {
    for ((from, to), written) in &world.written {
        let Some(device) = world.devices.get(*to) else {
            continue;
        };
        let sender = name(*from);
        let free = written.iter().filter(|written| written.free);
        let free: BTreeSet<&str> = free.map(|written| written.text.as_str()).collect();
        let received: Vec<&str> = device.disk.received_from(&sender).collect();
        let all: BTreeSet<&&str> = received.iter().collect();
        if all.len() < received.len() {
            wrong.push(format!("P{to} has a text of P{from} twice"));
        }
        let promised = received.iter().filter(|text| !free.contains(**text));
        let mut left = promised.peekable();
        let met = world.passes(*from, *to) && !world.apart(*from, *to);
        let met = met && (world.knows_the_way(*from, *to) || meeting::must_meet(world, *from, *to));
        for text in written.iter().filter(|written| !written.free) {
            if left.peek() == Some(&&text.text.as_str()) {
                left.next();
            } else if text.certain && met {
                wrong.push(format!("{:?} is lost or out of order", text.text));
            }
        }
        if let Some(extra) = left.next() {
            wrong.push(format!("{extra:?} is doubled or out of order"));
        }
    }
}

/// The devices of people that are there and in a home.
fn members(world: &World, home: usize) -> Vec<usize> {
    let is_there = |(index, device): (usize, &Device)| {
        let joined = device.disk.has_profile();
        (device.home == home && device.is_up() && joined).then_some(index)
    };
    let people = world.devices.iter().take(world.people).enumerate();
    people.filter_map(is_there).collect()
}

/// What is wrong about the router of a home.
#[must_use]
pub fn router(world: &World, home: usize) -> Option<String> {
    if world.beacon.is_some() {
        return roots::routers(world, home);
    }
    let members = members(world, home);
    let here = world.homes.get(home)?.address.to_string();
    let routes = |index: &&usize| {
        let device = world.devices.get(**index);
        let phase = device.and_then(|device| device.view.phase.as_ref());
        matches!(phase, Some(Phase::Router { address, .. }) if *address == here)
    };
    let count = members.iter().filter(routes).count();
    let wrong = count != 1 && !members.is_empty();
    wrong.then(|| format!("network {home} has {count} routers"))
}

/// What is wrong about what the members of a home see of each other.
#[must_use]
pub fn lists(world: &World, home: usize) -> Option<String> {
    let members = members(world, home);
    for index in &members {
        let seen = seen(world, *index);
        for other in &members {
            let name = world.names.get(*other)?;
            let (count, listed) = seen.get(other).copied().unwrap_or_default();
            let expected = usize::from(index != other);
            let wrong = count != expected || listed != expected;
            let excused = || {
                world.apart(*index, *other)
                    || are_lost(world, *index, *other)
                    || !roots::meet(world, *index, *other)
            };
            if wrong && !excused() {
                return Some(format!(
                    "P{index} sees {name} {count} times, {listed} there"
                ));
            }
        }
    }
    None
}

/// How often a device lists each other one, and how often as somebody who is there.
fn seen(world: &World, index: usize) -> BTreeMap<usize, (usize, usize)> {
    let mut seen: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let people = world.devices.get(index).map(|d| d.view.people.values());
    for person in people.into_iter().flatten() {
        if let Some(other) = device_of(&person.name) {
            let (count, listed) = seen.entry(other).or_default();
            *count += 1;
            *listed += usize::from(person.presence != Presence::Offline);
        }
    }
    seen
}

/// Whom no contact recognises any more is a stranger to it.
fn are_lost(world: &World, one: usize, other: usize) -> bool {
    world.contact(one, other).is_some() && !world.knows_the_way(one, other)
}

/// Contacts that can reach each other and are not connected.
#[must_use]
pub fn contacts(world: &World) -> Option<String> {
    let ready = |index: usize| {
        let device = world.devices.get(index);
        device.filter(|device| device.is_up() && !device.full)
    };
    for index in 0..world.people {
        for person in ready(index)
            .into_iter()
            .flat_map(|d| d.view.people.values())
        {
            let saved = matches!(person.id, PersonId::Contact(_));
            let Some(other) = device_of(&person.name).filter(|_| saved) else {
                continue;
            };
            let reachable = ready(other).is_some() && world.passes(index, other);
            if reachable
                && person.presence == Presence::Offline
                && world.knows_the_way(index, other)
                && !world.apart(index, other)
            {
                return Some(format!("P{index} has not found its contact P{other}"));
            }
        }
    }
    None
}

/// Nothing that others can fill grows beyond its bound.
pub fn bounds(world: &mut World) {
    let mut wrong = Vec::new();
    for index in 0..world.people {
        let Some(device) = world.devices.get(index) else {
            continue;
        };
        let saved = device.disk.contacts().count();
        let (people, requests) = (device.view.people.len(), device.view.requests.len());
        for (what, count, most) in [
            ("connections", world.count(index), limits::LINKS),
            ("people", people, limits::NAMESPACE_ENTRIES + saved),
            ("requests", requests, limits::REQUESTS),
            ("contacts", saved, limits::CONTACTS),
        ] {
            if count > most {
                wrong.push(format!("P{index} has {count} {what}, more than {most}"));
            }
        }
    }
    world.violations.append(&mut wrong);
}

fn secrets(world: &World, wrong: &mut Vec<String>) {
    for (index, device) in world.devices.iter().enumerate() {
        for contact in device.disk.contacts().filter(|c| c.identity.is_some()) {
            let other = device_of(&contact.name);
            if other.is_some_and(|other| world.ties.is_severed(index, other)) {
                continue;
            }
            let other = other.and_then(|other| world.devices.get(other));
            let same = other.into_iter().flat_map(|other| other.disk.contacts());
            // What a broken acceptance left is no contact, and goes after a week.
            let complete = |back: &&ContactRecord| back.identity.is_some();
            let found: Vec<bool> = same
                .filter(complete)
                .filter(|back| back.name == name(index))
                .map(|back| back.pair_secret == contact.pair_secret)
                .collect();
            if found != [true] {
                let them = &contact.name;
                wrong.push(format!("P{index} and {them} are no pair: {found:?}"));
            }
        }
    }
}
