//! A network is never closed: the router's lid closes, so that its links are silent and its id stays held, and
//! nobody says goodbye.

use crate::world::{HOME, World};
use mesh_chat::node::{Input, Signalling};
use mesh_chat::records::Snapshot;

/// The one who joins first becomes the router.
const ROUTER: usize = 0;
const ANN: usize = 1;
const BOB: usize = 2;
const FIRST: &str = "myapp-203-0-113-7-1";
const SECOND: &str = "myapp-203-0-113-7-2";
const THIRD: &str = "myapp-203-0-113-7-3";

/// How long ICE takes to doubt a path.
const DOUBT: u64 = 7_300;

fn settled(mut world: World) -> World {
    world.pass(20_000);
    world
}

fn newcomer(world: &mut World) -> usize {
    let device = world.start_at(HOME, Snapshot::default());
    world.take_name(device, "Cleo");
    device
}

fn sorted(world: &World, device: usize) -> Vec<&str> {
    let mut names = world.names(device);
    names.sort_unstable();
    names
}

/// Closes the router's lid and lets somebody come at once, who must see the others and be seen.
fn comes_while_the_router_sleeps(mut world: World) {
    let ends = world.close_lid(ROUTER);
    let cleo = newcomer(&mut world);
    world.pass(DOUBT);
    world.doubt(ends);
    world.pass(10_000 - DOUBT);
    let seen = sorted(&world, cleo);
    assert!(seen.contains(&"Ann") && seen.contains(&"Bob"), "{seen:?}");
    for device in [ANN, BOB] {
        assert!(sorted(&world, device).contains(&"Cleo"), "{device}");
    }
    world.pass(15_000);
    assert_eq!(sorted(&world, cleo), ["Ann", "Bob"]);
    assert_eq!(sorted(&world, ANN), ["Bob", "Cleo"]);
    assert_eq!(sorted(&world, BOB), ["Ann", "Cleo"]);
}

#[test]
fn a_peer_stands_by_and_everybody_sees_everybody_as_before() {
    let mut world = World::of(&["Router", "Ann", "Bob"]);
    world.pass(20_000);
    assert!(matches!(world.holder(SECOND), Some(ANN | BOB)));
    assert_eq!(world.holder(FIRST), Some(ROUTER));
    assert_eq!(world.holder(THIRD), None, "one is enough");
    assert_eq!(sorted(&world, ROUTER), ["Ann", "Bob"]);
    assert_eq!(sorted(&world, ANN), ["Bob", "Router"]);
    assert_eq!(sorted(&world, BOB), ["Ann", "Router"]);
}

#[test]
fn nobody_is_out_of_sight_while_somebody_is_asked_to_stand_by() {
    let mut world = World::of(&["Router", "Ann", "Bob"]);
    for _ in 0..100 {
        world.pass(100);
        let seen = [ROUTER, ANN, BOB].map(|device| world.names(device).len());
        assert_eq!(seen, [2, 2, 2]);
    }
}

#[test]
fn whoever_comes_while_the_router_sleeps_is_served_within_ten_seconds() {
    comes_while_the_router_sleeps(settled(World::of(&["Router", "Ann", "Bob"])));
}

#[test]
fn so_it_is_where_nobody_stands_by_yet() {
    comes_while_the_router_sleeps(World::of(&["Router", "Ann", "Bob"]));
}

#[test]
fn so_it_is_where_somebody_else_holds_the_id_of_the_deputy() {
    let mut world = World::new();
    world.squat(SECOND);
    comes_while_the_router_sleeps(settled(world.joined(&["Router", "Ann", "Bob"])));
}

#[test]
fn so_it_is_where_somebody_else_holds_the_id_of_the_router() {
    let mut world = World::new();
    world.squat(FIRST);
    let mut world = world.joined(&["Router", "Ann", "Bob"]);
    // For so long it could be a ghost, and its id fall free.
    world.pass(140_000);
    comes_while_the_router_sleeps(world);
}

#[test]
fn so_it_is_where_somebody_else_holds_both() {
    let mut world = World::new();
    world.squat(FIRST);
    world.squat(SECOND);
    let mut world = world.joined(&["Router", "Ann", "Bob"]);
    world.pass(140_000);
    comes_while_the_router_sleeps(world);
}

#[test]
fn a_knock_makes_nobody_leave_a_router_that_answers() {
    let mut world = settled(World::of(&["Router", "Ann", "Bob"]));
    let peer = if world.holder(SECOND) == Some(ANN) {
        BOB
    } else {
        ANN
    };
    let links = world.links(peer);
    for from in [FIRST, SECOND, THIRD] {
        let local = world.discovery_id(peer);
        let remote = from.to_owned();
        let knocked = Signalling::Knocked { local, remote };
        world.input(peer, Input::Signalling(knocked));
        world.pass(3_000);
        assert_eq!(world.links(peer), links, "{from}");
    }
}

#[test]
fn a_router_that_is_killed_leaves_all_lists_within_five_seconds() {
    let mut world = settled(World::of(&["Router", "Ann", "Bob"]));
    world.vanish(ROUTER);
    world.pass(5_000);
    assert_eq!(sorted(&world, ANN), ["Bob"]);
    assert_eq!(sorted(&world, BOB), ["Ann"]);
    assert!(matches!(world.holder(FIRST), Some(ANN | BOB)));
}

#[test]
fn a_router_that_wakes_is_back_in_all_lists_within_five_seconds() {
    let mut world = settled(World::of(&["Router", "Ann", "Bob"]));
    let ends = world.close_lid(ROUTER);
    world.pass(DOUBT);
    world.doubt(ends);
    world.pass(20_000);
    assert_eq!(sorted(&world, ANN), ["Bob"]);
    world.open_lid(ROUTER);
    world.pass(5_000);
    assert_eq!(sorted(&world, ROUTER), ["Ann", "Bob"]);
    assert_eq!(sorted(&world, ANN), ["Bob", "Router"]);
    assert_eq!(sorted(&world, BOB), ["Ann", "Router"]);
    world.pass(30_000);
    assert_eq!(sorted(&world, ANN), ["Bob", "Router"]);
    let peer = if world.holder(SECOND) == Some(ANN) {
        BOB
    } else {
        ANN
    };
    let (_, to) = world.dialled().last().unwrap();
    assert_eq!(to, FIRST, "there is one router again");
    assert_eq!(world.links(peer).len(), 1);
}
