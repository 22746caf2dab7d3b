//! What goes wrong with a beacon, mostly around a boundary of its slots.

use super::{Fault, Faults};
use crate::beacon::Wrong;
use crate::random::Random;
use crate::world::{What, World};
use mesh_chat::beacon::Slots;

const SLOT: u64 = 600_000;
/// At most this many in an hour.
const MOST: u64 = 4;

/// Draws what will be wrong before `end`.
pub(super) fn schedule(world: &mut World, end: u64) {
    let slot = Slots::STANDARD.at(world.unix());
    let Some(beacon) = &mut world.beacon else {
        return;
    };
    let (phase, random) = (beacon.phase, &mut beacon.whim);
    let mut faults = Vec::new();
    for _ in 0..random.within(0, MOST) {
        let wrong = draw(random, slot);
        let boundary = random.within(1, (end / SLOT).max(2)) * SLOT - phase;
        // The lead is two minutes, and the moves end three minutes after it.
        let near = boundary.saturating_sub(120_000) + random.within(0, 300_000);
        let anywhere = random.within(10_000, end.max(20_000));
        let at = if random.chance(70) { near } else { anywhere };
        let time = match random.within(0, 3) {
            0 => random.within(5_000, 90_000),
            1 => random.within(60_000, 480_000),
            _ => random.within(300_000, 1_500_000),
        };
        faults.push((at, Fault::Beacon(wrong, time)));
    }
    for (at, fault) in faults.into_iter().filter(|(at, _)| *at < end) {
        world.later(at, What::Fault(fault));
    }
}

fn draw(random: &mut Random, slot: u64) -> Wrong {
    match random.within(0, 9) {
        0..3 => Wrong::Unreachable,
        3 => Wrong::Slow,
        4 => Wrong::Refuses,
        5 => Wrong::Withholds,
        6 => Wrong::OtherKey,
        7 => Wrong::Replays(slot + random.within(0, 4)),
        _ => Wrong::Rubbish,
    }
}

fn name(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::Unreachable => "a beacon that is down",
        Wrong::Slow => "a slow beacon",
        Wrong::Refuses => "a beacon that refuses",
        Wrong::Withholds => "a beacon that withholds",
        Wrong::OtherKey => "a beacon with another key",
        Wrong::Replays(_) => "an answer of a beacon, repeated",
        Wrong::Rubbish => "rubbish from a beacon",
    }
}

impl Faults {
    pub(super) fn beacon(&mut self, world: &mut World, wrong: Wrong, time: u64) {
        // What is repeated was said before.
        let now = Slots::STANDARD.at(world.unix());
        let wrong = if let Wrong::Replays(slot) = wrong {
            Wrong::Replays(slot.min(now))
        } else {
            wrong
        };
        self.count(name(wrong));
        world.spoil_beacon(wrong, time);
        world.later(time, What::Fault(Fault::BeaconBack));
    }
}
