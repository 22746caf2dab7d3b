//! What goes wrong with homes and with single connections.

use crate::causes::{Cause, LINK, REBOUND, RENUMBERED, STALL};
use crate::world::World;

/// The NAT of a home restarts: every connection out of the home is dead.
pub fn rebind(world: &mut World, home: usize) {
    disturb(world, home, &REBOUND);
    cut(world, home);
}

/// The provider gives a home another address.
pub fn renumber(world: &mut World, home: usize) {
    disturb(world, home, &RENUMBERED);
    if let Some(home) = world.network.homes.get_mut(home) {
        home.renumber();
    }
    cut(world, home);
}

/// A connection dies without a word.
pub fn dead_link(world: &mut World) {
    world.disturb_everywhere(&LINK);
    world.network.connections.cut_any(&mut world.ctx);
}

/// A connection carries nothing for a time.
pub fn stall(world: &mut World, time: u64) {
    world.disturb_everywhere(&STALL);
    world.network.connections.stall_any(&mut world.ctx, time);
}

fn disturb(world: &mut World, home: usize, cause: &Cause) {
    world.faults.count(cause.name);
    world.model.disturbed(home, world.ctx.now, cause);
}

fn cut(world: &mut World, home: usize) {
    let (ctx, devices) = (&mut world.ctx, &world.devices);
    world.network.cut_home(ctx, devices, home);
}
