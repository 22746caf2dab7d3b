//! What people decide about their contacts, in three of ten worlds: special, renamed, muted, paused,
//! blocked, removed; and their invites and backups.

use crate::names::device_of;
use crate::pairs::{can_reach, sever};
use crate::world::World;
use mesh_chat::view::{
    Command, ContactCommand, Hidden, Person, PersonId, Preferences, Presence, Special,
};

/// The most open invites that one person has.
const INVITES: usize = 2;

/// The passphrase of every backup.
pub const PASSPHRASE: &str = "correct horse";

/// Returns what a person wants to do about its contacts now.
pub fn wish(world: &mut World, index: usize) -> Option<Command> {
    if !world.ties.has_preferences {
        return None;
    }
    let roll = world.ties.random.within(0, 100);
    match roll {
        0..3 => return invite(world, index),
        3..8 => return use_invite(world, index),
        // Its key takes as long to compute as the rest of a world: one person has a backup.
        8..10 if world.ties.backups.is_due(index) => {
            let passphrase = Hidden(PASSPHRASE.to_owned());
            return Some(Command::Export { passphrase });
        }
        _ => {}
    }
    let people = world.devices.people_seen(index);
    let saved: Vec<&Person> = people
        .filter(|person| person.preferences.is_some())
        .collect();
    let person = saved.get(world.ties.random.index(saved.len()))?;
    let other = device_of(&person.name)?;
    let command = about(person, other, index, roll)?;
    if let Command::Contact(_, decision) = &command {
        decided(world, index, other, decision);
    }
    Some(command)
}

/// Follows what a decision changes in what is promised to the two, and to others.
fn decided(world: &mut World, index: usize, other: usize, decision: &ContactCommand) {
    let now = world.ctx.now;
    match decision {
        ContactCommand::Remove => sever(world, index, other),
        ContactCommand::Block(true) => {
            world.ties.decided(&world.devices, now, index, other);
        }
        ContactCommand::Pause(true) => world.ties.hesitated(now, index, other),
        ContactCommand::Block(false) | ContactCommand::Pause(false) => {
            let devices = &world.devices;
            let both = devices.is_up(index) && devices.is_up(other);
            let at_once = both && can_reach(world, index, other);
            world.ties.resumed(now, index, other, at_once);
        }
        ContactCommand::Rename(_)
        | ContactCommand::Verify(_)
        | ContactCommand::Scan(_)
        | ContactCommand::Special(_)
        | ContactCommand::Mute(_)
        | ContactCommand::NotificationText(_)
        | ContactCommand::Clear(_)
        | ContactCommand::Pictures(_) => {}
    }
}

/// Returns what a person decides about one contact.
fn about(person: &Person, other: usize, index: usize, roll: u64) -> Option<Command> {
    let (PersonId::Contact(contact), Some(preferences)) = (&person.id, &person.preferences) else {
        return None;
    };
    let contact = contact.clone();
    let Preferences { muted, paused, .. } = *preferences;
    let decision = match roll {
        10..13 => ContactCommand::Rename(format!("P{other} of P{index}, {roll}")),
        13..16 => ContactCommand::Mute(!muted),
        16..18 => ContactCommand::Pause(!paused),
        18..25 if paused => ContactCommand::Pause(false),
        25..40 if preferences.blocked => ContactCommand::Block(false),
        25..26 => ContactCommand::Block(true),
        26 => ContactCommand::Remove,
        40..55 if person.presence == Presence::Offline => return Some(Command::Ping { contact }),
        55..90 if wants(preferences) && !(index + other).is_multiple_of(4) => {
            ContactCommand::Special(true)
        }
        90 => ContactCommand::Special(false),
        _ => return None,
    };
    Some(Command::Contact(contact, decision))
}

fn wants(preferences: &Preferences) -> bool {
    matches!(preferences.special, Special::Off | Special::Offered)
}

fn invite(world: &World, index: usize) -> Option<Command> {
    let view = &world.devices.get(index)?.view;
    (view.invites.len() < INVITES).then_some(Command::Invite)
}

/// Takes the invite of another person, who is no contact yet and hands it over outside the program.
fn use_invite(world: &mut World, index: usize) -> Option<Command> {
    let host = world.ties.random.index(world.devices.people().len());
    let code = world.devices.get(host)?.view.invites.values().next()?;
    let is_new = host != index && world.devices.contact(index, host).is_none();
    let link = code.clone();
    is_new.then(|| {
        world.consents.asks(index, Some(host));
        Command::UseInvite { link }
    })
}
