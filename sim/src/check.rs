//! What must hold: at every moment for what is shown as delivered, and in the end for all the rest.

use crate::person::{device_of, name};
use crate::world::World;
use mesh_chat::records::ContactRecord;
use mesh_chat::view::{PersonId, Phase, Presence};
use std::collections::BTreeMap;

/// A text is shown as stored on the other device: it must be.
pub fn delivered(world: &mut World, sender: usize, text: &str) {
    let Some(to) = receiver_of(text) else {
        return;
    };
    let from = name(sender);
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
    lists(world, &mut wrong);
    routers(world, &mut wrong);
    secrets(world, &mut wrong);
    world.violations.append(&mut wrong);
}

fn texts(world: &World, wrong: &mut Vec<String>) {
    for ((from, to), written) in &world.written {
        let Some(device) = world.devices.get(*to) else {
            continue;
        };
        let sender = name(*from);
        let received: Vec<&str> = device.disk.received_from(&sender).collect();
        let mut left = received.iter().peekable();
        for text in written {
            if left.peek() == Some(&&text.text.as_str()) {
                left.next();
            } else if text.certain {
                wrong.push(format!("{:?} is lost or out of order", text.text));
            }
        }
        if let Some(extra) = left.next() {
            wrong.push(format!("{extra:?} is doubled or out of order"));
        }
    }
}

fn lists(world: &World, wrong: &mut Vec<String>) {
    for (index, device) in world.devices.iter().enumerate() {
        for (other, theirs) in world.devices.iter().enumerate() {
            let seen: Vec<_> = device
                .view
                .people
                .values()
                .filter(|person| person.name == name(other))
                .collect();
            let (own, near) = (index == other, device.home == theirs.home);
            let saved =
                |person: &&&mesh_chat::view::Person| matches!(person.id, PersonId::Contact(_));
            if own && !seen.is_empty() {
                wrong.push(format!("P{index} sees oneself"));
            } else if seen.len() > 1 {
                wrong.push(format!("P{index} sees P{other} {} times", seen.len()));
            } else if !own && near && seen.is_empty() {
                wrong.push(format!(
                    "P{index} does not see P{other} on the same network"
                ));
            }
            if let Some(person) = seen.iter().find(saved)
                && person.presence == Presence::Offline
            {
                wrong.push(format!("P{index} has not found its contact P{other}"));
            }
        }
    }
}

fn routers(world: &World, wrong: &mut Vec<String>) {
    let mut routers: BTreeMap<usize, usize> = BTreeMap::new();
    for device in &world.devices {
        let routes = matches!(device.view.phase, Some(Phase::Router { .. }));
        *routers.entry(device.home).or_default() += usize::from(routes);
    }
    for (home, count) in routers {
        if count != 1 {
            wrong.push(format!("network {home} has {count} routers"));
        }
    }
}

fn secrets(world: &World, wrong: &mut Vec<String>) {
    for (index, device) in world.devices.iter().enumerate() {
        for contact in device.disk.contacts().filter(|c| c.identity.is_some()) {
            let other = device_of(&contact.name).and_then(|other| world.devices.get(other));
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
