//! People of an organisation meet under the roots that its beacon signs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm
)]

mod common;

use common::World;
use mesh_chat::beacon::{self, Audience, Slots};
use mesh_chat::config::{Beacon, Config, Settings};
use mesh_chat::crypto::Identity;
use mesh_chat::node::{BeaconAnswer, BeaconFailure};
use mesh_chat::view::{
    BeaconTrouble, Command, Event, Notification, PersonId, Phase, Presence, Status,
};

const MINUTE: u64 = 60_000;
const URL: &str = "https://beacon.example.org/beacon";
const KEY: &str = "Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW";
const NAMESPACE: &str = "-203-0-113-7-";

type Answer = Result<BeaconAnswer, BeaconFailure>;

fn header(number: u64, key: u8) -> String {
    let identity = Identity::from_bytes(&[key; 32]).unwrap();
    let slot = Slots::STANDARD.name(number);
    beacon::header(&identity, &Audience::of(URL).unwrap(), &slot)
}

fn signed(unix: u64, key: u8) -> BeaconAnswer {
    let slots = Slots::STANDARD;
    let number = slots.at(unix);
    let near = unix + slots.lead() >= slots.end(number);
    BeaconAnswer {
        current: Some(header(number, key)),
        next: near.then(|| header(number + 1, key)),
        date: Some(unix / 1_000 * 1_000),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "one of several answers")]
fn good(unix: u64) -> Answer {
    Ok(signed(unix, 1))
}

#[allow(clippy::unnecessary_wraps, reason = "one of several answers")]
fn undated(unix: u64) -> Answer {
    Ok(BeaconAnswer {
        date: None,
        ..signed(unix, 1)
    })
}

fn with_beacon() -> Config {
    Config {
        beacon: Some(Box::new(Beacon {
            url: URL.to_owned(),
            public_key: KEY.to_owned(),
            ..Beacon::default()
        })),
        ..Config::default()
    }
}

fn world(names: &[&str], answer: fn(u64) -> Answer, skews: &[i64]) -> World {
    let mut world = World::new(0);
    world.config = with_beacon();
    world.beacon = answer;
    world.skews = skews.iter().copied().enumerate().collect();
    for (device, name) in names.iter().enumerate() {
        world.add(mesh_chat::records::Snapshot::default());
        world.join(device, name);
    }
    world
}

fn status(world: &World, device: usize) -> &Status {
    let events = world.devices[device].events.iter().rev();
    let mut statuses = events.filter_map(|event| match event {
        Event::Status(status) => Some(status),
        _ => None,
    });
    statuses.next().unwrap()
}

fn trouble(world: &World, device: usize) -> Option<BeaconTrouble> {
    status(world, device).beacon.unwrap().trouble
}

/// The roots under which a device holds ids of the network.
fn roots(world: &World, device: usize) -> Vec<String> {
    let held = world.held(device).into_iter();
    let mut roots: Vec<String> = held
        .filter_map(|id| Some(id.split_once(NAMESPACE)?.0.to_owned()))
        .collect();
    roots.dedup();
    roots
}

fn root(unix: u64) -> String {
    let pin = with_beacon().beacon.unwrap().pin().unwrap();
    let slot = pin.verify(&header(Slots::STANDARD.at(unix), 1), unix);
    slot.unwrap().root
}

/// Nobody with a beacon ever registers an id of the network under the configured root.
fn check_never_public(world: &World) {
    let public = |(_, id): &&(usize, String)| id.starts_with(&format!("myapp{NAMESPACE}"));
    assert_eq!(world.registered.iter().find(public), None);
}

fn notified(world: &World, device: usize) -> usize {
    let events = world.devices[device].events.iter();
    let joined = |event: &&Event| matches!(event, Event::Notify(Notification::Joined { .. }));
    events.filter(joined).count()
}

