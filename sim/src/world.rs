//! The clock, what is under way, and the dispatch of it.

use crate::check;
use crate::connections::{Connections, public_address};
use crate::device::{Device, Process, View};
use crate::fault::{self, Fault, Faults};
use crate::person;
use crate::random::Random;
use crate::server::{PeerServer, Wire};
use mesh_chat::address::Addresses;
use mesh_chat::config::Config;
use mesh_chat::name::Tables;
use mesh_chat::node::{CommandId, Input, Output, StoreId};
use mesh_chat::records::Change;
use mesh_chat::view::Command;
use mesh_chat::{Mono, Node};
use peerjs::endpoint::{Endpoint, Input as EndpointInput, SocketId, SocketInput};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::hash::{DefaultHasher, Hash, Hasher};
use webext::mapping;

/// Something that happens at a moment.
#[derive(Debug)]
pub enum What {
    /// To a node of this generation.
    Node(usize, u64, Box<Input>),
    /// To an endpoint of this generation.
    Endpoint(usize, u64, EndpointInput),
    /// A node or an endpoint wanted to be called.
    Timer(usize, u64),
    /// A write is done, or was lost with its process.
    Disk(usize, u64, StoreId, Box<Change>),
    /// A socket reaches the server, with an id and a token.
    Connect(Wire, String, String),
    /// A frame reaches the server.
    Frame(Wire, String),
    /// The server hears that a socket is closed.
    Hangup(Wire),
    /// The server looks around.
    Sweep,
    /// A person does something.
    Person(usize),
    /// Something goes wrong.
    Fault(Fault),
    /// A process begins.
    Start(usize),
}

/// Things under way: by time, then in the order in which they began.
#[derive(Debug)]
struct Next(Reverse<(u64, u64)>, What);

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Next {}
impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Next {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// What a person wrote to another.
#[derive(Clone, Debug)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Whether the person was told that it is stored.
    pub certain: bool,
}

/// The world.
#[derive(Debug)]
pub struct World {
    /// Milliseconds since the beginning.
    pub now: u64,
    /// Chance.
    pub random: Random,
    /// Everybody.
    pub devices: Vec<Device>,
    /// The signalling server.
    pub server: PeerServer,
    /// What was wrong.
    pub violations: Vec<String>,
    /// A hash of everything that happened.
    pub trace: u64,
    /// Texts written.
    pub texts: u64,
    /// Tell what happens.
    pub tell: bool,
    /// Nothing goes wrong any more, and people only answer.
    pub calm: bool,
    /// What is written, by who writes to whom.
    pub written: BTreeMap<(usize, usize), Vec<Written>>,
    /// Commands that wait for their answer: who wrote which text to whom.
    pub asked: BTreeMap<u64, (usize, usize, String)>,
    queue: BinaryHeap<Next>,
    begun: u64,
    commands: u64,
    /// Sockets and peer connections.
    pub(crate) connections: Connections,
}

impl World {
    /// Devices that are off.
    #[must_use]
    pub fn new(seed: u64, peers: usize) -> Self {
        let mut random = Random::new(seed);
        let device = |_| Device {
            home: usize::from(random.chance(20)),
            skew: i64::try_from(random.within(0, 120_000)).unwrap_or(0) - 60_000,
            ..Device::default()
        };
        Self {
            now: 1_000,
            devices: (0..peers).map(device).collect(),
            random,
            server: PeerServer::default(),
            violations: Vec::new(),
            trace: 0,
            texts: 0,
            tell: false,
            calm: false,
            written: BTreeMap::new(),
            asked: BTreeMap::new(),
            queue: BinaryHeap::new(),
            begun: 0,
            commands: 0,
            connections: Connections::default(),
        }
    }

    /// Everybody switches on, within the same second or spread over a minute.
    pub fn begin(&mut self) {
        let spread = if self.random.chance(50) {
            1_000
        } else {
            60_000
        };
        for device in 0..self.devices.len() {
            let at = self.random.within(0, spread);
            self.later(at, What::Start(device));
            let at = at + self.random.within(500, 5_000);
            self.later(at, What::Person(device));
        }
        self.later(1_000, What::Sweep);
    }

    /// Tells what happens, to whoever replays a seed.
    #[allow(clippy::print_stderr, reason = "asked for by whoever replays a seed")]
    pub fn say(&self, what: impl FnOnce() -> String) {
        if self.tell {
            eprintln!("{:>9.3} s  {}", self.now as f64 / 1_000.0, what());
        }
    }

    /// Something happens after a time.
    pub fn later(&mut self, after: u64, what: What) {
        self.begun += 1;
        let at = Reverse((self.now + after, self.begun));
        self.queue.push(Next(at, what));
    }

