//! More people than one router serves.

// Hundreds of nodes take their time, and the core's other tests run as wasm.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use common::World;
use mesh_chat::view::{Command, Event, Phase};

/// What one router serves.
const SERVED: usize = 200;

fn crowd(people: usize) -> World {
    let mut world = World::new(people);
    for device in 0..people {
        let name = format!("P{device}");
        world.command(device, Command::Join { name });
    }
    world.pass(1_000);
    world
}

fn routers(world: &World) -> Vec<usize> {
    let is_router = |device: &usize| {
        let events = world.devices[*device].events.iter().rev();
        let mut phases = events.filter_map(|event| {
            if let Event::Status(status) = event {
                return Some(&status.phase);
            }
            None
        });
        matches!(phases.next(), Some(Phase::Router { .. }))
    };
    (0..world.devices.len()).filter(is_router).collect()
}

/// Everybody in `present` lists everybody else of them, and nobody more.
fn assert_complete(world: &World, present: &[usize]) {
    for device in present {
        let mut seen = world.names(*device);
        let others = present.iter().filter(|other| *other != device);
        let mut names: Vec<String> = others.map(|other| format!("P{other}")).collect();
        seen.sort_unstable();
        names.sort_unstable();
        assert_eq!(seen, names, "P{device}");
    }
}

#[test]
fn a_full_router_sends_further_people_on_and_everybody_sees_everybody() {
    let world = crowd(SERVED + 15);
    let everybody: Vec<usize> = (0..SERVED + 15).collect();
    assert_eq!(
        routers(&world),
        [0, SERVED + 1],
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
        assert_eq!(
            routers(&world).iter().filter(|r| left.contains(r)).count(),
            2
        );
        // The dead router's own entry lives out its time; nobody else is missing meanwhile.
        for device in &left {
            let seen = world.devices[*device].people.len();
            assert!(
                (left.len() - 1..=left.len()).contains(&seen),
                "P{device} sees {seen}"
            );
        }
        world.pass(100_000);
        assert_complete(&world, &left);
    }
}

#[test]
fn routers_gather_again_when_one_has_room_for_all() {
    let mut world = crowd(SERVED + 10);
    let left: Vec<usize> = (SERVED - 20..SERVED + 10).collect();
    (0..SERVED - 20).for_each(|device| world.kill(device));
    world.pass(300_000);
    assert_eq!(
        routers(&world).iter().filter(|r| left.contains(r)).count(),
        1
    );
    assert_complete(&world, &left);
}
