//! What a person decides about a contact: name, block, pause, removal; and the safety number.

use crate::world::{ANN, AWAY, BOB, CLEO, DAY, HOME, World, friends, special_friends};
use mesh_chat::view::{
    Command, ContactCommand, Event, FileOffer, Presence, Reach, Refusal, Special, TransferId,
};

#[test]
fn both_see_the_same_safety_number() {
    let world = friends();
    let number = world.preferences(ANN, "Bob").safety_number;
    assert_eq!(number, world.preferences(BOB, "Ann").safety_number);
    assert_eq!(number.len(), 60);
    assert!(number.bytes().all(|digit| digit.is_ascii_digit()));
}

#[test]
fn a_given_name_survives_a_restart_until_it_is_taken_back() {
    let mut world = friends();
    world.rename(ANN, "Bob", "Robert");
    let own_name = world.preferences(ANN, "Robert").calls_itself;
    assert_eq!(own_name.as_deref(), Some("Bob"));
    let ann = world.restart(ANN, HOME);
    world.pass(10_000);
    assert_eq!(world.person(ann, "Robert").presence, Presence::OnNetwork);
    world.rename(ann, "Robert", "");
    assert_eq!(world.preferences(ann, "Bob").calls_itself, None);
    world.rename(ann, "Bob", "a\u{202E}b");
    assert_eq!(world.reply(ann), &Err(Refusal::NameCharacters));
}

#[test]
fn a_blocked_contact_neither_reaches_nor_recognises_this_device() {
    let mut world = friends();
    world.block(ANN, "Bob");
    world.pass(60_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::Offline);
    assert!(world.preferences(ANN, "Bob").blocked);
    // To Bob, Ann is somebody new in the list, and her contact entry is offline.
    let names = world.names(BOB);
    assert_eq!(names.iter().filter(|name| **name == "Ann").count(), 2);
    world.send(BOB, "Ann", "hello?");
    world.pass(60_000);
    assert_eq!(world.texts(ANN), []);
    world.unblock(ANN, "Bob");
    world.pass(60_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::OnNetwork);
    assert_eq!(world.texts(ANN)[0].0, "hello?", "nothing was lost");
}

#[test]
fn contacts_who_blocked_each_other_connect_when_the_last_one_unblocks() {
    let mut world = friends();
    world.block(ANN, "Bob");
    // Each starts again, dials the other, who does not know its hint any more, and blocks it.
    let bob = world.restart(BOB, AWAY);
    world.pass(60_000);
    world.block(bob, "Ann");
    world.unblock(ANN, "Bob");
    world.pass(60_000);
    world.unblock(bob, "Ann");
    world.pass(5_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::Online);
}

#[test]
fn an_unblocked_special_contact_is_looked_for_and_not_shown_as_connected() {
    let mut world = special_friends();
    world.block(ANN, "Bob");
    assert_eq!(world.preferences(ANN, "Bob").special, Special::Off);
    world.kill(BOB);
    world.unblock(ANN, "Bob");
    world.pass(1_000);
    let preferences = world.preferences(ANN, "Bob");
    assert_eq!(preferences.reach, Some(Reach::ProactiveUpdate));
    assert_eq!(preferences.special, Special::On);
}

#[test]
fn a_paused_contact_is_not_looked_for_until_it_is_seen() {
    let mut world = special_friends();
    world.kill(BOB);
    world.pass(31 * DAY);
    assert!(world.preferences(ANN, "Bob").long_unseen);
    world.keep_looking(ANN, "Bob");
    let asked_again = world.preferences(ANN, "Bob").long_unseen;
    assert!(!asked_again, "not asked again at once");
    world.pause(ANN, "Bob");
    world.pass(60_000);
    let preferences = world.preferences(ANN, "Bob");
    assert!(!preferences.long_unseen || preferences.paused);
    assert_eq!(world.rendezvous_points(ANN), 0);
    world.restart(BOB, HOME);
    world.pass(30_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::OnNetwork);
    assert!(!world.preferences(ANN, "Bob").paused);
}

#[test]
fn a_removed_contact_is_forgotten_with_the_chat_and_other_contacts_stay() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.ask(ANN, "Cleo");
    world.accept(CLEO);
    world.send(ANN, "Bob", "bye");
    world.send(ANN, "Cleo", "stay");
    let before = world.snapshot(ANN).profile.unwrap().discovery_uuid;
    world.remove(ANN, "Bob");
    world.pass(60_000);
    let after = world.snapshot(ANN);
    assert_eq!(after.contacts.len(), 1);
    assert_eq!(after.threads.len(), 1, "Cleo's");
    let discovery_uuid = after.profile.unwrap().discovery_uuid;
    assert_ne!(discovery_uuid, before);
    assert_eq!(world.person(CLEO, "Ann").presence, Presence::OnNetwork);
    let known_to_cleo = world.snapshot(CLEO).contacts[0].card.clone();
    let known_to_cleo = known_to_cleo.map(|card| card.discovery_uuid);
    assert_eq!(known_to_cleo, Some(discovery_uuid));
}

#[test]
fn a_contact_removed_while_the_disk_is_full_is_gone_once_there_is_room() {
    let mut world = friends();
    world.fill_disk(ANN);
    world.remove(ANN, "Bob");
    world.pass(1_000);
    assert_eq!(world.snapshot(ANN).contacts.len(), 1);
    world.free_disk(ANN);
    world.pass(31_000);
    let snapshot = world.snapshot(ANN);
    assert!(snapshot.contacts.is_empty() && snapshot.threads.is_empty());
}

/// Bob offers Ann a picture.
fn offer(world: &mut World, bob: usize, transfer: &TransferId) {
    let offer = FileOffer {
        name: "beach.jpg".to_owned(),
        size: 5_000_000,
        kind: "image/jpeg".to_owned(),
        modified: None,
        thumbnail: None,
        folder: None,
    };
    let (contact, transfer) = (world.contact(bob, "Ann"), transfer.clone());
    let command = Command::Offer {
        contact,
        transfer,
        offer,
    };
    world.command(bob, command);
    world.pass(2_000);
}

#[test]
fn pictures_of_a_contact_arrive_by_themselves_once_that_is_wished() {
    let mut world = friends();
    let id = |n: u8| TransferId(format!("{n:032}"));
    let is_accepted = |world: &World, ann: usize, n: u8| {
        let mut events = world.events(ann).iter();
        events.any(|event| matches!(event, Event::Transfer(one) if one.transfer == id(n)))
    };
    offer(&mut world, BOB, &id(1));
    assert!(!is_accepted(&world, ANN, 1), "it waits for the person");

    world.decide(ANN, "Bob", ContactCommand::Pictures(true));
    assert!(world.preferences(ANN, "Bob").pictures);
    let ann = world.restart(ANN, HOME);
    world.pass(10_000);
    assert!(world.preferences(ann, "Bob").pictures);
    offer(&mut world, BOB, &id(2));
    assert!(is_accepted(&world, ann, 2));
    assert!(!is_accepted(&world, ann, 1), "of before");

    world.decide(ann, "Bob", ContactCommand::Pictures(false));
    offer(&mut world, BOB, &id(3));
    assert!(!is_accepted(&world, ann, 3));
}
