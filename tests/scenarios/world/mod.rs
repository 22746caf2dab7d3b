//! A small world for nodes: one signalling server, links, storage, clocks and a beacon.
//!
//! [`World::new`] and its builder methods say how the world is before anybody starts. Afterwards
//! [`person`] has what people do, [`network`] and [`storage`] what goes well or wrong, and [`look`]
//! what a test may see of a device. Devices are numbered from 0 in the order they start.

mod device;
mod files;
mod look;
mod network;
mod person;
mod recording;
mod storage;

pub(crate) use device::End;
pub(crate) use network::is_of_type;
pub(crate) use recording::{Recording, Said};

use device::Device;
use mesh_chat::clock::{Mono, Now};
use mesh_chat::config::Config;
use mesh_chat::history::Content;
use mesh_chat::name::Tables;
use mesh_chat::node::{
    BeaconAnswer, BeaconFailure, Closed, CommandId, Input, Link, LinkId, Node, Output,
};
use mesh_chat::records::{Change, Snapshot};
use mesh_chat::view::Command;
use network::Holder;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Most scenarios are about these people; each is the device of this number.
pub(crate) const ANN: usize = 0;
pub(crate) const BOB: usize = 1;
pub(crate) const CLEO: usize = 2;

/// The public address of a device unless a test says otherwise.
pub(crate) const HOME: &str = "203.0.113.7";
/// A public address on another network.
pub(crate) const AWAY: &str = "198.51.100.9";

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const DAY: u64 = 24 * 60 * MINUTE;

/// 2026-11-23T08:00Z.
pub(crate) const START: u64 = 1_795_420_800_000;

/// What a beacon answers, or why it does not.
pub(crate) type BeaconReply = Result<BeaconAnswer, BeaconFailure>;

/// A frame on its way: who sent it, over which link, and what it says.
type Sent = (usize, LinkId, String);

pub(crate) struct World {
    devices: Vec<Device>,
    /// Milliseconds since the world began, on the one true clock.
    now: u64,
    holders: BTreeMap<String, Holder>,
    /// The ends of links to impostors.
    deceived: BTreeSet<End>,
    queue: VecDeque<(usize, Input)>,
    commands: u64,
    /// Addresses of devices to come that do not start at [`HOME`].
    addresses: BTreeMap<usize, &'static str>,
    /// By how many milliseconds the clocks of devices to come are ahead.
    clocks: BTreeMap<usize, i64>,
    /// What a new device is packed with.
    config: Config,
    /// What the beacon answers at a moment of the true clock.
    beacon: fn(u64) -> BeaconReply,
    /// Who asked the beacon.
    beacon_requests: Vec<usize>,
    /// There is a tunnel between all networks, in which everybody has a private address.
    tunnel: bool,
    /// The server cannot be reached, and who waits for it to hold which ids.
    unreachable: Option<Vec<(usize, String)>>,
    /// Frames of this type are lost.
    lost: Option<&'static str>,
    /// Frames of this type are under way, and these are.
    holding: Option<(&'static str, Vec<Sent>)>,
    /// Every id that some device ever registered.
    registered: Vec<String>,
    /// From where and to where anybody ever dialled.
    dialled: Vec<(String, String)>,
    /// How many frames were sent.
    frames: usize,
    recording: Option<Recording>,
}

/// Makes a world in which Ann and Bob are contacts on one network.
pub(crate) fn friends() -> World {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(1_000);
    world
}

/// Makes a world in which Ann and Bob are special contacts of each other.
pub(crate) fn special_friends() -> World {
    let mut world = friends();
    world.make_special(ANN, "Bob");
    world.make_special(BOB, "Ann");
    world
}

impl World {
    /// Makes an empty world.
    pub(crate) fn new() -> Self {
        Self {
            devices: Vec::new(),
            now: 1_000,
            holders: BTreeMap::new(),
            deceived: BTreeSet::new(),
            queue: VecDeque::new(),
            commands: 0,
            addresses: BTreeMap::new(),
            clocks: BTreeMap::new(),
            config: Config::default(),
            beacon: |_| Err(BeaconFailure::Unreachable),
            beacon_requests: Vec::new(),
            tunnel: false,
            unreachable: None,
            lost: None,
            holding: None,
            registered: Vec::new(),
            dialled: Vec::new(),
            frames: 0,
            recording: None,
        }
    }