#[test]
fn people_with_the_beacon_meet_and_who_has_none_does_not_see_them() {
    let mut world = world(&["Ann", "Bob"], good, &[]);
    world.config = Config::default();
    let cat = world.add(mesh_chat::records::Snapshot::default());
    world.join(cat, "Cat");
    world.pass(5_000);
    assert_eq!(world.person(0, "Bob").presence, Presence::ClaimsNetwork);
    world.person(1, "Ann");
    assert!(world.devices[cat].people.is_empty());
    assert_eq!(roots(&world, 0), [root(world.unix())]);
    assert_eq!(roots(&world, cat), ["myapp"]);
    assert_eq!(trouble(&world, 0), None);
    assert_eq!(status(&world, cat).beacon, None);
    assert_eq!(status(&world, 0).networks.len(), 1);
}

/// Ann and Bob are contacts, Cat and Dan are strangers to all; the clocks differ.
fn crossing(answer: fn(u64) -> Answer, skews: &[i64]) {
    let mut world = world(&["Ann", "Bob", "Cat", "Dan"], answer, skews);
    world.ask(0, "Bob");
    world.accept(1);
    world.pass(20_000);
    let known: Vec<Vec<PersonId>> = world
        .devices
        .iter()
        .map(|device| device.people.keys().cloned().collect())
        .collect();
    assert!(known.iter().all(|people| people.len() == 3));
    let near = |world: &World| world.person(0, "Bob").presence;
    assert_eq!(near(&world), Presence::OnNetwork);
    let joined = [notified(&world, 0), notified(&world, 1)];
    let links: Vec<usize> = world.devices.iter().map(|d| d.events.len()).collect();
    for _ in 0..5 * 10 * 60 {
        world.pass(1_000);
        for (device, people) in known.iter().enumerate() {
            let shown: Vec<PersonId> = world.devices[device].people.keys().cloned().collect();
            assert_eq!(&shown, people, "device {device} at {}", world.now);
        }
        assert_eq!(near(&world), Presence::OnNetwork);
        assert_eq!(status(&world, 0).networks.len(), 1);
        assert_eq!(status(&world, 0).networks[0].people, 4, "{}", world.now);
    }
    for (device, from) in links.into_iter().enumerate() {
        let mut events = world.devices[device].events[from..].iter();
        let gone = |event: &Event| matches!(event, Event::PersonGone(_));
        assert!(!events.any(gone), "device {device}");
    }
    assert_eq!([notified(&world, 0), notified(&world, 1)], joined);
    world.send(0, "Bob", "still here");
    assert_eq!(world.texts(1)[0].0, "still here");
    // In the middle of a slot everybody is under one root.
    let middle = 15 * MINUTE - world.unix() % (10 * MINUTE);
    world.pass(middle);
    for device in 0..4 {
        assert_eq!(roots(&world, device), [root(world.unix())], "{device}");
    }
    check_never_public(&world);
    let asks = world.asked.len();
    assert!(
        asks <= 4 * 8 * 2,
        "{asks} requests for 4 people and 7 slots"
    );
}

#[test]
fn five_boundaries_pass_and_nobody_notices() {
    crossing(good, &[]);
}

#[test]
fn five_boundaries_pass_with_clocks_four_minutes_off() {
    let four = 4 * 60_000;
    crossing(good, &[four, -four, 0, four / 2]);
}

#[test]
fn five_boundaries_pass_with_clocks_off_and_no_date_to_be_read() {
    crossing(undated, &[4 * 60_000, 90_000, 0, 30_000]);
}

/// What is wrong, how it is said, and how long a slot that was fetched may still be moved to.
fn stays_and_recovers(wrong: fn(u64) -> Answer, said: BeaconTrouble) {
    let mut world = world(&["Ann", "Bob"], good, &[]);
    let before = roots(&world, 0);
    world.beacon = wrong;
    world.pass(25 * MINUTE);
    for device in [0, 1] {
        assert_eq!(trouble(&world, device), Some(said));
        assert!(status(&world, device).beacon.unwrap().retry_at.is_some());
        assert_eq!(roots(&world, device), before, "stays");
    }
    world.person(0, "Bob");
    let asked = world.asked.iter().filter(|(device, _)| *device == 0);
    assert!(asked.count() < 20, "it backs off");
    world.beacon = good;
    for _ in 0..12 * 60 {
        world.pass(1_000);
        world.person(0, "Bob");
        world.person(1, "Ann");
    }
    for device in [0, 1] {
        assert_eq!(trouble(&world, device), None);
    }
    world.pass(15 * MINUTE - world.unix() % (10 * MINUTE));
    assert_eq!(roots(&world, 0), [root(world.unix())]);
    assert_eq!(roots(&world, 1), [root(world.unix())]);
    check_never_public(&world);
}

