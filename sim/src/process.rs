//! The processes of devices: how they start and end, and their timers.

use crate::beacon;
use crate::caller::Caller;
use crate::causes::START;
use crate::device::{Brain, Job, Process, Storing};
use crate::endpoint;
use crate::false_friend::FalseFriend;
use crate::hostile::Hostile;
use crate::light::Light;
use crate::names;
use crate::network::sockets::HOSTS;
use crate::node;
use crate::relay::Relay;
use crate::view::View;
use crate::world::World;
use mesh_chat::Node;
use mesh_chat::config::{Config, SignallingServer};
use mesh_chat::name::Tables;
use mesh_chat::node::Input;
use mesh_chat::view::Command;
use peerjs::endpoint::Input as EndpointInput;

/// Starts a process with what the disk holds, unless one runs.
pub fn start(world: &mut World, index: usize) {
    let seed = world.ctx.random.seed();
    let now = world.ctx.now;
    let Some(brain) = brain(world, index, seed) else {
        return;
    };
    let device = world.devices.get_mut(index);
    let Some(device) = device.filter(|device| device.process.is_none()) else {
        return;
    };
    device.view = View::default();
    device.process = Some(Process::new(brain));
    let (home, offline) = (device.home, device.offline);
    if !offline && world.devices.is_person(index) {
        world.model.disturbed(home, now, &START);
    }
    node::handle(world, index, Input::Timeout);
}

/// Switches a new device on, and its person joins.
pub fn start_as_new(world: &mut World, index: usize) {
    start(world, index);
    let name = names::name(index);
    node::command(world, index, Command::Join { name });
}

/// Ends a process at once. The system of a killed browser closes its sockets; that of a device that
/// is cut off does not. Of what was being written, the first part may be on the disk.
pub fn kill(world: &mut World, index: usize, cut_off: bool) {
    world.cut(index, !cut_off);
    let device = world.devices.get(index);
    let under_way = device.map_or(0, |device| device.writing.len());
    let done = world.ctx.random.index(under_way + 1);
    world.rendezvous.ended(index);
    if let Some(beacon) = &mut world.beacon {
        beacon.places.ended(index);
    }
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    for job in device.writing.drain(..).take(done) {
        if let Job::Write(_, change) = job
            && device.storing != Storing::Refuses
        {
            device.disk.write(change);
        }
    }
    if let Some(random) = &mut world.transfers.random {
        device.disk.crash(|| random.index(4));
    }
    if matches!(device.storing, Storing::Silent { .. }) {
        device.storing = Storing::Takes;
    }
    device.keep_tokens();
    device.process = None;
    device.generation += 1;
    device.written_at = 0;
}

/// Calls the node and the endpoint of a device, where their time has come. A call that an earlier one
/// has replaced is none.
pub fn timer(world: &mut World, index: usize) {
    let now = world.ctx.now;
    let process = world.devices.process(index);
    let Some(process) = process.filter(|process| process.armed == Some(now)) else {
        return;
    };
    process.armed = None;
    let due = |at: Option<u64>| at.is_some_and(|at| at <= now);
    let (node, endpoint) = (due(process.node_due), due(process.endpoint_due));
    if endpoint {
        endpoint::handle(world, index, EndpointInput::Timeout);
    }
    if node {
        node::handle(world, index, Input::Timeout);
    }
    world.arm(index);
}

fn brain(world: &World, index: usize, seed: [u8; 32]) -> Option<Brain> {
    let device = world.devices.get(index)?;
    let router = |home: usize| Some(world.network.homes.get(home)?.router_id(1));
    let mut config = config(world.network.sockets.services.len());
    Some(if let Some((kind, home)) = device.harm {
        let id = device.stands_at.clone().or_else(|| router(home))?;
        Brain::Hostile(Box::new(Hostile::new(kind, &id, config, seed)))
    } else if let Some(id) = &device.relays {
        Brain::Relay(Box::new(Relay::new(id.clone(), config)))
    } else if let Some(orders) = &device.calls {
        Brain::Caller(Box::new(Caller::new(orders.clone(), config, seed)))
    } else if device.light {
        let (name, router) = (names::name(index), router(device.home)?);
        Brain::Light(Box::new(Light::new(name, &router, config, seed)))
    } else {
        let signed = world.beacon.as_ref();
        let has_beacon = signed.is_some_and(|beacon| beacon.without != Some(index));
        config.beacon = has_beacon.then(|| Box::new(beacon::config()));
        let (snapshot, clock) = (device.disk.snapshot(), device.clock(world.ctx.now));
        let tables = Box::new(Tables);
        let node = Node::new(config, None, snapshot, seed, tables, clock);
        match device.false_friend {
            Some(from) => Brain::FalseFriend(Box::new(FalseFriend::new(node, from, seed))),
            None => Brain::Node(Box::new(node)),
        }
    })
}

/// Returns the configuration that the extension was packed with, for this many servers.
fn config(servers: usize) -> Config {
    let server = |host: &&str| SignallingServer {
        host: (*host).to_owned(),
        port: 443,
        path: "/".to_owned(),
        key: "peerjs".to_owned(),
        secure: true,
    };
    Config {
        signalling: HOSTS.iter().take(servers).map(server).collect(),
        ..Config::default()
    }
}
