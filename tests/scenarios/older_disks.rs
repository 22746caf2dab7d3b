//! Devices whose disk is older than it was: a profile or an image was put back, a profile was
//! copied, the last write was lost, the browser cleared its site data. Whatever is shown as
//! delivered is there, and what is there is there once.

use crate::world::{ANN, AWAY, BOB, HOME, World, friends};
use mesh_chat::node::{Input, Signalling};
use mesh_chat::records::Change;
use mesh_chat::view::{Alert, MessageState};

/// Frames in a minute in which nobody writes: pings and what a meeting takes.
const QUIET: usize = 60;

/// Returns the stored texts of a device's only chat, as a view that is opened now shows them.
fn shown(world: &mut World, device: usize, with: &str) -> Vec<(String, MessageState)> {
    world.open_chat(device, with);
    let texts = world.texts(device).into_iter();
    texts
        .map(|(text, state)| (text.to_owned(), state))
        .collect()
}

/// Returns the texts that came from the other one.
fn received(world: &mut World, device: usize, with: &str) -> Vec<String> {
    let shown = shown(world, device, with).into_iter();
    let received = shown.filter(|(_, state)| *state == MessageState::Received);
    received.map(|(text, _)| text).collect()
}

/// Returns the own texts that are shown as stored on the other device.
fn delivered(world: &mut World, device: usize, with: &str) -> Vec<String> {
    let shown = shown(world, device, with).into_iter();
    let there = |state| matches!(state, MessageState::Delivered | MessageState::Read);
    shown
        .filter(|(_, state)| there(*state))
        .map(|(text, _)| text)
        .collect()
}

fn is_told(world: &World, device: usize) -> bool {
    let told = |alert: &&Alert| matches!(alert, Alert::OlderDisk { .. });
    world.alerts(device).iter().any(told)
}

fn rests(world: &mut World) {
    let before = world.frames();
    world.pass(60_000);
    let frames = world.frames() - before;
    assert!(frames < QUIET, "{frames} frames in a minute");
}

#[test]
fn what_a_receiver_has_lost_with_its_disk_is_sent_again() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    let old = world.copy_disk(BOB);
    world.send(ANN, "Bob", "two");
    world.send(ANN, "Bob", "three");
    assert_eq!(world.states(ANN), [MessageState::Delivered; 3]);
    let bob = world.go_back(BOB, old);
    world.send(ANN, "Bob", "four");
    world.pass(60_000);
    let all = ["one", "two", "three", "four"];
    assert_eq!(received(&mut world, bob, "Ann"), all);
    assert_eq!(delivered(&mut world, ANN, "Bob"), all);
    assert!(!is_told(&world, ANN), "she has lost nothing");
    rests(&mut world);
    world.send(bob, "Ann", "five");
    assert_eq!(received(&mut world, ANN, "Bob"), ["five"]);
}

#[test]
fn what_was_delivered_and_is_lost_waits_again_and_is_sent_after_a_restart_too() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    let old = world.copy_disk(BOB);
    world.send(ANN, "Bob", "two");
    world.read(BOB, "Ann");
    world.kill(BOB);
    let ann = world.restart(ANN, HOME);
    let bob = world.start_from(HOME, old);
    world.pass(60_000);
    assert_eq!(received(&mut world, bob, "Ann"), ["one", "two"]);
    let states: Vec<_> = shown(&mut world, ann, "Bob");
    assert_eq!(states[1].1, MessageState::Delivered, "not read once more");
    world.read(bob, "Ann");
    assert_eq!(world.states(ann), [MessageState::Read; 2]);
}

#[test]
fn a_sender_that_went_back_writes_on_and_what_it_shows_as_delivered_is_there() {
    for written_before_they_meet in [false, true] {
        let mut world = friends();
        world.send(ANN, "Bob", "one");
        let old = world.copy_disk(ANN);
        world.send(ANN, "Bob", "two");
        let disk = world.copy_disk(BOB);
        world.kill(BOB);
        let ann = world.go_back(ANN, old);
        if written_before_they_meet {
            world.send(ann, "Bob", "three");
        }
        let bob = world.start_from(HOME, disk);
        world.pass(60_000);
        if !written_before_they_meet {
            world.send(ann, "Bob", "three");
        }
        world.pass(10_000);
        let there = received(&mut world, bob, "Ann");
        assert_eq!(there, ["one", "two", "three"]);
        assert_eq!(delivered(&mut world, ann, "Bob"), ["one", "three"]);
        assert!(is_told(&world, ann), "a text of hers is missing");
        assert!(!is_told(&world, bob));
        rests(&mut world);
    }
}

