//! People of an organisation meet under the roots that its beacon signs.

mod boundaries;
mod membership;
mod trouble;

use crate::world::{BeaconReply, MINUTE, World};
use mesh_chat::beacon::{self, Audience, Slots};
use mesh_chat::config::{Beacon, Config};
use mesh_chat::crypto::Identity;
use mesh_chat::node::{BeaconAnswer, BeaconFailure};
use mesh_chat::view::{BeaconStatus, BeaconTrouble};

const URL: &str = "https://beacon.example.org/beacon";
/// Belongs to the identity whose bytes are all 1.
const PUBLIC_KEY: &str = "Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW";
/// What comes after the root in the Router IDs of the network.
const NAMESPACE: &str = "-203-0-113-7-";
const SLOT: u64 = 10 * MINUTE;

/// Returns what a beacon with this key signs for a slot.
fn header(slot: u64, key: u8) -> String {
    let identity = Identity::from_bytes(&[key; 32]).unwrap();
    let name = Slots::STANDARD.name(slot);
    beacon::header(&identity, &Audience::of(URL).unwrap(), &name)
}

/// Returns the whole answer of a beacon with this key at a moment.
fn signed(unix: u64, key: u8) -> BeaconAnswer {
    let slots = Slots::STANDARD;
    let slot = slots.at(unix);
    let ends_soon = unix + slots.lead() >= slots.end(slot);
    BeaconAnswer {
        current: Some(header(slot, key)),
        next: ends_soon.then(|| header(slot + 1, key)),
        date: Some(unix / 1_000 * 1_000),
    }
}

fn good(unix: u64) -> BeaconReply {
    Ok(signed(unix, 1))
}

fn undated(unix: u64) -> BeaconReply {
    let date = None;
    Ok(BeaconAnswer {
        date,
        ..signed(unix, 1)
    })
}

fn down(_: u64) -> BeaconReply {
    Err(BeaconFailure::Unreachable)
}

fn with_beacon() -> Config {
    let beacon = Beacon {
        url: URL.to_owned(),
        public_key: PUBLIC_KEY.to_owned(),
        ..Beacon::default()
    };
    Config {
        beacon: Some(Box::new(beacon)),
        ..Config::default()
    }
}

/// Starts people whose extension was packed with the beacon, which answers well.
fn people(names: &[&str]) -> World {
    organisation(good).joined(names)
}

/// Returns a world where extensions are packed with the beacon, and nobody has started.
fn organisation(answer: fn(u64) -> BeaconReply) -> World {
    World::new().packed_with(with_beacon()).beacon(answer)
}

fn status(world: &World, device: usize) -> BeaconStatus {
    world.status(device).beacon.unwrap()
}

fn trouble(world: &World, device: usize) -> Option<BeaconTrouble> {
    status(world, device).trouble
}

/// Returns the roots under which a device holds ids of the network.
fn roots(world: &World, device: usize) -> Vec<String> {
    let held = world.held(device).into_iter();
    let mut roots: Vec<String> = held
        .filter_map(|id| Some(id.split_once(NAMESPACE)?.0.to_owned()))
        .collect();
    roots.dedup();
    roots
}

/// Returns the root that the beacon signs now.
fn current_root(world: &World) -> String {
    let unix = world.unix();
    let pin = with_beacon().beacon.unwrap().pin().unwrap();
    let slot = pin.verify(&header(Slots::STANDARD.at(unix), 1), unix);
    slot.unwrap().root
}

/// Lets time pass to the middle of the next slot, where everybody is under one root.
fn pass_to_middle_of_next_slot(world: &mut World) {
    world.pass(SLOT + SLOT / 2 - world.unix() % SLOT);
}

/// Fails the test if a device is under another root than the current one.
fn assert_all_under_current_root(world: &World) {
    for device in 0..world.devices() {
        let current = [current_root(world)];
        assert_eq!(roots(world, device), current, "device {device}");
    }
}

/// Fails the test if somebody registered an id of the network under the configured root.
fn assert_never_public(world: &World) {
    let public = format!("myapp{NAMESPACE}");
    let mut registered = world.ever_registered().iter();
    assert_eq!(registered.find(|id| id.starts_with(&public)), None);
}