#[test]
fn a_beacon_that_is_down_is_said_and_waited_for() {
    stays_and_recovers(
        |_| Err(BeaconFailure::Unreachable),
        BeaconTrouble::Unreachable,
    );
}

#[test]
fn a_beacon_that_refuses_is_said_and_waited_for() {
    stays_and_recovers(
        |_| Err(BeaconFailure::Status(403)),
        BeaconTrouble::Refused { status: 403 },
    );
}

#[test]
fn a_beacon_that_sends_callers_on_is_said_and_waited_for() {
    stays_and_recovers(
        |_| Err(BeaconFailure::Redirected),
        BeaconTrouble::Redirected,
    );
}

#[test]
fn success_of_something_that_is_no_beacon_is_said_and_waited_for() {
    stays_and_recovers(
        |_| Err(BeaconFailure::Status(200)),
        BeaconTrouble::Malformed,
    );
}

#[test]
fn a_beacon_that_withholds_is_said_and_waited_for() {
    stays_and_recovers(|_| Ok(BeaconAnswer::default()), BeaconTrouble::Withheld);
}

#[test]
fn another_key_is_said_and_not_believed() {
    stays_and_recovers(|unix| Ok(signed(unix, 2)), BeaconTrouble::OtherKey);
}

#[test]
fn an_old_slot_is_said_and_not_believed() {
    let old = |unix| {
        Ok(BeaconAnswer {
            date: Some(unix),
            ..signed(unix - 20 * MINUTE, 1)
        })
    };
    stays_and_recovers(old, BeaconTrouble::OldSlot);
}

#[test]
fn a_clock_that_differs_is_said() {
    stays_and_recovers(
        |unix| Ok(signed(unix + 20 * MINUTE, 1)),
        BeaconTrouble::Clock,
    );
}

#[test]
fn rubbish_is_said_and_not_believed() {
    let rubbish = |_| {
        Ok(BeaconAnswer {
            current: Some("v=1; <html>".repeat(1_000)),
            ..BeaconAnswer::default()
        })
    };
    stays_and_recovers(rubbish, BeaconTrouble::Malformed);
}

#[test]
fn whoever_is_late_keeps_the_old_root_until_the_others_have_heard_of_them_under_the_new_one() {
    let mut world = world(&["Ann", "Bob", "Cat"], good, &[]);
    world.beacon = |_| Err(BeaconFailure::Unreachable);
    world.pass(13 * MINUTE);
    world.beacon = good;
    let before = roots(&world, 0);
    for device in [0, 1, 2] {
        world.command(device, Command::Retry);
    }
    let in_both = |world: &World| [0, 1, 2].map(|device| roots(world, device).len() == 2);
    let mut all_since = None;
    while all_since.is_none_or(|since| world.now < since + 11_000) {
        world.pass(100);
        assert!(
            world.now < 14 * MINUTE,
            "not in both: {:?}",
            in_both(&world)
        );
        let all = in_both(&world) == [true; 3];
        assert!(all || all_since.is_none(), "left at {}", world.now);
        all_since = all_since.or(all.then_some(world.now));
        for device in [0, 1, 2] {
            assert_eq!(world.devices[device].people.len(), 2, "{device}");
        }
    }
    world.pass(10_000);
    for device in [0, 1, 2] {
        assert_ne!(roots(&world, device), before);
        assert_eq!(roots(&world, device), [root(world.unix())]);
    }
}

