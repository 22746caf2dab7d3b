//! Backups with chats: on a new device, on one that goes on, and what the contact says to it.

use crate::world::{ANN, AWAY, BOB, HOME, World, friends};
use mesh_chat::history::{Content, Header, Known, Opener, Part, Sealer, merge};
use mesh_chat::records::{Change, MessageRecord, Snapshot, Standing, ThreadRecord};
use mesh_chat::view::{Alert, Answer, Event, MessageState, Refusal};

const PASSPHRASE: &str = "correct horse";

/// What is in a backup.
struct Backup {
    content: Content,
    chats: Vec<(ThreadRecord, Vec<MessageRecord>)>,
}

/// Makes a backup with the chat with a contact, and opens it again.
fn backup(world: &World, device: usize, with: &str) -> Backup {
    let records = world.records(device, with);
    let contact = world.contact(device, with);
    let heads = world.snapshot(device).threads;
    let head = heads.into_iter().find(|head| head.contact == contact);
    let (content, passphrase) = world.node(device).backup(PASSPHRASE).unwrap();
    let (mut sealer, mut file) = Sealer::new(&content, &passphrase, [7; 16], [9; 7]).unwrap();
    file.extend(sealer.chat(&head.unwrap(), records).unwrap());
    file.extend(sealer.finish().unwrap().0);
    let header = Header::read(&file).unwrap();
    let begin = header.bytes();
    let mut opener = Opener::new(header, PASSPHRASE).unwrap();
    let mut opened = opener.take(&file[begin..]).unwrap();
    opener.finish().unwrap();
    let Part::Content(content) = opened.remove(0) else {
        panic!("the content is first");
    };
    let chats = opened.into_iter().map(|part| match part {
        Part::Chat(head, records) => (head, records),
        other => panic!("{other:?}"),
    });
    Backup {
        content: *content,
        chats: chats.collect(),
    }
}

/// Takes a backup over: the chats are joined before the next start. Returns the device that goes on.
fn import(world: &mut World, device: usize, address: &'static str, backup: &Backup) -> usize {
    world.take_over(device, &backup.content);
    assert_eq!(world.reply(device), &Ok(Answer::Imported { contacts: 1 }));
    let disk = world.copy_disk(device);
    let task = disk.iter().rev().find_map(|change| match change {
        Change::Import(import) => import.history.clone(),
        _ => None,
    });
    world.kill(device);
    let mut disk = disk;
    for (from, to) in task.expect("chats wait").chats {
        let of_chat = backup.chats.iter().filter(|(head, _)| head.contact == from);
        let of_chat: Vec<_> = of_chat.collect();
        let heads = world.snapshot(device).threads;
        let head = heads.iter().find(|head| head.contact == to);
        let mut records = world.records_of(device, &to);
        let known: Vec<Known> = records.iter().map(Known::from).collect();
        let brought: Vec<MessageRecord> = of_chat.iter().flat_map(|(_, all)| all.clone()).collect();
        let in_it: Vec<Known> = brought.iter().map(Known::from).collect();
        let plan = merge(&to, head, &known, &of_chat[0].0, &in_it);
        for record in &mut records {
            let number = &mut record.message.number;
            let moved = plan.moved.iter().find(|(old, _)| old == number);
            *number = moved.map_or(*number, |(_, new)| *new);
        }
        for record in brought.into_iter().enumerate() {
            records.extend(plan.record(record.0, record.1));
        }
        disk.push(Change::ForgetThread(to));
        disk.push(Change::Thread(plan.head_from(0), records));
    }
    world.start_from(address, disk)
}

fn texts(world: &World, device: usize, with: &str) -> Vec<String> {
    let records = world.records(device, with).into_iter();
    records.map(|record| record.message.text).collect()
}

/// Ann and Bob have written to each other.
fn talked() -> World {
    let mut world = friends();
    for number in 0..5 {
        world.send(ANN, "Bob", &format!("a{number}"));
        world.send(BOB, "Ann", &format!("b{number}"));
    }
    world.pass(1_000);
    world
}

const TALKED: [&str; 10] = ["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"];

fn is_quiet(world: &World, device: usize) -> bool {
    let older = |event: &Event| matches!(event, Event::Alert(Alert::OlderDisk { .. }));
    !world.events(device).iter().any(older)
}

#[test]
fn a_new_device_has_the_chat_and_goes_on_where_it_ended() {
    let mut world = talked();
    let backup = backup(&world, ANN, "Bob");
    world.kill(ANN);
    let new = world.start_at(AWAY, Snapshot::default());
    let ann = import(&mut world, new, AWAY, &backup);
    world.pass(120_000);
    world.send(ann, "Bob", "a5");
    world.send(BOB, "Ann", "b5");
    world.pass(1_000);
    let all: Vec<&str> = TALKED.into_iter().chain(["a5", "b5"]).collect();
    assert_eq!(texts(&world, ann, "Bob"), all);
    assert_eq!(texts(&world, BOB, "Ann"), all);
    assert!(is_quiet(&world, ann) && is_quiet(&world, BOB));
}

