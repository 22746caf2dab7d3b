//! What goes wrong with devices: they die, lose their network, move, sleep, have a wrong clock or a
//! full disk.

use crate::causes::{
    ASLEEP, CLOCK, CRASHED, CUT_OFF, DOUBTFUL, HALF_OPEN, KILLED, OFFLINE, OLDER, ONLINE, ROAMED,
    ROAMED_UNREPORTED, ROOM, SILENT, WOKE, WOKE_ALL, WOKE_ELSEWHERE,
};
use crate::device::{Device, Storing};
use crate::event::Event;
use crate::fault::Fault;
use crate::network::sockets::HOSTS;
use crate::node;
use crate::pairs::lost_some;
use crate::process;
use crate::world::World;
use mesh_chat::node::Input;
use webext::watch::READ_EVERY_MILLIS;

/// A browser is killed, and starts again after a time.
pub fn kill(world: &mut World, index: usize, time: u64) {
    world.disturb(index, &KILLED);
    end(world, index, false, time);
}

/// A machine is cut off and dies, and starts again after a time.
pub fn die(world: &mut World, index: usize, time: u64) {
    world.disturb(index, &CUT_OFF);
    end(world, index, true, time);
}

/// The engine's page crashes; a new one starts soon, with the tokens.
pub fn crash(world: &mut World, index: usize) {
    world.disturb(index, &CRASHED);
    process::kill(world, index, false);
    world.ctx.later(500, Event::Start(index));
}

/// Ends a browser for a time, and its session with it. Where its sockets are dead the server hears of it
/// as late as of a machine that is cut off.
pub fn end(world: &mut World, index: usize, cut_off: bool, time: u64) {
    if world.network.sockets.is_half_open(index) {
        let home = world.devices.home(index).unwrap_or(0);
        world.model.disturbed(home, world.ctx.now, &CUT_OFF);
    }
    process::kill(world, index, cut_off);
    if let Some(device) = world.devices.get_mut(index) {
        device.tokens.clear();
    }
    world.ctx.later(time, Event::Start(index));
}

/// Every socket of a device looks open and is dead.
pub fn half_open(world: &mut World, index: usize) {
    world.disturb(index, &HALF_OPEN);
    world.network.sockets.cut(&mut world.ctx, index, false);
}

/// A device loses its network for a time, and no event reports it.
pub fn offline(world: &mut World, index: usize, time: u64) {
    world.disturb(index, &OFFLINE);
    world.cut(index, false);
    if let Some(device) = world.devices.get_mut(index) {
        device.offline = true;
    }
    let reported = world.ctx.random.chance(50);
    let event = Event::Fault(Fault::Online(index, reported));
    world.ctx.later(time, event);
}

/// The network of a device is back; `reported`: the browser says so.
pub fn online(world: &mut World, index: usize, reported: bool) {
    let device = world.devices.get_mut(index);
    let Some(device) = device.filter(|device| device.offline) else {
        return;
    };
    device.offline = false;
    let home = device.home;
    world.model.disturbed(home, world.ctx.now, &ONLINE);
    if reported {
        report(world, index);
    }
}

/// A device is carried to another home; `reported`: the browser says so.
pub fn roam(world: &mut World, index: usize, home: usize, reported: bool) {
    let cause = if reported {
        &ROAMED
    } else {
        &ROAMED_UNREPORTED
    };
    world.disturb(index, cause);
    world.cut(index, false);
    if let Some(device) = world.devices.get_mut(index) {
        device.home = home;
    }
    world.model.disturbed(home, world.ctx.now, cause);
    if reported {
        report(world, index);
    }
}

/// The browser reports a change of the network, where it is awake.
fn report(world: &mut World, index: usize) {
    let device = world.devices.get(index);
    if device.is_some_and(|device| device.asleep.is_none()) {
        node::handle(world, index, Input::Woke);
    }
}

/// A device sleeps for a time. What was open does not survive a sleep of this length.
pub fn sleep(world: &mut World, index: usize, time: u64) {
    world.disturb(index, &ASLEEP);
    let now = world.ctx.now;
    let device = world.devices.get_mut(index);
    let Some(device) = device.filter(|device| device.asleep.is_none()) else {
        return;
    };
    device.asleep = Some(now);
    device.offline = true;
    world.cut(index, false);
    world.ctx.later(time, Event::Fault(Fault::Wake(index)));
}

