//! Answers, reactions, changes and deletions: both devices show the same, whatever came between.

use crate::world::{ANN, BOB, World, friends};
use mesh_chat::records::Change;
use mesh_chat::view::{Act, Command, Event, Message, Outcome, Reference, Refusal};

const HOUR: u64 = 3_600_000;

/// Returns the message of this text.
fn message(world: &World, device: usize, text: &str) -> Message {
    let messages = world.messages(device).into_iter();
    messages
        .filter(Message::has_line)
        .find(|message| message.text == text)
        .unwrap_or_else(|| panic!("{text:?} is not shown"))
}

/// Returns the texts of all lines.
fn lines(world: &World, device: usize) -> Vec<String> {
    let messages = world.messages(device).into_iter();
    let lines = messages.filter(Message::has_line);
    lines.map(|message| message.text).collect()
}

/// Does something with the message of this text.
fn refer(world: &mut World, device: usize, act: Act, of: &str, text: &str) {
    let about = message(world, device, of).id;
    refer_to(world, device, act, about, text);
}

fn refer_to(world: &mut World, device: usize, act: Act, about: String, text: &str) {
    let with = if device == ANN { "Bob" } else { "Ann" };
    let contact = world.contact(device, with);
    let text = text.to_owned();
    let reference = Reference { act, about };
    world.command(
        device,
        Command::Refer {
            contact,
            reference,
            text,
        },
    );
}

/// Opens the chat anew on both devices, from what is stored.
fn reopen(world: &mut World) {
    world.open_chat(ANN, "Bob");
    world.open_chat(BOB, "Ann");
}

/// Asks whether both show the same, also from what is stored.
fn agree(world: &mut World) {
    for _ in 0..2 {
        let (ann, bob) = (world.messages(ANN), world.messages(BOB));
        for one in &ann {
            let other = bob.iter().find(|other| other.id == one.id);
            let other = other.unwrap_or_else(|| panic!("{one:?} is missing"));
            assert_eq!(one.marks.edited, other.marks.edited);
            assert_eq!(one.marks.deleted, other.marks.deleted);
            assert_eq!(one.marks.own_reaction, other.marks.their_reaction);
            assert_eq!(one.marks.their_reaction, other.marks.own_reaction);
            assert_eq!(one.has_line(), other.has_line());
            if one.has_line() {
                assert_eq!(one.text, other.text);
            }
            let quoted = |message: &Message| message.quoted.clone().map(|quoted| quoted.text);
            assert_eq!(quoted(one), quoted(other));
        }
        reopen(world);
    }
}

#[test]
fn an_answer_quotes_what_it_answers_on_both_devices() {
    let mut world = friends();
    world.send(ANN, "Bob", "shall we?");
    refer(&mut world, BOB, Act::Reply, "shall we?", "yes");
    let answer = message(&world, ANN, "yes");
    let quoted = answer.quoted.unwrap();
    assert_eq!((quoted.own, &*quoted.text), (true, "shall we?"));
    let quoted = message(&world, BOB, "yes").quoted.unwrap();
    assert!(!quoted.own);
    assert_eq!(world.person(ANN, "Bob").unread, 1, "it counts as a message");
    agree(&mut world);
}

#[test]
fn what_is_done_with_a_message_shows_on_both_devices_and_after_a_restart() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    world.read(BOB, "Ann");
    refer(&mut world, BOB, Act::Reaction, "one", "👍");
    refer(&mut world, ANN, Act::Reaction, "one", "🎉");
    refer(&mut world, ANN, Act::Edit, "one", "two");
    agree(&mut world);
    let shown = message(&world, BOB, "two");
    assert!(shown.marks.edited);
    assert_eq!(shown.marks.own_reaction.as_deref(), Some("👍"));
    assert_eq!(
        world.person(BOB, "Ann").unread,
        0,
        "nothing of it is unread"
    );
    refer(&mut world, BOB, Act::TakeBack, "two", "");
    assert_eq!(message(&world, ANN, "two").marks.their_reaction, None);
    let disk = world.copy_disk(BOB);
    let bob = world.go_back(BOB, disk);
    assert_ne!(bob, BOB);
    world.open_chat(bob, "Ann");
    assert_eq!(lines(&world, bob), ["two"]);
    world.pass(30_000);
    refer(&mut world, ANN, Act::Delete, "two", "");
    let deleted = message(&world, bob, "");
    assert!(deleted.marks.deleted);
    assert_eq!(deleted.marks.their_reaction, None);
}

