//! Messages between contacts: the states they are shown in, and what of them is stored.

use crate::world::{ANN, BOB, HOME, World, friends};
use mesh_chat::config::Settings;
use mesh_chat::node::LinkId;
use mesh_chat::records::Change;
use mesh_chat::view::{Command, ContactCommand, Event, MessageState, Presence, Refusal};

#[test]
fn messages_arrive_in_order_and_become_delivered_and_read() {
    let mut world = friends();
    for text in ["one", "two", "three"] {
        world.send(ANN, "Bob", text);
    }
    world.send(BOB, "Ann", "four");
    let delivered = MessageState::Delivered;
    let expected = [
        ("one", delivered),
        ("two", delivered),
        ("three", delivered),
        ("four", MessageState::Received),
    ];
    assert_eq!(world.texts(ANN), expected);
    assert_eq!(world.person(BOB, "Ann").unread, 3);
    world.read_up_to(BOB, "Ann", 3);
    assert_eq!(world.person(BOB, "Ann").unread, 0);
    assert_eq!(world.states(ANN)[..3], [MessageState::Read; 3]);
}

#[test]
fn messages_to_somebody_away_wait_and_arrive_once_when_they_are_back() {
    let mut world = friends();
    world.send(ANN, "Bob", "before");
    let snapshot = world.snapshot(BOB);
    world.kill(BOB);
    world.send(ANN, "Bob", "meanwhile");
    world.send(ANN, "Bob", "again");
    assert_eq!(world.states(ANN)[1], MessageState::Waiting);
    let bob = world.start(snapshot);
    world.pass(30_000);
    let texts = world.texts(bob).into_iter().map(|(text, _)| text);
    assert_eq!(texts.collect::<Vec<_>>(), ["meanwhile", "again"]);
    assert_eq!(world.states(ANN), [MessageState::Delivered; 3]);
    assert_eq!(world.people(ANN).len(), 1, "a contact, and no stranger");
}

#[test]
fn a_message_that_a_full_disk_refused_is_not_acknowledged_until_there_is_room() {
    let mut world = friends();
    world.fill_disk(BOB);
    world.send(ANN, "Bob", "does it arrive?");
    world.pass(1_000);
    assert_ne!(world.states(ANN)[0], MessageState::Delivered);
    assert!(world.texts(BOB).is_empty());
    world.free_disk(BOB);
    world.pass(60_000);
    assert_eq!(world.texts(BOB).len(), 1);
    assert_eq!(world.states(ANN)[0], MessageState::Delivered);
}

#[test]
fn a_full_disk_does_not_make_contacts_reconnect_every_second() {
    let mut world = friends();
    world.pass(120_000);
    world.fill_disk(BOB);
    let before = world.events(ANN).len();
    world.send(ANN, "Bob", "hello");
    world.pass(300_000);
    let met = |event: &&Event| matches!(event, Event::Person(person) if person.presence == Presence::OnNetwork);
    let meetings = world.events(ANN)[before..].iter().filter(met).count();
    assert!((3..30).contains(&meetings), "{meetings} meetings");
    world.free_disk(BOB);
    world.pass(64_000);
    assert_eq!(world.states(ANN)[0], MessageState::Delivered);
}

#[test]
fn a_message_delivered_before_a_restart_becomes_read_after_it_in_an_open_chat() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    world.send(ANN, "Bob", "two");
    let ann = world.restart(ANN, HOME);
    world.pass(30_000);
    world.open_chat(ann, "Bob");
    assert_eq!(world.states(ann), [MessageState::Delivered; 2]);
    world.read(BOB, "Ann");
    assert_eq!(world.states(ann), [MessageState::Read; 2]);
}

#[test]
fn a_read_receipt_for_somebody_away_is_sent_when_they_are_connected_again() {
    for reader_restarts in [false, true] {
        let mut world = friends();
        world.send(ANN, "Bob", "one");
        world.send(ANN, "Bob", "two");
        world.kill(ANN);
        world.pass(1_000);
        world.read(BOB, "Ann");
        if reader_restarts {
            world.restart(BOB, HOME);
        }
        assert_eq!(world.snapshot(ANN).threads[0].out_read, 0);
        let ann = world.restart(ANN, HOME);
        world.pass(30_000);
        world.open_chat(ann, "Bob");
        let read = [MessageState::Read; 2];
        assert_eq!(world.states(ann), read, "{reader_restarts}");
    }
}

#[test]
fn a_message_read_while_receipts_are_off_is_never_shown_as_read() {
    let mut world = friends();
    let receipts = |read_receipts| Settings {
        read_receipts,
        ..Settings::default()
    };
    world.configure(BOB, receipts(false));
    world.send(ANN, "Bob", "one");
    world.read(BOB, "Ann");
    world.configure(BOB, receipts(true));
    let ann = world.restart(ANN, HOME);
    world.pass(30_000);
    world.open_chat(ann, "Bob");
    assert_eq!(world.states(ann), [MessageState::Delivered]);
}

