//! What people decide about their contacts, in three of ten worlds: special, renamed, muted, paused,
//! blocked, removed; invites, and backups.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a few of very many kinds matter here"
)]

use crate::person::device_of;
use crate::world::World;
use mesh_chat::view::{Care, Command, ContactCommand, Hidden, Person, PersonId, Presence, Special};

/// Open invites that one person has at most.
const INVITES: usize = 2;

/// A passphrase.
pub(crate) const PASSPHRASE: &str = "correct horse";

/// What a person wants to do about its contacts now.
pub(crate) fn wish(world: &mut World, index: usize) -> Option<Command> {
    if !world.ties.caring {
        return None;
    }
    let roll = world.ties.whim.within(0, 100);
    match roll {
        0..3 => return invite(world, index),
        3..8 => return use_invite(world, index),
        // Its key takes as long to compute as the rest of a world: one person has a backup.
        8..10 if world.ties.exports_at(index) => {
            let passphrase = Hidden(PASSPHRASE.to_owned());
            return Some(Command::Export { passphrase });
        }
        _ => {}
    }
    let people = world.devices.get(index)?.view.people.values();
    let saved: Vec<Person> = people.filter(|p| p.care.is_some()).cloned().collect();
    let person = saved.get(world.ties.whim.index(saved.len()))?.clone();
    let other = device_of(&person.name)?;
    let command = about(&person, other, index, roll)?;
    if let Command::Contact(_, command) = &command {
        note(world, index, other, command);
    }
    Some(command)
}

/// Tells the model what a command changes between two people.
fn note(world: &mut World, index: usize, other: usize, command: &ContactCommand) {
    match command {
        ContactCommand::Remove => world.sever(index, other),
        ContactCommand::Block(true) => world.decided(index, other),
        ContactCommand::Pause(true) => world.hesitated(index, other),
        ContactCommand::Block(false) | ContactCommand::Pause(false) => world.resumed(index, other),
        ContactCommand::Rename(_)
        | ContactCommand::Verify(_)
        | ContactCommand::Special(_)
        | ContactCommand::Mute(_) => {}
    }
}

fn about(person: &Person, other: usize, index: usize, roll: u64) -> Option<Command> {
    let (PersonId::Contact(contact), Some(care)) = (&person.id, &person.care) else {
        return None;
    };
    let contact = contact.clone();
    let Care { muted, paused, .. } = *care;
    let decision = match roll {
        10..13 => ContactCommand::Rename(format!("P{other} of P{index}, {roll}")),
        13..16 => ContactCommand::Mute(!muted),
        16..18 => ContactCommand::Pause(!paused),
        18..25 if paused => ContactCommand::Pause(false),
        25..40 if care.blocked => ContactCommand::Block(false),
        25..26 => ContactCommand::Block(true),
        26 => ContactCommand::Remove,
        40..55 if person.presence == Presence::Offline => return Some(Command::Ping { contact }),
        55..90 if wants(care) && !(index + other).is_multiple_of(4) => {
            ContactCommand::Special(true)
        }
        90 => ContactCommand::Special(false),
        _ => return None,
    };
    Some(Command::Contact(contact, decision))
}

fn wants(care: &Care) -> bool {
    matches!(care.special, Special::Off | Special::Offered)
}

fn invite(world: &World, index: usize) -> Option<Command> {
    let view = &world.devices.get(index)?.view;
    (view.invites.len() < INVITES).then_some(Command::Invite)
}

/// Somebody hands over a link in person, to one who is no contact yet.
fn use_invite(world: &mut World, index: usize) -> Option<Command> {
    let host = world.ties.whim.index(world.people);
    let link = world.devices.get(host)?.view.invites.values().next()?;
    let new = host != index && world.contact(index, host).is_none();
    let link = link.clone();
    new.then_some(Command::UseInvite { link })
}
