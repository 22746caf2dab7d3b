//! What was told is taken back when trust ends: a new Transport ID and discoveryUUID; and what the
//! person decides while something is being written.

use crate::trust::{asked, stranger};
use crate::world::{ANN, AWAY, BOB, CLEO, DAY, HOME, MINUTE, World, friends, is_of_type};
use mesh_chat::node::Input;
use mesh_chat::records::{Change, ProfileRecord};
use mesh_chat::view::{Alert, Command, ContactCommand, Presence, Refusal};

fn profile(world: &World, device: usize) -> ProfileRecord {
    world.snapshot(device).profile.expect("joined")
}

/// Asserts that what was known of a device leads nobody to it any more.
fn is_new(world: &World, device: usize, before: &ProfileRecord, when: &str) {
    let now = profile(world, device);
    assert_ne!(now.transport_id, before.transport_id, "{when}");
    assert_ne!(now.discovery_uuid, before.discovery_uuid, "{when}");
    assert_eq!(world.holder(&now.transport_id), Some(device), "{when}");
    assert_eq!(world.holder(&before.transport_id), None, "{when}");
}

/// Makes a world in which Ann is a contact of Bob and Cleo.
fn three() -> World {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.ask(ANN, "Cleo");
    world.accept(CLEO);
    world.pass(1_000);
    world
}

#[test]
fn whoever_is_blocked_or_removed_finds_nobody_where_they_were_told_and_who_stays_is_told() {
    for (when, block) in [("block", true), ("remove", false)] {
        let mut world = three();
        let before = profile(&world, ANN);
        if block {
            world.block(ANN, "Bob");
        } else {
            world.remove(ANN, "Bob");
        }
        world.pass(1_000);
        is_new(&world, ANN, &before, when);
        let known = world.snapshot(CLEO).contacts[0].card.clone().unwrap();
        assert_eq!(known.transport_id, profile(&world, ANN).transport_id);
        assert_eq!(world.person(CLEO, "Ann").presence, Presence::OnNetwork);
    }
}

#[test]
fn a_contact_who_was_away_comes_to_the_former_address_which_is_held_for_a_day_and_alone() {
    let mut world = three();
    let first = profile(&world, ANN).transport_id;
    world.kill(CLEO);
    world.block(ANN, "Bob");
    let second = profile(&world, ANN).transport_id;
    assert_eq!(world.holder(&first), Some(ANN));
    let cleo = world.restart(CLEO, AWAY);
    world.pass(10_000);
    assert_eq!(world.person(cleo, "Ann").presence, Presence::Online);
    assert_eq!(world.holder(&first), None, "everybody who stays was told");

    world.kill(cleo);
    world.unblock(ANN, "Bob");
    world.pass(1_000);
    world.block(ANN, "Bob");
    let third = profile(&world, ANN).transport_id;
    assert_eq!(world.holder(&second), Some(ANN));
    world.unblock(ANN, "Bob");
    world.pass(1_000);
    world.block(ANN, "Bob");
    assert_eq!(world.holder(&second), None, "one former address at a time");
    assert_eq!(world.holder(&third), Some(ANN));
    world.pass(DAY + 20 * MINUTE);
    assert_eq!(world.holder(&third), None, "for a day at most");
    assert_eq!(profile(&world, ANN).former, None);
}

#[test]
fn a_former_address_is_held_again_after_a_restart() {
    let mut world = three();
    let former = profile(&world, ANN).transport_id;
    world.kill(CLEO);
    world.block(ANN, "Bob");
    let ann = world.restart(ANN, HOME);
    assert_eq!(world.holder(&former), Some(ann));
}

