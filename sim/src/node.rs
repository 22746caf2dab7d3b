//! The node of a device: what reaches it, and what comes of its outputs.

use crate::causes::SILENT;
use crate::check;
use crate::device::{Job, Storing};
use crate::disk;
use crate::endpoint;
use crate::event::Event;
use crate::fault::Fault;
use crate::files;
use crate::world::World;
use mesh_chat::address::Addresses;
use mesh_chat::config::Config;
use mesh_chat::node::{CommandId, Deadline, Input, Link, Output};
use mesh_chat::records::Change;
use mesh_chat::view::{self, Answer, Command, MessageState, Phase, Refusal};
use peerjs::endpoint::{Endpoint, Input as EndpointInput};
use webext::mapping;

/// How long the engine waits for its disk, in milliseconds: twice the `SILENCE` of `webext::storage`.
const PATIENCE: u64 = 2 * webext::storage::SILENCE.as_secs() * 1_000;

/// How long what is said last may take, in milliseconds: as in `webext/src/browser/signalling.rs`.
const LAST_WORDS: u64 = 400;

/// Gives a command to a node. Returns the number of the command.
pub fn command(world: &mut World, index: usize, command: Command) -> u64 {
    let id = world.number_command();
    handle(world, index, Input::Command(id, command));
    id.0
}

/// Gives an input to a node, and carries out everything that follows at once.
pub fn handle(world: &mut World, index: usize, input: Input) {
    let waiting = check::menaces::waiting(world, index, &input);
    take(world, index, input);
    check::menaces::still_wait(world, index, &waiting);
}

fn take(world: &mut World, index: usize, input: Input) {
    let now = world.ctx.now;
    let device = world.devices.get(index);
    let Some(device) = device.filter(|device| device.process.is_some()) else {
        return;
    };
    let clock = device.clock(now);
    say_input(world, index, &input);
    if let Input::Link(link, Link::Frame(frame)) = &input
        && !world.is_with_false_friend(index, *link)
    {
        world.knowledge.hears(index, frame);
    }
    check::rendezvous::heard(world, index, &input);
    check::menaces::heard(world, index, &input);
    check::roots::heard(world, index, &input);
    let Some(process) = world.devices.process(index) else {
        return;
    };
    process.brain.handle(clock, input);
    loop {
        let Some(process) = world.devices.process(index) else {
            return;
        };
        let output = process.brain.poll();
        if let Output::Timeout(deadline) = output {
            wait(world, index, deadline);
            check::roots::look(world, index);
            return world.arm(index);
        }
        carry_out(world, index, output);
    }
}

/// The first job of a disk is done: what was written is there, or the disk did not take it. A silent one
/// does not even say that.
pub fn written(world: &mut World, index: usize) {
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    if matches!(device.storing, Storing::Silent { .. }) {
        return wait_for_disk(world, index);
    }
    let Some(job) = device.writing.pop_front() else {
        return;
    };
    let input = match job {
        Job::Write(id, change) => Input::Stored(id, write(world, index, change)),
        Job::Read(id, query) => Input::Loaded(id, Ok(device.disk.load(&query))),
    };
    handle(world, index, input);
}

/// The engine waits for the answer of a silent disk.
fn wait_for_disk(world: &mut World, index: usize) {
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    if device.storing == (Storing::Silent { asked: true }) {
        return;
    }
    device.storing = Storing::Silent { asked: true };
    let (home, reload) = (device.home, Fault::Reload(index, device.generation));
    world.model.disturbed(home, world.ctx.now, &SILENT);
    world.ctx.later(PATIENCE, Event::Fault(reload));
}

/// Does a write. Returns what the disk says of it.
fn write(world: &mut World, index: usize, change: Change) -> Result<(), String> {
    let Some(device) = world.devices.get_mut(index) else {
        return Ok(());
    };
    let roll = match (device.storing, &mut world.disks) {
        (Storing::Doubtful, Some(random)) => random.within(0, 4),
        _ => 0,
    };
    let (takes, says) = match (device.storing, roll) {
        (Storing::Takes | Storing::Silent { .. }, _) | (Storing::Doubtful, 0) => (true, Ok(())),
        (Storing::Refuses, _) => (false, Err("the disk is full".to_owned())),
        (Storing::Doubtful, 1) => (false, Err("the disk does not take it".to_owned())),
        (Storing::Doubtful, _) => (true, Err("the disk says that it failed".to_owned())),
    };
    if takes && says.is_err() {
        world.texts.doubt(&change);
    }
    if takes {
        device.disk.write(change);
    }
    says
}

