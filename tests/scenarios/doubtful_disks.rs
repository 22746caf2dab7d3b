//! Disks that say of a write that it has failed, and have done it all the same. It is as if it had not
//! happened, also at the next start.

use crate::world::{ANN, BOB, CLEO, HOME, World, friends};
use mesh_chat::config::Settings;
use mesh_chat::view::{Act, Command, MessageState, PersonId, Reference, Refusal};

/// Returns the stored texts of a device's only chat, as a view that is opened now shows them.
fn texts(world: &mut World, device: usize, with: &str) -> Vec<String> {
    world.open_chat(device, with);
    let texts = world.texts(device).into_iter();
    texts.map(|(text, _)| text.to_owned()).collect()
}

fn is_refused(world: &World, device: usize) -> bool {
    matches!(world.reply(device), Err(Refusal::Storage { .. }))
}

#[test]
fn a_text_that_was_refused_is_not_sent_after_a_restart() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    world.kill(BOB);
    world.while_doubting(ANN, |world| world.send(ANN, "Bob", "two"));
    assert!(is_refused(&world, ANN));
    world.pass(31_000);
    let ann = world.restart(ANN, HOME);
    let bob = world.restart(BOB, HOME);
    world.pass(60_000);
    world.send(ann, "Bob", "three");
    assert_eq!(texts(&mut world, ann, "Bob"), ["one", "three"]);
    assert_eq!(texts(&mut world, bob, "Ann"), ["one", "three"]);
}

#[test]
fn a_text_that_was_received_and_not_acknowledged_is_there_once() {
    for restarts in [false, true] {
        let mut world = friends();
        world.while_doubting(BOB, |world| {
            // Bob's own text is before hers in the chat, and is refused.
            world.while_writing(BOB, |world| {
                world.send(BOB, "Ann", "mine");
                world.send(ANN, "Bob", "one");
            });
        });
        let bob = if restarts {
            world.restart(BOB, HOME)
        } else {
            BOB
        };
        world.pass(60_000);
        assert_eq!(world.states(ANN), [MessageState::Delivered], "{restarts}");
        assert_eq!(texts(&mut world, bob, "Ann"), ["one"], "{restarts}");
        let bob = world.restart(bob, HOME);
        assert_eq!(texts(&mut world, bob, "Ann"), ["one"], "{restarts}");
    }
}

/// Makes the disk of a device refuse a text. If the next write of that chat fails too, half a minute passes before what it
/// has left is taken back.
fn refuse_text(world: &mut World, device: usize, to: &str) {
    world.fill_disk(device);
    world.send(device, to, "refused");
    world.free_disk(device);
}

#[test]
fn what_a_failed_write_has_left_is_not_shown_and_nobody_can_say_anything_about_it() {
    let mut world = friends();
    refuse_text(&mut world, BOB, "Ann");
    world.while_doubting(BOB, |world| world.send(ANN, "Bob", "one"));
    let left = world.records(BOB, "Ann");
    assert_eq!(left.len(), 1);
    assert_eq!(texts(&mut world, BOB, "Ann"), [""; 0]);
    let reference = Reference {
        act: Act::Reaction,
        about: left[0].id.clone(),
    };
    let (contact, text) = (world.contact(BOB, "Ann"), "👍".to_owned());
    world.command(
        BOB,
        Command::Refer {
            contact,
            reference,
            text,
        },
    );
    assert_eq!(*world.reply(BOB), Err(Refusal::MessageGone));
    world.pass(60_000);
    assert_eq!(texts(&mut world, BOB, "Ann"), ["one"]);
    let bob = world.restart(BOB, HOME);
    assert_eq!(texts(&mut world, bob, "Ann"), ["one"]);
}