    /// Lets everything happen up to a moment.
    pub fn run_until(&mut self, end: u64, faults: &mut Faults) {
        while let Some(Next(Reverse((at, _)), _)) = self.queue.peek() {
            if *at > end {
                break;
            }
            let Some(Next(Reverse((at, number)), what)) = self.queue.pop() else {
                break;
            };
            self.now = at;
            self.note(number, &what);
            self.happen(what, faults);
            self.deliver();
        }
        self.now = end;
    }

    fn note(&mut self, number: u64, what: &What) {
        let mut hasher = DefaultHasher::new();
        (self.trace, self.now, number).hash(&mut hasher);
        match what {
            What::Node(device, _, input) => {
                (1, device, std::mem::discriminant(&**input)).hash(&mut hasher)
            }
            What::Frame(wire, text) => (2, wire, text).hash(&mut hasher),
            What::Timer(device, _) => (3, device).hash(&mut hasher),
            What::Endpoint(..)
            | What::Disk(..)
            | What::Connect(..)
            | What::Hangup(_)
            | What::Sweep
            | What::Person(_)
            | What::Fault(_)
            | What::Start(_) => std::mem::discriminant(what).hash(&mut hasher),
        }
        self.trace = hasher.finish();
    }

    /// What reaches a device that sleeps waits until it wakes.
    fn sleeper(&self, what: &What) -> Option<u64> {
        let (What::Node(device, ..)
        | What::Endpoint(device, ..)
        | What::Timer(device, _)
        | What::Disk(device, ..)
        | What::Start(device)) = what
        else {
            return None;
        };
        let (_, until) = self.devices.get(*device)?.asleep?;
        Some(until - self.now)
    }

    fn happen(&mut self, what: What, faults: &mut Faults) {
        if let Some(wait) = self.sleeper(&what) {
            return self.later(wait, what);
        }
        match what {
            What::Node(device, generation, input) => {
                if self.is_there(device, generation) {
                    self.node(device, *input);
                }
            }
            What::Endpoint(device, generation, input) => {
                if self.is_there(device, generation) {
                    self.endpoint(device, input);
                }
            }
            What::Timer(device, generation) => {
                if self.is_there(device, generation) {
                    self.timer(device);
                }
            }
            What::Disk(device, generation, id, change) => {
                if self.is_there(device, generation) {
                    self.written(device, id, *change);
                }
            }
            What::Connect(wire, id, token) => {
                if !self.connections.dead.contains(&wire) {
                    self.server.connect(self.now, wire, &id, &token);
                }
            }
            What::Frame(wire, text) => {
                if !self.connections.dead.contains(&wire) {
                    self.server.receive(self.now, wire, &text);
                }
            }
            What::Hangup(wire) => self.server.closed(wire),
            What::Sweep => {
                self.server.sweep(self.now);
                self.later(1_000, What::Sweep);
            }
            What::Person(device) => person::act(self, device),
            What::Fault(fault) => faults.happen(self, fault),
            What::Start(device) => self.start(device),
        }
    }

    fn is_there(&self, device: usize, generation: u64) -> bool {
        let device = self.devices.get(device);
        device.is_some_and(|d| d.generation == generation && d.process.is_some())
    }

    /// What the server has said goes on its way.
    fn deliver(&mut self) {
        for (wire, frame) in std::mem::take(&mut self.server.sent) {
            if self.connections.dead.contains(&wire) {
                continue;
            }
            let lag = self.connections.sockets.get(&wire).copied().unwrap_or(1);
            let input = frame.map_or(SocketInput::Closed, SocketInput::Frame);
            let (device, generation, socket) = wire;
            let input = EndpointInput::Socket(SocketId(socket), input);
            self.later(lag, What::Endpoint(device, generation, input));
        }
    }

    /// A process begins with what the disk holds.
    pub fn start(&mut self, index: usize) {
        let seed = self.random.seed();
        let now = self.now;
        let Some(device) = self.devices.get_mut(index).filter(|d| d.process.is_none()) else {
            return;
        };
        device.view = View::default();
        let node = Node::new(
            Config::default(),
            None,
            device.disk.snapshot(),
            seed,
            Box::new(Tables),
            device.clock(now),
        );
        device.process = Some(Process {
            node,
            endpoint: None,
            node_due: None,
            endpoint_due: None,
            armed: None,
        });
        self.node(index, Input::Timeout);
    }

    /// The process is gone at once. A killed browser's sockets are closed by its system, those of
    /// one that is cut off are not.
    pub fn kill(&mut self, index: usize, cut_off: bool) {
        self.cut(index, !cut_off);
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        device.process = None;
        device.generation += 1;
        device.written_at = 0;
    }

    /// A person asks; the answer comes to [`person::answered`].
    pub fn command(&mut self, device: usize, command: Command) -> u64 {
        self.commands += 1;
        self.node(device, Input::Command(CommandId(self.commands), command));
        self.commands
    }

