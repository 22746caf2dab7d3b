//! The PeerJS endpoint of a device: what reaches it, and what comes of its outputs.

use crate::event::Event;
use crate::network::connections::End;
use crate::world::World;
use peerjs::endpoint::{Input, Output};
use std::time::Duration;
use webext::mapping;

/// Gives an input to an endpoint, and carries out everything that follows at once. What the node
/// has to know reaches it as a later event of the same moment.
pub fn handle(world: &mut World, index: usize, input: Input) {
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    let (mono, generation) = (device.mono(world.ctx.now), device.generation);
    let process = device.process.as_mut();
    let Some(mut endpoint) = process.and_then(|process| process.endpoint.take()) else {
        return;
    };
    endpoint.handle(mono, input);
    let due = loop {
        let output = endpoint.poll();
        if let Output::Timeout(at) = output {
            break at;
        }
        carry_out(world, index, generation, output);
    };
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    let slept = device.slept;
    let millis = |at: Duration| u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
    if let Some(process) = &mut device.process {
        process.endpoint = Some(endpoint);
        process.endpoint_due = due.map(|at| millis(at) + 1 + slept);
    }
    world.arm(index);
}

fn carry_out(world: &mut World, index: usize, generation: u64, output: Output) {
    let ctx = &mut world.ctx;
    let sockets = &mut world.network.sockets;
    match output {
        Output::Event(event) => {
            let input = Box::new(mapping::input(event));
            ctx.later(0, Event::Node(index, generation, input));
        }
        Output::Connect(socket, url) => {
            let device = world.devices.get(index);
            let offline = device.is_none_or(|device| device.offline);
            sockets.connect(ctx, offline, (index, generation, socket.0), &url);
        }
        Output::Transmit(socket, text) => {
            sockets.send(ctx, (index, generation, socket.0), text);
        }
        Output::Disconnect(socket) => sockets.disconnect(ctx, (index, generation, socket.0)),
        Output::Rtc(conn, command) => {
            let own = End {
                device: index,
                generation,
                conn,
            };
            world.network.command(ctx, &world.devices, own, command);
        }
        Output::Timeout(_) => {}
    }
}