#[test]
fn what_a_failed_write_has_left_is_not_said_to_be_here() {
    let mut world = friends();
    let empty = world.copy_disk(BOB);
    world.send(ANN, "Bob", "one");
    let delivered = world.copy_disk(ANN);
    // Bob's disk is older, and so Ann's device sends the text again.
    let bob = world.go_back(BOB, empty);
    refuse_text(&mut world, bob, "Ann");
    world.while_doubting(bob, |world| world.pass(10_000));
    assert_eq!(world.records(bob, "Ann").len(), 1);
    // Hers is older too now: it asks whether he has the text.
    let ann = world.go_back(ANN, delivered);
    world.pass(60_000);
    assert_eq!(texts(&mut world, bob, "Ann"), ["one"]);
    assert_eq!(texts(&mut world, ann, "Bob"), ["one"]);
    assert_eq!(world.states(ann), [MessageState::Delivered]);
}

/// Makes a world in which Bob has accepted Ann, while the disk of one of them is in doubt.
fn accepted_in_doubt(whose: usize) -> World {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.while_doubting(whose, |world| world.press_accept(BOB));
    world.pass(60_000);
    world
}

/// Returns the pair secrets of a device's contacts.
fn secrets(world: &World, device: usize) -> Vec<String> {
    let contacts = world.snapshot(device).contacts.into_iter();
    contacts.map(|contact| contact.pair_secret.0).collect()
}

#[test]
fn whoever_could_not_store_that_they_are_accepted_has_one_contact_of_it() {
    let mut world = accepted_in_doubt(ANN);
    assert_eq!(secrets(&world, ANN).len(), 1);
    assert_eq!(secrets(&world, ANN), secrets(&world, BOB));
    let ann = world.restart(ANN, HOME);
    world.pass(30_000);
    world.send(ann, "Bob", "hello");
    assert_eq!(world.states(ann), [MessageState::Delivered]);
}

#[test]
fn a_yes_that_could_not_be_stored_leaves_no_contact() {
    let mut world = accepted_in_doubt(BOB);
    assert_eq!(world.requests(BOB).len(), 1, "the request waits again");
    assert!(secrets(&world, BOB).is_empty());
    world.reject(BOB);
    let bob = world.restart(BOB, HOME);
    world.pass(60_000);
    assert!(secrets(&world, bob).is_empty());
    let people = world.people(ANN);
    assert!(
        people
            .iter()
            .all(|it| matches!(it.id, PersonId::Stranger(_)))
    );
}

#[test]
fn what_was_refused_in_the_settings_does_not_come_with_the_next_start() {
    let mut world = friends();
    let settings = Settings {
        read_receipts: false,
        ..Settings::default()
    };
    world.while_doubting(ANN, |world| {
        world.take_name(ANN, "Anna");
        assert!(is_refused(world, ANN));
        world.command(ANN, Command::Configure { settings });
        assert!(is_refused(world, ANN));
        world.command(ANN, Command::Invite);
        assert!(is_refused(world, ANN));
    });
    world.pass(31_000);
    let disk = world.snapshot(ANN);
    assert_eq!(disk.profile.unwrap().name, "Ann");
    assert!(disk.settings.read_receipts && disk.invites.is_empty());
}

#[test]
fn an_import_that_failed_changes_nothing_also_after_a_restart() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(1_000);
    let backup = world.export(ANN, "correct horse");
    world.remove(ANN, "Bob");
    world.ask(CLEO, "Ann");
    world.command(ANN, Command::Invite);
    world.pass(1_000);
    world.ask(ANN, "Bob");
    let before = world.snapshot(ANN);
    assert!(before.contacts.is_empty() && before.requests.len() == 1);
    assert_eq!((before.invites.len(), before.asked.len()), (1, 1));
    world.while_doubting(ANN, |world| {
        world.import(ANN, &backup, "correct horse");
        assert!(is_refused(world, ANN));
    });
    world.pass(61_000);
    assert_eq!(world.snapshot(ANN), before);
    assert_eq!(world.requests(ANN).len(), 1, "it waits as before");
    let ann = world.restart(ANN, HOME);
    world.pass(1_000);
    world.accept(ann);
    world.pass(1_000);
    world.contact(ann, "Cleo");
}
