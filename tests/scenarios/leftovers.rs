//! What a crash between two writes leaves behind, and what the next start makes of it.

use crate::world::{ANN, BOB, HOME, World, friends};
use mesh_chat::records::{Change, Snapshot};
use mesh_chat::view::Event;

/// Returns a world in which Bob has not seen a message of Ann, and what his disk holds.
fn unseen() -> (World, Snapshot) {
    let mut world = friends();
    world.send(ANN, "Bob", "hi");
    world.pass(1_000);
    let disk = world.snapshot(BOB);
    assert_eq!(disk.threads[0].unread, 1);
    world.kill(BOB);
    (world, disk)
}

fn badge(world: &World, device: usize) -> u32 {
    let events = world.events(device).iter().rev();
    let counts = events.filter_map(|event| match event {
        Event::Badge(badge) => Some(badge.count),
        _ => None,
    });
    counts.into_iter().next().unwrap_or(0)
}

fn forgets(world: &World, device: usize) -> usize {
    let changes = world.stored(device).iter();
    changes
        .filter(|change| matches!(change, Change::ForgetThread(_)))
        .count()
}

#[test]
fn the_chat_of_a_contact_that_is_gone_is_swept_and_counts_no_more() {
    let (mut world, disk) = unseen();
    let whole = world.start_at(HOME, disk.clone());
    assert_eq!((badge(&world, whole), forgets(&world, whole)), (1, 0));
    let without = Snapshot {
        contacts: Vec::new(),
        ..disk
    };
    let swept = world.start_at(HOME, without);
    assert_eq!((badge(&world, swept), forgets(&world, swept)), (0, 1));
}

#[test]
fn the_chat_of_a_contact_that_cannot_be_read_stays() {
    let (mut world, disk) = unseen();
    let unreadable = Snapshot {
        damaged_contacts: disk.contact_ids().cloned().collect(),
        contacts: Vec::new(),
        ..disk.clone()
    };
    let device = world.start_at(HOME, unreadable);
    assert_eq!((badge(&world, device), forgets(&world, device)), (0, 0));
    let mut broken = disk;
    broken.contacts[0].pair_secret.0.push('?');
    let device = world.start_at(HOME, broken);
    assert_eq!((badge(&world, device), forgets(&world, device)), (0, 0));
}
