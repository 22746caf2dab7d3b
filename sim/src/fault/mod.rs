//! What goes wrong, and how often it did. What each thing does is in `effects`, how long nobody can
//! notice in `causes`.

mod beacon;
mod caring;
mod causes;
mod effects;

pub(crate) use causes::asked_again;
pub(crate) use effects::heal;

use crate::beacon::Wrong;
use crate::world::{HOMES, What, World};
use std::collections::BTreeMap;

/// A round has time for what goes wrong, then everything is healed and stays so for the rest.
const ROUND: u64 = 900_000;
const HEALED_AFTER: u64 = 480_000;

/// One thing that goes wrong; times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// A browser is killed, and back after this.
    Kill(usize, u64),
    /// A machine is cut off and dies, and is back after this.
    Die(usize, u64),
    /// The engine's page crashes; a new one begins soon, with the tokens.
    Crash(usize),
    /// A server forgets everything.
    Restart(usize),
    /// A server cannot be reached for this long.
    Down(usize, u64),
    /// A server is slow for this long: up to 30 s for each frame, each way.
    Slow(usize, u64),
    /// A server refuses everybody new for this long.
    Refuse(usize, u64),
    /// A server works again.
    Up(usize),
    /// Every socket of a device looks open and is dead.
    HalfOpen(usize),
    /// A device loses its network for this long, and nobody is told.
    Offline(usize, u64),
    /// The network is back; `true`: the browser says so.
    Online(usize, bool),
    /// A device is carried to another network; `true`: the browser says so.
    Roam(usize, usize, bool),
    /// The router of a home restarts: whatever led out of it is dead.
    Rebind(usize),
    /// The provider gives a home another address.
    Renumber(usize),
    /// A device sleeps for this long.
    Sleep(usize, u64),
    /// It wakes.
    Wake(usize),
    /// Everybody sleeps, for up to three days.
    SleepAll(u64),
    /// Somebody sets the clock.
    Clock(usize, i64),
    /// The disk is full for this long.
    Full(usize, u64),
    /// There is room again.
    Room(usize),
    /// A connection dies without a word.
    Link,
    /// A connection carries nothing for this long, and then everything.
    Stall(u64),
    /// Contacts are gone for this long, and somebody else takes their addresses.
    Take(u64),
    /// Whoever took an address goes.
    GiveBack,
    /// A device loses all that it stored, and is back after this.
    Wipe(u64),
    /// Something is wrong with the beacon for this long.
    Beacon(Wrong, u64),
    /// It is over, unless something else is.
    BeaconBack,
    /// Everything is well again.
    Heal,
    /// Whoever means harm goes.
    Expel,
}

/// Counts of what went wrong, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub BTreeMap<&'static str, u64>);

impl Faults {
    /// One more.
    pub fn count(&mut self, name: &'static str) {
        *self.0.entry(name).or_default() += 1;
    }

    /// Adds another world's.
    pub fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name).or_default() += count;
        }
    }

    /// Draws what will go wrong before `end`: rounds with one to five faults, alone or upon each
    /// other, and quiet after them.
    pub fn schedule(&mut self, world: &mut World, end: u64) {
        let rounds = (end / ROUND).max(1);
        for round in 0..rounds {
            let begin = round * ROUND;
            let alone = world.random.chance(50);
            let faults = if alone { 1 } else { world.random.within(3, 6) };
            for _ in 0..faults {
                let room = if alone { 30_000 } else { HEALED_AFTER };
                let at = begin + world.random.within(10_000, room);
                let longest = if alone { 90_000 } else { 300_000 };
                let fault = draw(world, longest);
                world.later(at, What::Fault(fault));
            }
            world.later(begin + HEALED_AFTER, What::Fault(Fault::Heal));
            caring::schedule(world, begin);
        }
        beacon::schedule(world, end);
        let last = world.random.within(1, rounds + 1) * ROUND;
        world.later(
            last.saturating_sub(ROUND - HEALED_AFTER),
            What::Fault(Fault::Expel),
        );
        if world.random.chance(20) {
            let time = world.random.within(3_600_000, 3 * 86_400_000);
            let at = world.random.within(0, end);
            world.later(at, What::Fault(Fault::SleepAll(time)));
        }
    }

    /// A Router ID is held by nobody who answers, as after a crash a moment ago.
    pub(crate) fn ghost(&mut self, world: &mut World) {
        self.count("an old holder of a Router ID");
        let Some(id) = crate::roots::router_id(world, 0) else {
            return;
        };
        let now = world.now;
        let nobody = (usize::MAX, 0, 0);
        for server in &mut world.servers {
            server.peer.connect(now, nobody, &id, "ghost");
        }
        world.connections.dead.insert(nobody);
        world.model.disturbed(0, now, &causes::CUT_OFF);
    }

    /// It goes wrong now.
    pub fn happen(&mut self, world: &mut World, fault: Fault) {
        world.say(|| format!("{fault:?}"));
        match fault {
            Fault::Kill(index, time) => self.kill(world, index, time),
            Fault::Die(index, time) => self.die(world, index, time),
            Fault::Crash(index) => self.crash(world, index),
            Fault::Restart(server) => self.restart(world, server),
            Fault::Down(server, time) => self.down(world, server, time),
            Fault::Slow(server, time) => self.slow(world, server, time),
            Fault::Refuse(server, time) => self.refuse(world, server, time),
            Fault::Up(server) => effects::up(world, server),
            Fault::HalfOpen(index) => self.half_open(world, index),
            Fault::Offline(index, time) => self.offline(world, index, time),
            Fault::Online(index, told) => effects::online(world, index, told),
            Fault::Roam(index, home, told) => self.roam(world, index, home, told),
            Fault::Rebind(home) => self.rebind(world, home),
            Fault::Renumber(home) => self.renumber(world, home),
            Fault::Sleep(index, time) => self.sleep(world, index, time),
            Fault::Wake(index) => effects::wake(world, index),
            Fault::SleepAll(time) => self.sleep_all(world, time),
            Fault::Clock(index, shift) => self.clock(world, index, shift),
            Fault::Full(index, time) => self.full(world, index, time),
            Fault::Room(index) => effects::room(world, index),
            Fault::Link => self.dead_link(world),
            Fault::Stall(time) => self.stall(world, time),
            Fault::Take(time) => self.take(world, time),
            Fault::GiveBack => caring::give_back(world),
            Fault::Wipe(time) => self.wipe(world, time),
            Fault::Beacon(wrong, time) => self.beacon(world, wrong, time),
            Fault::BeaconBack => world.mend_beacon(false),
            Fault::Heal => world.heal(),
            Fault::Expel => {
                if world.model.is_besieged() {
                    world.expel();
                }
            }
        }
    }
}

fn draw(world: &mut World, longest: u64) -> Fault {
    let random = &mut world.random;
    let (device, home) = (random.index(world.people), random.index(HOMES));
    let server = random.index(world.servers.len());
    let time = random.within(2_000, longest);
    let told = random.chance(50);
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
        13 => Fault::Roam(device, home, told),
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
