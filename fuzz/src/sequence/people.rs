//! What people ask for.

use super::{contacts, strangers};
use crate::script::Script;
use crate::world::World;
use mesh_chat::config::Settings;
use mesh_chat::view::{Command, ContactCommand, Hidden};

/// A person asks for something.
pub(super) fn person(world: &mut World, script: &mut Script<'_>, index: usize) {
    if let Some(command) = command(world, script, index) {
        world.command(index, command);
    }
}

fn command(world: &mut World, script: &mut Script<'_>, index: usize) -> Option<Command> {
    let contacts = contacts(world, index);
    let contact = script.one(&contacts).cloned();
    Some(match script.below(24) {
        0 => Command::Join {
            name: script.text(),
        },
        1..5 => Command::Connect {
            stranger: script.one(&strangers(world, index))?.clone(),
            note: script.flip().then(|| script.text()),
        },
        5..9 => {
            let requests: Vec<_> = world.devices[index].view.requests.keys().cloned().collect();
            let request = script.one(&requests)?.clone();
            if script.below(4) == 0 {
                Command::Reject { request }
            } else {
                Command::Accept { request }
            }
        }
        9..13 => Command::Send {
            contact: contact?,
            text: match script.below(4) {
                0 => script.text(),
                1 => "\u{1}".repeat(1 << script.below(14)),
                _ => world.new_text(),
            },
        },
        13 => Command::Typing { contact: contact? },
        14 => Command::Read {
            contact: contact?,
            number: if script.flip() {
                u64::from(script.byte())
            } else {
                u64::MAX
            },
        },
        15 => Command::Ping { contact: contact? },
        16..19 => Command::Contact(contact?, decision(world, script)),
        19 => Command::Invite,
        20 => {
            let device = &world.devices[script.below(world.devices.len())];
            let links: Vec<_> = device.view.invites.values().cloned().collect();
            Command::UseInvite {
                link: script.one(&links)?.clone(),
            }
        }
        21 => {
            let invites: Vec<_> = world.devices[index].view.invites.keys().cloned().collect();
            Command::CancelInvite {
                invite: script.one(&invites)?.clone(),
            }
        }
        22 => backup(world, script),
        _ => match script.flip() {
            true => Command::Retry,
            false => Command::Configure {
                settings: settings(script),
            },
        },
    })
}

fn decision(world: &mut World, script: &mut Script<'_>) -> ContactCommand {
    let on = script.flip();
    match script.below(8) {
        0 => ContactCommand::Rename(script.text()),
        1 => ContactCommand::Verify(on),
        2 => ContactCommand::Special(on),
        3 => ContactCommand::Mute(on),
        4 => ContactCommand::Block(on),
        5 => ContactCommand::Pause(on),
        6 => ContactCommand::Pictures(on),
        _ => {
            // A chat that was removed is not there any more.
            world.tampered = true;
            ContactCommand::Remove
        }
    }
}

/// Two devices with one identity are nobody's promise.
fn backup(world: &mut World, script: &mut Script<'_>) -> Command {
    let passphrase = Hidden("correct horse".to_owned());
    let backups: Vec<String> = world
        .devices
        .iter()
        .filter_map(|d| d.backup.clone())
        .collect();
    match script.one(&backups) {
        Some(backup) if script.flip() => {
            world.tampered = true;
            let backup = Hidden(backup.clone());
            Command::Import { passphrase, backup }
        }
        _ => Command::Export { passphrase },
    }
}

fn settings(script: &mut Script<'_>) -> Settings {
    let root = match script.below(3) {
        0 => None,
        1 => Some("other".to_owned()),
        _ => Some(script.text()),
    };
    Settings {
        root,
        ..Settings::default()
    }
}
