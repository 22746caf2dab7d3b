//! What people do: join, ask whom they see, accept requests, write to their contacts.

use crate::causes::PRESENT;
use crate::device::Device;
use crate::event::Event;
use crate::false_friends;
use crate::introducing;
use crate::names::{anybody, device_of, name};
use crate::node;
use crate::preferences;
use crate::roots::are_shy;
use crate::world::{Activity, World};
use mesh_chat::view::{
    Act, Asked, Availability, Choice, Command, ContactId, FileChoice, FileCommand, FileOffer,
    Hidden, Person, PersonId, Transfer, TransferId, TransferState,
};

/// The longest pause between two acts of a person, and the shortest, in milliseconds.
const PAUSE: (u64, u64) = (2_000, 60_000);

/// What a person wants to do.
enum Wish {
    Command(Command),
    Write(usize, ContactId),
    Offer(usize, ContactId),
    Refer(usize, ContactId),
}

/// A person does the next thing, and something again after a while.
pub fn act(world: &mut World, device: usize) {
    let pause = world.ctx.random.within(PAUSE.0, PAUSE.1);
    world.ctx.later(pause, Event::Person(device));
    if world.devices.hostile().contains(&device) {
        return false_friends::act(world, device);
    }
    match wish(world, device) {
        Some(Wish::Command(command)) => {
            agree(world, device, &command);
            ask(world, device, command);
        }
        Some(Wish::Write(to, contact)) => write(world, device, to, &contact),
        Some(Wish::Offer(to, contact)) => offer(world, device, to, contact),
        Some(Wish::Refer(to, contact)) => refer(world, device, to, contact),
        None => {}
    }
}

/// Follows to whom a person agrees by a command.
fn agree(world: &mut World, index: usize, command: &Command) {
    let Some(view) = world.devices.get(index).map(|device| &device.view) else {
        return;
    };
    if let Command::Accept { request } = command {
        let request = view.requests.get(request);
        if let Some(other) = request.and_then(|request| anybody(&request.name)) {
            world.consents.accepts(index, other);
        }
    } else if let Command::Connect { stranger, .. } = command {
        let person = view.people.get(&PersonId::Stranger(stranger.clone()));
        let other = person.and_then(|person| device_of(&person.name));
        let other = other.or_else(|| displaced(world, stranger));
        world.consents.asks(index, other);
    }
}

/// Returns whose Discovery ID a caller has taken and told its own name there: until the owner is listed
/// again, whoever asks by that name asks the owner.
fn displaced(world: &World, stranger: &str) -> Option<usize> {
    let takes = |hostile: &usize| {
        let device = world.devices.get(*hostile);
        let orders = device.and_then(|device| device.calls.as_ref());
        orders.is_some_and(|orders| orders.id.ends_with(stranger))
    };
    let mut callers = world.devices.hostile().filter(takes);
    callers.find_map(|hostile| world.imposters.owner(hostile))
}

fn ask(world: &mut World, device: usize, command: Command) {
    if matches!(command, Command::Export { .. }) {
        // The answer comes within the call.
        let number = world.next_command();
        world.ties.backups.ask(number, device);
    }
    let accepted = if let Command::Decide {
        transfer,
        choice: FileChoice::Accept,
        ..
    } = &command
    {
        Some(transfer.clone())
    } else {
        None
    };
    if let Some(file) = accepted {
        // The answer comes when the message was read, never within the call.
        world.transfers.ask(world.next_command(), file);
    }
    node::command(world, device, command);
}

fn wish(world: &mut World, index: usize) -> Option<Wish> {
    let device = world.devices.get(index)?;
    if device.process.is_none() || device.asleep.is_some() {
        return None;
    }
    if !device.has_joined() {
        return Some(Wish::Command(begin(world, index)));
    }
    if !device.absent && device.view.availability != Availability::Here {
        world.disturb(index, &PRESENT);
        return Some(Wish::Command(Command::Choose(Choice::Here)));
    }
    if world.activity == Activity::Joins {
        return None;
    }
    if let Some(command) = answer(device) {
        return Some(Wish::Command(command));
    }
    if world.activity == Activity::Answers {
        return None;
    }
    if let Some(command) = false_friends::about(world, index) {
        return Some(Wish::Command(command));
    }
    if let Some(command) = about_file(world, index) {
        return Some(Wish::Command(command));
    }
    if let Some(command) = introducing::wish(world, index) {
        return Some(Wish::Command(command));
    }
    if let Some(command) = preferences::wish(world, index) {
        return Some(Wish::Command(command));
    }
    let people: Vec<&Person> = world.devices.people_seen(index).collect();
    let at = world.ctx.random.within(0, people.len() as u64);
    let person = people.get(usize::try_from(at).ok()?)?;
    match &person.id {
        PersonId::Contact(contact) => {
            let (to, contact) = (device_of(&person.name)?, contact.clone());
            if let Some(command) = world.staying.next(person) {
                return Some(Wish::Command(command));
            }
            let random = world.transfers.random.as_mut();
            if random.is_some_and(|random| random.chance(25)) {
                return Some(Wish::Offer(to, contact));
            }
            let random = world.sayings.random.as_mut();
            if random.is_some_and(|random| random.chance(40)) {
                return Some(Wish::Refer(to, contact));
            }
            Some(Wish::Write(to, contact))
        }
        PersonId::Stranger(_) if are_shy(world, index, &person.name) => None,
        PersonId::Stranger(_) if matches!(person.asked, Asked::Connecting) => None,
        PersonId::Stranger(id) => Some(Wish::Command(Command::Connect {
            stranger: id.clone(),
            note: None,
        })),
    }
}

