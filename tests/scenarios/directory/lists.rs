//! Who is in the list of everybody on the network, and for how long.

use crate::world::{ANN, BOB, World, friends};

#[test]
fn everybody_sees_everybody_else_and_not_themselves() {
    let names = ["Ann", "Bob", "Cleo", "Dan"];
    let world = World::of(&names);
    for (device, own) in names.into_iter().enumerate() {
        let mut seen = world.names(device);
        seen.sort_unstable();
        let others = names.into_iter().filter(|name| *name != own);
        assert_eq!(seen, others.collect::<Vec<_>>(), "device {device}");
    }
}

#[test]
fn a_contact_who_joins_is_notified_of_once() {
    let mut world = friends();
    let snapshot = world.snapshot(BOB);
    let before = world.joined_notifications(ANN);
    world.kill(BOB);
    world.pass(400_000);
    world.start(snapshot);
    world.pass(5_000);
    assert_eq!(world.joined_notifications(ANN), before + 1);
}
