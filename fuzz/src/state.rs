//! Targets that start a participant from what was stored, imported or given by hand.

use crate::world::World;
use mesh_chat::fuzz;
use mesh_chat::records::{MessageRecord, Snapshot, ThreadRecord};
use mesh_chat::view::{Command, Hidden};
use std::str;

const HOME: &str = "203.0.113.7";
const PASSPHRASE: &str = "correct horse";

fn ann() -> World {
    let mut world = World::default();
    let index = world.start(Snapshot::default(), HOME);
    world.command(
        index,
        Command::Join {
            name: "Ann".to_owned(),
        },
    );
    world.run();
    world
}

/// A day in the life of a world: what is wrong with a number shows when it is counted on.
fn live(world: &mut World) {
    world.run();
    world.pass(11_000);
    world.command(
        0,
        Command::Join {
            name: "Anna".to_owned(),
        },
    );
    world.run();
    world.sleep(86_400_000);
    world.run();
    world.restart(0);
    world.run();
}

/// The text of an invite.
pub fn invite(bytes: &[u8]) {
    let link = Hidden(String::from_utf8_lossy(bytes).into_owned());
    let mut world = ann();
    world.command(0, Command::UseInvite { link });
    world.run();
    world.pass(20_000);
}

/// A backup file; or the content of one, in JSON, as the right passphrase gives it.
pub fn backup(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let sealed = fuzz::seal(text, PASSPHRASE);
    let backup = Hidden(sealed.unwrap_or_else(|| text.to_owned()));
    let passphrase = Hidden(PASSPHRASE.to_owned());
    let mut world = ann();
    world.command(0, Command::Import { passphrase, backup });
    live(&mut world);
}

/// What is stored: `key=text` on each line. `thread` and `message` are of the other database.
pub fn records(bytes: &[u8]) {
    let text = str::from_utf8(bytes).unwrap_or_default();
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let pairs = pairs.map(|(key, text)| (key.to_owned(), text.to_owned()));
    let (chats, entries): (Vec<_>, Vec<_>) =
        pairs.partition(|(key, _)| key == "thread" || key == "message");
    let Ok(local) = webext::local::read(&entries) else {
        return;
    };
    let mut snapshot = local.snapshot;
    for (key, text) in chats {
        if key == "thread" {
            snapshot
                .threads
                .extend(json::from_str::<ThreadRecord>(&text).ok());
        } else {
            snapshot
                .outbox
                .extend(json::from_str::<MessageRecord>(&text).ok());
        }
    }
    let mut world = World::default();
    world.tampered = true;
    world.start(snapshot, HOME);
    let contacts = world.devices[0].view.people.len();
    assert!(contacts <= text.len());
    live(&mut world);
}
