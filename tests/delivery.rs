//! Messages between contacts: how far they are said to be, and what of them is stored.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use common::{World, friends};
use mesh_chat::config::Settings;
use mesh_chat::records::Change;
use mesh_chat::view::{Command, Event, MessageState};

const HOME: &str = "203.0.113.7";

/// The person looks at everything that has come.
fn read(world: &mut World, device: usize, name: &str) {
    let contact = world.contact(device, name);
    let number = u64::MAX;
    world.command(device, Command::Read { contact, number });
}

fn states(world: &World, device: usize) -> Vec<MessageState> {
    let texts = world.texts(device).into_iter();
    texts.map(|(_, state)| state).collect()
}

#[test]
fn messages_arrive_in_order_and_are_delivered_and_read() {
    let mut world = friends();
    for text in ["one", "two", "three"] {
        world.send(0, "Bob", text);
    }
    world.send(1, "Ann", "four");
    let state = MessageState::Delivered;
    let received = MessageState::Received;
    let texts = world.texts(0);
    assert_eq!(
        texts[..3]
            .iter()
            .map(|(t, s)| (t.as_str(), *s))
            .collect::<Vec<_>>(),
        [("one", state), ("two", state), ("three", state)]
    );
    assert_eq!(texts[3], ("four".to_owned(), received));
    assert_eq!(world.person(1, "Ann").unread, 3);
    let contact = world.contact(1, "Ann");
    world.command(1, Command::Read { contact, number: 3 });
    assert_eq!(world.person(1, "Ann").unread, 0);
    assert!(
        world.texts(0)[..3]
            .iter()
            .all(|(_, state)| *state == MessageState::Read)
    );
}

#[test]
fn messages_to_somebody_away_wait_and_arrive_once_when_they_are_back() {
    let mut world = friends();
    world.send(0, "Bob", "before");
    let snapshot = world.snapshot(1);
    world.kill(1);
    world.send(0, "Bob", "meanwhile");
    world.send(0, "Bob", "again");
    assert_eq!(world.texts(0)[1].1, MessageState::Waiting);
    let back = world.add(snapshot);
    world.pass(30_000);
    let texts: Vec<String> = world
        .texts(back)
        .into_iter()
        .map(|(text, _)| text)
        .collect();
    assert_eq!(texts, ["meanwhile", "again"]);
    assert!(
        world
            .texts(0)
            .iter()
            .all(|(_, state)| *state == MessageState::Delivered)
    );
    assert_eq!(
        world.devices[0].people.len(),
        1,
        "known again, and not as a stranger"
    );
}

#[test]
fn a_full_disk_is_said_and_nothing_is_acknowledged() {
    let mut world = friends();
    world.devices[1].disk_full = true;
    world.send(0, "Bob", "does it arrive?");
    world.pass(1_000);
    assert_ne!(world.texts(0)[0].1, MessageState::Delivered);
    assert!(world.texts(1).is_empty());
    world.devices[1].disk_full = false;
    world.pass(60_000);
    assert_eq!(world.texts(1).len(), 1);
    assert_eq!(world.texts(0)[0].1, MessageState::Delivered);
}

#[test]
fn what_was_delivered_before_a_restart_is_read_after_it_in_an_open_chat() {
    let mut world = friends();
    world.send(0, "Bob", "one");
    world.send(0, "Bob", "two");
    let ann = world.restart(0, HOME);
    world.pass(30_000);
    world.open_chat(ann, "Bob");
    assert_eq!(states(&world, ann), [MessageState::Delivered; 2]);
    read(&mut world, 1, "Ann");
    assert_eq!(states(&world, ann), [MessageState::Read; 2]);
}

#[test]
fn what_is_read_while_nobody_can_be_told_is_told_at_the_next_meeting() {
    for restarts in [false, true] {
        let mut world = friends();
        world.send(0, "Bob", "one");
        world.send(0, "Bob", "two");
        world.kill(0);
        world.pass(1_000);
        read(&mut world, 1, "Ann");
        if restarts {
            world.restart(1, HOME);
        }
        assert_eq!(world.snapshot(0).threads[0].out_read, 0);
        let ann = world.restart(0, HOME);
        world.pass(30_000);
        world.open_chat(ann, "Bob");
        assert_eq!(states(&world, ann), [MessageState::Read; 2], "{restarts}");
    }
}

#[test]
fn what_was_read_without_receipts_is_never_told() {
    let mut world = friends();
    let receipts = |world: &mut World, device, read_receipts| {
        let settings = Settings {
            read_receipts,
            ..Settings::default()
        };
        world.command(device, Command::Configure { settings });
    };
    receipts(&mut world, 1, false);
    world.send(0, "Bob", "one");
    read(&mut world, 1, "Ann");
    receipts(&mut world, 1, true);
    let ann = world.restart(0, HOME);
    world.pass(30_000);
    world.open_chat(ann, "Bob");
    assert_eq!(states(&world, ann), [MessageState::Delivered]);
}

#[test]
fn what_was_sent_and_not_acknowledged_waits_when_the_connection_has_ended() {
    let mut world = friends();
    world.lose = Some(r#""type":"text""#);
    world.send(0, "Bob", "hello?");
    assert_eq!(states(&world, 0), [MessageState::Waiting]);
    let sent = |event: &Event| matches!(event, Event::Progress(progress) if progress.sent == 1);
    assert!(world.devices[0].events.iter().any(sent), "it was sent");
}

#[test]
fn a_start_needs_only_what_is_not_delivered_and_messages_are_written_once() {
    let mut world = friends();
    for number in 0..50 {
        world.send(0, "Bob", &format!("{number}"));
        world.pass(1_000);
    }
    read(&mut world, 1, "Ann");
    world.kill(1);
    world.send(0, "Bob", "waits");
    let mut written = 0;
    for change in &world.devices[0].stored {
        if let Change::Thread(_, records) = change {
            written += records.len();
        }
    }
    assert_eq!(written, 51);
    let snapshot = world.snapshot(0);
    let waiting = snapshot.outbox.iter().map(|record| &*record.message.text);
    assert_eq!(waiting.collect::<Vec<_>>(), ["waits"]);
    assert_eq!(snapshot.threads[0].out_delivered, 50);
    assert_eq!(snapshot.threads[0].out_read, 50);
}