#[test]
fn what_was_said_since_the_backup_comes_once_and_nothing_of_it_again() {
    let mut world = talked();
    let backup = backup(&world, ANN, "Bob");
    world.send(ANN, "Bob", "since");
    world.send(BOB, "Ann", "answer");
    world.pass(1_000);
    world.kill(ANN);
    let new = world.start_at(AWAY, Snapshot::default());
    let ann = import(&mut world, new, AWAY, &backup);
    world.pass(120_000);
    world.send(ann, "Bob", "new");
    world.pass(1_000);
    let of_bob: Vec<&str> = TALKED
        .into_iter()
        .chain(["since", "answer", "new"])
        .collect();
    assert_eq!(texts(&world, BOB, "Ann"), of_bob);
    // Bob's answer is sent to the device that has not got it.
    let here: Vec<&str> = TALKED.into_iter().chain(["answer", "new"]).collect();
    assert_eq!(texts(&world, ann, "Bob"), here);
}

#[test]
fn a_device_that_has_gone_on_without_its_history_gets_it_and_nothing_is_doubled() {
    let mut world = talked();
    let backup = backup(&world, ANN, "Bob");
    let plain = world.export(ANN, PASSPHRASE);
    world.kill(ANN);
    let new = world.start_at(AWAY, Snapshot::default());
    world.import(new, &plain, PASSPHRASE);
    world.pass(120_000);
    // Bob has sent again what the new device lacks.
    world.send(new, "Bob", "a5");
    world.send(BOB, "Ann", "b5");
    world.pass(1_000);
    let ann = import(&mut world, new, AWAY, &backup);
    world.pass(120_000);
    world.send(ann, "Bob", "a6");
    world.send(BOB, "Ann", "b6");
    world.pass(1_000);
    let mut here = texts(&world, ann, "Bob");
    assert_eq!(here[here.len() - 4..], ["a5", "b5", "a6", "b6"]);
    here.sort();
    let mut all: Vec<&str> = TALKED.into_iter().chain(["a5", "b5", "a6", "b6"]).collect();
    all.sort_unstable();
    assert_eq!(here, all);
    let of_bob = texts(&world, BOB, "Ann");
    assert_eq!(of_bob[of_bob.len() - 4..], ["a5", "b5", "a6", "b6"]);
    assert_eq!(of_bob.len(), 14);
}

#[test]
fn a_backup_taken_over_twice_and_where_it_comes_from_changes_nothing() {
    let mut world = talked();
    let backup = backup(&world, ANN, "Bob");
    let once = import(&mut world, ANN, HOME, &backup);
    let twice = import(&mut world, once, HOME, &backup);
    world.pass(120_000);
    assert_eq!(texts(&world, twice, "Bob"), TALKED);
    world.send(twice, "Bob", "a5");
    world.send(BOB, "Ann", "b5");
    world.pass(1_000);
    let all: Vec<&str> = TALKED.into_iter().chain(["a5", "b5"]).collect();
    assert_eq!(texts(&world, twice, "Bob"), all);
    assert_eq!(texts(&world, BOB, "Ann"), all);
    assert!(is_quiet(&world, twice) && is_quiet(&world, BOB));
}

#[test]
fn no_chats_wait_where_the_disk_says_that_it_did_not_take_the_backup() {
    let mut world = talked();
    let backup = backup(&world, ANN, "Bob");
    world.while_doubting(ANN, |world| world.take_over(ANN, &backup.content));
    let reply = world.reply(ANN);
    assert!(matches!(reply, Err(Refusal::Storage { .. })), "{reply:?}");
    world.pass(60_000);
    let mut stored = world.stored(ANN).iter().rev();
    let last = stored.find(|change| matches!(change, Change::Import(_) | Change::ForgetHistory(_)));
    assert!(matches!(last, Some(Change::ForgetHistory(_))), "{last:?}");
}

#[test]
fn a_later_backup_brings_only_what_is_new() {
    let mut world = talked();
    let first = backup(&world, ANN, "Bob");
    world.send(ANN, "Bob", "a5");
    world.send(BOB, "Ann", "b5");
    world.pass(1_000);
    let later = backup(&world, ANN, "Bob");
    world.kill(ANN);
    let new = world.start_at(AWAY, Snapshot::default());
    let ann = import(&mut world, new, AWAY, &first);
    let ann = import(&mut world, ann, AWAY, &later);
    world.pass(120_000);
    let all: Vec<&str> = TALKED.into_iter().chain(["a5", "b5"]).collect();
    assert_eq!(texts(&world, ann, "Bob"), all);
    assert_eq!(texts(&world, BOB, "Ann"), all);
}

#[test]
fn what_was_not_sent_in_the_backup_is_shown_so_and_never_sent() {
    let mut world = talked();
    world.kill(BOB);
    world.pass(60_000);
    world.send(ANN, "Bob", "left here");
    let backup = backup(&world, ANN, "Bob");
    world.kill(ANN);
    let bob = world.restart(BOB, HOME);
    let new = world.start_at(AWAY, Snapshot::default());
    let ann = import(&mut world, new, AWAY, &backup);
    world.pass(120_000);
    world.send(ann, "Bob", "goes");
    world.pass(1_000);
    assert!(!texts(&world, bob, "Ann").contains(&"left here".to_owned()));
    assert_eq!(texts(&world, bob, "Ann").last().unwrap(), "goes");
    let kept = world.records(ann, "Bob");
    let left = kept.iter().find(|one| one.message.text == "left here");
    let left = left.unwrap();
    assert_eq!((left.imported, left.place), (Some(Standing::NotSent), None));
    let shown = world.node(ann).shown(left, None).unwrap();
    assert_eq!(shown.state, MessageState::NotSent);
}