#[test]
fn a_text_that_waited_in_the_copy_and_was_delivered_since_is_not_sent_twice() {
    let mut world = friends();
    let disk = world.copy_disk(BOB);
    world.kill(BOB);
    world.send(ANN, "Bob", "one");
    world.send(ANN, "Bob", "two");
    let old = world.copy_disk(ANN);
    let bob = world.start_from(HOME, disk);
    world.pass(60_000);
    world.send(ANN, "Bob", "three");
    let ann = world.go_back(ANN, old);
    world.send(ann, "Bob", "four");
    world.pass(60_000);
    let there = received(&mut world, bob, "Ann");
    assert_eq!(there, ["one", "two", "three", "four"]);
    let all = ["one", "two", "four"];
    assert_eq!(delivered(&mut world, ann, "Bob"), all);
    rests(&mut world);
}

#[test]
fn two_copies_of_a_profile_in_turns_lose_nothing_that_they_show_as_delivered() {
    let mut world = friends();
    world.send(ANN, "Bob", "before");
    let mut laptop = world.copy_disk(ANN);
    let mut desk = laptop.clone();
    world.kill(ANN);
    let mut device = ANN;
    for turn in 0..3 {
        for (disk, name) in [(&mut laptop, "laptop"), (&mut desk, "desk")] {
            device = world.go_back(device, disk.clone());
            world.pass(60_000);
            let text = format!("{turn} from the {name}");
            world.send(device, "Bob", &text);
            world.pass(1_000);
            assert_eq!(received(&mut world, BOB, "Ann").last(), Some(&text));
            assert_eq!(
                delivered(&mut world, device, "Bob").len(),
                turn + 2,
                "its own texts, and the one before"
            );
            let told = turn > 0 || name == "desk";
            assert_eq!(is_told(&world, device), told, "{turn} {name}");
            rests(&mut world);
            *disk = world.copy_disk(device);
        }
    }
    let there = received(&mut world, BOB, "Ann");
    assert_eq!(there.len(), 7, "{there:?}");
}

#[test]
fn two_copies_of_a_profile_at_once_lose_nothing_that_they_show_as_delivered() {
    let mut world = friends();
    world.send(ANN, "Bob", "before");
    let desk = world.copy_disk(ANN);
    let desk = world.start_from(AWAY, desk);
    for turn in 0..4 {
        world.send(desk, "Bob", &format!("desk {turn}"));
        world.pass(20_000);
        world.send(ANN, "Bob", &format!("laptop {turn}"));
        world.pass(20_000);
    }
    world.kill(desk);
    world.pass(120_000);
    let there = received(&mut world, BOB, "Ann");
    for device in [ANN, desk] {
        for text in delivered(&mut world, device, "Bob") {
            let times = there.iter().filter(|there| **there == text).count();
            assert_eq!(times, 1, "{text} is delivered, and is {times} times there");
        }
    }
    let last = String::from("laptop 3");
    assert!(there.contains(&last), "the one that is left goes on");
    let told =
        |device| is_told(&world, device) || world.alerts(device).contains(&&Alert::TwoCopies);
    assert!(told(ANN));
}

#[test]
fn both_disks_are_older_and_every_text_that_is_left_is_there_once() {
    let mut world = friends();
    for text in ["one", "two"] {
        world.send(ANN, "Bob", text);
        world.send(BOB, "Ann", &format!("{text} back"));
    }
    let older = world.copy_disk(BOB);
    world.send(ANN, "Bob", "three");
    world.send(BOB, "Ann", "three back");
    let old = world.copy_disk(ANN);
    world.send(ANN, "Bob", "four");
    world.send(BOB, "Ann", "four back");
    world.kill(ANN);
    let bob = world.go_back(BOB, older);
    let ann = world.start_from(HOME, old);
    world.send(ann, "Bob", "five");
    world.send(bob, "Ann", "five back");
    world.pass(60_000);
    let all = ["one", "two", "three", "five"];
    assert_eq!(received(&mut world, bob, "Ann"), all);
    assert_eq!(delivered(&mut world, ann, "Bob"), all);
    let back = ["one back", "two back", "three back", "five back"];
    assert_eq!(received(&mut world, ann, "Bob"), back);
    let left = ["one back", "two back", "five back"];
    assert_eq!(delivered(&mut world, bob, "Ann"), left);
    assert!(
        !is_told(&world, ann),
        "Bob has nothing of hers that she lacks"
    );
    assert!(is_told(&world, bob));
    rests(&mut world);
}

#[test]
fn cleared_chats_come_back_as_far_as_the_other_side_has_written_them() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    world.send(BOB, "Ann", "two");
    world.send(ANN, "Bob", "three");
    let disk = world.copy_disk(BOB);
    let cleared = disk.into_iter();
    let cleared = cleared.filter(|change| !matches!(change, Change::Thread(..)));
    let bob = world.go_back(BOB, cleared.collect());
    world.pass(60_000);
    assert_eq!(received(&mut world, bob, "Ann"), ["one", "three"]);
    assert!(is_told(&world, bob), "what he wrote is gone");
    world.send(bob, "Ann", "four");
    assert_eq!(received(&mut world, ANN, "Bob"), ["two", "four"]);
    let told = world.alerts(bob).len();
    let bob = world.restart(bob, HOME);
    world.pass(60_000);
    assert_eq!((told, world.alerts(bob).len()), (1, 0), "told once");
    rests(&mut world);
}