#[test]
fn an_acceptance_that_ends_without_a_contact_leads_nobody_back() {
    let mut world = World::of(&["Ann", "Bob"]);
    let before = profile(&world, BOB);
    world.lies(ANN, |frame| match is_of_type(&frame, "confirm") {
        true => frame.replace(r#""mac":""#, r#""mac":"x"#),
        false => frame,
    });
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(1_000);
    is_new(&world, BOB, &before, "a wrong confirm");

    let mut world = asked();
    let before = profile(&world, BOB);
    world.while_losing("accepted", |world| {
        world.press_accept(BOB);
        world.kill(ANN);
    });
    world.pass(1_000);
    assert_eq!(profile(&world, BOB), before, "it may still be completed");
    world.pass(9 * DAY);
    is_new(&world, BOB, &before, "never completed");
}

#[test]
fn whoever_turns_out_to_be_blocked_at_a_later_meeting_is_told_of_and_knows_no_way_back() {
    let mut world = friends();
    world.block(ANN, "Bob");
    world.pass(100_000);
    let ann = stranger(&world, BOB);
    world.connect(BOB, ann);
    let before = profile(&world, ANN);
    world.while_losing("confirm", |world| world.press_accept(ANN));
    world.pass(10_000);
    let is_blocked = |alert: &&Alert| matches!(alert, Alert::Blocked { name } if name == "Bob");
    assert!(world.alerts(ANN).iter().any(is_blocked));
    is_new(&world, ANN, &before, "blocked");
    assert!(world.preferences(ANN, "Bob").blocked);
}

#[test]
fn an_invite_leads_to_an_id_of_its_own_which_ends_with_it() {
    let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
    let before = profile(&world, ANN);
    let code = world.invite(ANN);
    let address = world.snapshot(ANN).invites[0].address.clone();
    assert_ne!(address, before.transport_id);
    assert_eq!(world.holder(&address), Some(ANN));
    let ann = world.restart(ANN, HOME);
    assert_eq!(world.holder(&address), Some(ann));
    let invite = world.snapshot(ann).invites[0].id.clone();
    world.command(ann, Command::CancelInvite { invite });
    assert_eq!(world.holder(&address), None);
    world.use_invite(BOB, &code);
    world.pass(1_000);
    assert!(world.requests(ann).is_empty());
    assert_eq!(profile(&world, ann).transport_id, before.transport_id);
}

#[test]
fn an_invite_that_came_to_nothing_leads_its_maker_nowhere() {
    let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
    let code = world.invite(ANN);
    let address = world.snapshot(ANN).invites[0].address.clone();
    let before = profile(&world, BOB);
    world.use_invite(BOB, &code);
    world.reject(ANN);
    world.pass(1_000);
    assert_eq!(profile(&world, BOB), before, "nothing was shown of it");
    let used = world.dialled().iter().find(|(_, to)| *to == address);
    let used = &used.expect("a dial").0;
    assert_ne!(*used, before.transport_id);
    assert_eq!(world.holder(used), None, "it ended with the no");
}

#[test]
fn whoever_is_unblocked_hears_where_this_device_is_only_once_that_is_written() {
    let mut world = friends();
    world.block(ANN, "Bob");
    world.pass(1_000);
    let card = profile(&world, ANN);
    let knows = |world: &World| {
        let known = world.snapshot(BOB).contacts[0].card.clone().unwrap();
        known.transport_id == card.transport_id
    };
    world.while_writing(ANN, |world| {
        let replies = world.replies(ANN);
        world.unblock(ANN, "Bob");
        world.pass(20 * MINUTE);
        assert_eq!(world.replies(ANN), replies, "nothing is confirmed");
        assert!(world.preferences(ANN, "Bob").blocked && !knows(world));
    });
    assert!(!world.preferences(ANN, "Bob").blocked);
    world.pass(20 * MINUTE);
    assert!(knows(&world), "they have met");
}

#[test]
fn whoever_could_not_be_unblocked_stays_blocked_and_hears_nothing() {
    let mut world = friends();
    world.block(ANN, "Bob");
    world.pass(1_000);
    let card = profile(&world, ANN);
    world.fill_disk(ANN);
    world.unblock(ANN, "Bob");
    world.pass(20 * MINUTE);
    let refused = matches!(world.reply(ANN), Err(Refusal::Storage { .. }));
    assert!(refused && world.preferences(ANN, "Bob").blocked);
    let known = world.snapshot(BOB).contacts[0].card.clone().unwrap();
    assert_ne!(known.transport_id, card.transport_id);
    world.free_disk(ANN);
    world.pass(MINUTE);
    assert!(world.snapshot(ANN).contacts[0].preferences.blocked);
    world.unblock(ANN, "Bob");
    world.pass(20 * MINUTE);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::OnNetwork);
}

#[test]
fn what_is_decided_while_an_unblocking_is_written_does_not_write_the_block_again() {
    let mut world = friends();
    world.block(ANN, "Bob");
    world.pass(1_000);
    world.kill(BOB);
    // Both are written, and nothing else any more.
    world.fail_write(ANN, 2);
    world.while_writing(ANN, |world| {
        world.unblock(ANN, "Bob");
        world.rename(ANN, "Bob", "Bobby");
    });
    let contact = &world.snapshot(ANN).contacts[0];
    assert_eq!(contact.preferences.given_name.as_deref(), Some("Bobby"));
    assert!(!contact.preferences.blocked);
}

#[test]
fn who_is_blocked_while_it_is_written_that_they_are_not_stays_blocked() {
    let mut world = friends();
    world.block(ANN, "Bob");
    world.while_writing(ANN, |world| {
        world.unblock(ANN, "Bob");
        world.block(ANN, "Bob");
    });
    world.pass(MINUTE);
    assert!(world.preferences(ANN, "Bob").blocked);
    assert!(world.snapshot(ANN).contacts[0].preferences.blocked);
}

