//! Special contacts find each other again when both their addresses are lost.

use crate::world::{ANN, AWAY, BOB, HOME, World, friends, special_friends};
use mesh_chat::view::{Event, Ping, Presence, Reach, Special};

/// Starts Ann and Bob again on different networks, after somebody else has taken both their
/// addresses.
fn lose_both(world: &mut World) -> (usize, usize) {
    let addresses = [world.transport_id(ANN), world.transport_id(BOB)];
    world.kill(ANN);
    world.kill(BOB);
    for address in addresses {
        world.squat(&address);
    }
    (world.restart(ANN, HOME), world.restart(BOB, AWAY))
}

#[test]
fn both_have_to_switch_special_contact_on() {
    let mut world = friends();
    world.make_special(ANN, "Bob");
    assert_eq!(world.preferences(ANN, "Bob").special, Special::Wanted);
    assert_eq!(world.preferences(BOB, "Ann").special, Special::Offered);
    let (ann, bob) = lose_both(&mut world);
    world.pass(700_000);
    assert_eq!(world.person(ann, "Bob").presence, Presence::Offline);
    assert_eq!(world.rendezvous_points(ann), 0);
    assert_eq!(world.rendezvous_points(bob), 0);
}

#[test]
fn contacts_who_lost_both_addresses_meet_within_a_minute_and_leave_the_rendezvous_point() {
    let mut world = special_friends();
    assert_eq!(reach(&world, ANN, "Bob"), Some(Reach::Connected));
    world.kill(BOB);
    world.send(ANN, "Bob", "while away");
    let (ann, bob) = lose_both(&mut world);
    world.pass(60_000);
    assert_eq!(world.person(ann, "Bob").presence, Presence::Online);
    assert_eq!(reach(&world, bob, "Ann"), Some(Reach::Connected));
    assert_eq!(world.texts(bob)[0].0, "while away");
    assert_eq!(world.rendezvous_points(ann), 0);
    assert_eq!(world.rendezvous_points(bob), 0);
    // Both know the new addresses now.
    let bob = world.restart(bob, AWAY);
    world.pass(20_000);
    assert_eq!(world.person(bob, "Ann").presence, Presence::Online);
}

#[test]
fn a_full_disk_does_not_make_special_contacts_reconnect_every_three_seconds() {
    let mut world = special_friends();
    let (ann, bob) = lose_both(&mut world);
    world.fill_disk(bob);
    world.pass(120_000);
    world.send(ann, "Bob", "hello");
    let before = world.events(ann).len();
    world.pass(300_000);
    let met = |event: &&Event| matches!(event, Event::Person(person) if person.presence == Presence::Online);
    let meetings = world.events(ann)[before..].iter().filter(met).count();
    assert!((3..30).contains(&meetings), "{meetings} meetings");
}

#[test]
fn a_contact_left_alone_waits_at_the_rendezvous_point_of_the_time_and_moves_on_with_it() {
    let mut world = special_friends();
    world.kill(BOB);
    world.pass(8_000);
    assert_eq!(reach(&world, ANN, "Bob"), Some(Reach::Reconnecting));
    let first: Vec<String> = world.held(ANN).into_iter().map(str::to_owned).collect();
    let points = world.rendezvous_points(ANN);
    assert!((1..=2).contains(&points), "{first:?}");
    world.pass(800_000);
    assert!((1..=2).contains(&world.rendezvous_points(ANN)));
    let same = |id: &&str| id.contains("rendezvous") && first.iter().any(|before| before == id);
    assert_eq!(world.held(ANN).into_iter().find(same), None, "a slot later");
}

#[test]
fn somebody_else_who_answers_at_the_address_is_passed_over_at_once() {
    let mut world = special_friends();
    world.kill(BOB);
    world.impersonate(&world.transport_id(BOB));
    world.pass(10_000);
    assert_eq!(reach(&world, ANN, "Bob"), Some(Reach::Recovering));
    assert!(world.rendezvous_points(ANN) > 0);
    world.ping(ANN, "Bob");
    assert_eq!(world.person(ANN, "Bob").ping, Some(Ping::SomebodyElse));
    // Bob comes back, finds his address taken, and both meet elsewhere.
    let bob = world.restart(BOB, AWAY);
    world.pass(60_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::Online);
    assert_eq!(world.person(ANN, "Bob").ping, Some(Ping::Online));
    assert_eq!(reach(&world, bob, "Ann"), Some(Reach::Connected));
}

#[test]
fn an_address_where_nobody_answers_is_never_blacklisted() {
    let mut world = special_friends();
    world.kill(BOB);
    world.squat(&world.transport_id(BOB));
    world.pass(30_000);
    assert_eq!(reach(&world, ANN, "Bob"), Some(Reach::Reconnecting));
    world.ping(ANN, "Bob");
    world.pass(1_000);
    assert_eq!(world.person(ANN, "Bob").ping, Some(Ping::Unreachable));
}

#[test]
fn a_new_address_waits_for_a_contact_who_is_away_and_is_sent_at_once_when_they_are_back() {
    let mut world = special_friends();
    let before = world.transport_id(ANN);
    world.kill(BOB);
    world.squat(&before);
    let ann = world.restart(ANN, HOME);
    world.pass(1_000);
    assert_ne!(world.transport_id(ann), before);
    assert_eq!(reach(&world, ann, "Bob"), Some(Reach::ProactiveUpdate));
    let bob = world.restart(BOB, AWAY);
    world.pass(60_000);
    let known = world.snapshot(bob).contacts[0]
        .card
        .clone()
        .unwrap()
        .transport_id;
    assert_eq!(known, world.transport_id(ann));
}

fn reach(world: &World, device: usize, name: &str) -> Option<Reach> {
    world.preferences(device, name).reach
}
