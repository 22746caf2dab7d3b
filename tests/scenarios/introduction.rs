//! How strangers become contacts: requests, acceptances, and the same a second time.

use crate::world::{ANN, BOB, DAY, HOME, World, friends, is_of_type};
use mesh_chat::limits::NOTE_BYTES;
use mesh_chat::records::{ContactRecord, Secret};
use mesh_chat::view::{Alert, Answer, Asked, Command, MessageState, PersonId, Presence, Refusal};

/// Makes a world in which Ann has asked Bob, who has not answered yet.
fn asked() -> World {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world
}

#[test]
fn an_accepted_request_makes_both_contacts() {
    let world = friends();
    for (device, other) in [(ANN, "Bob"), (BOB, "Ann")] {
        assert_eq!(world.people(device).len(), 1);
        let person = world.person(device, other);
        assert!(matches!(person.id, PersonId::Contact(_)), "device {device}");
        assert_eq!(person.presence, Presence::OnNetwork);
    }
    assert!(world.requests(BOB).is_empty());
}

#[test]
fn a_rejected_request_leaves_both_strangers() {
    let mut world = asked();
    world.reject(BOB);
    assert_eq!(world.person(ANN, "Bob").asked, Asked::NotAccepted);
    assert!(world.requests(BOB).is_empty());
}

#[test]
fn a_note_is_shown_with_the_request_without_what_cannot_be_shown() {
    for (written, shown) in [
        (
            "It is me, from the library",
            Some("It is me, from the library"),
        ),
        (" two\nlines ", Some("two\nlines")),
        ("\u{202E}not\u{0} reversed\u{2066}", Some("not reversed")),
        ("\u{200B} \u{202E}", None),
    ] {
        let mut world = World::of(&["Ann", "Bob"]);
        world.ask_with_note(ANN, "Bob", written);
        let requests = world.requests(BOB);
        assert_eq!(requests.len(), 1, "{written:?}");
        assert_eq!(requests[0].note.as_deref(), shown, "{written:?}");
    }
}

#[test]
fn a_note_that_is_too_long_is_refused_and_nobody_is_asked() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask_with_note(ANN, "Bob", &"x".repeat(NOTE_BYTES + 1));
    assert_eq!(*world.reply(ANN), Err(Refusal::NoteTooLong));
    assert!(world.requests(BOB).is_empty());
    assert_eq!(world.person(ANN, "Bob").asked, Asked::No);
    let longest = "x".repeat(NOTE_BYTES);
    world.ask_with_note(ANN, "Bob", &longest);
    assert_eq!(*world.reply(ANN), Ok(Answer::Done));
    assert_eq!(world.requests(BOB)[0].note, Some(longest));
}

#[test]
fn two_people_who_ask_each_other_become_contacts_without_a_question() {
    let mut world = World::of(&["Ann", "Bob"]);
    let (ann, bob) = (only_stranger(&world, BOB), only_stranger(&world, ANN));
    world.connect(ANN, bob);
    world.connect(BOB, ann);
    world.pass(15_000);
    world.contact(ANN, "Bob");
    world.contact(BOB, "Ann");
}

#[test]
fn an_acceptance_interrupted_at_any_message_is_completed_without_asking_again() {
    for lost in ["accepted", "confirm"] {
        let mut world = asked();
        world.while_losing(lost, |world| world.accept(BOB));
        world.pass(15_000);
        assert!(world.requests(BOB).is_empty(), "{lost}: asked again");
        world.send(ANN, "Bob", "hello");
        world.send(BOB, "Ann", "hello back");
        world.pass(1_000);
        let both = [MessageState::Delivered, MessageState::Received];
        assert_eq!(world.states(ANN), both, "{lost}");
        only_contact(&world, ANN);
        only_contact(&world, BOB);
    }
}

#[test]
fn two_acceptances_of_one_person_that_are_written_at_once_make_one_contact() {
    let mut world = asked();
    // Her disk takes its time, and the connection does not stand for so long.
    world.while_writing(ANN, |world| {
        let link = *world.links(BOB).last().unwrap();
        world.accept(BOB);
        world.close(BOB, link);
        world.ask(ANN, "Bob");
        world.accept(BOB);
    });
    world.pass(60_000);
    let contacts = world.snapshot(ANN).contacts;
    assert_eq!(contacts.len(), 1);
    assert_eq!(
        contacts[0].pair_secret,
        only_contact(&world, BOB).pair_secret
    );
}

#[test]
fn a_request_whose_connection_broke_can_be_made_again() {
    let mut world = asked();
    let links = world.links(BOB);
    world.close(BOB, *links.last().unwrap());
    world.ask(ANN, "Bob");
    assert_eq!(world.requests(BOB).len(), 1, "one request, not two");
    world.accept(BOB);
    world.contact(ANN, "Bob");
}

#[test]
fn an_acceptance_with_a_wrong_proof_makes_no_contact_and_is_shown_as_failed() {
    for field in [r#""sig":""#, r#""mac":""#, r#""key":"A"#] {
        let mut world = asked();
        let bend = |frame: String| match is_of_type(&frame, "accepted") {
            true => bent(&frame, field),
            false => frame,
        };
        world.lies(BOB, bend);
        world.accept(BOB);
        assert_eq!(world.person(ANN, "Bob").asked, Asked::Failed);
        assert!(world.snapshot(ANN).contacts.is_empty());
    }
}

