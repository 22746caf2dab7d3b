//! What goes wrong with the signalling servers and the beacon.

use crate::beacon::SLOTS;
use crate::causes::{Cause, REFUSES, RESTARTED, SERVER_BACK, SERVER_BACK_OF_TWO, SLOW};
use crate::event::Event;
use crate::fault::{BeaconFault, Fault};
use crate::network::sockets::Service;
use crate::world::World;

/// A server forgets everything.
pub fn restart(world: &mut World, server: usize) {
    world.disturb_everywhere(&RESTARTED);
    with(world, server, |service| service.peer.restart());
}

/// A server cannot be reached for a time.
pub fn down(world: &mut World, server: usize, time: u64) {
    let back = back(world);
    world.disturb_everywhere(&back.after(time));
    with(world, server, |service| {
        service.peer.restart();
        service.peer.down = true;
    });
    world.ctx.later(time, Event::Fault(Fault::Up(server)));
}

/// A server is slow for a time.
pub fn slow(world: &mut World, server: usize, time: u64) {
    let now = world.ctx.now;
    world.disturb_everywhere(&SLOW.after(time));
    with(world, server, |service| service.slow_until = now + time);
    world.ctx.later(time, Event::Fault(Fault::Up(server)));
}

/// A server refuses every new client for a time.
pub fn refuse(world: &mut World, server: usize, time: u64) {
    world.disturb_everywhere(&REFUSES.after(time));
    with(world, server, |service| service.peer.refuses = true);
    world.ctx.later(time, Event::Fault(Fault::Up(server)));
}

/// A server works again.
pub fn up(world: &mut World, server: usize) {
    let (back, now) = (back(world), world.ctx.now);
    world.model.disturbed_everywhere(now, &back);
    with(world, server, Service::heal);
}

/// Something is wrong with the beacon for a time.
pub fn beacon(world: &mut World, fault: BeaconFault, time: u64) {
    // What a cache repeats was said before.
    let slot = SLOTS.at(world.unix());
    let fault = if let BeaconFault::Replays(old) = fault {
        BeaconFault::Replays(old.min(slot))
    } else {
        fault
    };
    world.faults.count(fault.name());
    if let Some(beacon) = &mut world.beacon {
        beacon.spoil(world.ctx.now, fault, time);
    }
    world.ctx.later(time, Event::Fault(Fault::BeaconBack));
}

/// The beacon works again, unless something else began meanwhile; in any case `at_once`.
pub fn beacon_back(world: &mut World, at_once: bool) {
    if let Some(beacon) = &mut world.beacon {
        beacon.mend(world.ctx.now, at_once);
    }
}

/// The return of a server takes longer where it is one of two.
fn back(world: &World) -> Cause {
    if world.network.sockets.services.len() > 1 {
        SERVER_BACK_OF_TWO
    } else {
        SERVER_BACK
    }
}

fn with(world: &mut World, server: usize, change: impl FnOnce(&mut Service)) {
    if let Some(service) = world.network.sockets.services.get_mut(server) {
        change(service);
    }
}