    /// One input of a node, and everything that follows at once.
    pub fn node(&mut self, index: usize, input: Input) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let clock = device.clock(now);
        let Some(process) = &mut device.process else {
            return;
        };
        process.node.handle(clock, input);
        loop {
            let Some(process) = self.process(index) else {
                return;
            };
            let output = process.node.poll();
            if let Output::Timeout(at) = output {
                let slept = self.devices.get(index).map_or(0, |device| device.slept);
                if let Some(process) = self.process(index) {
                    process.node_due = at.map(|Mono(at)| at + slept);
                }
                return self.arm(index);
            }
            self.act(index, output);
        }
    }

    pub(crate) fn process(&mut self, index: usize) -> Option<&mut Process> {
        self.devices.get_mut(index)?.process.as_mut()
    }

    fn act(&mut self, index: usize, output: Output) {
        if let Output::Transmit(link, frame) = &output {
            self.say(|| format!("P{index} sends {link:?} {frame}"));
        }
        match output {
            Output::Register(id) => self.endpoint(index, EndpointInput::Register(id)),
            Output::Release(id) => self.endpoint(index, EndpointInput::Release(id)),
            Output::Dial { link, from, to } => {
                let conn = mapping::conn(link);
                self.endpoint(index, EndpointInput::Dial { conn, from, to });
            }
            Output::Transmit(link, frame) => {
                self.endpoint(index, EndpointInput::Send(mapping::conn(link), frame));
            }
            Output::Close(link) => self.endpoint(index, EndpointInput::Close(mapping::conn(link))),
            Output::Probe => self.endpoint(index, EndpointInput::Probe),
            Output::LookUpAddress => self.look_up(index),
            Output::Store(id, change) => self.store(index, id, change),
            Output::Configure(config) => self.configure(index, &config),
            Output::Event(event) => {
                self.say(|| format!("P{index} shows {event:?}"));
                let view = self.devices.get_mut(index).map(|device| &mut device.view);
                if let Some(message) = view.and_then(|view| view.show(event)) {
                    check::delivered(self, index, &message.text);
                }
            }
            Output::Reply(CommandId(id), result) => self.reply(id, result.is_ok()),
            Output::Timeout(_) => {}
        }
    }

    fn reply(&mut self, id: u64, stored: bool) {
        if let Some((from, to, text)) = self.asked.remove(&id) {
            person::answered(self, from, to, &text, stored);
        }
    }

    fn configure(&mut self, index: usize, config: &Config) {
        let seed = self.random.seed();
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let tokens = device.tokens.clone();
        if let Some(process) = &mut device.process {
            let servers = mapping::servers(config);
            process.endpoint = Some(Endpoint::new(servers, tokens, seed));
        }
    }

    fn look_up(&mut self, index: usize) {
        let Some(device) = self.devices.get(index) else {
            return;
        };
        let generation = device.generation;
        let mut addresses = Addresses::default();
        if !device.offline {
            addresses.seen.push(public_address(device.home));
        }
        let after = self.random.within(20, 200);
        let input = Box::new(Input::Addresses(addresses));
        self.later(after, What::Node(index, generation, input));
    }

    /// A write takes a few milliseconds, and is not done before an earlier one.
    fn store(&mut self, index: usize, id: StoreId, change: Change) {
        let took = self.random.within(1, 8);
        let now = self.now;
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        device.written_at = device.written_at.max(now + took);
        let (after, generation) = (device.written_at - now, device.generation);
        self.later(after, What::Disk(index, generation, id, Box::new(change)));
    }

    fn written(&mut self, index: usize, id: StoreId, change: Change) {
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let result = if device.full {
            Err("the disk is full".to_owned())
        } else {
            device.disk.write(change);
            Ok(())
        };
        self.node(index, Input::Stored(id, result));
    }

    fn timer(&mut self, index: usize) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let Some(process) = &mut device.process else {
            return;
        };
        process.armed = None;
        let due = |at: Option<u64>| at.is_some_and(|at| at <= now);
        let (node, endpoint) = (due(process.node_due), due(process.endpoint_due));
        if endpoint {
            self.endpoint(index, EndpointInput::Timeout);
        }
        if node {
            self.node(index, Input::Timeout);
        }
        self.arm(index);
    }

    pub(crate) fn arm(&mut self, index: usize) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let generation = device.generation;
        let Some(process) = &mut device.process else {
            return;
        };
        let due = process.node_due.into_iter().chain(process.endpoint_due);
        let Some(due) = due.min().map(|due| due.max(now)) else {
            return;
        };
        if process.armed.is_some_and(|armed| armed <= due) {
            return;
        }
        process.armed = Some(due);
        self.later(due - now, What::Timer(index, generation));
    }

    /// Everything that was wrong is right from now on.
    pub fn heal(&mut self) {
        self.calm = true;
        self.server.down = false;
        for index in 0..self.devices.len() {
            fault::wake(self, index);
            if let Some(device) = self.devices.get_mut(index) {
                device.offline = false;
                device.full = false;
            }
            self.start(index);
        }
    }
}
