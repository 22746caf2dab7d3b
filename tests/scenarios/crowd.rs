//! More people than one router serves.

use crate::world::World;
use mesh_chat::records::Snapshot;
use mesh_chat::view::Phase;

/// What one router serves.
const SERVED: usize = 200;

/// Starts so many people, named after their devices, who join at one moment.
fn crowd(people: usize) -> World {
    let mut world = World::new();
    for _ in 0..people {
        world.start(Snapshot::default());
    }
    for device in 0..people {
        world.take_name(device, &name(device));
    }
    world.pass(1_000);
    world
}

fn name(device: usize) -> String {
    format!("P{device}")
}

fn routers(world: &World) -> Vec<usize> {
    let is_router = |device: &usize| matches!(world.status(*device).phase, Phase::Router { .. });
    (0..world.devices()).filter(is_router).collect()
}

/// Counts the routers among the devices in `left`.
fn routers_among(world: &World, left: &[usize]) -> usize {
    let routers = routers(world).into_iter();
    routers.filter(|router| left.contains(router)).count()
}

/// Asserts that everybody in `present` lists all others of them, and nobody more.
fn assert_complete(world: &World, present: &[usize]) {
    for device in present {
        let others = present.iter().filter(|other| *other != device);
        let mut names: Vec<String> = others.map(|other| name(*other)).collect();
        let mut seen = world.names(*device);
        seen.sort_unstable();
        names.sort_unstable();
        assert_eq!(seen, names, "P{device}");
    }
}

#[test]
fn a_full_router_redirects_further_people_and_everybody_sees_everybody() {
    let world = crowd(SERVED + 15);
    let everybody: Vec<usize> = (0..SERVED + 15).collect();
    let expected = [0, SERVED + 1];
    let routers = routers(&world);
    assert_eq!(
        routers, expected,
        "the second begins where the first is full"
    );
    assert_complete(&world, &everybody);
}

#[test]
fn people_stay_in_every_list_when_either_router_dies() {
    for dead in [0, SERVED + 1] {
        let mut world = crowd(SERVED + 10);
        let left: Vec<usize> = (0..SERVED + 10).filter(|device| *device != dead).collect();
        world.kill(dead);
        world.pass(10_000);
        assert_eq!(routers_among(&world, &left), 2);
        // The dead router's own entry stays until it expires; nobody else is missing meanwhile.
        for device in &left {
            let seen = world.people(*device).len();
            let complete = left.len() - 1..=left.len();
            assert!(complete.contains(&seen), "P{device} sees {seen}");
        }
        world.pass(100_000);
        assert_complete(&world, &left);
    }
}

#[test]
fn peers_of_two_routers_gather_at_one_when_it_has_room_for_all() {
    let mut world = crowd(SERVED + 10);
    let left: Vec<usize> = (SERVED - 20..SERVED + 10).collect();
    for device in 0..SERVED - 20 {
        world.kill(device);
    }
    world.pass(300_000);
    assert_eq!(routers_among(&world, &left), 1);
    assert_complete(&world, &left);
}
