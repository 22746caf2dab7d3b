//! Configurations that cannot be used: nobody is looked for under another name than the one meant.

use crate::world::{ANN, HOME, World};
use mesh_chat::config::{Config, Settings};
use mesh_chat::records::Snapshot;
use mesh_chat::view::Phase;

fn rooted(root: &str) -> Config {
    Config {
        root: root.to_owned(),
        ..Config::default()
    }
}

/// Returns a world whose devices are packed with this root, and the disk of somebody who has joined
/// under the root "acme".
fn packed_anew(root: &str) -> (World, Snapshot) {
    let mut joined = World::new().packed_with(rooted("acme")).joined(&["Ann"]);
    joined.pass(1_000);
    assert!(
        joined
            .ever_registered()
            .iter()
            .any(|id| id.starts_with("acme-203"))
    );
    let disk = joined.snapshot(ANN);
    (World::new().packed_with(rooted(root)), disk)
}

fn assert_silent(world: &World, device: usize) {
    let phase = &world.status(device).phase;
    assert!(matches!(phase, Phase::Misconfigured { .. }), "{phase:?}");
    assert_eq!(world.ever_registered(), Vec::<String>::new());
}

/// Returns the first id of the discovery namespace.
fn found_as(world: &World) -> Option<&str> {
    let ids = world.ever_registered().iter().map(String::as_str);
    ids.into_iter().find(|id| id.contains("-203-0-113-7-"))
}

#[test]
fn a_broken_packed_configuration_sends_nothing_until_the_person_chooses_the_built_in_one() {
    let (mut world, disk) = packed_anew("acme--x");
    let ann = world.start_at(HOME, disk);
    world.pass(600_000);
    world.retry(ann);
    assert_silent(&world, ann);
    world.configure(ann, Settings::default());
    world.pass(60_000);
    assert_silent(&world, ann);
    let built_in = Settings {
        built_in: true,
        ..Settings::default()
    };
    world.configure(ann, built_in);
    world.pass(1_000);
    assert!(found_as(&world).unwrap().starts_with("myapp-"));
}

#[test]
fn stored_settings_that_cannot_be_used_send_nothing_until_they_are_saved_anew() {
    let unreadable = |disk: &Snapshot| Snapshot {
        damaged_settings: Some("it ends too early".to_owned()),
        ..disk.clone()
    };
    let wrong = |disk: &Snapshot| Snapshot {
        settings: Settings {
            root: Some("a--b".to_owned()),
            ..Settings::default()
        },
        ..disk.clone()
    };
    for broken in [unreadable, wrong] as [fn(&Snapshot) -> Snapshot; 2] {
        let (mut world, disk) = packed_anew("acme");
        let ann = world.start_at(HOME, broken(&disk));
        world.pass(60_000);
        assert_silent(&world, ann);
        world.configure(ann, Settings::default());
        world.pass(1_000);
        assert!(found_as(&world).unwrap().starts_with("acme-"));
    }
}