fn wait(world: &mut World, index: usize, deadline: Option<Deadline>) {
    if let Some(Deadline { at, why }) = deadline {
        world
            .ctx
            .say(|| format!("P{index} waits until {} for {why:?}", at.0));
    }
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    let slept = device.slept;
    if let Some(process) = &mut device.process {
        process.node_due = deadline.map(|deadline| deadline.at.0 + slept);
    }
}

fn carry_out(world: &mut World, index: usize, output: Output) {
    if let Output::Transmit(_, frame) = &output {
        count_routed(world, index, frame.len());
    }
    say_output(world, index, &output);
    check::rendezvous::asked(world, index, &output);
    check::roots::asked(world, index, &output);
    check::rates::asked(world, index, &output);
    check::menaces::asked(world, index, &output);
    check::absences::asked(world, index, &output);
    match output {
        Output::Register(id) => endpoint::handle(world, index, EndpointInput::Register(id)),
        Output::Release(id) => endpoint::handle(world, index, EndpointInput::Release(id)),
        Output::Dial {
            link,
            from,
            to,
            label,
            further,
            reach,
        } => {
            let input = EndpointInput::Dial {
                conn: mapping::conn(link),
                from,
                to,
                label: Some(label),
                further,
                reach: mapping::reach(reach),
            };
            endpoint::handle(world, index, input);
        }
        Output::Answer { link, reach } => {
            let (conn, reach) = (mapping::conn(link), mapping::reach(reach));
            endpoint::handle(world, index, EndpointInput::Answer { conn, reach });
        }
        Output::Knock { from, to } => {
            endpoint::handle(world, index, EndpointInput::Knock { from, to });
        }
        Output::Transmit(link, frame) => {
            let input = EndpointInput::Send(mapping::conn(link), frame);
            endpoint::handle(world, index, input);
        }
        Output::Close(link) => {
            endpoint::handle(world, index, EndpointInput::Close(mapping::conn(link)));
        }
        Output::Probe => endpoint::handle(world, index, EndpointInput::Probe),
        Output::LookUpAddress => look_up(world, index),
        Output::Store(id, change) => store(world, index, Job::Write(id, change)),
        Output::Load(id, query) => store(world, index, Job::Read(id, query)),
        Output::Configure(config) => configure(world, index, &config),
        Output::Disconnect => disconnect(world, index),
        Output::File(file, output) => files::act(world, index, file, output),
        Output::Event(event) => show(world, index, event),
        Output::Reply(CommandId(id), result) => reply(world, id, result),
        Output::FetchBeacon { .. } => fetch_beacon(world, index),
        Output::Carry(_) | Output::Timeout(_) => {}
    }
}

fn show(world: &mut World, index: usize, event: view::Event) {
    if let view::Event::Message(message) = &event
        && message.state == MessageState::Received
    {
        world.texts.arrived(&message.text);
        check::menaces::shown(world, index, message);
    }
    if let view::Event::Notify(notification) = &event {
        check::rendezvous::notified(world, index, notification);
    }
    if let view::Event::Person(person) = &event {
        check::rendezvous::shown(world, index, person);
    }
    check::roots::shown(world, index, &event);
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    if let Some((contact, places)) = device.view.show(event) {
        for text in device.disk.own_texts(&contact, &places) {
            check::texts::delivered(world, index, &text);
        }
    }
}

fn reply(world: &mut World, id: u64, result: Result<Answer, Refusal>) {
    let backup = match &result {
        Ok(Answer::Backup { text }) => Some(text.as_str()),
        Ok(_) | Err(_) => None,
    };
    world.ties.backups.answered(id, backup);
    world.texts.replied(world.ctx.now, id, result.is_ok());
    world.transfers.replied(id, result.is_ok());
}

fn fetch_beacon(world: &mut World, index: usize) {
    let unix = world.unix();
    let generation = world.devices.get(index).map_or(0, |d| d.generation);
    if let Some(beacon) = &mut world.beacon {
        beacon.ask(&mut world.ctx, unix, index, generation);
    }
}

