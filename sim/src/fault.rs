//! What goes wrong, and how often it did.

use crate::device::Device;
use crate::world::{What, World};
use mesh_chat::node::Input;

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// A browser is killed, or its machine is cut off and dies; it is back after this.
    Kill(usize, u64),
    /// The engine's page crashes; a new one begins soon, with the tokens.
    Crash(usize),
    /// The server forgets everything.
    Restart,
    /// The server cannot be reached for this long.
    Down(u64),
    /// The server is back.
    Up,
    /// A device loses its network for this long, and nobody is told.
    Offline(usize, u64),
    /// The network is back; `true`: the browser says so.
    Online(usize, bool),
    /// A device is carried to another network.
    Roam(usize),
    /// A device sleeps for this long.
    Sleep(usize, u64),
    /// It wakes.
    Wake(usize),
    /// Somebody sets the clock.
    Clock(usize, i64),
    /// The disk is full for this long.
    Full(usize, u64),
    /// There is room again.
    Room(usize),
    /// A connection dies without a word.
    Link,
}

/// Counts of what went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Processes that died.
    pub deaths: u64,
    /// Restarts and absences of the server.
    pub server: u64,
    /// Networks lost or changed.
    pub network: u64,
    /// Sleeps and clocks set.
    pub time: u64,
    /// Full disks.
    pub disk: u64,
    /// Connections that died.
    pub links: u64,
}

impl Faults {
    /// Adds another world's.
    pub fn add(&mut self, other: &Self) {
        self.deaths += other.deaths;
        self.server += other.server;
        self.network += other.network;
        self.time += other.time;
        self.disk += other.disk;
        self.links += other.links;
    }

    /// Draws what will go wrong before `end`: about one thing every four minutes.
    pub fn schedule(&mut self, world: &mut World, end: u64) {
        for _ in 0..=end / 240_000 {
            let at = world.random.within(10_000, end.max(10_001));
            let device = usize::try_from(world.random.within(0, world.devices.len() as u64));
            let device = device.unwrap_or(0);
            let time = world.random.within(2_000, 300_000);
            let shift = i64::try_from(world.random.within(0, 172_800_000)).unwrap_or(0);
            let fault = match world.random.within(0, 13) {
                0 | 1 => Fault::Kill(device, time),
                2 => Fault::Crash(device),
                3 => Fault::Restart,
                4 => Fault::Down(time),
                5 | 6 => Fault::Offline(device, time),
                7 => Fault::Roam(device),
                8 | 9 => Fault::Sleep(device, time * 4),
                10 => Fault::Clock(device, shift - 86_400_000),
                11 => Fault::Full(device, time),
                _ => Fault::Link,
            };
            world.later(at, What::Fault(fault));
        }
    }

    /// It goes wrong now.
    pub fn happen(&mut self, world: &mut World, fault: Fault) {
        world.say(|| format!("{fault:?}"));
        match fault {
            Fault::Kill(index, time) => {
                self.deaths += 1;
                let cut_off = world.random.chance(30);
                world.kill(index, cut_off);
                if let Some(device) = world.devices.get_mut(index) {
                    device.tokens.clear();
                }
                world.later(time, What::Start(index));
            }
            Fault::Crash(index) => {
                self.deaths += 1;
                world.kill(index, false);
                world.later(500, What::Start(index));
            }
            Fault::Restart => {
                self.server += 1;
                world.server.restart();
            }
            Fault::Down(time) => {
                self.server += 1;
                world.server.restart();
                world.server.down = true;
                world.later(time, What::Fault(Fault::Up));
            }
            Fault::Up => world.server.down = false,
            Fault::Offline(index, time) => {
                self.network += 1;
                set_offline(world, index, true);
                let told = world.random.chance(50);
                world.later(time, What::Fault(Fault::Online(index, told)));
            }
            Fault::Online(index, told) => {
                set_offline(world, index, false);
                if told {
                    tell(world, index);
                }
            }
            Fault::Roam(index) => {
                self.network += 1;
                world.cut(index, false);
                if let Some(device) = world.devices.get_mut(index) {
                    device.home = 1 - device.home.min(1);
                }
                if world.random.chance(50) {
                    tell(world, index);
                }
            }
            Fault::Sleep(index, time) => {
                self.time += 1;
                sleep(world, index, time);
            }
            Fault::Wake(index) => wake(world, index),
            Fault::Clock(index, shift) => {
                self.time += 1;
                // One clock is wrong at a time: two that are wrong in opposite directions are more
                // than a day apart, and then contacts do not recognise each other.
                for (other, device) in world.devices.iter_mut().enumerate() {
                    device.skew = if other == index { shift } else { 0 };
                }
            }
            Fault::Full(index, time) => {
                self.disk += 1;
                set_full(world, index, true);
                world.later(time, What::Fault(Fault::Room(index)));
            }
            Fault::Room(index) => set_full(world, index, false),
            Fault::Link => {
                self.links += 1;
                world.cut_any_link();
            }
        }
    }
}

/// The browser says that something changed, where it is awake.
fn tell(world: &mut World, index: usize) {
    let awake = |device: &Device| device.asleep.is_none();
    if world.devices.get(index).is_some_and(awake) {
        world.node(index, Input::Woke);
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
    let time = now - since;
    device.slept += time;
    if let Some(process) = &mut device.process {
        let later = |due: &mut Option<u64>| *due = due.map(|at| at + time);
        later(&mut process.node_due);
        later(&mut process.endpoint_due);
        process.armed = None;
    }
    world.node(index, Input::Timeout);
}
