//! When things go wrong, and which.

use crate::event::Event;
use crate::fault::{BeaconFault, Fault};
use crate::menaces::Menace;
use crate::random::Random;
use crate::world::{HOMES, World};
use mesh_chat::beacon::Slots;
use mesh_chat::view::{Choice, OffFor};

/// A round has time for what goes wrong, then everything is healed and stays so for the rest.
const ROUND: u64 = 900_000;
const HEALED_AFTER: u64 = 480_000;

/// When in the quiet part of a round: what was healed has settled, and time is left to meet again.
const QUIET: (u64, u64) = (100_000, 200_000);

/// How long the owners of taken addresses are away; time enough to take them.
const AWAY: (u64, u64) = (20_000, 90_000);

/// How long before the next round the hostile peers at taken addresses leave.
const LEAVE: u64 = 30_000;

/// How old a copy of a disk is at most when it is put back.
const COPY_LIFE: u64 = 240_000;

/// How long a disk gives wrong answers at most.
const DOUBTFUL: u64 = 120_000;
/// How long somebody is off, or there for contacts only, at most.
const ABSENT: u64 = 180_000;

/// How long a server means harm.
const MALICE: (u64, u64) = (60_000, 240_000);
/// How many connections die meanwhile.
const BROKEN: usize = 12;
/// How long before the end of all faults that must be over: what it has spoilt is spoilt for 17 min, and
/// ten minutes follow.
const SPOILT: u64 = 490_000;

const SLOT: u64 = 600_000;
/// At most this many faults of a beacon in an hour.
const BEACON_FAULTS: u64 = 4;

/// Draws what will go wrong before `end`: rounds with one to five faults, alone or upon each
/// other, and quiet after them.
pub fn schedule(world: &mut World, end: u64) {
    let rounds = (end / ROUND).max(1);
    for round in 0..rounds {
        let begin = round * ROUND;
        let alone = world.ctx.random.chance(50);
        let faults = if alone {
            1
        } else {
            world.ctx.random.within(3, 6)
        };
        for _ in 0..faults {
            let room = if alone { 30_000 } else { HEALED_AFTER };
            let at = begin + world.ctx.random.within(10_000, room);
            let longest = if alone { 90_000 } else { 300_000 };
            let fault = draw(world, longest);
            world.ctx.later(at, Event::Fault(fault));
        }
        let healed = begin + HEALED_AFTER;
        world.ctx.later(healed, Event::Fault(Fault::Heal));
        schedule_contacts(world, begin);
    }
    schedule_beacon(world, end);
    schedule_older(world, end);
    schedule_disks(world, end);
    schedule_absences(world, end);
    schedule_menaces(world, end);
    let last = world.ctx.random.within(1, rounds + 1) * ROUND;
    let expelled = last.saturating_sub(ROUND - HEALED_AFTER);
    world.ctx.later(expelled, Event::Fault(Fault::Expel));
    if world.ctx.random.chance(20) {
        let time = world.ctx.random.within(3_600_000, 3 * 86_400_000);
        let at = world.ctx.random.within(0, end);
        world.ctx.later(at, Event::Fault(Fault::SleepAll(time)));
    }
}

fn draw(world: &mut World, longest: u64) -> Fault {
    let random = &mut world.ctx.random;
    let people = world.devices.people().len();
    let (device, home) = (random.index(people), random.index(HOMES));
    let server = random.index(world.network.sockets.services.len());
    let time = random.within(2_000, longest);
    let reported = random.chance(50);
    let shift = i64::try_from(random.within(0, 172_800_000)).unwrap_or(0);
    match random.within(0, 24) {
        0 | 1 => Fault::Kill(device, time),
        2 => Fault::Die(device, time),
        3 | 4 => Fault::Crash(device),
        5 => Fault::Restart(server),
        6 => Fault::Down(server, time),
        7 => Fault::Slow(server, time),
        8 => Fault::Refuse(server, time),
        9 | 10 => Fault::HalfOpen(device),
        11 | 12 => Fault::Offline(device, time),
        13 => Fault::Roam(device, home, reported),
        14 => Fault::Rebind(home),
        15 => Fault::Renumber(home),
        16 | 17 => Fault::Sleep(device, time * 3),
        18 => Fault::Clock(device, shift - 86_400_000),
        19 => Fault::Full(device, time),
        20 => Fault::Stall(0),
        21 | 22 => Fault::Stall(time % 15_000),
        _ => Fault::Link,
    }
}

/// In a world with preferences: in most rounds one fault of contacts, in the quiet part or among
/// all the rest.
fn schedule_contacts(world: &mut World, begin: u64) {
    if !world.ties.has_preferences {
        return;
    }
    let random = &mut world.ties.random;
    let after = if random.chance(50) {
        HEALED_AFTER + random.within(QUIET.0, QUIET.1)
    } else {
        random.within(10_000, HEALED_AFTER)
    };
    let time = random.within(AWAY.0, AWAY.1);
    let fault = match random.within(0, 10) {
        0..6 => Fault::Take(time),
        6..8 => Fault::Wipe(time),
        _ => return,
    };
    world.ctx.later(begin + after, Event::Fault(fault));
    let leave = begin + ROUND - LEAVE;
    world.ctx.later(leave, Event::Fault(Fault::GiveBack));
}