#[test]
fn a_sent_message_waits_again_when_the_connection_ends_before_the_acknowledgement() {
    let mut world = friends();
    world.while_losing("text", |world| world.send(ANN, "Bob", "hello?"));
    assert_eq!(world.states(ANN), [MessageState::Waiting]);
    let sent = |event: &Event| matches!(event, Event::Progress(progress) if progress.sent == 1);
    assert!(world.events(ANN).iter().any(sent), "it was sent");
}

#[test]
fn a_start_reads_only_undelivered_messages_and_each_message_is_written_once() {
    let mut world = friends();
    for number in 0..50 {
        world.send(ANN, "Bob", &format!("{number}"));
        world.pass(1_000);
    }
    world.read(BOB, "Ann");
    world.kill(BOB);
    world.send(ANN, "Bob", "waits");
    let written = world.stored(ANN).iter().map(|change| match change {
        Change::Thread(_, records) => records.len(),
        _ => 0,
    });
    assert_eq!(written.sum::<usize>(), 51);
    let snapshot = world.snapshot(ANN);
    let waiting = snapshot.outbox.iter().map(|record| &*record.message.text);
    assert_eq!(waiting.collect::<Vec<_>>(), ["waits"]);
    assert_eq!(snapshot.threads[0].out_delivered, 50);
    assert_eq!(snapshot.threads[0].out_read, 50);
}

#[test]
fn malformed_frames_on_any_connection_do_not_stop_messages() {
    let mut world = friends();
    for frame in [
        &b"\xff\xff"[..],
        b"null",
        b"{}",
        br#"{"type":"text","log":"x","seq":0,"at":0,"text":""}"#,
    ] {
        for link in world.links(ANN) {
            world.inject(ANN, link, frame);
        }
    }
    world.inject(ANN, LinkId::Accepted(99), &[b'x'; 20_000]);
    world.pass(60_000);
    world.send(BOB, "Ann", "fine");
    world.pass(10_000);
    assert_eq!(world.texts(ANN).last().unwrap().0, "fine");
}

#[test]
fn a_device_is_at_rest_while_no_write_and_no_handshake_is_under_way() {
    let mut world = friends();
    assert!(world.is_at_rest(ANN) && world.is_at_rest(BOB));
    world.fill_disk(ANN);
    world.remove(ANN, "Bob");
    assert!(!world.is_at_rest(ANN), "to be written again");
    world.free_disk(ANN);
    world.pass(60_000);
    assert!(world.is_at_rest(ANN));

    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    assert!(!world.is_at_rest(ANN) && !world.is_at_rest(BOB), "asked");
    world.reject(BOB);
    assert!(world.is_at_rest(ANN) && world.is_at_rest(BOB));
}

#[test]
fn who_does_not_say_what_was_read_does_not_say_what_is_being_written() {
    let mut world = friends();
    let contact = world.contact(ANN, "Bob");
    let is_typing = |event: &&Event| matches!(event, Event::Typing(_));
    for (read_receipts, times) in [(false, 0), (true, 1)] {
        let settings = Settings {
            read_receipts,
            ..Settings::default()
        };
        world.configure(ANN, settings);
        let contact = contact.clone();
        world.command(ANN, Command::Typing { contact });
        let seen = world.events(BOB).iter().filter(is_typing).count();
        assert_eq!(seen, times, "{read_receipts}");
    }
}

#[test]
fn a_text_that_fits_no_frame_is_refused_and_blocks_nothing() {
    for before in [&["hi"][..], &[]] {
        let mut world = friends();
        for text in before {
            world.send(ANN, "Bob", text);
        }
        world.send(ANN, "Bob", &"\u{1b}[0m".repeat(2_000));
        assert_eq!(world.reply(ANN), &Err(Refusal::TextControls));
        let most = "\u{1}".repeat(2_600);
        world.send(ANN, "Bob", &most);
        world.send(ANN, "Bob", "hello");
        world.pass(1_000);
        let texts = world.texts(BOB).into_iter().map(|(text, _)| text);
        let expected = before.iter().copied().chain([most.as_str(), "hello"]);
        assert!(texts.eq(expected));
        let delivered = world.states(ANN);
        assert_eq!(delivered, vec![MessageState::Delivered; before.len() + 2]);
    }
}

#[test]
fn a_contact_that_changes_its_mind_all_the_time_is_not_cut_off_and_the_last_word_counts() {
    let mut world = friends();
    for _ in 0..25 {
        world.make_special(ANN, "Bob");
        world.decide(ANN, "Bob", ContactCommand::Special(false));
    }
    world.make_special(ANN, "Bob");
    world.pass(20_000);
    let there = world.snapshot(BOB).contacts[0].preferences.special_there;
    assert!(there);
    assert_eq!(world.alerts(BOB).len(), 0);
}

#[test]
fn what_is_shown_can_be_read_after_a_further_message_could_not_be_stored() {
    let mut world = friends();
    world.send(BOB, "Ann", "one");
    world.fail_write(ANN, 0);
    world.send(BOB, "Ann", "two");
    world.kill(BOB);
    world.pass(1_000);
    assert_eq!(world.person(ANN, "Bob").unread, 1);
    world.read_up_to(ANN, "Bob", 1);
    assert_eq!(world.person(ANN, "Bob").unread, 0);
}
