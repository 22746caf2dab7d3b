//! What contacts tell each other about themselves: names, addresses, clocks.

use crate::world::{ANN, BOB, World, friends};
use mesh_chat::view::Alert;

#[test]
fn a_new_name_that_a_full_disk_refused_is_stored_once_there_is_room() {
    let mut world = friends();
    world.fill_disk(BOB);
    world.take_name(ANN, "Anna");
    world.pass(1_000);
    let saved = |world: &World| world.snapshot(BOB).contacts[0].name.clone();
    assert_eq!(saved(&world), "Ann");
    world.free_disk(BOB);
    world.pass(31_000);
    assert_eq!(saved(&world), "Anna");
}

#[test]
fn a_replayed_profile_changes_nothing_that_is_stored() {
    let mut world = friends();
    let stored = |world: &World| {
        let contact = world.snapshot(ANN).contacts[0].clone();
        (contact.name, contact.card)
    };
    let before = stored(&world);
    let old = r#"{"type":"profile","number":1,"friendlyname":"Rob","transportID":"myapp-07070707-0707-4707-8707-070707070707","discoveryUUID":"AAAAAAAAAAAAAAAAAAAAAA","near":true}"#;
    for link in world.links(ANN) {
        world.inject(ANN, link, old.as_bytes());
    }
    world.pass(60_000);
    assert_eq!(stored(&world), before);
}

#[test]
fn a_clock_that_differs_much_is_reported_once() {
    let mut world = World::of(&["Ann", "Bob"]);
    // 15 minutes later.
    world.lies(BOB, |frame| {
        frame.replace("\"at\":17954208", "\"at\":17954217")
    });
    world.ask(ANN, "Bob");
    world.accept(BOB);
    let reported = world.alerts(ANN).into_iter().filter(
        |alert| matches!(alert, Alert::ClockDiffers { name, minutes: 14..=15 } if name == "Bob"),
    );
    assert_eq!(reported.count(), 1);
    assert_eq!(world.alerts(BOB).len(), 0);
}
