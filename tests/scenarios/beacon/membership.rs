//! Who is under which root: with the beacon, without it, before its first answer, after a switch.

use super::{
    PUBLIC_KEY, assert_never_public, current_root, down, good, organisation, people, roots, status,
    trouble,
};
use crate::world::{ANN, BOB, MINUTE};
use mesh_chat::config::{Beacon, Config, Settings};
use mesh_chat::records::Snapshot;
use mesh_chat::view::{Phase, Presence};

#[test]
fn people_with_the_beacon_meet_and_somebody_without_it_does_not_see_them() {
    let mut world = people(&["Ann", "Bob"])
        .packed_with(Config::default())
        .joined(&["Cleo"]);
    let cleo = 2;
    world.pass(5_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::ClaimsNetwork);
    world.person(BOB, "Ann");
    assert!(world.people(cleo).is_empty());
    assert_eq!(roots(&world, ANN), [current_root(&world)]);
    assert_eq!(roots(&world, cleo), ["myapp"]);
    assert_eq!(trouble(&world, ANN), None);
    assert_eq!(world.status(cleo).beacon, None);
    assert_eq!(world.status(ANN).networks.len(), 1);
}

#[test]
fn before_the_first_good_answer_nothing_is_joined() {
    let mut world = organisation(down).joined(&["Ann", "Bob"]);
    world.pass(3 * MINUTE);
    assert!(roots(&world, ANN).is_empty());
    assert!(!status(&world, ANN).named);
    let phase = &world.status(ANN).phase;
    let waits = matches!(phase, Phase::NoBeacon { retry_at: Some(_) });
    assert!(waits, "{phase:?}");
    world.beacon_answers(good);
    world.retry(ANN);
    world.retry(BOB);
    world.pass(5_000);
    world.person(ANN, "Bob");
    assert_eq!(trouble(&world, ANN), None);
    assert!(status(&world, ANN).named);
    assert_never_public(&world);
}

#[test]
fn an_unreachable_beacon_is_asked_again_when_the_network_is_back() {
    let mut world = organisation(down).joined(&["Ann"]);
    world.pass(10 * MINUTE);
    world.beacon_answers(good);
    world.reconnect(ANN);
    assert_eq!(roots(&world, ANN), [current_root(&world)]);
    assert_eq!(trouble(&world, ANN), None);
}

#[test]
fn it_is_asked_again_too_where_the_signalling_server_was_never_reached_before() {
    let mut world = organisation(down);
    let ann = world.start(Snapshot::default());
    world.while_unreachable(|world| {
        world.join(ann, "Ann");
        world.pass(10 * MINUTE);
        world.beacon_answers(good);
    });
    assert_eq!(roots(&world, ann), [current_root(&world)]);
}

#[test]
fn switching_the_beacon_moves_at_once_and_contacts_stay_connected() {
    let mut world = people(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.configure(ANN, settings(Some(Beacon::default())));
    world.pass(1_000);
    assert_eq!(roots(&world, ANN), ["myapp"]);
    assert_eq!(world.status(ANN).beacon, None);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::OnNetwork);
    world.configure(ANN, settings(None));
    world.pass(1_000);
    assert_eq!(roots(&world, ANN), [current_root(&world)]);
    world.beacon_answers(down);
    let other = Beacon {
        url: "https://other.example.org".to_owned(),
        public_key: PUBLIC_KEY.to_owned(),
        ..Beacon::default()
    };
    world.configure(ANN, settings(Some(other)));
    world.pass(1_000);
    let roots = roots(&world, ANN);
    assert!(roots.is_empty(), "another beacon, another root: {roots:?}");
    assert_eq!(world.person(ANN, "Bob").presence, Presence::OnNetwork);
}

fn settings(beacon: Option<Beacon>) -> Settings {
    Settings {
        beacon: beacon.map(Box::new),
        ..Settings::default()
    }
}
