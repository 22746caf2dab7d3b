//! Who is router of a network, and when the others leave it or pass it over.

use crate::world::{End, World};
use mesh_chat::view::Presence;

/// The one who joins first becomes the router.
const ROUTER: usize = 0;
const ANN: usize = 1;
const BOB: usize = 2;

/// Makes a world in which Ann and Bob are contacts, and a third person is their router.
fn friends_behind_a_router() -> World {
    let mut world = World::of(&["Router", "Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world
}

#[test]
fn a_new_router_takes_over_with_its_copy_of_the_list_and_chats_go_on() {
    let mut world = friends_behind_a_router();
    world.kill(ROUTER);
    world.send(ANN, "Bob", "still here");
    assert_eq!(world.texts(BOB)[0].0, "still here");
    world.pass(8_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::OnNetwork);
    world.pass(120_000);
    assert_eq!(world.people(ANN).len(), 1, "the old router is gone");
    assert_eq!(world.people(BOB).len(), 1);
}

#[test]
fn a_router_that_hides_contacts_from_each_other_is_left() {
    let mut world = friends_behind_a_router();
    // From now on the router's registries name nobody of this network.
    world.lies(ROUTER, |frame| {
        // A change that does not fit makes them ask for the registry.
        let gap = r#""type":"update","epoch":1,"seq":9,"joined":[],"left":[]"#;
        let frame = frame.replace(r#""type":"ping""#, gap);
        if frame.contains(r#""type":"registry""#) {
            return frame.replace("myapp-203-0-113-7-", "myapp-203-0-113-8-");
        }
        frame
    });
    world.pass(160_000);
    let second = world.holder("myapp-203-0-113-7-2");
    assert!(matches!(second, Some(ANN | BOB)), "{second:?}");
    for (device, other) in [(ANN, "Bob"), (BOB, "Ann")] {
        assert_eq!(world.person(device, other).presence, Presence::OnNetwork);
        let network = world.status(device).networks.first();
        let people = network.map(|network| network.people);
        assert_eq!(people, Some(2), "both are in the new router's list");
    }
}

#[test]
fn a_router_id_whose_holder_answers_nobody_is_passed_over() {
    let mut world = World::new();
    world.squat("myapp-203-0-113-7-1");
    let mut world = world.joined(&["Ann", "Bob"]);
    let (ann, bob) = (0, 1);
    world.pass(10_000);
    assert!(world.holder("myapp-203-0-113-7-2").is_some());
    assert_eq!(world.person(ann, "Bob").name, "Bob");
    assert_eq!(world.person(bob, "Ann").name, "Ann");
}

#[test]
fn where_nobody_answers_at_any_router_id_they_are_asked_for_again_without_haste() {
    let mut world = World::new();
    for index in 1..=4 {
        world.squat(&format!("myapp-203-0-113-7-{index}"));
    }
    let mut world = world.joined(&["Ann"]);
    let before = world.ever_registered().len();
    world.pass(60_000);
    let claims = world.ever_registered().len() - before;
    assert!((80..400).contains(&claims), "{claims}");
}

#[test]
fn who_is_alone_because_nobody_answers_at_the_first_router_id_is_told_so() {
    let mut world = World::new();
    world.squat("myapp-203-0-113-7-1");
    let mut world = world.joined(&["Ann"]);
    let unreachable = |world: &World| world.status(0).networks[0].unreachable;
    world.pass(90_000);
    assert!(!unreachable(&world), "it may be a ghost");
    world.pass(60_000);
    assert!(unreachable(&world));
    let mut world = world.joined(&["Bob"]);
    world.pass(150_000);
    assert!(!unreachable(&world), "they have found each other");
}

#[test]
fn a_doubt_about_a_router_that_answers_changes_nothing() {
    let mut world = World::of(&["Router", "Ann"]);
    // Ann stands by then.
    world.pass(20_000);
    let links = world.links(ANN);
    world.doubt(links.iter().map(|link| (ANN, *link)).collect());
    world.pass(5_000);
    assert_eq!(world.links(ANN), links);
    assert_eq!(world.names(ROUTER), ["Ann"]);
}

#[test]
fn a_killed_router_leaves_all_lists_seconds_after_there_is_a_new_one() {
    let mut world = World::of(&["Router", "Ann", "Bob"]);
    world.kill(ROUTER);
    world.pass(14_000);
    assert_eq!(world.names(ANN), ["Bob"]);
    assert_eq!(world.names(BOB), ["Ann"]);
}

#[test]
fn a_peer_that_learns_late_of_a_killed_router_lists_it_no_longer_than_others() {
    let mut world = World::of(&["Router", "Ann", "Bob"]);
    let bob = kill_unnoticed_by_bob(&mut world);
    assert_eq!(world.person(BOB, "Router").name, "Router");
    world.close_ends(bob);
    world.pass(4_000);
    assert_eq!(world.names(ANN), ["Bob"]);
    assert_eq!(world.names(BOB), ["Ann"]);
}

#[test]
fn a_peer_that_doubts_late_joins_the_new_router_without_waiting_for_the_old_one() {
    let mut world = World::of(&["Router", "Ann", "Bob"]);
    let bob = kill_unnoticed_by_bob(&mut world);
    world.doubt(bob);
    world.pass(500);
    assert_eq!(world.names(ANN), ["Bob"]);
    assert_eq!(world.names(BOB), ["Ann"]);
}

/// Kills the router; only Ann notices, and 12 s pass. Returns Bob's ends of their links.
fn kill_unnoticed_by_bob(world: &mut World) -> Vec<End> {
    let ends = world.vanish(ROUTER);
    let (ann, bob) = ends.into_iter().partition(|(device, _)| *device == ANN);
    world.close_ends(ann);
    world.pass(12_000);
    bob
}
