//! What must hold of people who are off: from a moment on nothing is sent, and nothing is open.

use crate::world::World;
use mesh_chat::node::Output;

/// Nothing is asked of the network by somebody who is off.
pub fn asked(world: &mut World, index: usize, output: &Output) {
    let process = world.devices.process(index);
    let silent = process.is_some_and(|process| process.closing || process.endpoint.is_none());
    if silent && output.is_of_network() {
        let wrong = format!("P{index} is off and asks for {output:?}");
        world.ctx.violation(wrong);
    }
}

/// Whoever goes off has closed every socket once what is said last has had its time.
pub fn closed(world: &mut World, index: usize) {
    let open = world.network.sockets.count(index);
    if open > 0 {
        let wrong = format!("P{index} is off and has {open} sockets open");
        world.ctx.violation(wrong);
    }
}

/// Nobody who is off has anything open.
pub fn off(world: &mut World) {
    for index in world.devices.people() {
        let process = world.devices.process(index);
        if process.is_none_or(|process| process.endpoint.is_some()) {
            continue;
        }
        let (sockets, ends) = (
            world.network.sockets.count(index),
            world.network.connections.alive_of(index),
        );
        if sockets + ends > 0 {
            let wrong = format!("P{index} is off, with {sockets} sockets and {ends} connections");
            world.ctx.violation(wrong);
        }
    }
}
