//! What must hold of meeting points, of whoever stands at another's address, and of who may see a
//! key.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a few of very many kinds matter here"
)]

use crate::person::device_of;
use crate::world::World;
use mesh_chat::limits;
use mesh_chat::node::{Input, Link, LinkId, Output, Signalling};
use mesh_chat::view::{Care, Notification, Person, PersonId, Ping, Presence, Reach, Special};
use std::collections::BTreeSet;
use webext::mapping;

/// How long a meeting point is held after there is nobody to be met at it, in milliseconds.
const GIVEN_UP: u64 = 10_000;

/// How long it takes at most to store what a full disk did not take.
const STORED: u64 = 45_000;

/// The neighbouring slot counts near a boundary, and the second Router ID where the first one's holder
/// does not answer.
const POINTS: usize = 2 * 2;

/// Clocks further apart have no meeting point in common at every moment.
const CLOCKS: u64 = 120_000;

fn is_meeting_point(id: &str) -> bool {
    id.contains("-rendezvous-")
}

/// Follows what a device asks its endpoint for.
pub(crate) fn asked(world: &mut World, index: usize, output: &Output) {
    if let Output::Transmit(link, frame) = output {
        return said(world, index, *link, frame);
    }
    let (Output::Register(id) | Output::Release(id)) = output else {
        return;
    };
    if !is_meeting_point(id) || index >= world.people {
        return;
    }
    let (held, _) = world.ties.seats.entry(index).or_default();
    if matches!(output, Output::Release(_)) {
        held.remove(id);
        return;
    }
    held.insert(id.clone());
    let count = held.len();
    if count > limits::SEATS {
        let wrong = format!("P{index} holds {count} meeting points");
        world.violations.push(wrong);
    }
}

fn said(world: &mut World, index: usize, link: LinkId, frame: &str) {
    if let Some(owner) = world.ties.poses.get(&index) {
        world.ties.answered.insert(*owner);
        // Not what a babbler repeats: that proves nothing.
        if frame.starts_with(r#"{"type":"hello","v":1,"#) {
            world.ties.posed.insert(*owner);
        }
    } else if index < world.people && frame.starts_with(r#"{"type":"auth""#) {
        shows_key(world, index, link);
    }
}

/// A key without a person's act is for contacts.
fn shows_key(world: &mut World, index: usize, link: LinkId) {
    let Some(other) = world.far_end(index, mapping::conn(link)) else {
        return;
    };
    let contacts = world.devices.get(index).map(|d| d.disk.contacts());
    let mut contacts = contacts.into_iter().flatten();
    if !contacts.any(|contact| device_of(&contact.name) == Some(other)) {
        let wrong = format!("P{index} shows its identity key to {other}, who is no contact");
        world.violations.push(wrong);
    }
}

/// Follows what a device is told.
pub(crate) fn told(world: &mut World, index: usize, input: &Input) {
    match input {
        Input::Signalling(Signalling::Taken(id)) if is_meeting_point(id) => {
            if let Some((held, _)) = world.ties.seats.get_mut(&index) {
                held.remove(id);
            }
        }
        Input::Link(_, Link::Frame(bytes)) if index >= world.people => {
            let frame = String::from_utf8_lossy(bytes);
            if frame.contains(r#""key":"#) {
                no_key(world, index, &frame);
            }
        }
        _ => {}
    }
}

/// Nobody accepts whoever means harm, so that none of them ever gets a key.
fn no_key(world: &mut World, index: usize, frame: &str) {
    let keys = |device: usize| {
        let contacts = world
            .devices
            .get(device)
            .map(|device| device.disk.contacts());
        contacts.into_iter().flatten()
    };
    let all = (0..world.people).flat_map(keys);
    let seen = |key: &&str| frame.contains(*key);
    let known = all.filter(|contact| contact.identity.as_deref().as_ref().is_some_and(seen));
    let whose: BTreeSet<String> = known.map(|contact| contact.name.clone()).collect();
    for name in whose {
        let wrong = format!("{index}, which means harm, got the identity key of {name}");
        world.violations.push(wrong);
    }
}

/// Somebody else is shown at a contact's address: only where somebody else has answered there. One
/// that answers nothing is no proof of anything, and only a wrong proof makes an address a bad one.
pub(crate) fn shown(world: &mut World, index: usize, person: &Person) {
    let recovers = person.care.as_ref().and_then(|care| care.reach) == Some(Reach::Recovering);
    if !recovers && person.ping != Some(Ping::SomebodyElse) {
        return;
    }
    let Some(other) = device_of(&person.name) else {
        return;
    };
    let ties = &world.ties;
    let answered = ties.posed.contains(&other) || !recovers && ties.answered.contains(&other);
    if !answered && !ties.were_parted(index, other) {
        let wrong = format!("P{index} takes P{other}'s address for somebody else's");
        world.violations.push(wrong);
    }
}

