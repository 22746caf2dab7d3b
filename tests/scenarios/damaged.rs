//! What is stored, or in a backup, and cannot be what this program wrote.

use crate::world::{ANN, BOB, HOME, World, friends};
use mesh_chat::config::Settings;
use mesh_chat::records::Snapshot;
use mesh_chat::view::{Alert, Answer, Phase};

fn damaged(key: &str) -> Alert {
    let key = key.to_owned();
    Alert::StorageDamaged { key }
}

#[test]
fn an_address_that_is_none_is_reported_and_never_asked_for() {
    let world = friends();
    let (mut ann, mut bob) = (world.snapshot(ANN), world.snapshot(BOB));
    ann.profile.as_mut().unwrap().transport_id = "myapp-?".to_owned();
    let card = bob.contacts[0].card.as_mut().unwrap();
    card.transport_id = "myapp-".to_owned();
    let key = format!("contact/{}", bob.contacts[0].id.0);
    let mut world = World::new();
    world.start_at(HOME, ann);
    world.start_at(HOME, bob);
    assert_eq!(world.alerts(0), [&damaged("profile")]);
    assert_eq!(world.alerts(1), [&damaged(&key)]);
    world.pass(60_000);
    assert!(world.names(1).is_empty());
}

#[test]
fn settings_that_cannot_work_are_reported_and_keep_the_device_offline() {
    let mut snapshot = friends().snapshot(ANN);
    snapshot.settings = Settings {
        root: Some("two words.".to_owned()),
        ..Settings::default()
    };
    let mut world = World::new();
    world.start(snapshot);
    assert_eq!(world.alerts(0), [&damaged("settings")]);
    let phase = &world.status(0).phase;
    assert!(matches!(phase, Phase::Misconfigured { .. }), "{phase:?}");
}

#[test]
fn a_backup_with_a_number_that_cannot_rise_is_taken_over() {
    let mut snapshot = friends().snapshot(ANN);
    snapshot.profile.as_mut().unwrap().profile_number = u64::MAX;
    let mut world = World::new();
    let ann = world.start(snapshot);
    let backup = world.export(ann, "correct horse");
    let other = world.start(Snapshot::default());
    world.import(other, &backup, "correct horse");
    assert_eq!(world.reply(other), &Ok(Answer::Imported { contacts: 1 }));
}