#[test]
fn last_writes_that_are_lost_on_either_side_cost_no_text() {
    for (device, with) in [(ANN, "Bob"), (BOB, "Ann")] {
        for lost in 1..=4 {
            let mut world = friends();
            for text in ["one", "two"] {
                world.send(ANN, "Bob", text);
            }
            let mut disk = world.copy_disk(device);
            for _ in 0..lost {
                let last = disk.iter().rposition(|c| matches!(c, Change::Thread(..)));
                last.map(|last| disk.remove(last));
            }
            let again = world.go_back(device, disk);
            world.pass(60_000);
            let (ann, bob) = if with == "Bob" {
                (again, BOB)
            } else {
                (ANN, again)
            };
            world.send(ann, "Bob", "three");
            let there = received(&mut world, bob, "Ann");
            assert_eq!(there, ["one", "two", "three"], "{lost} of {device}");
            let own = shown(&mut world, ann, "Bob");
            let states = own.iter().map(|(_, state)| *state);
            assert!(
                states.eq(vec![MessageState::Delivered; own.len()]),
                "{own:?}"
            );
            rests(&mut world);
        }
    }
}

#[test]
fn who_has_lost_the_addresses_that_contacts_were_told_is_found_at_the_older_ones() {
    let mut world = friends();
    let old = world.copy_disk(ANN);
    let taken = Signalling::Taken(world.transport_id(ANN));
    world.input(ANN, Input::Signalling(taken));
    world.pass(5_000);
    let ann = world.go_back(ANN, old);
    world.pass(60_000);
    let profile = world.snapshot(ann).profile.unwrap();
    let known = world.snapshot(BOB).contacts[0].card.clone().unwrap();
    assert_eq!(known.transport_id, profile.transport_id);
    assert_eq!(known.discovery_uuid, profile.discovery_uuid);
}

#[test]
fn who_starts_again_in_the_second_of_a_change_that_the_disk_has_lost_is_believed() {
    let mut world = friends();
    let old = world.copy_disk(ANN);
    world.pass(60_000);
    world.take_name(ANN, "Anna");
    let calls_herself = |world: &World| world.preferences(BOB, "Ann").calls_itself;
    assert_eq!(calls_herself(&world).as_deref(), Some("Anna"));
    world.go_back(ANN, old);
    world.pass(60_000);
    assert_eq!(calls_herself(&world), None, "she is Ann again");
}

#[test]
fn who_was_removed_and_is_accepted_again_does_not_get_the_old_texts() {
    let mut world = friends();
    world.send(ANN, "Bob", "before");
    world.remove(BOB, "Ann");
    world.pass(1_000);
    world.ask(BOB, "Ann");
    world.accept(ANN);
    world.pass(30_000);
    world.send(ANN, "Bob", "after");
    assert!(!is_told(&world, BOB) && !is_told(&world, ANN));
    let bob = world.restart(BOB, HOME);
    world.pass(30_000);
    assert_eq!(received(&mut world, bob, "Ann"), ["after"]);
}

/// Lets Bob, who has removed Ann, ask her anew.
fn asks_anew() -> World {
    let mut world = friends();
    world.send(ANN, "Bob", "before");
    world.remove(BOB, "Ann");
    world.pass(1_000);
    world.ask(BOB, "Ann");
    world
}

/// Asserts that Bob gets what is sent from now on, and nothing from before.
fn gets_nothing_from_before(mut world: World, ann: usize, when: &str) {
    world.pass(60_000);
    world.send(ann, "Bob", "after");
    world.pass(1_000);
    let bob = world.restart(BOB, HOME);
    world.pass(1_000);
    assert_eq!(received(&mut world, bob, "Ann"), ["after"], "{when}");
}

#[test]
fn who_is_accepted_again_by_a_handshake_that_is_finished_later_does_not_get_the_old_texts() {
    for lost in ["accepted", "confirm"] {
        let mut world = asks_anew();
        world.while_losing(lost, |world| world.accept(ANN));
        gets_nothing_from_before(world, ANN, lost);
    }
}

#[test]
fn who_is_accepted_again_before_a_crash_does_not_get_the_old_texts() {
    let mut world = asks_anew();
    let before = world.stored(ANN).len();
    world.press_accept(ANN);
    let disk = world.copy_disk(ANN);
    let is_contact =
        |change: &Change| matches!(change, Change::Contact(new) if new.identity.is_some());
    let finished = disk.iter().skip(before).position(is_contact).unwrap();
    let until = disk[..=before + finished].to_vec();
    let ann = world.go_back(ANN, until);
    gets_nothing_from_before(world, ann, "after a crash");
}
