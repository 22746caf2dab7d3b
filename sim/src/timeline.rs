//! A world runs: its beginning, and one event after the other.

use crate::beacon_answers;
use crate::check::{self, watch::watch};
use crate::device::Device;
use crate::endpoint;
use crate::event::Event;
use crate::faults::{happen, hostiles, menaces};
use crate::node;
use crate::person;
use crate::process;
use crate::world::World;
use mesh_chat::node::{Input, Link};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Everybody switches on, within the same second or spread over a minute. In some worlds a Router
/// ID is still held by a socket behind which nobody is, and in some there are hostile peers.
pub fn begin(world: &mut World) {
    let spread = if world.ctx.random.chance(50) {
        1_000
    } else {
        60_000
    };
    if world.ctx.random.chance(20) {
        hostiles::add_ghost(world);
    }
    if world.ctx.random.chance(30) {
        hostiles::add(world);
    }
    menaces::come(world);
    for index in world.devices.people() {
        let at = world.ctx.random.within(0, spread);
        world.ctx.later(at, Event::Start(index));
        let at = at + world.ctx.random.within(500, 5_000);
        world.ctx.later(at, Event::Person(index));
    }
    for index in world.devices.hostile() {
        world.ctx.later(0, Event::Start(index));
    }
    world.ctx.later(1_000, Event::Sweep);
    world.ctx.later(1_000, Event::Watch);
}

/// Lets everything happen in this many milliseconds.
pub fn run_for(world: &mut World, millis: u64) {
    run_until(world, world.ctx.now + millis);
}

/// Lets everything happen up to a moment.
pub fn run_until(world: &mut World, end: u64) {
    while let Some(event) = world.ctx.next(end) {
        note(world, &event);
        handle(world, event);
        world.network.sockets.deliver(&mut world.ctx);
    }
}

/// Adds an event to the trace. A timer is none: what comes of it is.
fn note(world: &mut World, event: &Event) {
    let mut hasher = DefaultHasher::new();
    (world.trace, world.ctx.now).hash(&mut hasher);
    match event {
        Event::Node(device, _, input) => {
            (1, device, std::mem::discriminant(&**input)).hash(&mut hasher);
            if let Input::Link(_, Link::Frame(frame)) = &**input {
                frame.hash(&mut hasher);
            }
        }
        Event::Frame(_, wire, text) => (2, wire, text).hash(&mut hasher),
        Event::Timer(..) => return,
        Event::Endpoint(..)
        | Event::Disk(..)
        | Event::Connect(..)
        | Event::Hangup(..)
        | Event::Sweep
        | Event::Watch
        | Event::Person(_)
        | Event::Fault(_)
        | Event::Beacon(..)
        | Event::Start(_) => std::mem::discriminant(event).hash(&mut hasher),
    }
    world.trace = hasher.finish();
}

/// What reaches a device that sleeps waits until it wakes. Returns that device.
fn sleeper<'a>(world: &'a mut World, event: &Event) -> Option<&'a mut Device> {
    let (Event::Node(device, ..)
    | Event::Endpoint(device, ..)
    | Event::Timer(device, _)
    | Event::Disk(device, ..)
    | Event::Beacon(device, ..)
    | Event::Start(device)) = event
    else {
        return None;
    };
    let device = world.devices.get_mut(*device);
    device.filter(|device| device.asleep.is_some())
}

/// Whether an event is for a process that does not run any more.
fn is_lost(world: &World, event: &Event) -> bool {
    match event {
        Event::Node(device, generation, _)
        | Event::Endpoint(device, generation, _)
        | Event::Timer(device, generation)
        | Event::Disk(device, generation)
        | Event::Beacon(device, generation, _) => !world.devices.runs(*device, *generation),
        Event::Connect(..)
        | Event::Frame(..)
        | Event::Hangup(..)
        | Event::Sweep
        | Event::Watch
        | Event::Person(_)
        | Event::Fault(_)
        | Event::Start(_) => false,
    }
}

fn handle(world: &mut World, event: Event) {
    if let Some(device) = sleeper(world, &event) {
        return device.awaits.push(event);
    }
    if is_lost(world, &event) {
        return;
    }
    let (now, sockets) = (world.ctx.now, &mut world.network.sockets);
    match event {
        Event::Node(device, _, input) => node::handle(world, device, *input),
        Event::Endpoint(device, _, input) => endpoint::handle(world, device, input),
        Event::Timer(device, _) => process::timer(world, device),
        Event::Disk(device, _) => node::written(world, device),
        Event::Beacon(device, _, call) => beacon_answers::arrive(world, device, *call),
        Event::Connect(server, wire, id, token) => {
            sockets.connected(now, server, wire, &id, &token);
        }
        Event::Frame(server, wire, text) => {
            sockets.received(now, server, wire, &text);
            check::menaces::relayed(world, server, &text);
            menaces::note(world);
        }
        Event::Hangup(server, wire) => sockets.hung_up(server, wire),
        Event::Sweep => {
            sockets.sweep(now);
            menaces::note(world);
            world.ctx.later(1_000, Event::Sweep);
        }
        Event::Watch => {
            watch(world);
            world.ctx.later(1_000, Event::Watch);
        }
        Event::Person(device) => person::act(world, device),
        Event::Fault(fault) => happen::happen(world, fault),
        Event::Start(device) => process::start(world, device),
    }
}
