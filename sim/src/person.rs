//! What people do: join, ask whom they see, accept who asks, write to their contacts.

use crate::care;
use crate::roots;
use crate::world::{What, World, Written};
use mesh_chat::view::{Asked, Command, Hidden, Person, PersonId};

/// The name of the person of a device.
#[must_use]
pub fn name(device: usize) -> String {
    format!("P{device}")
}

/// The device of a person; whoever renames it adds words to the name.
#[must_use]
pub fn device_of(name: &str) -> Option<usize> {
    let number = name.strip_prefix('P')?.split(' ').next()?;
    number.parse().ok()
}

/// A person does the next thing, and something again after a while.
pub fn act(world: &mut World, device: usize) {
    let pause = world.random.within(2_000, 60_000);
    world.later(pause, What::Person(device));
    if let Some(command) = wish(world, device) {
        match command {
            Wish::Plain(command) => ask(world, device, command),
            Wish::Write(person) => write(world, device, &person),
        }
    }
}

fn ask(world: &mut World, device: usize, command: Command) {
    let exports = matches!(command, Command::Export { .. });
    if exports {
        // The answer comes within the call.
        world.ties.exports.insert(world.commands + 1, device);
    }
    world.command(device, command);
}

enum Wish {
    Plain(Command),
    Write(Person),
}

fn wish(world: &mut World, index: usize) -> Option<Wish> {
    let device = world.devices.get(index)?;
    if device.process.is_none() || device.asleep.is_some() {
        return None;
    }
    if device.disk.snapshot().profile.is_none() {
        return Some(Wish::Plain(begin(world, index)));
    }
    if world.mute {
        return None;
    }
    if let Some(request) = device.view.requests.keys().next() {
        let request = request.clone();
        return Some(Wish::Plain(Command::Accept { request }));
    }
    if world.calm {
        return None;
    }
    if let Some(command) = care::wish(world, index) {
        return Some(Wish::Plain(command));
    }
    let device = world.devices.get(index)?;
    let people: Vec<Person> = device.view.people.values().cloned().collect();
    let at = world.random.within(0, people.len() as u64);
    let person = people.get(usize::try_from(at).ok()?)?.clone();
    match &person.id {
        PersonId::Contact(_) => Some(Wish::Write(person)),
        PersonId::Stranger(_) if roots::are_shy(world, index, &person.name) => None,
        PersonId::Stranger(_) if matches!(person.asked, Asked::Connecting) => None,
        PersonId::Stranger(id) => Some(Wish::Plain(Command::Connect {
            stranger: id.clone(),
        })),
    }
}

/// Whoever lost everything has a backup, perhaps.
fn begin(world: &World, index: usize) -> Command {
    let passphrase = || Hidden(care::PASSPHRASE.to_owned());
    match world.ties.backups.get(&index) {
        Some(backup) => Command::Import {
            passphrase: passphrase(),
            backup: Hidden(backup.clone()),
        },
        None => Command::Join { name: name(index) },
    }
}

/// Up to three texts at once.
fn write(world: &mut World, from: usize, person: &Person) {
    let (Some(to), PersonId::Contact(contact)) = (device_of(&person.name), &person.id) else {
        return;
    };
    for _ in 0..world.random.within(1, 4) {
        world.texts += 1;
        let text = format!("P{from}>P{to} {}", world.texts);
        let written = Written {
            text: text.clone(),
            certain: false,
            free: world.ties.is_severed(from, to),
        };
        world.written.entry((from, to)).or_default().push(written);
        let command = Command::Send {
            contact: contact.clone(),
            text: text.clone(),
        };
        // The reply comes when the text is durable, never within the call.
        let id = world.command(from, command);
        world.asked.insert(id, (from, to, text));
    }
}

/// The program has said that a text is stored, or refused it.
pub fn answered(world: &mut World, from: usize, to: usize, text: &str, stored: bool) {
    if stored && !world.is_free(from, to, text) {
        world.model.wrote(world.now, from, to, text);
    }
    let Some(written) = world.written.get_mut(&(from, to)) else {
        return;
    };
    if stored {
        let mut same = written.iter_mut().filter(|written| written.text == text);
        same.by_ref().for_each(|written| written.certain = true);
    } else {
        written.retain(|written| written.text != text);
    }
}
