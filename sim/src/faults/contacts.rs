//! What goes wrong with contacts, in worlds with preferences: hostile peers take addresses, and
//! devices are wiped.

use crate::causes::TAKEN;
use crate::device::Device;
use crate::disk::Disk;
use crate::event::Event;
use crate::faults::devices;
use crate::hostile::Kind;
use crate::pairs::{lost_everything, must_meet};
use crate::process;
use crate::world::{ELSEWHERE, World};

/// Two special contacts are gone for a time, where there are two, and a hostile peer stands at both
/// addresses when they are back; or at one.
pub fn take(world: &mut World, time: u64) {
    let (first, second) = pair(world);
    let both = world.ties.random.chance(70);
    let kinds = [Kind::Impostor, Kind::Squatter, Kind::Babbler];
    let kind = kinds.get(world.ties.random.index(kinds.len())).copied();
    let kind = kind.unwrap_or(Kind::Impostor);
    world.faults.count(match (kind, both) {
        (Kind::Impostor, true) => "both addresses of a pair taken by imposters",
        (Kind::Impostor, false) => "an address taken by an imposter",
        (_, true) => "both addresses of a pair taken by others",
        (_, false) => "an address taken by others",
    });
    for index in [Some(first), both.then_some(second)].into_iter().flatten() {
        world.disturb(index, &TAKEN.after(time));
        devices::end(world, index, false, time);
        take_address(world, index, kind);
    }
}

/// Nothing is left on a device, and its person has a backup.
pub fn wipe(world: &mut World, time: u64) {
    let keepers = world.ties.backups.keepers();
    let at = world.ties.random.index(keepers.len());
    let Some(index) = keepers.get(at).copied() else {
        return;
    };
    world.faults.count("wiped devices, with a backup");
    devices::kill(world, index, time);
    lost_everything(world, index);
    if let Some(device) = world.devices.get_mut(index) {
        device.disk = Disk::default();
    }
}

/// The hostile peers at taken addresses leave.
pub fn give_back(world: &mut World) {
    for index in world.imposters.all() {
        process::kill(world, index, false);
    }
}

/// Returns two who can find each other only at a rendezvous point then, else any two.
fn pair(world: &mut World) -> (usize, usize) {
    let home = |index: usize| world.devices.home(index);
    let people = world.devices.people();
    let all = people.flat_map(|one| (0..one).map(move |other| (other, one)));
    let meet = |(one, other): &(usize, usize)| {
        must_meet(world, *one, *other) && home(*one) != home(*other)
    };
    let pairs: Vec<(usize, usize)> = all.filter(meet).collect();
    let people = world.devices.people().len();
    let at = world.ties.random.index(pairs.len());
    let first = world.ties.random.index(people);
    let second = (first + 1) % people.max(1);
    pairs.get(at).copied().unwrap_or((first, second))
}

/// A hostile peer takes the address of a device that is off.
fn take_address(world: &mut World, owner: usize, kind: Kind) {
    let device = world.devices.get(owner);
    let address = device.and_then(|device| device.disk.transport_id());
    let Some(address) = address.map(str::to_owned) else {
        return;
    };
    let hostile = world.devices.add_hostile(Device {
        home: ELSEWHERE,
        harm: Some((kind, ELSEWHERE)),
        stands_at: Some(address),
        ..Device::default()
    });
    world.imposters.take(hostile, owner);
    // The server has heard by then that the owner is gone.
    world.ctx.later(1_000, Event::Start(hostile));
}
