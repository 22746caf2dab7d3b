//! A few participants and what is between them, in the order that a [`Script`](crate::script::Script)
//! wants. What must hold after each input is asserted in [`World::happen`].
//!
//! Long because it answers every output of a node: ids, connections, disk and views of a small world.

mod between;

use mesh_chat::Node;
use mesh_chat::clock::{Mono, Now};
use mesh_chat::config::Config;
use mesh_chat::limits::LINKS;
use mesh_chat::name::Tables;
use mesh_chat::node::{Closed, CommandId, Input, Link, LinkId, Output};
use mesh_chat::records::Snapshot;
use mesh_chat::view::{Command, Event, MessageState};
use sim::device::Job;
use sim::disk::Disk;
use sim::view::View;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The outputs of one input, by far: a view that attaches is told of everybody and everything.
const OUTPUTS: usize = 5_000;
/// Ids held at once: of two networks under two roots, of a router, and of every seat.
const IDS: usize = 100;
/// Inputs that may follow from each other without any time passing.
const AT_ONCE: usize = 20_000;
/// Timeouts in a row that may ask for the same moment again.
const IMPATIENT: usize = 20;
/// How many frames are kept to be sent once more.
const HEARD: usize = 64;

/// 2026-11-23T08:00Z.
const START: u64 = 1_795_420_800_000;

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Far {
    /// A device, by its number and name of the connection.
    Device(usize, LinkId),
    /// Somebody who says what the script wants.
    Script,
}

/// One device.
#[derive(Debug)]
pub struct Device {
    node: Node,
    /// What is durable.
    pub disk: Disk,
    /// What its person sees.
    pub view: View,
    /// Its connections.
    pub links: BTreeMap<LinkId, Far>,
    /// Ids it wants to hold.
    pub ids: BTreeSet<String>,
    /// Writes and reads under way, the first first.
    pub writes: VecDeque<Job>,
    /// Commands without an answer.
    asked: BTreeSet<u64>,
    /// The last backup it made.
    pub backup: Option<String>,
    dialled: BTreeSet<LinkId>,
    accepted: u32,
    due: Option<u64>,
    /// By how many milliseconds its calendar is wrong.
    pub ahead: i64,
    address: &'static str,
}

/// All of them.
#[derive(Debug)]
pub struct World {
    /// The devices, by number.
    pub devices: Vec<Device>,
    /// What is under way, in order.
    pub queue: VecDeque<(usize, Input)>,
    /// Frames that were sent.
    pub heard: Vec<String>,
    /// Somebody broke the protocol, or lost what it stored: promises between people do not count.
    pub tampered: bool,
    holders: BTreeMap<String, usize>,
    now: u64,
    commands: u64,
    texts: u64,
    arrived: BTreeSet<String>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            devices: Vec::new(),
            queue: VecDeque::new(),
            heard: Vec::new(),
            tampered: false,
            holders: BTreeMap::new(),
            now: 1_000,
            commands: 0,
            texts: 0,
            arrived: BTreeSet::new(),
        }
    }
}

impl World {
    /// Starts a device with what it has stored. Returns its number.
    pub fn start(&mut self, snapshot: Snapshot, address: &'static str) -> usize {
        let index = self.devices.len();
        let node = self.node(snapshot, index, 0);
        self.devices.push(Device {
            node,
            disk: Disk::default(),
            view: View::default(),
            links: BTreeMap::new(),
            ids: BTreeSet::new(),
            writes: VecDeque::new(),
            asked: BTreeSet::new(),
            backup: None,
            dialled: BTreeSet::new(),
            accepted: 0,
            due: None,
            ahead: 0,
            address,
        });
        self.happen(index, Input::Timeout);
        index
    }

    /// Ends the process of a device, and starts it again from its disk.
    pub fn restart(&mut self, index: usize) {
        let links: Vec<LinkId> = self.devices[index].links.keys().copied().collect();
        for link in links {
            self.break_link(index, link, Closed::Gone);
        }
        self.queue.retain(|(device, _)| *device != index);
        self.holders.retain(|_, holder| *holder != index);
        let node = self.node(self.devices[index].disk.snapshot(), index, self.now);
        let device = &mut self.devices[index];
        device.node = node;
        device.view = View::default();
        device.writes.clear();
        device.asked.clear();
        device.dialled.clear();
        device.ids.clear();
        self.happen(index, Input::Timeout);
    }

    fn node(&self, snapshot: Snapshot, index: usize, salt: u64) -> Node {
        let mut seed = [u8::try_from(index).unwrap_or(u8::MAX); 32];
        seed[..8].copy_from_slice(&salt.to_le_bytes());
        let ahead = self.devices.get(index).map_or(0, |device| device.ahead);
        let now = self.clock(ahead);
        Node::new(
            Config::default(),
            None,
            snapshot,
            seed,
            Box::new(Tables),
            now,
        )
    }

