//! How hostiles with means of their own come and go.

use crate::causes::{HONEST, MALICE};
use crate::device::Device;
use crate::event::Event;
use crate::fault::Fault;
use crate::malice::Malice;
use crate::process;
use crate::random::Random;
use crate::world::World;

/// How many homes there are in which the device of a malicious server can be.
const NEAR: usize = 2;

/// A server falls into the hands of somebody who means harm, for a time. They have a device in a home.
pub fn take_over(world: &mut World, server: usize, time: u64) {
    world.disturb_everywhere(&MALICE.after(time));
    let random = &mut world.menaces.random;
    let id = format!("myapp-{}", random.uuid());
    let (home, seed) = (random.index(NEAR), random.number());
    let device = world.devices.add_hostile(Device {
        home,
        relays: Some(id.clone()),
        ..Device::default()
    });
    world.ctx.later(0, Event::Start(device));
    if let Some(service) = world.network.sockets.services.get_mut(server) {
        service.peer.malice = Some(Malice::new(Random::new(seed), id));
    }
    world.ctx.later(time, Event::Fault(Fault::Honest(server)));
}

/// A server is in honest hands again, and the device of the others is gone.
pub fn hand_back(world: &mut World, server: usize) {
    note(world);
    if let Some(service) = world.network.sockets.services.get_mut(server) {
        service.peer.be_honest();
    }
    let is_relay = |index: &usize| {
        let device = world.devices.get(*index);
        device.is_some_and(|device| device.relays.is_some())
    };
    for index in world.devices.hostile().filter(is_relay).collect::<Vec<_>>() {
        process::kill(world, index, false);
    }
    let now = world.ctx.now;
    world.model.disturbed_everywhere(now, &HONEST);
}

/// Notes between whom a malicious server has tampered with calls: nothing is promised to them for a
/// while.
pub fn note(world: &mut World) {
    let now = world.ctx.now;
    for service in &mut world.network.sockets.services {
        let (pairs, done) = service.peer.tampered();
        for (one, other) in pairs {
            if world.devices.is_person(one) && world.devices.is_person(other) {
                world.ties.deceive(now, one, other);
            }
        }
        done.into_iter().for_each(|what| world.faults.count(what));
    }
}
