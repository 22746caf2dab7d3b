//! What a false friend does as a person: it takes invites, so that people accept it, and writes to
//! them; and what people do about it.

use crate::menaces::BEFRIENDS;
use crate::names::{false_friend, friend_of, name};
use crate::node;
use crate::world::World;
use mesh_chat::view::{Command, ContactCommand, ContactId, Person, PersonId};

/// From when on people part from it.
const PARTS: u64 = 900_000;

/// A false friend does the next thing.
pub fn act(world: &mut World, index: usize) {
    if let Some(command) = wish(world, index) {
        node::command(world, index, command);
    }
}

fn wish(world: &mut World, index: usize) -> Option<Command> {
    let device = world.devices.get(index)?;
    if !device.disk.has_profile() {
        let name = false_friend(index);
        return Some(Command::Join { name });
    }
    let random = &mut world.menaces.random;
    if world.ctx.now < BEFRIENDS && random.chance(70) {
        return befriend(world, index);
    }
    let contacts = device.view.people.values().filter_map(contact_of);
    let contacts: Vec<ContactId> = contacts.cloned().collect();
    let contact = contacts.get(random.index(contacts.len()))?.clone();
    Some(match random.within(0, 3) {
        0 => Command::Contact(contact, ContactCommand::Special(true)),
        _ => Command::Send {
            contact,
            text: format!("{} writes", false_friend(index)),
        },
    })
}

/// Takes the invite of somebody who has not been its contact; they hand one over when asked.
fn befriend(world: &mut World, index: usize) -> Option<Command> {
    let host = world.menaces.random.index(world.devices.people().len());
    let device = world.devices.ready(host)?;
    if !device.disk.has_profile() || world.menaces.befriended.contains(&(host, index)) {
        return None;
    }
    let Some(link) = device.view.invites.values().next().cloned() else {
        node::command(world, host, Command::Invite);
        return None;
    };
    world.menaces.befriended.insert((host, index));
    world.consents.asks(index, Some(host));
    Some(Command::UseInvite { link })
}

/// Returns what a person wants to do about a false friend among its contacts: to write to it, or, later
/// on, to part from it.
pub fn about(world: &mut World, index: usize) -> Option<Command> {
    if world.menaces.befriended.is_empty() {
        return None;
    }
    let people = world.devices.people_seen(index);
    let mut friends = people.filter_map(|person| Some((friend_of(&person.name)?, person)));
    let (friend, person) = friends.next()?;
    let (contact, blocked) = (contact_of(person)?.clone(), is_blocked(person));
    let stores = world.devices.ready(index).is_some();
    let random = &mut world.menaces.random;
    match random.within(0, 100) {
        _ if blocked => None,
        0..8 => {
            let text = format!("{} answers", name(index));
            Some(Command::Send { contact, text })
        }
        // What a disk loses of that leaves its owner with an older card than others know.
        8..14 if world.ctx.now > PARTS && stores => {
            let decision = match random.chance(50) {
                true => ContactCommand::Block(true),
                false => ContactCommand::Remove,
            };
            world.menaces.parted.insert((index, friend));
            world.faults.count("partings from a false friend");
            world
                .ties
                .decided(&world.devices, world.ctx.now, index, friend);
            Some(Command::Contact(contact, decision))
        }
        _ => None,
    }
}

fn contact_of(person: &Person) -> Option<&ContactId> {
    match &person.id {
        PersonId::Contact(contact) => Some(contact),
        PersonId::Stranger(_) => None,
    }
}

fn is_blocked(person: &Person) -> bool {
    let preferences = person.preferences.as_ref();
    preferences.is_some_and(|preferences| preferences.blocked)
}
