//! What goes wrong, and how often it did.

use crate::model::{Cause, cause};
use crate::world::{HOMES, What, World};
use mesh_chat::node::Input;
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
    /// Everything is well again.
    Heal,
    /// Whoever means harm goes.
    Expel,
}

// How long nobody can notice, or do anything. Where the bounds of a goal cannot hold from the
// fault itself, this is why.

/// ICE doubts a path after 7.3 s, and 2 s later it is given up.
const KILLED: Cause = cause("a killed browser", 10);
/// The server holds the ids of who says nothing for 90 s; who finds its own id taken looks again
/// after 15 s, and a claim in vain is repeated after a dial of 8 s and a wait of up to 13 s.
const CUT_OFF: Cause = cause("a machine cut off", 120);
/// The ids are free at once; the rest as for a killed browser.
const CRASHED: Cause = cause("a crashed page", 10);
/// Every id waits out its back-off: 1 s at first, more where it was lost a moment ago.
const RESTARTED: Cause = cause("a restarted server", 20);
/// Back-off up to 60 s.
const SERVER_BACK: Cause = cause("the return of a server", 75);
/// Everybody comes back to the first after 120 to 180 s, and again as long where that failed.
const SERVER_BACK_OF_TWO: Cause = cause("the return of one of two servers", 270);
/// Nothing is promised while a server is slow or refuses.
const SLOW: Cause = cause("a slow server", 0);
const REFUSES: Cause = cause("a server that refuses", 0);
/// A dead socket is noticed by its echo after 25 + 5 s.
const HALF_OPEN: Cause = cause("half-open sockets", 35);
/// As for a machine cut off: the other devices of its home wait for the same.
const OFFLINE: Cause = cause("a network lost", 120);
/// A change that no event tells of: the echo shows it after 30 s, the back-off may have grown to
/// 60 s, and then the address is looked up.
const ONLINE: Cause = cause("a network back", 95);
/// The server holds the ids of the old network, its Router ID among them, as of a machine cut off.
const ROAMED: Cause = cause("another network", 120);
const ROAMED_UNTOLD: Cause = cause("another network, untold", 120);
/// Connections as for a killed browser, sockets as half-open ones.
const REBOUND: Cause = cause("a NAT that forgot", 40);
/// Dead sockets are noticed after 30 s; then the address is looked up and the new one joined.
const RENUMBERED: Cause = cause("a new address", 50);
/// A clock that jumps shows it; ids as for a machine cut off.
const WOKE: Cause = cause("a sleep", 120);
/// Entries of the days before are shown 90 s longer, next to those of today.
const WOKE_ALL: Cause = cause("a sleep of everybody", 95);
/// Another day has other Discovery IDs, and those of the day before are shown 90 s longer.
const CLOCK: Cause = cause("a clock set", 95);
/// Up to 64 s between two sessions with a device whose disk is full.
const ROOM: Cause = cause("a full disk", 70);
/// As for a killed browser.
const LINK: Cause = cause("a dead connection", 20);
const STALL: Cause = cause("a stalled connection", 40);

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
        }
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
        let Some(id) = world.homes.first().map(|home| home.router_id(1)) else {
            return;
        };
        let now = world.now;
        let nobody = (usize::MAX, 0, 0);
        for server in &mut world.servers {
            server.peer.connect(now, nobody, &id, "ghost");
        }
        world.connections.dead.insert(nobody);
        world.model.disturbed(0, now, &CUT_OFF);
    }

    /// It goes wrong now.
    pub fn happen(&mut self, world: &mut World, fault: Fault) {
        world.say(|| format!("{fault:?}"));
        match fault {
            Fault::Kill(..) | Fault::Die(..) | Fault::Crash(_) => self.process(world, fault),
            Fault::Restart(_)
            | Fault::Down(..)
            | Fault::Slow(..)
            | Fault::Refuse(..)
            | Fault::Up(_)
            | Fault::HalfOpen(_) => self.server(world, fault),
            Fault::Offline(..)
            | Fault::Online(..)
            | Fault::Roam(..)
            | Fault::Rebind(_)
            | Fault::Renumber(_) => self.network(world, fault),
            Fault::Sleep(..) | Fault::Wake(_) | Fault::SleepAll(_) | Fault::Clock(..) => {
                self.time(world, fault);
            }
            Fault::Full(..) | Fault::Room(_) => self.disk(world, fault),
            Fault::Link | Fault::Stall(_) => self.link(world, fault),
            Fault::Heal => world.heal(),
            Fault::Expel => {
                if world.model.is_besieged() {
                    world.expel();
                }
            }
        }
    }

    fn disturb(&mut self, world: &mut World, index: usize, cause: &Cause) {
        self.count(cause.name);
        let home = world.devices.get(index).map_or(0, |device| device.home);
        world.model.disturbed(home, world.now, cause);
    }

    fn disturb_all(&mut self, world: &mut World, cause: &Cause) {
        self.count(cause.name);
        world.model.disturbed_everywhere(world.now, cause);
    }

    fn process(&mut self, world: &mut World, fault: Fault) {
        match fault {
            Fault::Die(index, time) => {
                self.disturb(world, index, &CUT_OFF);
                end(world, index, true, time);
            }
            Fault::Kill(index, time) => {
                self.disturb(world, index, &KILLED);
                end(world, index, false, time);
            }
            Fault::Crash(index) => {
                self.disturb(world, index, &CRASHED);
                world.kill(index, false);
                world.later(500, What::Start(index));
            }
            _ => {}
        }
    }

    fn server(&mut self, world: &mut World, fault: Fault) {
        let two = world.servers.len() > 1;
        let back = if two {
            &SERVER_BACK_OF_TWO
        } else {
            &SERVER_BACK
        };
        let now = world.now;
        match fault {
            Fault::Restart(server) => {
                self.disturb_all(world, &RESTARTED);
                with(world, server, |service| service.peer.restart());
            }
            Fault::Down(server, time) => {
                self.disturb_all(world, &back.after(time));
                with(world, server, |service| {
                    service.peer.restart();
                    service.peer.down = true;
                });
                world.later(time, What::Fault(Fault::Up(server)));
            }
            Fault::Slow(server, time) => {
                self.disturb_all(world, &SLOW.after(time));
                with(world, server, |service| service.slow_until = now + time);
                world.later(time, What::Fault(Fault::Up(server)));
            }
            Fault::Refuse(server, time) => {
                self.disturb_all(world, &REFUSES.after(time));
                with(world, server, |service| service.peer.refuses = true);
                world.later(time, What::Fault(Fault::Up(server)));
            }
            Fault::Up(server) => {
                world.model.disturbed_everywhere(now, back);
                with(world, server, crate::sockets::Service::heal);
            }
            Fault::HalfOpen(index) => {
                self.disturb(world, index, &HALF_OPEN);
                world.cut_sockets(index, false);
            }
            _ => {}
        }
    }

    fn network(&mut self, world: &mut World, fault: Fault) {
        match fault {
            Fault::Offline(index, time) => {
                self.disturb(world, index, &OFFLINE);
                set_offline(world, index, true);
                let told = world.random.chance(50);
                world.later(time, What::Fault(Fault::Online(index, told)));
            }
            Fault::Online(index, told) => online(world, index, told),
            Fault::Roam(index, home, told) => {
                let cause = if told { &ROAMED } else { &ROAMED_UNTOLD };
                self.disturb(world, index, cause);
                world.cut(index, false);
                if let Some(device) = world.devices.get_mut(index) {
                    device.home = home;
                }
                world.model.disturbed(home, world.now, cause);
                if told {
                    tell(world, index);
                }
            }
            Fault::Rebind(home) => {
                self.count(REBOUND.name);
                world.model.disturbed(home, world.now, &REBOUND);
                leave_home(world, home);
            }
            Fault::Renumber(home) => {
                self.count(RENUMBERED.name);
                world.model.disturbed(home, world.now, &RENUMBERED);
                world
                    .homes
                    .get_mut(home)
                    .into_iter()
                    .for_each(crate::home::Home::renumber);
                leave_home(world, home);
            }
            _ => {}
        }
    }

    fn time(&mut self, world: &mut World, fault: Fault) {
        match fault {
            Fault::Sleep(index, time) => {
                self.disturb(world, index, &WOKE);
                sleep(world, index, time);
            }
            Fault::Wake(index) => wake(world, index),
            Fault::SleepAll(time) => {
                self.disturb_all(world, &WOKE_ALL);
                sleep_all(world, time);
            }
            Fault::Clock(index, shift) => {
                self.disturb_all(world, &CLOCK);
                // One clock is wrong at a time: two that are wrong in opposite directions are more
                // than a day apart, and then contacts do not recognise each other.
                let people = world.people;
                let slept = world.leapt;
                for (other, device) in world.devices.iter_mut().take(people).enumerate() {
                    device.skew = slept + if other == index { shift } else { 0 };
                }
            }
            _ => {}
        }
    }

    fn disk(&mut self, world: &mut World, fault: Fault) {
        match fault {
            Fault::Full(index, time) => {
                self.disturb(world, index, &ROOM);
                set_full(world, index, true);
                world.later(time, What::Fault(Fault::Room(index)));
            }
            Fault::Room(index) => {
                set_full(world, index, false);
                let home = world.devices.get(index).map_or(0, |device| device.home);
                world.model.disturbed(home, world.now, &ROOM);
            }
            _ => {}
        }
    }

    fn link(&mut self, world: &mut World, fault: Fault) {
        match fault {
            Fault::Link => {
                self.disturb_all(world, &LINK);
                world.cut_any_link();
            }
            Fault::Stall(time) => {
                self.disturb_all(world, &STALL);
                world.stall_any_link(time);
            }
            _ => {}
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

fn with(world: &mut World, server: usize, change: impl FnOnce(&mut crate::sockets::Service)) {
    if let Some(service) = world.servers.get_mut(server) {
        change(service);
    }
}

/// A browser is gone for a time, and its session with it.
fn end(world: &mut World, index: usize, cut_off: bool, time: u64) {
    world.kill(index, cut_off);
    if let Some(device) = world.devices.get_mut(index) {
        device.tokens.clear();
    }
    world.later(time, What::Start(index));
}

/// What leads out of a home is dead; what stays within it is not.
fn leave_home(world: &mut World, home: usize) {
    let homes: Vec<usize> = world.devices.iter().map(|device| device.home).collect();
    let inside = |index: usize| homes.get(index) == Some(&home);
    world.cut_links(|first, second| inside(first) != inside(second));
    for index in (0..homes.len()).filter(|index| inside(*index)) {
        world.cut_sockets(index, false);
    }
}

/// The browser says that something changed, where it is awake.
fn tell(world: &mut World, index: usize) {
    if world
        .devices
        .get(index)
        .is_some_and(|device| device.asleep.is_none())
    {
        world.node(index, Input::Woke);
    }
}

fn online(world: &mut World, index: usize, told: bool) {
    let Some(device) = world.devices.get(index).filter(|device| device.offline) else {
        return;
    };
    let home = device.home;
    world.model.disturbed(home, world.now, &ONLINE);
    set_offline(world, index, false);
    if told {
        tell(world, index);
    }
}

fn set_offline(world: &mut World, index: usize, offline: bool) {
    if offline {
        world.cut(index, false);
    }
    if let Some(device) = world.devices.get_mut(index) {
        device.offline = offline;
    }
}

fn set_full(world: &mut World, index: usize, full: bool) {
    if let Some(device) = world.devices.get_mut(index) {
        device.full = full;
    }
}

/// Whatever was open does not survive a sleep of this length.
fn sleep(world: &mut World, index: usize, time: u64) {
    let now = world.now;
    let Some(device) = world.devices.get_mut(index).filter(|d| d.asleep.is_none()) else {
        return;
    };
    device.asleep = Some((now, now + time));
    device.offline = true;
    world.cut(index, false);
    world.later(time, What::Fault(Fault::Wake(index)));
}

/// The monotonic clock has not counted the time, the other one has. No event tells of it: the next
/// timer shows the jump.
pub(crate) fn wake(world: &mut World, index: usize) {
    let now = world.now;
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    let Some((since, _)) = device.asleep.take() else {
        return;
    };
    device.offline = false;
    let (time, home) = (now - since, device.home);
    device.slept += time;
    if let Some(process) = &mut device.process {
        let later = |due: &mut Option<u64>| *due = due.map(|at| at + time);
        later(&mut process.node_due);
        later(&mut process.endpoint_due);
        process.armed = None;
    }
    world.model.disturbed(home, now, &WOKE);
    world.node(index, Input::Timeout);
}

/// Nothing happens anywhere meanwhile, so the time is only added to what the clocks show. The
/// servers have long forgotten everybody.
fn sleep_all(world: &mut World, time: u64) {
    world.leapt += i64::try_from(time).unwrap_or(0);
    world
        .servers
        .iter_mut()
        .for_each(|server| server.peer.restart());
    for index in 0..world.devices.len() {
        world.cut(index, false);
        if let Some(device) = world.devices.get_mut(index) {
            device.skew += i64::try_from(time).unwrap_or(0);
        }
        if world.devices.get(index).is_some_and(|d| d.asleep.is_none()) {
            world.node(index, Input::Timeout);
        }
    }
}

/// Nothing is wrong with a device any more.
pub(crate) fn heal(world: &mut World, index: usize) {
    wake(world, index);
    online(world, index, false);
    set_full(world, index, false);
    world.start(index);
}