#[test]
fn a_former_address_is_held_although_the_clock_was_a_year_ahead_for_a_minute() {
    let mut world = three();
    let former = profile(&world, ANN).transport_id;
    world.kill(CLEO);
    world.block(ANN, "Bob");
    for ahead in [365 * DAY, 0] {
        world.set_clock_ahead(ANN, ahead.cast_signed());
        world.input(ANN, Input::Timeout);
        world.pass(MINUTE);
    }
    assert_eq!(world.holder(&former), Some(ANN));
    assert!(profile(&world, ANN).former.is_some());
}

#[test]
fn a_new_name_whose_write_is_under_way_brings_back_no_older_address() {
    let mut world = friends();
    let before = profile(&world, ANN);
    world.while_writing(ANN, |world| {
        world.take_name(ANN, "Anna");
        world.block(ANN, "Bob");
    });
    world.pass(1_000);
    is_new(&world, ANN, &before, "renamed");
    assert_eq!(profile(&world, ANN).name, "Anna");
    let bob = world.restart(BOB, HOME);
    world.pass(10_000);
    assert_eq!(world.person(bob, "Ann").presence, Presence::Offline);
}

/// Bob has removed Ann and accepts her again, who decides this about him while that is written.
fn decided_during_a_second_acceptance(decision: ContactCommand) -> World {
    let mut world = friends();
    world.remove(BOB, "Ann");
    world.pass(100_000);
    let bob = stranger(&world, ANN);
    let contact = world.snapshot(ANN).contacts[0].id.clone();
    world.connect(ANN, bob);
    world.while_writing(ANN, |world| {
        world.press_accept(BOB);
        world.command(ANN, Command::Contact(contact, decision));
    });
    world.pass(1_000);
    world
}

#[test]
fn a_block_while_a_second_acceptance_is_written_stays() {
    let world = decided_during_a_second_acceptance(ContactCommand::Block(true));
    let record = world.snapshot(ANN).contacts[0].clone();
    assert!(record.preferences.blocked);
    let there = world.snapshot(BOB).contacts[0].clone();
    assert_eq!(record.pair_secret, there.pair_secret, "for the time after");
    assert_eq!(there.card, None);
}

#[test]
fn a_contact_removed_while_a_second_acceptance_is_written_does_not_come_back() {
    let world = decided_during_a_second_acceptance(ContactCommand::Remove);
    assert!(world.snapshot(ANN).contacts.is_empty());
}

#[test]
fn a_crash_in_the_middle_of_a_block_or_a_removal_leaves_nobody_out_who_knows_the_card_of_now() {
    for command in [ContactCommand::Block(true), ContactCommand::Remove] {
        let mut world = friends();
        let uuid = world.snapshot(ANN).profile.unwrap().discovery_uuid;
        let before = world.stored(ANN).len();
        world.decide(ANN, "Bob", command.clone());
        let mut writes = world.stored(ANN)[before..].iter();
        let is_out = |change: &Change| match change {
            Change::Contact(contact) => contact.preferences.blocked,
            Change::ForgetContact(_) => true,
            _ => false,
        };
        let is_new =
            |change: &Change| matches!(change, Change::Profile(new) if new.discovery_uuid != uuid);
        let first = writes.find(|change| is_new(change) || is_out(change));
        assert!(is_new(first.unwrap()), "{command:?}");
        assert!(writes.any(is_out), "{command:?}");
    }
}

#[test]
fn a_former_address_is_held_for_a_day_also_where_the_clock_was_ten_years_ahead() {
    let ahead = 10 * 365 * DAY;
    let mut world = World::new()
        .clock_ahead(ANN, ahead.cast_signed())
        .joined(&["Ann", "Bob", "Cleo"]);
    for (asked, device) in [("Bob", BOB), ("Cleo", CLEO)] {
        world.ask(ANN, asked);
        world.accept(device);
    }
    world.kill(CLEO);
    let former = profile(&world, ANN).transport_id;
    world.block(ANN, "Bob");
    assert_eq!(world.holder(&former), Some(ANN));
    let ann = world.restart(ANN, HOME);
    world.pass(1_000);
    assert_eq!(world.holder(&former), Some(ann));
    world.pass(DAY + 20 * MINUTE);
    assert_eq!(world.holder(&former), None);
}

#[test]
fn a_crash_in_a_block_or_a_removal_leaves_nobody_who_knows_the_way_and_is_no_contact() {
    for removes in [false, true] {
        for kept in 0..6 {
            let mut world = friends();
            let before = world.stored(ANN).len();
            if removes {
                world.remove(ANN, "Bob");
            } else {
                world.block(ANN, "Bob");
            }
            let mut disk = world.copy_disk(ANN);
            disk.truncate(before + kept);
            let ann = world.go_back(ANN, disk);
            let mut contacts = world.snapshot(ann).contacts.into_iter();
            let trusted = contacts.any(|contact| !contact.preferences.blocked);
            let known = world.snapshot(BOB).contacts[0].card.clone().unwrap();
            let knows = known.discovery_uuid == profile(&world, ann).discovery_uuid;
            assert!(trusted || !knows, "removes: {removes}, after {kept} writes");
        }
    }
}