    /// Makes a world in which these people have joined, all on one network.
    pub(crate) fn of(names: &[&str]) -> Self {
        Self::new().joined(names)
    }

    /// Says where a device will start.
    pub(crate) fn address(mut self, device: usize, address: &'static str) -> Self {
        self.addresses.insert(device, address);
        self
    }

    /// Says that there is a tunnel between all networks, in which everybody has a private address.
    pub(crate) fn with_tunnel(mut self) -> Self {
        self.tunnel = true;
        self
    }

    /// Says by how many milliseconds the clock of a device will be ahead.
    pub(crate) fn clock_ahead(mut self, device: usize, millis: i64) -> Self {
        self.clocks.insert(device, millis);
        self
    }

    /// Says what every new device is packed with.
    pub(crate) fn packed_with(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Says what the beacon answers.
    pub(crate) fn beacon(mut self, answer: fn(u64) -> BeaconReply) -> Self {
        self.beacon = answer;
        self
    }

    /// Starts a device for each name; they join one after the other.
    pub(crate) fn joined(mut self, names: &[&str]) -> Self {
        let first = self.devices.len();
        for _ in names {
            self.start(Snapshot::default());
        }
        for (device, name) in (first..).zip(names) {
            self.join(device, name);
        }
        self
    }

    /// Starts a device from what it finds in its storage, and returns its number.
    pub(crate) fn start(&mut self, snapshot: Snapshot) -> usize {
        let device = self.devices.len();
        let address = self.addresses.get(&device).copied();
        self.start_at(address.unwrap_or(HOME), snapshot)
    }

    /// Starts a device with a snapshot at this address.
    pub(crate) fn start_at(&mut self, address: &'static str, snapshot: Snapshot) -> usize {
        self.start_with(address, snapshot, Vec::new())
    }

    /// Starts a device from a disk, in which there is this snapshot.
    fn start_with(
        &mut self,
        address: &'static str,
        snapshot: Snapshot,
        disk: Vec<Change>,
    ) -> usize {
        let device = self.devices.len();
        let clock_ahead = self.clocks.get(&device).copied().unwrap_or(0);
        let node = Node::new(
            self.config.clone(),
            None,
            snapshot,
            [u8::try_from(device).unwrap() + 1; 32],
            Box::new(Tables),
            self.clock(clock_ahead),
        );
        let mut started = Device::new(node, address, clock_ahead);
        started.stored = disk;
        self.devices.push(started);
        self.queue.push_back((device, Input::Timeout));
        self.run();
        device
    }

    /// Ends somebody's browser and starts it again, perhaps elsewhere. Returns the new device.
    pub(crate) fn restart(&mut self, device: usize, address: &'static str) -> usize {
        self.kill(device);
        self.start_from(address, self.copy_disk(device))
    }

    /// Ends a device: its ids are free, its links closed.
    pub(crate) fn kill(&mut self, device: usize) {
        let ends = self.vanish(device);
        self.close_ends(ends);
    }

    /// Ends a device without anybody noticing. Returns the other ends of its links.
    pub(crate) fn vanish(&mut self, device: usize) -> Vec<End> {
        self.holders
            .retain(|_, holder| *holder != Holder::Device(device));
        self.devices[device].timer = None;
        let links = std::mem::take(&mut self.devices[device].links);
        let ends: Vec<End> = links.into_values().collect();
        for (other, link) in &ends {
            self.devices[*other].links.remove(link);
        }
        ends
    }

    /// Sets the clock of a device.
    pub(crate) fn set_clock_ahead(&mut self, device: usize, millis: i64) {
        self.devices[device].clock_ahead = millis;
    }

    fn clock(&self, ahead: i64) -> Now {
        Now {
            mono: Mono(self.now),
            unix: self.unix().saturating_add_signed(ahead),
            zone: 0,
        }
    }

    /// Returns the true time, in milliseconds since 1970.
    pub(crate) fn unix(&self) -> u64 {
        START + self.now
    }

    /// Returns the true time, in milliseconds since the world began.
    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// Sends a command to a device; [`person`] has a verb for most of them.
    pub(crate) fn command(&mut self, device: usize, command: Command) {
        self.command_later(device, command);
        self.run();
    }

    /// Sends a command to a device, which has not got it yet.
    pub(crate) fn command_later(&mut self, device: usize, command: Command) {
        self.commands += 1;
        let id = CommandId(self.commands);
        self.queue.push_back((device, Input::Command(id, command)));
    }

    /// Has a device take over an opened backup whose chats wait.
    pub(crate) fn take_over(&mut self, device: usize, content: &Content) {
        self.commands += 1;
        let content = Box::new(content.clone());
        self.happen(
            device,
            Input::Import(CommandId(self.commands), content, Some("chats".to_owned())),
        );
    }

    /// Returns the node of a device, for what whoever owns it asks.
    pub(crate) fn node(&self, device: usize) -> &Node {
        &self.devices[device].node
    }

    /// Lets the caller of a node say something to it.
    pub(crate) fn input(&mut self, device: usize, input: Input) {
        self.happen(device, input);
    }

    /// Lets something happen to a device, and everything that comes of it at this moment.
    fn happen(&mut self, device: usize, input: Input) {
        self.queue.push_back((device, input));
        self.run();
    }

    /// Handles everything that is under way.
    fn run(&mut self) {
        let mut steps = 0;
        while let Some((device, input)) = self.queue.pop_front() {
            steps += 1;
            assert!(steps < 100_000, "the world does not come to rest");
            if self.devices[device].asleep {
                continue;
            }
            let now = self.clock(self.devices[device].clock_ahead);
            self.devices[device].node.handle(now, input);
            loop {
                match self.devices[device].node.poll() {
                    Output::Timeout(at) => {
                        self.devices[device].timer = at.map(|deadline| deadline.at);
                        break;
                    }
                    output => self.act(device, output),
                }
            }
        }
    }

    /// Lets time pass, timer by timer.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            let timers = self.devices.iter().filter_map(|device| device.timer);
            match timers.min().filter(|at| at.0 <= end) {
                Some(at) => self.now = self.now.max(at.0),
                None => break,
            }
            for (device, state) in self.devices.iter().enumerate() {
                if state.timer.is_some_and(|at| at.0 <= self.now) {
                    self.queue.push_back((device, Input::Timeout));
                }
            }
            self.run();
        }
        self.now = end;
    }

    /// Closes the lid of a device: its ids stay held, its links are silent, and nothing reaches it. Returns the
    /// other ends of its links.
    pub(crate) fn close_lid(&mut self, device: usize) -> Vec<End> {
        self.devices[device].asleep = true;
        self.devices[device].timer = None;
        self.devices[device].links.values().copied().collect()
    }

    /// Opens the lid again. Its ids are still held.
    pub(crate) fn open_lid(&mut self, device: usize) {
        self.devices[device].asleep = false;
        for link in self.links(device) {
            self.close(device, link);
        }
        self.happen(device, Input::Woke);
    }

    /// Tells these ends of links that their link is dead.
    pub(crate) fn close_ends(&mut self, ends: Vec<End>) {
        for (device, link) in ends {
            self.link_event(device, link, Link::Closed(Closed::Gone));
        }
        self.run();
    }

    fn link_event(&mut self, device: usize, link: LinkId, event: Link) {
        self.queue.push_back((device, Input::Link(link, event)));
    }
}