#[test]
fn nothing_of_a_deleted_message_is_left_on_either_disk() {
    let mut world = friends();
    world.send(ANN, "Bob", "first secret");
    refer(&mut world, ANN, Act::Edit, "first secret", "second secret");
    refer(&mut world, ANN, Act::Edit, "second secret", "third secret");
    refer(&mut world, ANN, Act::Delete, "third secret", "");
    for device in [ANN, BOB] {
        let records = world.records(device, if device == ANN { "Bob" } else { "Ann" });
        assert_eq!(records.len(), 4);
        for record in records {
            assert!(!record.message.text.contains("secret"), "{record:?}");
        }
    }
    agree(&mut world);
}

#[test]
fn an_answer_to_a_message_that_is_deleted_quotes_nothing_of_it() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    refer(&mut world, BOB, Act::Reply, "one", "yes");
    refer(&mut world, ANN, Act::Delete, "one", "");
    reopen(&mut world);
    for device in [ANN, BOB] {
        assert_eq!(message(&world, device, "yes").quoted.unwrap().text, "");
    }
    refer(&mut world, BOB, Act::Delete, "yes", "");
    reopen(&mut world);
    for device in [ANN, BOB] {
        let messages = world.messages(device).into_iter();
        assert!(
            messages
                .filter(Message::has_line)
                .all(|one| one.quoted.is_none())
        );
    }
}

#[test]
fn what_waits_is_changed_and_deleted_before_it_is_sent() {
    let mut world = friends();
    let disk = world.copy_disk(BOB);
    world.kill(BOB);
    world.send(ANN, "Bob", "one");
    world.send(ANN, "Bob", "two");
    refer(&mut world, ANN, Act::Edit, "one", "uno");
    refer(&mut world, ANN, Act::Delete, "two", "");
    let bob = world.start_from(crate::world::HOME, disk);
    world.pass(30_000);
    assert_eq!(lines(&world, bob), ["uno", ""]);
    let messages = world.messages(bob);
    assert!(messages.iter().all(|message| message.text != "two"));
    world.open_chat(bob, "Ann");
    assert_eq!(lines(&world, bob), ["uno", ""]);
}

#[test]
fn an_own_change_that_may_not_be_is_refused_with_a_word() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    let refused = |world: &World, device| world.reply(device).clone().unwrap_err();
    refer(&mut world, BOB, Act::Edit, "one", "two");
    assert_eq!(refused(&world, BOB), Refusal::MessageForeign);
    refer(&mut world, BOB, Act::Delete, "one", "");
    assert_eq!(refused(&world, BOB), Refusal::MessageForeign);
    refer(&mut world, BOB, Act::Reaction, "one", "ha");
    assert_eq!(refused(&world, BOB), Refusal::MessageUnfit);
    let nowhere = "0".repeat(32);
    for act in [Act::Reply, Act::Edit, Act::Reaction, Act::Delete] {
        refer_to(&mut world, BOB, act, nowhere.clone(), "👍");
        assert_eq!(refused(&world, BOB), Refusal::MessageGone);
    }
    world.pass(25 * HOUR);
    refer(&mut world, ANN, Act::Edit, "one", "two");
    assert_eq!(refused(&world, ANN), Refusal::MessageOld);
    refer(&mut world, ANN, Act::Delete, "one", "");
    assert_eq!(refused(&world, ANN), Refusal::MessageOld);
    agree(&mut world);
    assert_eq!(lines(&world, BOB), ["one"]);
}