/// Returns the same text with another character after `field`.
fn bent(frame: &str, field: &str) -> String {
    let start = frame.find(field).expect("the field") + field.len();
    let (before, after) = frame.split_at(start);
    let other = if after.starts_with('A') { 'B' } else { 'A' };
    format!("{before}{other}{}", &after[1..])
}

#[test]
fn an_acceptance_that_is_never_finished_is_forgotten_after_a_week() {
    let mut world = asked();
    world.while_losing("accepted", |world| {
        world.accept(BOB);
        world.kill(ANN);
    });
    only_contact(&world, BOB);
    world.pass(9 * DAY);
    assert!(world.snapshot(BOB).contacts.is_empty());
}

#[test]
fn a_removed_contact_who_is_asked_again_at_once_shares_one_secret() {
    for farewell_is_lost in [false, true] {
        for draws in 0..8 {
            let mut world = friends();
            // Other randomness, so that either secret may be the smaller one.
            for _ in 0..draws {
                world.command(ANN, Command::Invite);
            }
            if farewell_is_lost {
                world.while_losing("bye", |world| world.remove(ANN, "Bob"));
            } else {
                world.remove(ANN, "Bob");
            }
            world.pass(1_000);
            world.ask(ANN, "Bob");
            world.accept(BOB);
            world.pass(1_000);
            shared_secret(&world);
        }
    }
}

#[test]
fn a_blocked_contact_who_is_accepted_unrecognised_stays_blocked_and_shares_one_secret() {
    let mut world = friends();
    world.block(ANN, "Bob");
    world.pass(100_000);
    // Bob still has Ann as a contact, but she is shown to him as somebody new.
    let ann = only_stranger(&world, BOB);
    world.connect(BOB, ann);
    world.accept(ANN);
    world.pass(1_000);
    let is_blocked = |alert: &&Alert| matches!(alert, Alert::Blocked { name } if name == "Bob");
    assert!(world.alerts(ANN).iter().any(is_blocked));
    assert!(only_contact(&world, ANN).preferences.blocked);
    shared_secret(&world);
    let known_to_bob = only_contact(&world, BOB).card;
    assert_eq!(known_to_bob, None, "Bob would recognise Ann");

    world.unblock(ANN, "Bob");
    world.pass(60_000);
    world.send(ANN, "Bob", "sorry");
    world.pass(1_000);
    let sorry = ("sorry", MessageState::Delivered);
    assert_eq!(world.texts(ANN).last(), Some(&sorry));
}

#[test]
fn an_interrupted_second_acceptance_makes_no_second_contact() {
    for lost in ["accepted", "confirm"] {
        let mut world = friends();
        let before = shared_secret(&world);
        world.remove(ANN, "Bob");
        world.pass(100_000);
        world.ask(ANN, "Bob");
        world.while_losing(lost, |world| world.accept(BOB));
        world.pass(60_000);
        assert_ne!(shared_secret(&world), before, "{lost}");
        world.send(BOB, "Ann", "again");
        world.pass(1_000);
        let again = ("again", MessageState::Delivered);
        assert_eq!(world.texts(BOB).last(), Some(&again), "{lost}");
    }
}

/// Returns the one contact that a device has.
fn only_contact(world: &World, device: usize) -> ContactRecord {
    let contacts = world.snapshot(device).contacts;
    assert_eq!(contacts.len(), 1, "{contacts:?}");
    contacts[0].clone()
}

/// Returns the secret of the one contact that each of both has; different ones fail the test.
fn shared_secret(world: &World) -> Secret {
    let secret = only_contact(world, ANN).pair_secret;
    assert_eq!(secret, only_contact(world, BOB).pair_secret);
    secret
}

/// Returns the one person in the list who is no contact.
fn only_stranger(world: &World, device: usize) -> String {
    let people = world.people(device).into_iter();
    let strangers = people.filter_map(|person| match &person.id {
        PersonId::Stranger(id) => Some(id.clone()),
        PersonId::Contact(_) => None,
    });
    let strangers: Vec<String> = strangers.collect();
    assert_eq!(strangers.len(), 1, "{strangers:?}");
    strangers[0].clone()
}

#[test]
fn a_request_whose_connection_fails_while_it_is_stored_is_not_shown() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.while_writing(BOB, |world| {
        world.ask(ANN, "Bob");
        for link in world.links(BOB) {
            world.inject(BOB, link, b"{}");
        }
    });
    assert!(world.requests(BOB).is_empty());
    assert!(world.snapshot(BOB).requests.is_empty());
}

#[test]
fn a_request_whose_contact_could_not_be_stored_still_waits_after_a_restart() {
    let mut world = asked();
    world.fail_write(BOB, 0);
    world.press_accept(BOB);
    world.pass(60_000);
    assert_eq!(world.requests(BOB).len(), 1);
    let bob = world.restart(BOB, HOME);
    assert_eq!(world.requests(bob).len(), 1);
}