/// Special contacts that are both there and have not found each other, whatever they know.
#[must_use]
pub fn special(world: &World) -> Option<String> {
    if !world.ties.caring {
        return None;
    }
    for index in 0..world.people {
        let Some(device) = world.devices.get(index).filter(|d| d.is_up() && !d.full) else {
            continue;
        };
        for person in device.view.people.values() {
            let away = person.presence == Presence::Offline;
            let saved = matches!(person.id, PersonId::Contact(_));
            if let Some(other) = device_of(&person.name).filter(|_| saved && away)
                && must_meet(world, index, other)
            {
                return Some(format!("P{index} has not met special P{other}"));
            }
        }
    }
    None
}

/// Whether two must find each other with nothing left of the way. More than eight special contacts
/// take turns.
pub(crate) fn must_meet(world: &World, one: usize, other: usize) -> bool {
    let device = |index: usize| world.devices.get(index).filter(|d| d.is_up() && !d.full);
    let (Some(here), Some(there)) = (device(one), device(other)) else {
        return false;
    };
    let few = |index: usize| {
        let contacts = world.devices.get(index).map(|d| d.disk.contacts());
        let special = contacts.into_iter().flatten().filter(|c| c.care.special);
        special.count() <= limits::SEATS_ALWAYS
    };
    here.skew.abs_diff(there.skew) <= CLOCKS
        && world.are_special(one, other)
        && !world.apart(one, other)
        && world.passes(one, other)
        && few(one)
        && few(other)
}

/// Both have switched Special contact on, and are not connected.
fn is_waited_for(care: &Care) -> bool {
    care.special == Special::On && !care.blocked && care.reach != Some(Reach::Connected)
}

/// Whoever is blocked must not recognise this device, once the new discoveryUUID is stored; that is
/// tried every 30 s where the disk was full.
pub(crate) fn strangers(world: &mut World) {
    let blocked = |world: &World, one: usize, other: usize| {
        let care = world.contact(one, other).map(|contact| &contact.care);
        care.is_some_and(|care| care.blocked)
    };
    let recognised = |world: &World, one: usize, other: usize| {
        let told = world
            .contact(other, one)
            .and_then(|c| c.discovery_uuid.as_ref());
        let device = world.devices.get(one);
        told.is_some() && told == device.and_then(|device| device.disk.discovery_uuid())
    };
    let has_room = |one: &usize| {
        world
            .devices
            .get(*one)
            .is_some_and(|d| d.is_up() && !d.full)
    };
    let known = |one: &usize| !world.ties.wiped.contains(one) && has_room(one);
    let ones = (0..world.people).filter(known);
    let all = ones.flat_map(|one| (0..world.people).map(move |other| (one, other)));
    let seen = |(one, other): &(usize, usize)| {
        one != other && blocked(world, *one, *other) && recognised(world, *one, *other)
    };
    let seen: Vec<(usize, usize)> = all.filter(seen).collect();
    let (now, before) = (world.now, std::mem::take(&mut world.ties.recognised));
    for pair in seen {
        let since = before.get(&pair).copied().unwrap_or(now);
        world.ties.recognised.insert(pair, since);
        if now > since + STORED {
            let (one, other) = pair;
            let wrong = format!("P{one} is recognised by P{other}, whom it has blocked");
            world.violations.push(wrong);
        }
    }
}

/// Whom somebody has muted, nobody is told of.
pub(crate) fn told_of(world: &mut World, index: usize, notification: &Notification) {
    let (Notification::Message { contact, .. } | Notification::Joined { contact, .. }) =
        notification
    else {
        return;
    };
    let device = world.devices.get(index);
    let id = PersonId::Contact(contact.clone());
    let person = device.and_then(|device| device.view.people.get(&id));
    let care = person.and_then(|person| person.care.as_ref());
    if care.is_some_and(|care| care.muted) {
        let wrong = format!("P{index} is told of somebody it has muted");
        world.violations.push(wrong);
    }
}

/// Meeting points are held for whom there is to be met, and for nobody else.
pub(crate) fn seats(world: &mut World) {
    let mut wrong = Vec::new();
    let now = world.now;
    for (index, (held, idle_since)) in &mut world.ties.seats {
        let device = world.devices.get(*index).filter(|d| d.is_up() && !d.full);
        let away = device.map(|device| {
            let care = device.view.people.values().flat_map(|person| &person.care);
            care.filter(|care| is_waited_for(care)).count()
        });
        if away.is_none_or(|away| held.len() <= POINTS * away) {
            *idle_since = now;
        } else if now > *idle_since + GIVEN_UP {
            *idle_since = now;
            let count = held.len();
            wrong.push(format!("P{index} holds {count} meeting points for nobody"));
        }
    }
    world.violations.append(&mut wrong);
}

/// A process has ended, and holds nothing.
pub(crate) fn ended(world: &mut World, index: usize) {
    world.ties.seats.remove(&index);
}