/// Accepts a request, or rejects that of somebody whom nobody wants to know.
fn answer(device: &Device) -> Option<Command> {
    let requests = &device.view.requests;
    // Whoever is accepted is being looked for.
    let mut open = requests.values().filter(|request| !request.accepted);
    let wanted = open
        .clone()
        .find(|request| anybody(&request.name).is_some());
    if let Some(request) = wanted {
        let request = request.id.clone();
        return Some(Command::Accept { request });
    }
    let request = open.next()?.id.clone();
    Some(Command::Reject { request })
}

/// Joins, or imports the backup of a person who lost everything.
fn begin(world: &World, index: usize) -> Command {
    match world.ties.backups.of(index) {
        Some(backup) => Command::Import {
            passphrase: Hidden(preferences::PASSPHRASE.to_owned()),
            backup: Hidden(backup.to_owned()),
        },
        None => Command::Join { name: name(index) },
    }
}

/// Writes up to three texts at once.
fn write(world: &mut World, from: usize, to: usize, contact: &ContactId) {
    for _ in 0..world.ctx.random.within(1, 4) {
        let free = world.ties.is_severed(from, to);
        let text = world.texts.write(from, to, free, false);
        let command = Command::Send {
            contact: contact.clone(),
            text: text.clone(),
        };
        // The reply comes when the text is durable, never within the call.
        let id = node::command(world, from, command);
        world.texts.sent(id, from, to, text);
    }
}

/// Does something with one of the last messages.
fn refer(world: &mut World, from: usize, to: usize, contact: ContactId) {
    let Some(device) = world.devices.get(from) else {
        return;
    };
    // A file that is on its way is not given up.
    let chat = device.disk.chat(&contact);
    let chat: Vec<_> = chat
        .filter(|record| record.message.offer.is_none())
        .collect();
    let Some((reference, says)) = world.sayings.next(&chat) else {
        return;
    };
    let target = chat.iter().find(|record| record.id == reference.about);
    let before = target.map(|record| record.message.text.clone());
    let free = world.ties.is_severed(from, to);
    let is_answer = reference.act == Act::Reply;
    if !is_answer && let Some(before) = before {
        let sayings = &world.sayings;
        let changes = |text: &str| text == before && sayings.changed(text);
        world.texts.release(from, to, changes);
    }
    let text = if is_answer {
        world.texts.write(from, to, free, false)
    } else {
        says
    };
    let command = Command::Refer {
        contact,
        reference,
        text: text.clone(),
    };
    let id = node::command(world, from, command);
    if is_answer {
        world.texts.sent(id, from, to, text);
    }
}

/// Offers a file of up to 40 pieces.
fn offer(world: &mut World, from: usize, to: usize, contact: ContactId) {
    let free = world.ties.is_severed(from, to);
    let name = world.texts.write(from, to, free, true);
    let generation = world
        .devices
        .get(from)
        .map_or(0, |device| device.generation);
    let Some(random) = &mut world.transfers.random else {
        return;
    };
    let size = random.within(0, 40 << 20);
    let transfer = TransferId(format!("{:016x}{:016x}", random.within(0, u64::MAX), size));
    world
        .transfers
        .offer(transfer.clone(), (from, generation), to);
    let offer = FileOffer {
        name: name.clone(),
        size,
        kind: String::new(),
        modified: None,
        thumbnail: None,
        folder: None,
    };
    let command = Command::Offer {
        contact,
        transfer,
        offer,
    };
    let id = node::command(world, from, command);
    world.texts.sent(id, from, to, name);
}

/// Decides about a file that is offered, chooses one again, or pauses or gives up one that is on its way.
fn about_file(world: &mut World, index: usize) -> Option<Command> {
    let random = world.transfers.random.as_mut()?;
    let device = world.devices.get_mut(index)?;
    if let Some((transfer, contact)) = device.view.offers.pop_first() {
        let choice = if random.chance(85) {
            FileChoice::Accept
        } else {
            FileChoice::Decline
        };
        return Some(Command::Decide {
            contact,
            transfer,
            choice,
        });
    }
    let ended = device.view.transfers.values();
    let mut ended = ended.filter(|file| !file.own && file.state.may_be_accepted_again(false));
    if let Some(file) = ended.next().filter(|_| random.chance(20)) {
        return Some(Command::Decide {
            contact: file.contact.clone(),
            transfer: file.transfer.clone(),
            choice: FileChoice::Accept,
        });
    }
    let open = device.view.transfers.values();
    let open: Vec<&Transfer> = open.filter(|file| !file.state.has_ended()).collect();
    let file = open.get(random.index(open.len()))?;
    let id = file.transfer.clone();
    let command = if file.state == TransferState::NeedsFile {
        let generation = device.generation;
        world.transfers.choose(id.clone(), index, generation);
        FileCommand::Choose
    } else if file.state == (TransferState::Paused { there: false }) {
        FileCommand::Pause(false)
    } else if file.state == TransferState::Unsaved {
        FileCommand::Save
    } else if file.state == TransferState::Running && random.chance(20) {
        FileCommand::Pause(true)
    } else if random.chance(2) {
        FileCommand::Cancel
    } else {
        return None;
    };
    Some(Command::File(id, command))
}
