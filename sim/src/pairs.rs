//! What two people may expect of each other, and what they may not any more.

use crate::names::{friend_of, name};
use crate::roots;
use crate::world::World;
use mesh_chat::limits;
use mesh_chat::records::ContactRecord;
use std::collections::BTreeSet;

/// Clocks further apart have no rendezvous point in common at every moment, in milliseconds.
const CLOCKS: u64 = 120_000;

/// Whether one of the two knows where the other is, and dials soon.
#[must_use]
pub fn know_the_way(world: &World, one: usize, other: usize) -> bool {
    let now = world.ctx.now;
    match (can_reach(world, one, other), can_reach(world, other, one)) {
        (true, true) => true,
        (false, false) => false,
        (true, false) => world.ties.dials_soon(now, one, other),
        (false, true) => world.ties.dials_soon(now, other, one),
    }
}

/// Whether one knows where the other is, who answers: somebody has other secrets with a contact of whom a new
/// acceptance is finished on their side only, until the two have met by that.
#[must_use]
pub fn can_reach(world: &World, one: usize, other: usize) -> bool {
    let device = |index: usize| world.devices.get(index);
    let Some((here, there)) = device(one).zip(device(other)) else {
        return false;
    };
    let reaches = |contact: &ContactRecord| {
        let Some(card) = &contact.card else {
            return false;
        };
        let address = Some(card.transport_id.as_str()) == there.disk.transport_id();
        let recognised = Some(&card.discovery_uuid) == there.disk.discovery_uuid();
        let hidden = here.is_unlisted() || there.is_unlisted();
        let near =
            recognised && !hidden && here.home == there.home && roots::must_see(world, one, other);
        (address || near) && answers(world, other, contact)
    };
    world.devices.contact(one, other).is_some_and(reaches)
}

/// Whether a device has the secret with which a contact calls it.
fn answers(world: &World, index: usize, contact: &ContactRecord) -> bool {
    let mut contacts = world.devices.contacts(index);
    contacts.any(|theirs| theirs.pair_secret == contact.pair_secret)
}

/// Whether a false friend has told one the discoveryUUID of the other, who is a stranger there: then the
/// entry is taken for the false friend's, which itself is in no list.
#[must_use]
pub fn is_covered(world: &World, one: usize, other: usize) -> bool {
    let device = world.devices.get(other);
    let uuid = device.and_then(|device| device.disk.discovery_uuid());
    let tells = |contact: &ContactRecord| {
        let card = contact.card.as_ref();
        friend_of(&contact.name).is_some()
            && card.is_some_and(|card| Some(&card.discovery_uuid) == uuid)
    };
    world.devices.contact(one, other).is_none() && world.devices.contacts(one).any(tells)
}

/// Whether two special contacts must find each other even where neither knows where the other is.
/// More than eight special contacts take turns.
#[must_use]
pub fn must_meet(world: &World, one: usize, other: usize) -> bool {
    let devices = &world.devices;
    if devices.ready(one).is_none() || devices.ready(other).is_none() {
        return false;
    }
    let few = |index: usize| {
        let special = devices.contacts(index).filter(|c| c.preferences.special);
        special.count() <= limits::SEATS_ALWAYS
    };
    clocks_agree(world, one, other)
        && are_special(world, one, other)
        && !world.are_apart(one, other)
        && world.passes(one, other)
        && few(one)
        && few(other)
}

/// Whether the clocks of two are near enough for a rendezvous point in common at every moment.
#[must_use]
pub fn clocks_agree(world: &World, one: usize, other: usize) -> bool {
    let skew = |index: usize| world.devices.get(index).map(|device| device.skew);
    let skews = skew(one).zip(skew(other));
    skews.is_some_and(|(here, there)| here.abs_diff(there) <= CLOCKS)
}

/// Whether both want to find each other anywhere.
fn are_special(world: &World, one: usize, other: usize) -> bool {
    let special = |one, other| {
        let preferences = world
            .devices
            .contact(one, other)
            .map(|contact| &contact.preferences);
        preferences.is_some_and(|preferences| preferences.special && preferences.special_there)
    };
    special(one, other) && special(other, one)
}

/// One has removed the other: nothing is promised for any text between them.
pub fn sever(world: &mut World, one: usize, other: usize) {
    part(world, one, other);
    world.texts.release(one, other, |_| true);
    world.texts.release(other, one, |_| true);
}

/// A device lost everything: what it had received is gone, and what it had not sent. What waits
/// on other devices is still promised to it.
pub fn lost_everything(world: &mut World, index: usize) {
    world.transfers.lost(index);
    world.ties.wipe(index);
    for other in world.devices.people().filter(|other| *other != index) {
        let (here, there) = (stored(world, index, other), stored(world, other, index));
        part(world, index, other);
        let texts = &mut world.texts;
        texts.release(other, index, |text| here.contains(text));
        // What the other disk has and its program has not shown may be taken back there, and nobody has it any
        // more to send it again.
        let waiting: BTreeSet<String> = texts.waiting().map(|(text, _)| text.to_owned()).collect();
        texts.release(index, other, |text| {
            !there.contains(text) || waiting.contains(text)
        });
    }
}

/// A disk has gone back: the own texts that are not on it any more are promised to nobody. What others
/// have written is promised as before, also where it had arrived.
pub fn lost_some(world: &mut World, index: usize) {
    world.transfers.lost(index);
    let Some(device) = world.devices.get(index) else {
        return;
    };
    let texts = &mut world.texts;
    for other in world.devices.people().filter(|other| *other != index) {
        texts.release(index, other, |text| !device.disk.has(text));
    }
}

fn part(world: &mut World, one: usize, other: usize) {
    let now = world.ctx.now;
    world.ties.part(&world.devices, now, one, other);
}

/// Returns the texts of another person that are stored on a device.
fn stored(world: &World, at: usize, from: usize) -> BTreeSet<String> {
    let device = world.devices.get(at);
    let name = name(from);
    let texts = device.into_iter().flat_map(|d| d.disk.received_from(&name));
    texts.map(str::to_owned).collect()
}
