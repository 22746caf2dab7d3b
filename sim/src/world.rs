//! The clock, what is under way, and the dispatch of it.

use crate::beacon::{Beacon, Call};
use crate::connections::Connections;
use crate::device::Device;
use crate::fault::{self, Fault, Faults};
use crate::home::{Home, Nat};
use crate::hostile::Kind;
use crate::model::{self, Model};
use crate::person;
use crate::random::Random;
use crate::server::{PeerServer, Wire};
use crate::sockets::Service;
use crate::ties::Ties;
use mesh_chat::node::{Input, Link};
use peerjs::endpoint::Input as EndpointInput;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Something that happens at a moment.
#[derive(Debug)]
pub enum What {
    /// To a node of this generation.
    Node(usize, u64, Box<Input>),
    /// To an endpoint of this generation.
    Endpoint(usize, u64, EndpointInput),
    /// A node or an endpoint wanted to be called.
    Timer(usize, u64),
    /// The first write under way is done, or was lost with its process.
    Disk(usize, u64),
    /// A socket reaches a server, with an id and a token.
    Connect(usize, Wire, String, String),
    /// A frame reaches a server.
    Frame(usize, Wire, String),
    /// A server hears that a socket is closed.
    Hangup(usize, Wire),
    /// The servers look around.
    Sweep,
    /// The model looks at the world.
    Watch,
    /// A person does something.
    Person(usize),
    /// Something goes wrong.
    Fault(Fault),
    /// A process begins.
    Start(usize),
    /// A request to the beacon, or its answer.
    Beacon(usize, u64, Box<Call>),
}

/// Things under way: by time, then in the order in which they began. Boxed, because a heap moves
/// them about.
#[derive(Debug)]
struct Next(Reverse<(u64, u64)>, Box<What>);

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
    /// Nothing is promised: one of the two removed the other, or lost everything.
    pub free: bool,
}

/// How many homes there are. Whoever attacks from outside is in the last.
pub const HOMES: usize = 3;

/// The world.
#[derive(Debug)]
pub struct World {
    /// Milliseconds since the beginning.
    pub now: u64,
    /// Chance.
    pub random: Random,
    /// Everybody: first those of the people, then those that mean harm.
    pub devices: Vec<Device>,
    /// How many devices are of people.
    pub people: usize,
    /// Their names.
    pub names: Vec<String>,
    /// Where they are.
    pub homes: Vec<Home>,
    /// The signalling servers, first choice first.
    pub servers: Vec<Service>,
    /// What must be so by now.
    pub model: Model,
    /// What signs the roots of namespaces, where they are signed.
    pub beacon: Option<Beacon>,
    /// What people decided about each other.
    pub ties: Ties,
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
    /// People join and do nothing else.
    pub mute: bool,
    /// Milliseconds that everybody slept through at once.
    pub leapt: i64,
    /// Bytes that routers have sent.
    pub routed: u64,
    /// What is written, by who writes to whom.
    pub written: BTreeMap<(usize, usize), Vec<Written>>,
    /// Commands that wait for their answer: who wrote which text to whom.
    pub asked: BTreeMap<u64, (usize, usize, String)>,
    queue: BinaryHeap<Next>,
    begun: u64,
    pub(crate) commands: u64,
    /// Sockets and peer connections.
    pub(crate) connections: Connections,
}

impl World {
    /// Devices that are off.
    #[must_use]
    pub fn new(seed: u64, peers: usize) -> Self {
        let mut random = Random::new(seed);
        let homes = (0..HOMES).map(|home| Home::new(home, Nat::draw(&mut random)));
        // Whoever takes an address that was somebody's is in none of them.
        let homes: Vec<Home> = homes.collect();
        let elsewhere = Home::new(HOMES, Nat::Open);
        let homes = homes.into_iter().chain([elsewhere]).collect();
        let services = 1 + usize::from(random.chance(35));
        let wrong = if random.chance(50) { 900_000 } else { 60_000 };
        let device = |_| Device {
            // Most are in one home.
            home: random.index(10).saturating_sub(6).div_ceil(2),
            skew: i64::try_from(random.within(0, 2 * wrong)).unwrap_or(0) - wrong as i64,
            ..Device::default()
        };
        let mut devices: Vec<Device> = (0..peers).map(device).collect();
        let beacon = Beacon::draw(seed, peers);
        if let Some(beacon) = &beacon {
            beacon.set_clocks(&mut devices);
        }
        Self {
            now: 1_000,
            devices,
            people: peers,
            names: (0..peers).map(person::name).collect(),
            homes,
            random,
            servers: (0..services).map(|_| Service::default()).collect(),
            model: Model::new(HOMES),
            beacon,
            ties: Ties::new(seed),
            violations: Vec::new(),
            trace: 0,
            texts: 0,
            tell: false,
            calm: false,
            mute: false,
            leapt: 0,
            routed: 0,
            written: BTreeMap::new(),
            asked: BTreeMap::new(),
            queue: BinaryHeap::new(),
            begun: 0,
            commands: 0,
            connections: Connections::default(),
        }
    }