    fn clock(&self, ahead: i64) -> Now {
        Now {
            mono: Mono(self.now),
            unix: (START + self.now).saturating_add_signed(ahead),
            zone: 0,
        }
    }

    /// Gives a command.
    pub fn command(&mut self, index: usize, command: Command) {
        self.commands += 1;
        self.devices[index].asked.insert(self.commands);
        self.happen(index, Input::Command(CommandId(self.commands), command));
    }

    /// Returns a text that nobody has written before.
    pub fn new_text(&mut self) -> String {
        self.texts += 1;
        format!("text {}", self.texts)
    }

    /// Lets one thing happen to a device, and does what its node wants done.
    pub fn happen(&mut self, index: usize, input: Input) {
        if let Input::Link(link, Link::Closed(_)) = &input {
            // A node that finds that it slept asks on every connection before it hears of this.
            self.happen(index, Input::Timeout);
            self.devices[index].links.remove(link);
        }
        let device = &mut self.devices[index];
        let now = Now {
            mono: Mono(self.now),
            unix: (START + self.now).saturating_add_signed(device.ahead),
            zone: 0,
        };
        device.node.handle(now, input);
        for _ in 0..OUTPUTS {
            match self.devices[index].node.poll() {
                Output::Timeout(deadline) => {
                    self.devices[index].due = deadline.map(|deadline| deadline.at.0);
                    return self.is_within_bounds(index);
                }
                output => self.act(index, output),
            }
        }
        panic!("more than {OUTPUTS} outputs of one input");
    }

    fn is_within_bounds(&self, index: usize) {
        let device = &self.devices[index];
        assert!(device.links.len() <= LINKS, "{} links", device.links.len());
        assert!(device.ids.len() <= IDS, "{:?}", device.ids);
    }

    /// Lets the next thing happen that is under way.
    pub fn step(&mut self) -> bool {
        let Some((index, input)) = self.queue.pop_front() else {
            return false;
        };
        if let Input::Link(link, _) = &input
            && !self.devices[index].links.contains_key(link)
        {
            return true;
        }
        self.happen(index, input);
        true
    }

    /// Ends the first write or read of a device.
    pub fn write(&mut self, index: usize, works: bool) -> bool {
        let device = &mut self.devices[index];
        let Some(job) = device.writes.pop_front() else {
            return false;
        };
        let failed = || "no room".to_owned();
        let input = match job {
            Job::Write(id, change) if works => {
                device.disk.write(change);
                Input::Stored(id, Ok(()))
            }
            Job::Write(id, _) => Input::Stored(id, Err(failed())),
            Job::Read(id, query) if works => Input::Loaded(id, Ok(device.disk.load(&query))),
            Job::Read(id, _) => Input::Loaded(id, Err(failed())),
        };
        self.happen(index, input);
        true
    }

    /// Lets everything happen that needs no time.
    pub fn run(&mut self) {
        for _ in 0..AT_ONCE {
            let writes = (0..self.devices.len()).any(|index| self.write(index, true));
            if !writes && !self.step() {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    /// Lets time pass, timer by timer.
    pub fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        let (mut last, mut impatient) = (0, 0);
        // After so many wakes the rest of the time passes in sleep.
        for _ in 0..200 {
            let due = self.devices.iter().filter_map(|device| device.due).min();
            let Some(due) = due.filter(|due| *due <= end) else {
                break;
            };
            self.now = self.now.max(due);
            impatient = if self.now == last { impatient + 1 } else { 0 };
            assert!(
                impatient < IMPATIENT,
                "a node wants to be woken at once again and again"
            );
            last = self.now;
            self.wake();
            self.run();
        }
        self.now = end;
    }

    /// Lets time pass without anybody noticing, then wakes those who wait.
    pub fn sleep(&mut self, millis: u64) {
        self.now += millis;
        self.wake();
    }

    fn wake(&mut self) {
        for index in 0..self.devices.len() {
            if self.devices[index].due.is_some_and(|due| due <= self.now) {
                self.happen(index, Input::Timeout);
            }
        }
    }

    fn show(&mut self, index: usize, event: Event) {
        if let Event::Message(message) = &event
            && message.state == MessageState::Received
            && message.text.starts_with("text ")
        {
            let first = self.arrived.insert(message.text.clone());
            assert!(first || self.tampered, "{:?} arrived twice", message.text);
        }
        let Some((contact, places)) = self.devices[index].view.show(event) else {
            return;
        };
        for text in self.devices[index].disk.own_texts(&contact, &places) {
            let stored = self.devices.iter().enumerate();
            let mut stored = stored.filter(|(other, _)| *other != index);
            let stored = stored.any(|(_, device)| device.disk.has(&text));
            assert!(
                stored || self.tampered,
                "{text:?} is delivered and not stored"
            );
        }
    }
}