/// More sockets than an endpoint makes in a world.
const SOCKETS: u32 = 1_000_000;

fn configure(world: &mut World, index: usize, config: &Config) {
    let seed = world.ctx.random.seed();
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    device.keep_tokens();
    let tokens = device.tokens.clone();
    if let Some(process) = &mut device.process {
        let servers = mapping::servers(config);
        // The server may not have heard yet that the sockets of the one before are closed.
        let first = process.endpoints * SOCKETS;
        process.endpoints += 1;
        let endpoint = Endpoint::new(servers, tokens, seed).with_sockets_from(first);
        process.endpoint = Some(Box::new(endpoint));
        process.closing = false;
    }
}

/// What was said last gets the time to arrive that the extension gives it.
fn disconnect(world: &mut World, index: usize) {
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    device.keep_tokens();
    let generation = device.generation;
    if let Some(process) = &mut device.process {
        process.closing = process.endpoint.is_some();
    }
    let closed = Event::Fault(Fault::Closed(index, generation));
    world.ctx.later(LAST_WORDS, closed);
}

fn look_up(world: &mut World, index: usize) {
    let Some(device) = world.devices.get(index) else {
        return;
    };
    let mut addresses = Addresses::default();
    if !device.offline {
        let address = world.network.public_address(device.home);
        addresses.seen.push(address);
    }
    let after = world.ctx.random.within(20, 200);
    let input = Box::new(Input::Addresses(addresses));
    let event = Event::Node(index, device.generation, input);
    world.ctx.later(after, event);
}

/// A job takes a few milliseconds, and is not done before an earlier one.
fn store(world: &mut World, index: usize, job: Job) {
    let took = world.ctx.random.within(1, 8);
    let now = world.ctx.now;
    if let Job::Write(_, change) = &job {
        if world.devices.is_person(index) {
            world.knowledge.stores(index, change);
        }
        check::menaces::stores(world, index, change);
    }
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    device.written_at = device.written_at.max(now + took);
    device.writing.push_back(job);
    let after = device.written_at - now;
    world
        .ctx
        .later(after, Event::Disk(index, device.generation));
}

fn count_routed(world: &mut World, index: usize, bytes: usize) {
    let view = world.devices.get(index).map(|device| &device.view);
    if view.is_some_and(|view| matches!(view.phase, Some(Phase::Router { .. }))) {
        world.routed += bytes as u64;
    }
}

/// Prints an input, when a seed is replayed.
fn say_input(world: &World, index: usize, input: &Input) {
    let links = matches!(
        input,
        Input::Link(_, Link::Incoming { .. } | Link::Closed(_))
    );
    if links || matches!(input, Input::Signalling(_) | Input::File(..)) {
        world.ctx.say(|| format!("P{index} hears {input:?}"));
    }
}

/// Prints an output, when a seed is replayed.
fn say_output(world: &World, index: usize, output: &Output) {
    let say = |what: &dyn Fn() -> String| world.ctx.say(|| format!("P{index} {}", what()));
    match output {
        Output::Register(id) => say(&|| format!("registers {id}")),
        Output::Release(id) => say(&|| format!("releases {id}")),
        Output::Dial { link, to, .. } => say(&|| format!("dials {link:?} {to}")),
        Output::Answer { link, .. } => say(&|| format!("answers {link:?}")),
        Output::Knock { from, to } => say(&|| format!("knocks from {from} at {to}")),
        Output::Transmit(link, frame) => say(&|| format!("sends {link:?} {frame}")),
        Output::Event(event) => say(&|| format!("shows {event:?}")),
        Output::Load(_, query) => say(&|| format!("reads {query:?}")),
        Output::Store(_, change) => say(&|| format!("stores {}", disk::describe(change))),
        Output::File(file, output) => say(&|| format!("does {output:?} with {}", file.0)),
        Output::Close(_)
        | Output::Probe
        | Output::LookUpAddress
        | Output::Configure(_)
        | Output::Disconnect
        | Output::Reply(..)
        | Output::FetchBeacon { .. }
        | Output::Carry(_)
        | Output::Timeout(_) => {}
    }
}