    /// Everybody switches on, within the same second or spread over a minute. In some worlds the
    /// Router ID is still held by nobody, and in some there is somebody who means harm.
    pub fn begin(&mut self, faults: &mut Faults) {
        let spread = if self.random.chance(50) {
            1_000
        } else {
            60_000
        };
        if self.random.chance(20) {
            faults.ghost(self);
        }
        if self.random.chance(30) {
            self.invite(faults);
        }
        for device in 0..self.devices.len() {
            let early = device < self.people;
            let at = if early {
                self.random.within(0, spread)
            } else {
                0
            };
            self.later(at, What::Start(device));
            if early {
                let at = at + self.random.within(500, 5_000);
                self.later(at, What::Person(device));
            }
        }
        self.later(1_000, What::Sweep);
        self.later(1_000, What::Watch);
    }

    fn invite(&mut self, faults: &mut Faults) {
        for _ in 0..self.random.within(1, 3) {
            let kind = Kind::draw(&mut self.random);
            let target = self.random.index(2);
            let home = if kind.is_outside() { HOMES - 1 } else { target };
            faults.count(kind.name());
            match &mut self.beacon {
                // Whoever attacks the public root must be nobody's trouble under a signed one.
                Some(beacon) => beacon.without = None,
                None => self.model.besieged(target, true),
            }
            self.devices.push(Device {
                home,
                harm: Some((kind, target)),
                ..Device::default()
            });
        }
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
        self.queue.push(Next(at, Box::new(what)));
    }

    /// Lets everything happen in this many milliseconds.
    pub fn run_for(&mut self, millis: u64, faults: &mut Faults) {
        self.run_until(self.now + millis, faults);
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
            self.happen(*what, faults);
            self.deliver();
        }
        self.now = end;
    }

    fn note(&mut self, number: u64, what: &What) {
        let mut hasher = DefaultHasher::new();
        (self.trace, self.now, number).hash(&mut hasher);
        match what {
            What::Node(device, _, input) => {
                (1, device, std::mem::discriminant(&**input)).hash(&mut hasher);
                if let Input::Link(_, Link::Frame(frame)) = &**input {
                    frame.hash(&mut hasher);
                }
            }
            What::Frame(_, wire, text) => (2, wire, text).hash(&mut hasher),
            What::Timer(device, _) => (3, device).hash(&mut hasher),
            What::Endpoint(..)
            | What::Disk(..)
            | What::Connect(..)
            | What::Hangup(..)
            | What::Sweep
            | What::Watch
            | What::Person(_)
            | What::Fault(_)
            | What::Beacon(..)
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
        | What::Beacon(device, ..)
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
            What::Disk(device, generation) => {
                if self.is_there(device, generation) {
                    self.written(device);
                }
            }
            What::Beacon(device, generation, call) => {
                if self.is_there(device, generation) {
                    self.call_beacon(device, *call);
                }
            }
            What::Connect(server, wire, id, token) => {
                let now = self.now;
                if let Some(server) = self.reached(server, wire) {
                    server.connect(now, wire, &id, &token);
                }
            }
            What::Frame(server, wire, text) => {
                let now = self.now;
                if let Some(server) = self.reached(server, wire) {
                    server.receive(now, wire, &text);
                }
            }
            What::Hangup(server, wire) => {
                if let Some(server) = self.servers.get_mut(server) {
                    server.peer.closed(wire);
                }
            }
            What::Sweep => {
                let now = self.now;
                self.servers
                    .iter_mut()
                    .for_each(|server| server.peer.sweep(now));
                self.later(1_000, What::Sweep);
            }
            What::Watch => {
                model::watch(self);
                self.later(1_000, What::Watch);
            }
            What::Person(device) => person::act(self, device),
            What::Fault(fault) => faults.happen(self, fault),
            What::Start(device) => self.start(device),
        }
    }

    /// A server, where the socket to it is alive.
    fn reached(&mut self, server: usize, wire: Wire) -> Option<&mut PeerServer> {
        let alive = !self.connections.dead.contains(&wire);
        self.servers
            .get_mut(server)
            .filter(|_| alive)
            .map(|server| &mut server.peer)
    }

    fn is_there(&self, device: usize, generation: u64) -> bool {
        let device = self.devices.get(device);
        device.is_some_and(|d| d.generation == generation && d.process.is_some())
    }

    /// Everything that was wrong is right from now on.
    pub fn heal(&mut self) {
        self.servers.iter_mut().for_each(Service::heal);
        for index in 0..self.people {
            fault::heal(self, index);
        }
        self.model.disturbed_everywhere(self.now, &model::HEAL);
        if self.calm {
            self.mend_beacon(true);
        }
    }

    /// Whoever means harm goes.
    pub fn expel(&mut self) {
        (0..HOMES).for_each(|home| self.model.besieged(home, false));
        self.model.disturbed_everywhere(self.now, &model::EXPELLED);
        for index in self.people..self.devices.len() {
            self.kill(index, false);
            let harm = self.devices.get(index).and_then(|device| device.harm);
            if let Some((kind, home)) = harm
                && kind.is_outside()
            {
                self.model.disturbed_home(home, self.now, &model::SQUATTED);
            }
        }
    }
}
