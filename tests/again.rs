//! Contacts that become contacts a second time: after one removed, blocked or half accepted the other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use common::{World, friends};
use mesh_chat::records::{ContactRecord, Secret};
use mesh_chat::view::{Command, ContactCommand, MessageState, Notice, PersonId, Presence};

/// The one contact that a device has.
fn contact(world: &World, device: usize) -> ContactRecord {
    let contacts = world.snapshot(device).contacts;
    assert_eq!(contacts.len(), 1, "{contacts:?}");
    contacts[0].clone()
}

fn one_secret(world: &World) -> Secret {
    let secret = |device| contact(world, device).pair_secret;
    assert_eq!(secret(0), secret(1));
    secret(0)
}

fn block(world: &mut World, device: usize, blocked: bool) {
    let name = if device == 0 { "Bob" } else { "Ann" };
    let contact = world.contact(device, name);
    world.command(
        device,
        Command::Contact(contact, ContactCommand::Block(blocked)),
    );
}

fn remove(world: &mut World, device: usize) {
    let contact = contact(world, device).id;
    world.command(device, Command::Contact(contact, ContactCommand::Remove));
}

/// The only one in the list who is no contact.
fn ask_stranger(world: &mut World, device: usize) {
    let mut people = world.devices[device].people.keys();
    let stranger = people.find_map(|id| match id {
        PersonId::Stranger(stranger) => Some(stranger.clone()),
        PersonId::Contact(_) => None,
    });
    let stranger = stranger.expect("somebody unknown");
    world.command(device, Command::Connect { stranger });
}

#[test]
fn who_was_removed_and_asks_again_at_once_shares_one_secret() {
    for farewell in [None, Some("bye")] {
        for seed in 0..8 {
            let mut world = friends();
            // Other randomness, so that either secret may be the smaller one.
            (0..seed).for_each(|_| world.command(0, Command::Invite));
            world.lose = farewell;
            remove(&mut world, 0);
            world.lose = None;
            world.pass(1_000);
            world.ask(0, "Bob");
            world.accept(1);
            world.pass(1_000);
            one_secret(&world);
        }
    }
}

#[test]
fn who_is_accepted_unrecognised_stays_blocked_and_shares_one_secret_afterwards() {
    let mut world = friends();
    block(&mut world, 0, true);
    world.pass(100_000);
    ask_stranger(&mut world, 1);
    world.accept(0);
    world.pass(1_000);
    let blocked = |notice: &&Notice| matches!(notice, Notice::Blocked { name } if name == "Bob");
    assert!(world.notices(0).into_iter().any(|notice| blocked(&notice)));
    assert!(contact(&world, 0).care.blocked);
    one_secret(&world);
    let told = contact(&world, 1).discovery_uuid;
    let own = world.snapshot(0).profile.unwrap().discovery_uuid;
    assert_ne!(told, Some(own), "they would be recognised at Bob's");

    block(&mut world, 0, false);
    world.pass(60_000);
    world.send(0, "Bob", "sorry");
    world.pass(1_000);
    let sorry = ("sorry".to_owned(), MessageState::Delivered);
    assert_eq!(world.texts(0).last(), Some(&sorry));
}

#[test]
fn who_blocked_each_other_meet_when_the_last_one_unblocks() {
    let mut world = friends();
    block(&mut world, 0, true);
    // Each comes back, dials the other, who does not know its hint any more, and blocks it.
    let bob = world.restart(1, "198.51.100.9");
    world.pass(60_000);
    block(&mut world, bob, true);
    block(&mut world, 0, false);
    world.pass(60_000);
    block(&mut world, bob, false);
    world.pass(5_000);
    assert_eq!(world.person(0, "Bob").presence, Presence::Online);
}

#[test]
fn a_second_acceptance_that_breaks_makes_no_second_contact() {
    for lost in ["accepted", "confirm"] {
        let mut world = friends();
        let before = one_secret(&world);
        remove(&mut world, 0);
        world.pass(100_000);
        world.ask(0, "Bob");
        world.lose = Some(lost);
        world.accept(1);
        world.lose = None;
        world.pass(60_000);
        assert_ne!(one_secret(&world), before, "{lost}");
        world.send(1, "Ann", "again");
        world.pass(1_000);
        let again = ("again".to_owned(), MessageState::Delivered);
        assert_eq!(world.texts(1).last(), Some(&again), "{lost}");
    }
}
