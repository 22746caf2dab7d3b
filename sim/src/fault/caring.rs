//! What goes wrong with contacts, in worlds whose people care about them: addresses that somebody
//! else takes, and devices that are wiped.

use super::causes::TAKEN;
use super::{Fault, Faults, HEALED_AFTER, ROUND};
use crate::device::Device;
use crate::disk::Disk;
use crate::hostile::Kind;
use crate::meeting;
use crate::world::{HOMES, What, World};

/// When in the quiet part of a round: what was healed has settled, and time is left to meet again.
const QUIET: (u64, u64) = (100_000, 200_000);

/// How long the owners of taken addresses are away; time enough to take them.
const AWAY: (u64, u64) = (20_000, 90_000);

/// How long before the next round whoever took an address goes.
const GOES: u64 = 30_000;

/// In most rounds one thing, in the quiet part or among all the rest.
pub(super) fn schedule(world: &mut World, begin: u64) {
    if !world.ties.caring {
        return;
    }
    let whim = &mut world.ties.whim;
    let after = if whim.chance(50) {
        HEALED_AFTER + whim.within(QUIET.0, QUIET.1)
    } else {
        whim.within(10_000, HEALED_AFTER)
    };
    let time = whim.within(AWAY.0, AWAY.1);
    let fault = match whim.within(0, 10) {
        0..6 => Fault::Take(time),
        6..8 => Fault::Wipe(time),
        _ => return,
    };
    world.later(begin + after, What::Fault(fault));
    world.later(begin + ROUND - GOES, What::Fault(Fault::GiveBack));
}

impl Faults {
    /// Two special contacts are gone, where there are two, and somebody stands at both addresses
    /// when they are back; or at one.
    pub(super) fn take(&mut self, world: &mut World, time: u64) {
        let (first, second) = pair(world);
        let both = world.ties.whim.chance(70);
        let kinds = [Kind::Impostor, Kind::Squatter, Kind::Babbler];
        let kind = kinds.get(world.ties.whim.index(kinds.len())).copied();
        let kind = kind.unwrap_or(Kind::Impostor);
        self.count(match (kind, both) {
            (Kind::Impostor, true) => "both addresses of a pair taken by imposters",
            (Kind::Impostor, false) => "an address taken by an imposter",
            (_, true) => "both addresses of a pair taken by others",
            (_, false) => "an address taken by others",
        });
        for index in [Some(first), both.then_some(second)].into_iter().flatten() {
            self.disturb(world, index, &TAKEN.after(time));
            super::effects::end(world, index, false, time);
            pose(world, index, kind);
        }
    }

    /// Nothing is left on a device, and its person has a backup.
    pub(super) fn wipe(&mut self, world: &mut World, time: u64) {
        let whoever: Vec<usize> = world.ties.backups.keys().copied().collect();
        let Some(index) = whoever.get(world.ties.whim.index(whoever.len())).copied() else {
            return;
        };
        self.count("wiped devices, with a backup");
        self.kill(world, index, time);
        world.lost_everything(index);
        if let Some(device) = world.devices.get_mut(index) {
            device.disk = Disk::default();
        }
    }
}

/// Whoever stands at somebody's address goes.
pub(super) fn give_back(world: &mut World) {
    let posers: Vec<usize> = world.ties.poses.keys().copied().collect();
    for index in posers {
        world.kill(index, false);
    }
}

/// Two who have nothing but the rendezvous then, else any two.
fn pair(world: &mut World) -> (usize, usize) {
    let home = |index: usize| world.devices.get(index).map(|device| device.home);
    let all = (0..world.people).flat_map(|one| (0..one).map(move |other| (other, one)));
    let meet = |(one, other): &(usize, usize)| {
        meeting::must_meet(world, *one, *other) && home(*one) != home(*other)
    };
    let pairs: Vec<(usize, usize)> = all.filter(meet).collect();
    let at = world.ties.whim.index(pairs.len());
    let first = world.ties.whim.index(world.people);
    let second = (first + 1) % world.people.max(1);
    pairs.get(at).copied().unwrap_or((first, second))
}

/// Somebody takes the address of a device that is off.
fn pose(world: &mut World, index: usize, kind: Kind) {
    let device = world.devices.get(index);
    let address = device.and_then(|device| device.disk.transport_id());
    let Some(address) = address.map(str::to_owned) else {
        return;
    };
    let poser = world.devices.len();
    world.ties.poses.insert(poser, index);
    world.devices.push(Device {
        home: HOMES,
        harm: Some((kind, HOMES)),
        stands_at: Some(address),
        ..Device::default()
    });
    // The server has heard by then that its holder is gone.
    world.later(1_000, What::Start(poser));
}
