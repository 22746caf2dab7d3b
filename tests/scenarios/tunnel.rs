//! A tunnel between networks, as of a company or a private overlay: at its other end somebody has a
//! private address, and is not on this network.

use crate::world::{ANN, AWAY, BOB, CLEO, HOME, MINUTE, World, is_of_type};
use mesh_chat::view::Presence;

fn presences(world: &World) -> [Presence; 2] {
    [(ANN, "Bob"), (BOB, "Ann")].map(|(device, other)| world.person(device, other).presence)
}

/// Counts the profiles that a device got in which the sender says that the two share a network.
fn said_near(world: &World, device: usize) -> usize {
    let profiles = world.heard(device).iter();
    let profiles = profiles.filter(|frame| is_of_type(frame, "profile"));
    profiles
        .filter(|frame| frame.contains(r#""near":true"#))
        .count()
}

/// Makes a world in which Ann and Bob, at these addresses, have become contacts by an invite.
fn invited(world: World, address: &'static str) -> World {
    let mut world = world.address(BOB, address).joined(&["Ann", "Bob"]);
    world.pass(10 * MINUTE);
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    world.pass(500);
    world.accept(ANN);
    world.pass(1_000);
    world
}

#[test]
fn a_contact_at_the_other_end_of_a_tunnel_is_online_and_not_on_this_network() {
    let mut world = invited(World::new().with_tunnel(), AWAY);
    for _ in 0..3 {
        assert_eq!(presences(&world), [Presence::Online; 2]);
        world.close_all(BOB);
        world.pass(10 * MINUTE);
    }
    for device in [ANN, BOB] {
        assert_eq!(world.joined_notifications(device), 0);
        assert_eq!(said_near(&world, device), 0);
    }
}

#[test]
fn contacts_who_meet_at_private_addresses_of_one_network_are_there_at_once() {
    for tunnel in [false, true] {
        let world = World::new();
        let world = if tunnel { world.with_tunnel() } else { world };
        let world = invited(world, HOME);
        assert_eq!(presences(&world), [Presence::OnNetwork; 2]);
        assert!(said_near(&world, ANN) > 0 && said_near(&world, BOB) > 0);
    }
}

#[test]
fn whoever_leaves_and_is_reached_through_a_tunnel_is_not_on_this_network_any_more() {
    let mut world = World::new().with_tunnel().joined(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(10 * MINUTE);
    assert_eq!(presences(&world), [Presence::OnNetwork; 2]);
    let bob = world.restart(BOB, AWAY);
    world.pass(10 * MINUTE);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::Online);
    assert_eq!(world.person(bob, "Ann").presence, Presence::Online);
    assert_eq!(world.joined_notifications(ANN), 0);
}

#[test]
fn an_entry_that_is_left_behind_counts_no_longer_than_it_is_listed() {
    let mut world = World::new().with_tunnel().joined(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(10 * MINUTE);
    // Nobody hears that Bob's device has gone to the other network.
    let disk = world.snapshot(BOB);
    world.vanish(BOB);
    let bob = world.start_at(AWAY, disk);
    world.pass(5 * MINUTE);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::Online);
    assert_eq!(world.person(bob, "Ann").presence, Presence::Online);
    assert_eq!(world.joined_notifications(ANN), 0);
}

#[test]
fn contacts_who_are_not_in_each_others_lists_find_out_by_their_router_that_they_share_a_network() {
    let mut world = World::of(&["Router", "Ann", "Bob"]);
    // To each of the two the router shows nobody else.
    world.lies(0, |frame| {
        let hides = [r#""type":"registry""#, r#""type":"update""#];
        if hides.iter().any(|kind| frame.contains(kind)) {
            return frame.replace("myapp-203-0-113-7-", "myapp-203-0-113-8-");
        }
        frame
    });
    let (ann, bob) = (BOB, CLEO);
    let (ann, bob) = (world.restart(ann, HOME), world.restart(bob, HOME));
    world.pass(1_000);
    let code = world.invite(ann);
    world.use_invite(bob, &code);
    world.pass(500);
    world.accept(ann);
    world.pass(1_000);
    for (device, other) in [(ann, "Bob"), (bob, "Ann")] {
        let others = world.names(device);
        assert_eq!(others, [other], "the router shows nobody");
        assert_eq!(world.person(device, other).presence, Presence::OnNetwork);
    }
}
