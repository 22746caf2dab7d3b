//! From one slot to the next: everybody moves to the next root, and nobody is lost on the way.

use super::{
    BeaconReply, SLOT, assert_all_under_current_root, assert_never_public, current_root, down,
    good, organisation, pass_to_middle_of_next_slot, people, roots, undated,
};
use crate::world::{ANN, BOB, CLEO, MINUTE, START, World};
use mesh_chat::view::{Event, PersonId, Presence};

#[test]
fn five_boundaries_pass_and_nobody_notices() {
    nobody_notices_five_boundaries(good, [0; 4]);
}

#[test]
fn five_boundaries_pass_with_clocks_four_minutes_off() {
    let four = 4 * 60_000;
    nobody_notices_five_boundaries(good, [four, -four, 0, four / 2]);
}

#[test]
fn five_boundaries_pass_with_clocks_off_and_no_date_to_be_read() {
    nobody_notices_five_boundaries(undated, [4 * 60_000, 90_000, 0, 30_000]);
}

/// Ann and Bob are contacts, Cleo and Dan are strangers to all; each clock is ahead by so much.
fn nobody_notices_five_boundaries(answer: fn(u64) -> BeaconReply, clocks: [i64; 4]) {
    let mut world = organisation(answer);
    for (device, ahead) in clocks.into_iter().enumerate() {
        world = world.clock_ahead(device, ahead);
    }
    let mut world = world.joined(&["Ann", "Bob", "Cleo", "Dan"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(20_000);
    let known: Vec<Vec<PersonId>> = (0..4).map(|device| shown(&world, device)).collect();
    assert!(known.iter().all(|people| people.len() == 3));
    let presence = |world: &World| world.person(ANN, "Bob").presence;
    assert_eq!(presence(&world), Presence::OnNetwork);
    let joined = |world: &World| [ANN, BOB].map(|device| world.joined_notifications(device));
    let joined_before = joined(&world);
    let before: Vec<usize> = (0..4).map(|device| world.events(device).len()).collect();
    for _ in 0..5 * SLOT / 1_000 {
        world.pass(1_000);
        for (device, people) in known.iter().enumerate() {
            let shown = shown(&world, device);
            assert_eq!(&shown, people, "device {device} at {}", world.now());
        }
        assert_eq!(presence(&world), Presence::OnNetwork);
        let networks = &world.status(ANN).networks;
        assert_eq!(networks.len(), 1);
        assert_eq!(networks[0].people, 4, "{}", world.now());
    }
    for (device, before) in before.into_iter().enumerate() {
        let mut events = world.events(device)[before..].iter();
        let gone = |event: &Event| matches!(event, Event::PersonGone(_));
        assert!(!events.any(gone), "device {device}");
    }
    assert_eq!(joined(&world), joined_before);
    world.send(ANN, "Bob", "still here");
    assert_eq!(world.texts(BOB)[0].0, "still here");
    pass_to_middle_of_next_slot(&mut world);
    assert_all_under_current_root(&world);
    assert_never_public(&world);
    let requests = world.beacon_requests().len();
    let most = 4 * 8 * 2;
    assert!(requests <= most, "{requests} for 4 people and 7 slots");
}

/// Returns the key of everybody in a device's list.
fn shown(world: &World, device: usize) -> Vec<PersonId> {
    let people = world.people(device).into_iter();
    people.map(|person| person.id.clone()).collect()
}

#[test]
fn late_devices_keep_the_old_root_until_the_others_know_them_under_the_new_one() {
    let mut world = people(&["Ann", "Bob", "Cleo"]);
    world.beacon_answers(down);
    world.pass(13 * MINUTE);
    world.beacon_answers(good);
    let before = roots(&world, ANN);
    for device in [ANN, BOB, CLEO] {
        world.retry(device);
    }
    let in_both = |world: &World| [ANN, BOB, CLEO].map(|device| roots(world, device).len() == 2);
    let mut all_since = None;
    while all_since.is_none_or(|since| world.now() < since + 11_000) {
        world.pass(100);
        let all = in_both(&world);
        assert!(world.now() < 14 * MINUTE, "not in both: {all:?}");
        let all = all == [true; 3];
        assert!(all || all_since.is_none(), "left at {}", world.now());
        all_since = all_since.or(all.then_some(world.now()));
        for device in [ANN, BOB, CLEO] {
            assert_eq!(world.people(device).len(), 2, "device {device}");
        }
    }
    world.pass(10_000);
    for device in [ANN, BOB, CLEO] {
        assert_ne!(roots(&world, device), before);
    }
    assert_all_under_current_root(&world);
}

#[test]
fn a_beacon_that_dies_when_some_have_the_next_slot_separates_nobody() {
    let mut world = people(&["Ann", "Bob", "Cleo"]);
    world.pass(SLOT - world.unix() % SLOT - 2 * MINUTE);
    let requests = world.beacon_requests().len();
    while world.beacon_requests().len() == requests {
        world.pass(100);
    }
    world.beacon_answers(down);
    pass_with_everybody_there(&mut world, 25);
    let moved = (0..3).filter(|device| roots(&world, *device).len() == 2);
    assert_eq!(moved.count(), 1, "one has the next slot");
    world.beacon_answers(good);
    pass_with_everybody_there(&mut world, 12);
    pass_to_middle_of_next_slot(&mut world);
    assert_all_under_current_root(&world);
    assert_never_public(&world);
}

#[test]
fn whose_clock_is_set_before_a_boundary_moves_in_time() {
    let mut world = people(&["Ann", "Bob", "Cleo"]);
    world.pass(SLOT - world.unix() % SLOT - 35_000);
    let late = [ANN, BOB, CLEO].into_iter();
    let late: Vec<_> = late
        .filter(|device| roots(&world, *device).len() == 1)
        .collect();
    assert!(!late.is_empty());
    for device in &late {
        world.set_clock_ahead(*device, -50_000);
    }
    world.pass(35_000 + 65_000);
    for device in late {
        let joined = roots(&world, device);
        assert!(joined.contains(&current_root(&world)), "{joined:?}");
    }
}

#[test]
fn who_heard_an_old_answer_repeated_moves_in_time_when_that_is_over() {
    let mut world = organisation(|_| undated(START)).joined(&["Ann"]);
    world.pass(SLOT + 4 * MINUTE - world.unix() % SLOT);
    world.beacon_answers(undated);
    world.pass(SLOT - world.unix() % SLOT + MINUTE);
    let joined = roots(&world, ANN);
    assert!(joined.contains(&current_root(&world)), "{joined:?}");
}

/// Lets minutes pass in which each of three people always sees the two others.
fn pass_with_everybody_there(world: &mut World, minutes: u64) {
    for _ in 0..minutes * 60 {
        world.pass(1_000);
        for device in 0..3 {
            let count = world.people(device).len();
            assert_eq!(count, 2, "device {device} at {}", world.now());
        }
    }
}

#[test]
fn a_request_made_under_one_root_is_answered_under_the_next() {
    let mut world = people(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.pass(9 * MINUTE);
    world.close_all(ANN);
    world.pass(12 * MINUTE);
    assert_eq!(world.requests(BOB).len(), 1);
    world.accept(BOB);
    world.pass(5_000);
    world.contact(ANN, "Bob");
    world.contact(BOB, "Ann");
}