/// A device wakes. The monotonic clock has not counted the time, the other one has. No event reports
/// it: the next timer shows the jump.
pub fn wake(world: &mut World, index: usize) {
    let now = world.ctx.now;
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    let Some(since) = device.asleep.take() else {
        return;
    };
    for event in std::mem::take(&mut device.awaits) {
        world.ctx.later(0, event);
    }
    device.offline = false;
    let server = device.view.server.as_deref().unwrap_or(HOSTS[0]);
    let (time, home, at_first) = (now - since, device.home, server.starts_with(HOSTS[0]));
    device.slept += time;
    if let Some(process) = &mut device.process {
        process.slept(time);
    }
    // Entries of other days are shown for a while, where everybody slept for days meanwhile.
    let cause = match world.ctx.leapt {
        _ if !at_first => &WOKE_ELSEWHERE,
        0 => &WOKE,
        _ => &WOKE_ALL,
    };
    world.model.disturbed(home, now, cause);
    node::handle(world, index, Input::Timeout);
    let set = |device: &mut Device| device.set_at_wake.take();
    if let Some(skew) = world.devices.get_mut(index).and_then(set) {
        set_clock(world, index, skew);
    }
}

/// Every device sleeps. Nothing happens anywhere meanwhile, so the time is only added to what the
/// clocks show. The servers have long forgotten everybody.
pub fn sleep_all(world: &mut World, time: u64) {
    world.disturb_everywhere(&WOKE_ALL);
    let time = i64::try_from(time).unwrap_or(0);
    world.ctx.leapt += time;
    world.network.sockets.restart_all();
    for index in 0..world.devices.len() {
        world.cut(index, false);
        let Some(device) = world.devices.get_mut(index) else {
            continue;
        };
        device.skew += time;
        device.set_at_wake = device.set_at_wake.map(|skew| skew + time);
        if device.asleep.is_none() {
            node::handle(world, index, Input::Timeout);
        }
    }
}

/// A person sets the clock of a device wrong, and all others are right. Of two that are wrong in
/// opposite directions, more than a day apart, the contacts would not recognise each other. No event
/// reports it: the engine's next reading of the clocks shows it, also where nothing else is due. That of a device
/// that sleeps is set when it has woken: before, it could hide that it slept.
pub fn clock(world: &mut World, index: usize, shift: i64) {
    world.disturb_everywhere(&CLOCK);
    let right = world.clock_offset();
    for other in world.devices.people() {
        set_clock(world, other, right + if other == index { shift } else { 0 });
    }
}

fn set_clock(world: &mut World, index: usize, skew: i64) {
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    if device.asleep.is_some() {
        device.set_at_wake = Some(skew);
        return;
    }
    device.skew = skew;
    let read = Event::Node(index, device.generation, Box::new(Input::Timeout));
    world.ctx.later(READ_EVERY_MILLIS.into(), read);
}

/// The disk of a device is full for a time.
pub fn full(world: &mut World, index: usize, time: u64) {
    world.disturb(index, &ROOM);
    set_storing(world, index, Storing::Refuses);
    world.ctx.later(time, Event::Fault(Fault::Room(index)));
}

/// The disk of a device takes what is written, and says for a time that it has failed.
pub fn doubt(world: &mut World, index: usize, time: u64) {
    world.disturb(index, &DOUBTFUL);
    set_storing(world, index, Storing::Doubtful);
    world.ctx.later(time, Event::Fault(Fault::Room(index)));
}

/// The disk of a device does not answer any more.
pub fn silence(world: &mut World, index: usize) {
    world.faults.count(SILENT.name);
    set_storing(world, index, Storing::Silent { asked: false });
}

/// The engine has waited for its disk long enough, and loads its page anew. Of what it had written
/// last nobody knows whether it is there.
pub fn reload(world: &mut World, index: usize, generation: u64) {
    if world.devices.runs(index, generation) {
        crash(world, index);
    }
}

/// The disk of a device takes what is written again.
pub fn room(world: &mut World, index: usize) {
    set_storing(world, index, Storing::Takes);
    let home = world.devices.home(index).unwrap_or(0);
    world.model.disturbed(home, world.ctx.now, &ROOM);
}

fn set_storing(world: &mut World, index: usize, storing: Storing) {
    if let Some(device) = world.devices.get_mut(index) {
        device.set_storing(storing);
    }
}

/// Somebody makes a copy of a disk.
pub fn copy(world: &mut World, index: usize) {
    if let Some(device) = world.devices.get_mut(index) {
        device.copy = Some(device.disk.clone());
    }
}

/// The disk of a device is the copy again that was made of it.
pub fn go_back(world: &mut World, index: usize, time: u64) {
    let device = world.devices.get_mut(index);
    let Some(copy) = device.and_then(|device| device.copy.take()) else {
        return;
    };
    world.disturb(index, &OLDER.after(time));
    end(world, index, false, time);
    if let Some(device) = world.devices.get_mut(index) {
        device.before = Some((world.ctx.now, device.disk.clone()));
        device.disk.go_back(copy);
    }
    world.ties.went_back(index);
    lost_some(world, index);
}

/// Makes everything work again on a device.
pub fn heal(world: &mut World, index: usize) {
    wake(world, index);
    online(world, index, false);
    set_storing(world, index, Storing::Takes);
    process::start(world, index);
}