/// In a world with older disks: in each round one or two devices go back to a copy, among all the
/// rest or after it.
fn schedule_older(world: &mut World, end: u64) {
    let people = world.devices.people().len();
    let Some(random) = &mut world.older else {
        return;
    };
    for round in 0..(end / ROUND).max(1) {
        for _ in 0..random.within(1, 3) {
            let device = random.index(people);
            let copied = round * ROUND + random.within(60_000, HEALED_AFTER + QUIET.1);
            let back = copied + random.within(1_000, COPY_LIFE);
            let time = random.within(1_000, 60_000);
            world.ctx.later(copied, Event::Fault(Fault::Copy(device)));
            let back_after = Event::Fault(Fault::GoBack(device, time));
            world.ctx.later(back.min(end), back_after);
        }
    }
}

/// In a world with disks that fail: in each round one or two devices whose disk says that it failed
/// where it did not, or says nothing any more; among all the rest or after it.
fn schedule_disks(world: &mut World, end: u64) {
    let people = world.devices.people().len();
    let Some(random) = &mut world.disks else {
        return;
    };
    for round in 0..(end / ROUND).max(1) {
        for _ in 0..random.within(1, 3) {
            let device = random.index(people);
            let at = round * ROUND + random.within(10_000, HEALED_AFTER + QUIET.1);
            let fault = match random.chance(60) {
                true => Fault::Doubt(device, random.within(2_000, DOUBTFUL)),
                false => Fault::Silence(device),
            };
            world.ctx.later(at.min(end), Event::Fault(fault));
        }
    }
}

/// In a world with such people: in each round some who are off, away, or there for contacts only for a while,
/// among all the rest or after it.
fn schedule_absences(world: &mut World, end: u64) {
    let people = world.devices.people().len();
    let Some(random) = &mut world.absences else {
        return;
    };
    for round in 0..(end / ROUND).max(1) {
        for _ in 0..random.within(1, 4) {
            let device = random.index(people);
            let at = round * ROUND + random.within(10_000, HEALED_AFTER + QUIET.1);
            let choice = match random.within(0, 10) {
                0..4 => Choice::Off(OffFor::Ever),
                4 => Choice::Off(OffFor::Hour),
                5..9 => Choice::ContactsOnly,
                _ => Choice::Away,
            };
            let (at, time) = (at.min(end), random.within(500, ABSENT));
            let gone = Event::Fault(Fault::Absent(device, choice));
            world.ctx.later(at, gone);
            world
                .ctx
                .later(at + time, Event::Fault(Fault::Present(device)));
        }
    }
}

/// In a world with hostiles that have means of their own: when they come. A server is in honest hands
/// again early enough that what it has spoilt is over in the end; strangers call in each round.
fn schedule_menaces(world: &mut World, end: u64) {
    let servers = world.network.sockets.services.len();
    let menaces = &mut world.menaces;
    if menaces.has(Menace::Server) {
        let server = menaces.random.index(servers);
        let time = menaces.random.within(MALICE.0, MALICE.1);
        let latest = end.saturating_sub(SPOILT + time);
        // When people join and ask each other, or when most know each other.
        let at = match menaces.random.chance(50) {
            true => menaces.random.within(1_000, 60_000),
            false => menaces.random.within(60_000, latest.max(61_000)),
        };
        let fault = Event::Fault(Fault::Malice(server, time));
        world.ctx.later(at, fault);
        // So that there is something to tamper with.
        for _ in 0..BROKEN {
            let after = menaces.random.within(0, time);
            world.ctx.later(at + after, Event::Fault(Fault::Link));
        }
    }
    let menaces = &mut world.menaces;
    for round in 0..(end / ROUND).max(1) {
        if !menaces.has(Menace::Callers) {
            break;
        }
        for _ in 0..menaces.random.within(1, 4) {
            let at = round * ROUND + menaces.random.within(30_000, HEALED_AFTER + QUIET.1);
            let time = menaces.random.within(AWAY.0, AWAY.1);
            world.ctx.later(at, Event::Fault(Fault::Call(time)));
        }
        let leave = (round + 1) * ROUND - LEAVE;
        world.ctx.later(leave, Event::Fault(Fault::Hush));
    }
}

/// In a world with a beacon: what is wrong with it, mostly around a boundary of its slots.
fn schedule_beacon(world: &mut World, end: u64) {
    let slot = Slots::STANDARD.at(world.unix());
    let Some(beacon) = &mut world.beacon else {
        return;
    };
    let (phase, random) = (beacon.phase, &mut beacon.random);
    for _ in 0..random.within(0, BEACON_FAULTS) {
        let fault = draw_beacon(random, slot);
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
        if at < end {
            let event = Event::Fault(Fault::Beacon(fault, time));
            world.ctx.later(at, event);
        }
    }
}

fn draw_beacon(random: &mut Random, slot: u64) -> BeaconFault {
    match random.within(0, 9) {
        0..3 => BeaconFault::Unreachable,
        3 => BeaconFault::Slow,
        4 => BeaconFault::Refuses,
        5 => BeaconFault::Withholds,
        6 => BeaconFault::OtherKey,
        7 => BeaconFault::Replays(slot + random.within(0, 4)),
        _ => BeaconFault::Rubbish,
    }
}
