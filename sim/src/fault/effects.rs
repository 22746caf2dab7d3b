//! What each thing that goes wrong does to the world.

use super::causes::*;
use super::{Fault, Faults};
use crate::home::Home;
use crate::model::Cause;
use crate::sockets::{HOSTS, Service};
use crate::world::{What, World};
use mesh_chat::node::Input;

impl Faults {
    pub(super) fn disturb(&mut self, world: &mut World, index: usize, cause: &Cause) {
        self.count(cause.name);
        let home = world.devices.get(index).map_or(0, |device| device.home);
        world.model.disturbed(home, world.now, cause);
    }

    fn disturb_all(&mut self, world: &mut World, cause: &Cause) {
        self.count(cause.name);
        world.model.disturbed_everywhere(world.now, cause);
    }

    pub(super) fn kill(&mut self, world: &mut World, index: usize, time: u64) {
        self.disturb(world, index, &KILLED);
        end(world, index, false, time);
    }

    pub(super) fn die(&mut self, world: &mut World, index: usize, time: u64) {
        self.disturb(world, index, &CUT_OFF);
        end(world, index, true, time);
    }

    pub(super) fn crash(&mut self, world: &mut World, index: usize) {
        self.disturb(world, index, &CRASHED);
        world.kill(index, false);
        world.later(500, What::Start(index));
    }

    pub(super) fn restart(&mut self, world: &mut World, server: usize) {
        self.disturb_all(world, &RESTARTED);
        with(world, server, |service| service.peer.restart());
    }

    pub(super) fn down(&mut self, world: &mut World, server: usize, time: u64) {
        let back = back(world);
        self.disturb_all(world, &back.after(time));
        with(world, server, |service| {
            service.peer.restart();
            service.peer.down = true;
        });
        world.later(time, What::Fault(Fault::Up(server)));
    }

    pub(super) fn slow(&mut self, world: &mut World, server: usize, time: u64) {
        let now = world.now;
        self.disturb_all(world, &SLOW.after(time));
        with(world, server, |service| service.slow_until = now + time);
        world.later(time, What::Fault(Fault::Up(server)));
    }

    pub(super) fn refuse(&mut self, world: &mut World, server: usize, time: u64) {
        self.disturb_all(world, &REFUSES.after(time));
        with(world, server, |service| service.peer.refuses = true);
        world.later(time, What::Fault(Fault::Up(server)));
    }

    pub(super) fn half_open(&mut self, world: &mut World, index: usize) {
        self.disturb(world, index, &HALF_OPEN);
        world.cut_sockets(index, false);
    }

    pub(super) fn offline(&mut self, world: &mut World, index: usize, time: u64) {
        self.disturb(world, index, &OFFLINE);
        set_offline(world, index, true);
        let told = world.random.chance(50);
        world.later(time, What::Fault(Fault::Online(index, told)));
    }

    pub(super) fn roam(&mut self, world: &mut World, index: usize, home: usize, told: bool) {
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

    pub(super) fn rebind(&mut self, world: &mut World, home: usize) {
        self.count(REBOUND.name);
        world.model.disturbed(home, world.now, &REBOUND);
        leave_home(world, home);
    }

    pub(super) fn renumber(&mut self, world: &mut World, home: usize) {
        self.count(RENUMBERED.name);
        world.model.disturbed(home, world.now, &RENUMBERED);
        world
            .homes
            .get_mut(home)
            .into_iter()
            .for_each(Home::renumber);
        leave_home(world, home);
    }

    pub(super) fn sleep(&mut self, world: &mut World, index: usize, time: u64) {
        self.disturb(world, index, &ASLEEP);
        sleep(world, index, time);
    }

    pub(super) fn sleep_all(&mut self, world: &mut World, time: u64) {
        self.disturb_all(world, &WOKE_ALL);
        sleep_all(world, time);
    }

    pub(super) fn clock(&mut self, world: &mut World, index: usize, shift: i64) {
        self.disturb_all(world, &CLOCK);
        // One clock is wrong at a time: two that are wrong in opposite directions are more
        // than a day apart, and then contacts do not recognise each other.
        let people = world.people;
        let slept = world.right();
        for (other, device) in world.devices.iter_mut().take(people).enumerate() {
            device.skew = slept + if other == index { shift } else { 0 };
        }
    }

    pub(super) fn full(&mut self, world: &mut World, index: usize, time: u64) {
        self.disturb(world, index, &ROOM);
        set_full(world, index, true);
        world.later(time, What::Fault(Fault::Room(index)));
    }

    pub(super) fn dead_link(&mut self, world: &mut World) {
        self.disturb_all(world, &LINK);
        world.cut_any_link();
    }

    pub(super) fn stall(&mut self, world: &mut World, time: u64) {
        self.disturb_all(world, &STALL);
        world.stall_any_link(time);
    }
}

/// The return of a server, which takes longer where it is one of two.
fn back(world: &World) -> Cause {
    if world.servers.len() > 1 {
        SERVER_BACK_OF_TWO
    } else {
        SERVER_BACK
    }
}

/// A server works again.
pub(super) fn up(world: &mut World, server: usize) {
    let (back, now) = (back(world), world.now);
    world.model.disturbed_everywhere(now, &back);
    with(world, server, Service::heal);
}

/// A disk has room again.
pub(super) fn room(world: &mut World, index: usize) {
    set_full(world, index, false);
    let home = world.devices.get(index).map_or(0, |device| device.home);
    world.model.disturbed(home, world.now, &ROOM);
}

fn with(world: &mut World, server: usize, change: impl FnOnce(&mut Service)) {
    if let Some(service) = world.servers.get_mut(server) {
        change(service);
    }
}

/// A browser is gone for a time, and its session with it.
pub(super) fn end(world: &mut World, index: usize, cut_off: bool, time: u64) {
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

pub(super) fn online(world: &mut World, index: usize, told: bool) {
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
    let server = device.view.server.as_deref().unwrap_or(HOSTS[0]);
    let (time, home, at_first) = (now - since, device.home, server.starts_with(HOSTS[0]));
    device.slept += time;
    if let Some(process) = &mut device.process {
        let later = |due: &mut Option<u64>| *due = due.map(|at| at + time);
        later(&mut process.node_due);
        later(&mut process.endpoint_due);
        process.armed = None;
    }
    // Entries of other days are shown for a while, where everybody slept for days meanwhile.
    let cause = match world.leapt {
        _ if !at_first => &WOKE_ELSEWHERE,
        0 => &WOKE,
        _ => &WOKE_ALL,
    };
    world.model.disturbed(home, now, cause);
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
