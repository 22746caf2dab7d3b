//! What contacts tell each other about themselves: names, addresses, clocks.

use crate::world::{ANN, BOB, CLEO, World, friends};
use mesh_chat::view::{Alert, Event, Notification};

#[test]
fn a_new_name_that_a_full_disk_refused_is_stored_once_there_is_room() {
    let mut world = friends();
    world.fill_disk(BOB);
    world.take_name(ANN, "Anna");
    world.pass(1_000);
    let saved = |world: &World| world.snapshot(BOB).contacts[0].new_name.clone();
    assert_eq!(saved(&world), None);
    world.free_disk(BOB);
    world.pass(31_000);
    assert_eq!(saved(&world).as_deref(), Some("Anna"));
}

#[test]
fn a_contact_that_takes_the_name_of_another_is_not_shown_or_notified_under_it() {
    let mut world = World::of(&["Ann", "Bob", "Carl"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.ask(ANN, "Carl");
    world.accept(CLEO);
    world.take_name(CLEO, "Bob");
    world.send(CLEO, "Ann", "use this number from now on");
    world.pass(1_000);
    assert_eq!(
        world
            .names(ANN)
            .iter()
            .filter(|name| **name == "Bob")
            .count(),
        1
    );
    let new_name = world.preferences(ANN, "Carl").new_name;
    assert_eq!(new_name.as_deref(), Some("Bob"));
    let message = world
        .events(ANN)
        .iter()
        .rev()
        .find_map(|event| match event {
            Event::Notify(Notification::Message { name, .. }) => name.as_deref(),
            _ => None,
        });
    assert_eq!(message, Some("Carl"));
    world.rename(ANN, "Carl", "");
    assert_eq!(world.names(ANN), ["Bob", "Bob"], "after a click");
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