#[test]
fn a_change_that_the_receiver_does_not_honour_is_a_line_of_its_own() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    world.pass(23 * HOUR);
    let disk = world.copy_disk(BOB);
    world.kill(BOB);
    refer(&mut world, ANN, Act::Edit, "one", "two");
    world.pass(9 * 24 * HOUR);
    let bob = world.start_from(crate::world::HOME, disk);
    world.pass(60_000);
    world.open_chat(bob, "Ann");
    assert_eq!(lines(&world, bob), ["one", "two"]);
    let line = message(&world, bob, "two");
    assert_eq!(line.entry.unwrap().outcome, Outcome::TooLate);
}

#[test]
fn a_change_of_a_message_that_an_older_disk_has_lost_arrives_with_it() {
    let mut world = friends();
    let older = world.copy_disk(BOB);
    world.send(ANN, "Bob", "one");
    refer(&mut world, ANN, Act::Edit, "one", "two");
    world.send(ANN, "Bob", "three");
    refer(&mut world, ANN, Act::Delete, "three", "");
    let bob = world.go_back(BOB, older);
    world.pass(30_000);
    world.open_chat(bob, "Ann");
    assert_eq!(lines(&world, bob), ["two", ""]);
    assert!(message(&world, bob, "two").marks.edited);
}

#[test]
fn what_a_disk_did_not_take_has_changed_nothing() {
    for doubting in [false, true] {
        let mut world = friends();
        world.send(ANN, "Bob", "one");
        if doubting {
            world.while_doubting(ANN, |world| refer(world, ANN, Act::Edit, "one", "two"));
        } else {
            world.fill_disk(ANN);
            refer(&mut world, ANN, Act::Edit, "one", "two");
            world.free_disk(ANN);
        }
        world.pass(60_000);
        agree(&mut world);
        assert_eq!(lines(&world, ANN), ["one"]);
        assert_eq!(lines(&world, BOB), ["one"]);
    }
}

#[test]
fn a_contact_whose_disk_is_full_takes_a_change_later_and_once() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    world.fill_disk(BOB);
    refer(&mut world, ANN, Act::Edit, "one", "two");
    world.pass(1_000);
    assert_eq!(lines(&world, BOB), ["one"]);
    world.free_disk(BOB);
    world.pass(60_000);
    agree(&mut world);
    assert_eq!(lines(&world, BOB), ["two"]);
}

#[test]
fn changes_of_both_while_every_write_is_slow_end_the_same() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    world.while_writing(ANN, |world| {
        world.while_writing(BOB, |world| {
            refer(world, ANN, Act::Edit, "one", "two");
            refer(world, BOB, Act::Reaction, "one", "👍");
            world.send(ANN, "Bob", "three");
            refer(world, BOB, Act::Reply, "one", "yes");
            refer(world, ANN, Act::Delete, "one", "");
        });
    });
    world.pass(5_000);
    agree(&mut world);
    assert_eq!(message(&world, ANN, "yes").quoted.unwrap().text, "");
}

#[test]
fn nobody_is_notified_of_a_reaction_and_an_answer_is_told() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    let notified = |world: &World| {
        let events = world.events(ANN).iter();
        let notices = events.filter(|event| matches!(event, Event::Notify(_)));
        notices.count()
    };
    let before = notified(&world);
    refer(&mut world, BOB, Act::Reaction, "one", "👍");
    assert_eq!(notified(&world), before);
    refer(&mut world, BOB, Act::Reply, "one", "yes");
    assert_eq!(notified(&world), before + 1);
}

#[test]
fn hundreds_of_reactions_leave_one_and_nothing_unread() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    world.read(BOB, "Ann");
    for n in 0..200 {
        refer(
            &mut world,
            ANN,
            Act::Reaction,
            "one",
            if n % 2 == 0 { "👍" } else { "🎉" },
        );
    }
    world.pass(60_000);
    assert_eq!(
        message(&world, BOB, "one").marks.their_reaction.as_deref(),
        Some("🎉")
    );
    assert_eq!(world.person(BOB, "Ann").unread, 0);
    agree(&mut world);
    let threads = world.stored(BOB).iter();
    let most = threads.filter_map(|change| match change {
        Change::Thread(head, _) => Some(head.unread),
        _ => None,
    });
    assert_eq!(most.max(), Some(1));
}