#[test]
fn a_beacon_that_dies_when_some_have_the_next_slot_parts_nobody() {
    let mut world = world(&["Ann", "Bob", "Cat"], good, &[]);
    world.pass(10 * MINUTE - world.unix() % (10 * MINUTE) - 2 * MINUTE);
    let asked = world.asked.len();
    while world.asked.len() == asked {
        world.pass(100);
    }
    world.beacon = |_| Err(BeaconFailure::Unreachable);
    let everybody_is_there = |world: &mut World, minutes: u64| {
        for _ in 0..minutes * 60 {
            world.pass(1_000);
            for device in 0..3 {
                let count = world.devices[device].people.len();
                assert_eq!(count, 2, "device {device} at {}", world.now);
            }
        }
    };
    everybody_is_there(&mut world, 25);
    let moved = (0..3).filter(|device| roots(&world, *device).len() == 2);
    assert_eq!(moved.count(), 1, "one has the next slot");
    world.beacon = good;
    everybody_is_there(&mut world, 12);
    world.pass(15 * MINUTE - world.unix() % (10 * MINUTE));
    for device in 0..3 {
        assert_eq!(roots(&world, device), [root(world.unix())], "{device}");
    }
    check_never_public(&world);
}

#[test]
fn before_the_first_good_answer_nothing_is_joined() {
    let mut world = world(&["Ann", "Bob"], |_| Err(BeaconFailure::Unreachable), &[]);
    world.pass(3 * MINUTE);
    assert!(roots(&world, 0).is_empty());
    assert!(!status(&world, 0).beacon.unwrap().named);
    assert!(matches!(
        status(&world, 0).phase,
        Phase::NoBeacon { retry_at: Some(_) }
    ));
    world.beacon = good;
    world.command(0, Command::Retry);
    world.command(1, Command::Retry);
    world.pass(5_000);
    world.person(0, "Bob");
    assert_eq!(trouble(&world, 0), None);
    assert!(status(&world, 0).beacon.unwrap().named);
    check_never_public(&world);
}

#[test]
fn a_beacon_out_of_reach_is_asked_again_when_the_network_is_back() {
    let mut world = world(&["Ann"], |_| Err(BeaconFailure::Unreachable), &[]);
    world.pass(10 * MINUTE);
    world.beacon = good;
    world.reconnect(0);
    assert_eq!(roots(&world, 0), [root(world.unix())]);
    assert_eq!(trouble(&world, 0), None);
}

#[test]
fn switching_the_beacon_moves_at_once_and_contacts_stay_connected() {
    let mut world = world(&["Ann", "Bob"], good, &[]);
    world.ask(0, "Bob");
    world.accept(1);
    let configure = |world: &mut World, beacon: Option<Beacon>| {
        let settings = Settings {
            beacon: beacon.map(Box::new),
            ..Settings::default()
        };
        world.command(0, Command::Configure { settings });
        world.pass(1_000);
    };
    configure(&mut world, Some(Beacon::default()));
    assert_eq!(roots(&world, 0), ["myapp"]);
    assert_eq!(status(&world, 0).beacon, None);
    assert_eq!(world.person(0, "Bob").presence, Presence::OnNetwork);
    configure(&mut world, None);
    assert_eq!(roots(&world, 0), [root(world.unix())]);
    world.beacon = |_| Err(BeaconFailure::Unreachable);
    let other = Beacon {
        url: "https://other.example.org".to_owned(),
        public_key: KEY.to_owned(),
        ..Beacon::default()
    };
    configure(&mut world, Some(other));
    assert!(roots(&world, 0).is_empty(), "another beacon, another root");
    assert_eq!(world.person(0, "Bob").presence, Presence::OnNetwork);
}

#[test]
fn who_asks_under_one_root_is_answered_under_the_next() {
    let mut world = world(&["Ann", "Bob"], good, &[]);
    world.ask(0, "Bob");
    world.pass(9 * MINUTE);
    let links = world.links(0);
    links.into_iter().for_each(|link| world.close(0, link));
    world.pass(12 * MINUTE);
    assert_eq!(world.devices[1].requests.len(), 1);
    world.accept(1);
    world.pass(5_000);
    world.contact(0, "Bob");
    world.contact(1, "Ann");
}
