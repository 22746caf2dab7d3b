//! A small world for nodes: one signalling server, perfect links, and storage that always works.
//! Time passes only when a test says so.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::wildcard_enum_match_arm,
    clippy::panic,
    reason = "each test uses its part of the world"
)]

use mesh_chat::address::Addresses;
use mesh_chat::clock::{Mono, Now};
use mesh_chat::config::Config;
use mesh_chat::name::Tables;
use mesh_chat::node::{
    BeaconAnswer, BeaconFailure, ChannelBinding, Closed, CommandId, Input, Link, LinkId, Node,
    Output, Path, Signalling, StoreId,
};
use mesh_chat::records::{Change, MessageRecord, Snapshot};
use mesh_chat::view::{
    Answer, Care, Command, Event, Message, MessageState, Notice, Person, PersonId, Refusal,
};
use std::collections::{BTreeMap, VecDeque};

/// 2026-11-23T08:00Z.
const START: u64 = 1_795_420_800_000;

pub struct Device {
    pub node: Node,
    pub stored: Vec<Change>,
    pub people: BTreeMap<PersonId, Person>,
    pub requests: Vec<mesh_chat::view::Request>,
    pub messages: BTreeMap<(String, u64), Message>,
    pub events: Vec<Event>,
    pub replies: Vec<Result<Answer, Refusal>>,
    /// Nothing is durable while this is set.
    pub disk_full: bool,
    timer: Option<Mono>,
    accepted: u32,
    links: BTreeMap<LinkId, (usize, LinkId)>,
}

pub struct World {
    pub devices: Vec<Device>,
    pub now: u64,
    holders: BTreeMap<String, usize>,
    queue: VecDeque<(usize, Input)>,
    commands: u64,
    /// What every device learns as its address.
    pub address: &'static str,
    /// What one device learns instead.
    pub elsewhere: BTreeMap<usize, &'static str>,
    /// A frame with this in it is lost, and its connection with it.
    pub lose: Option<&'static str>,
    /// What a liar makes of each frame before it is sent.
    pub lie: fn(String) -> String,
    /// The one device that lies; `None` is all of them.
    pub liar: Option<usize>,
    /// What a new device is packed with.
    pub config: Config,
    /// By how many milliseconds a device's clock is ahead.
    pub skews: BTreeMap<usize, i64>,
    /// What the beacon answers at a moment of the true clock.
    pub beacon: fn(u64) -> Result<BeaconAnswer, BeaconFailure>,
    /// Who asked the beacon, and when.
    pub asked: Vec<(usize, u64)>,
    /// Every id that somebody ever registered.
    pub registered: Vec<(usize, String)>,
}

/// Ann (0) and Bob (1) are contacts on one network.
pub fn friends() -> World {
    let mut world = World::new(2);
    world.join(0, "Ann");
    world.join(1, "Bob");
    world.ask(0, "Bob");
    world.accept(1);
    world.pass(1_000);
    world
}

impl World {
    pub fn new(devices: usize) -> Self {
        let mut world = Self {
            devices: Vec::new(),
            now: 1_000,
            holders: BTreeMap::new(),
            queue: VecDeque::new(),
            commands: 0,
            address: "203.0.113.7",
            elsewhere: BTreeMap::new(),
            lose: None,
            lie: |frame| frame,
            liar: None,
            config: Config::default(),
            skews: BTreeMap::new(),
            beacon: |_| Err(BeaconFailure::Unreachable),
            asked: Vec::new(),
            registered: Vec::new(),
        };
        for _ in 0..devices {
            world.add(Snapshot::default());
        }
        world
    }

    pub fn add(&mut self, snapshot: Snapshot) -> usize {
        let seed = [u8::try_from(self.devices.len()).unwrap() + 1; 32];
        let node = Node::new(
            self.config.clone(),
            None,
            snapshot,
            seed,
            Box::new(Tables),
            self.clock(self.devices.len()),
        );
        self.devices.push(Device {
            node,
            stored: Vec::new(),
            people: BTreeMap::new(),
            requests: Vec::new(),
            messages: BTreeMap::new(),
            events: Vec::new(),
            replies: Vec::new(),
            disk_full: false,
            timer: None,
            accepted: 0,
            links: BTreeMap::new(),
        });
        let index = self.devices.len() - 1;
        self.queue.push_back((index, Input::Timeout));
        self.run();
        index
    }

    fn clock(&self, device: usize) -> Now {
        let ahead = self.skews.get(&device).copied().unwrap_or(0);
        Now {
            mono: Mono(self.now),
            unix: self.unix().saturating_add_signed(ahead),
        }
    }

    /// The true time.
    pub fn unix(&self) -> u64 {
        START + self.now
    }

    pub fn command(&mut self, device: usize, command: Command) {
        self.commands += 1;
        self.queue
            .push_back((device, Input::Command(CommandId(self.commands), command)));
        self.run();
    }

    /// Handles everything that is under way.
    pub fn run(&mut self) {
        let mut steps = 0;
        while let Some((device, input)) = self.queue.pop_front() {
            steps += 1;
            assert!(steps < 100_000, "the world does not come to rest");
            let now = self.clock(device);
            self.devices[device].node.handle(now, input);
            loop {
                match self.devices[device].node.poll() {
                    Output::Timeout(at) => {
                        self.devices[device].timer = at;
                        break;
                    }
                    output => self.act(device, output),
                }
            }
        }
    }

    /// Lets time pass, timer by timer.
    pub fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            let due = self
                .devices
                .iter()
                .filter_map(|d| d.timer)
                .map(|at| at.0)
                .min();
            match due.filter(|at| *at <= end) {
                Some(at) => self.now = self.now.max(at),
                None => break,
            }
            for device in 0..self.devices.len() {
                if self.devices[device]
                    .timer
                    .is_some_and(|at| at.0 <= self.now)
                {
                    self.queue.push_back((device, Input::Timeout));
                }
            }
            self.run();
        }
        self.now = end;
    }

    /// The device disappears: its ids are freed, its links close.
    pub fn kill(&mut self, device: usize) {
        let ends = self.vanish(device);
        self.notice(ends);
    }

    /// The device disappears, and nobody has noticed. Gives the other ends of its links.
    pub fn vanish(&mut self, device: usize) -> Vec<(usize, LinkId)> {
        self.holders.retain(|_, holder| *holder != device);
        self.devices[device].timer = None;
        let links = std::mem::take(&mut self.devices[device].links);
        let ends: Vec<_> = links.into_values().collect();
        for (other, link) in &ends {
            self.devices[*other].links.remove(link);
        }
        ends
    }

    /// Those ends hear nothing any more, and their transports doubt the links.
    pub fn doubt(&mut self, ends: Vec<(usize, LinkId)>) {
        let doubts = ends.into_iter();
        let doubts = doubts.map(|(other, link)| (other, Input::Link(link, Link::Suspect)));
        self.queue.extend(doubts);
        self.run();
    }

    /// Those ends find out that their link is dead.
    pub fn notice(&mut self, ends: Vec<(usize, LinkId)>) {
        for (other, link) in ends {
            let closed = Link::Closed(Closed::Gone);
            self.queue.push_back((other, Input::Link(link, closed)));
        }
        self.run();
    }

    /// Hands a frame to a device as if it had come over the link.
    pub fn inject(&mut self, device: usize, link: LinkId, frame: &[u8]) {
        self.queue
            .push_back((device, Input::Link(link, Link::Frame(frame.to_vec()))));
        self.run();
    }

    /// What the server says of an id.
    pub fn signal(&mut self, device: usize, signalling: Signalling) {
        self.queue
            .push_back((device, Input::Signalling(signalling)));
        self.run();
    }

    pub fn transport_id(&self, device: usize) -> String {
        let profile = self.snapshot(device).profile;
        profile.expect("joined").transport_id
    }

    /// Breaks a connection; both ends are told.
    pub fn close(&mut self, device: usize, link: LinkId) {
        self.act(device, Output::Close(link));
        let event = Link::Closed(Closed::Gone);
        self.queue.push_back((device, Input::Link(link, event)));
        self.run();
    }

    /// Somebody who is no device here holds an id, and answers nobody.
    pub fn squat(&mut self, id: &str) {
        self.holders.insert(id.to_owned(), usize::MAX);
    }

    /// Somebody's browser ends and begins again, perhaps elsewhere. Gives the new device.
    pub fn restart(&mut self, device: usize, address: &'static str) -> usize {
        self.kill(device);
        self.elsewhere.insert(self.devices.len(), address);
        let disk = self.devices[device].stored.clone();
        let again = self.add(self.snapshot(device));
        self.devices[again].stored.splice(0..0, disk);
        again
    }

    /// The ids a device holds.
    pub fn held(&self, device: usize) -> Vec<&str> {
        let of = self.holders.iter().filter(|(_, holder)| **holder == device);
        of.map(|(id, _)| id.as_str()).collect()
    }

    /// Who is in a device's list.
    pub fn names(&self, device: usize) -> Vec<&str> {
        let people = self.devices[device].people.values();
        people.map(|person| person.name.as_str()).collect()
    }

    pub fn care(&self, device: usize, name: &str) -> Care {
        self.person(device, name).care.clone().expect("a contact")
    }

    pub fn notices(&self, device: usize) -> Vec<&Notice> {
        let events = self.devices[device].events.iter();
        let notices = events.filter_map(|event| {
            if let Event::Notice(notice) = event {
                Some(notice)
            } else {
                None
            }
        });
        notices.collect()
    }

    /// The device that holds an id.
    pub fn holder(&self, id: &str) -> Option<usize> {
        self.holders.get(id).copied()
    }

    /// A device's connection to the signalling server breaks and is made again.
    pub fn reconnect(&mut self, device: usize) {
        let held: Vec<_> = self
            .holders
            .iter()
            .filter(|(_, holder)| **holder == device)
            .collect();
        for (id, _) in held {
            for event in [
                Signalling::Lost(id.clone()),
                Signalling::Registered(id.clone()),
            ] {
                self.queue.push_back((device, Input::Signalling(event)));
            }
        }
        self.run();
    }

    pub fn links(&self, device: usize) -> Vec<LinkId> {
        self.devices[device].links.keys().copied().collect()
    }

    fn act(&mut self, device: usize, output: Output) {
        match output {
            Output::Register(id) => {
                self.registered.push((device, id.clone()));
                let holder = *self.holders.entry(id.clone()).or_insert(device);
                let answer = if holder == device {
                    Signalling::Registered(id)
                } else {
                    Signalling::Taken(id)
                };
                self.queue.push_back((device, Input::Signalling(answer)));
            }
            Output::Release(id) => {
                self.holders
                    .retain(|held, holder| *held != id || *holder != device);
            }
            Output::Dial { link, from, to } => self.dial(device, link, from, to),
            Output::Transmit(link, frame) if self.lose.is_some_and(|part| frame.contains(part)) => {
                self.act(device, Output::Close(link));
                let event = Link::Closed(Closed::Gone);
                self.queue.push_back((device, Input::Link(link, event)));
            }
            Output::Transmit(link, frame) => {
                assert!(frame.len() <= 16_299);
                if let Some((other, theirs)) = self.devices[device].links.get(&link).copied() {
                    let lies = self.liar.is_none_or(|liar| liar == device);
                    let frame = if lies { (self.lie)(frame) } else { frame };
                    let event = Link::Frame(frame.into_bytes());
                    self.queue.push_back((other, Input::Link(theirs, event)));
                }
            }
            Output::Close(link) => {
                if let Some((other, theirs)) = self.devices[device].links.remove(&link) {
                    self.devices[other].links.remove(&theirs);
                    let event = Link::Closed(Closed::Gone);
                    self.queue.push_back((other, Input::Link(theirs, event)));
                }
            }
            Output::LookUpAddress => {
                let address = self.elsewhere.get(&device).unwrap_or(&self.address);
                let address = address.parse().unwrap();
                self.queue.push_back((
                    device,
                    Input::Addresses(Addresses {
                        seen: vec![address],
                        own: Vec::new(),
                    }),
                ));
            }
            Output::FetchBeacon { .. } => {
                let now = self.unix();
                self.asked.push((device, now));
                let answer = (self.beacon)(now);
                self.queue.push_back((device, Input::Beacon(answer)));
            }
            Output::Store(id, change) => self.store(device, id, change),
            Output::Event(event) => self.show(device, event),
            Output::Reply(_, result) => self.devices[device].replies.push(result),
            Output::Configure(_) | Output::Probe | Output::Timeout(_) => {}
        }
    }

    fn store(&mut self, device: usize, id: StoreId, change: Change) {
        let result = if self.devices[device].disk_full {
            Err("the disk is full".to_owned())
        } else {
            self.devices[device].stored.push(change);
            Ok(())
        };
        self.queue.push_back((device, Input::Stored(id, result)));
    }

    fn dial(&mut self, device: usize, link: LinkId, from: String, to: String) {
        let holder = self.holders.get(&to).copied();
        let Some(other) = holder.filter(|holder| *holder < self.devices.len()) else {
            let closed = Link::Closed(Closed::Unreachable);
            self.queue.push_back((device, Input::Link(link, closed)));
            return;
        };
        let number = self.devices[other].accepted;
        self.devices[other].accepted += 1;
        let theirs = LinkId::Accepted(number);
        self.devices[device].links.insert(link, (other, theirs));
        self.devices[other].links.insert(theirs, (device, link));
        let (a, b) = (fingerprint(device, link), fingerprint(other, theirs));
        let address = |device| self.elsewhere.get(&device).unwrap_or(&self.address);
        let path = |to: usize| {
            if address(device) == address(other) {
                Path::Local
            } else {
                Path::Public(address(to).parse().unwrap())
            }
        };
        let open = |local, remote, to| Link::Open {
            binding: ChannelBinding { local, remote },
            path: path(to),
        };
        let (there, here) = (open(b, a, device), open(a, b, other));
        let incoming = Link::Incoming {
            local: to,
            remote: from,
        };
        self.queue.push_back((other, Input::Link(theirs, incoming)));
        self.queue.push_back((other, Input::Link(theirs, there)));
        self.queue.push_back((device, Input::Link(link, here)));
    }

    fn show(&mut self, device: usize, event: Event) {
        let device = &mut self.devices[device];
        match event.clone() {
            Event::Person(person) => drop(device.people.insert(person.id.clone(), person)),
            Event::PersonGone(id) => drop(device.people.remove(&id)),
            Event::Request(request) => device.requests.push(request),
            Event::RequestGone(id) => device.requests.retain(|request| request.id != id),
            Event::Message(message) => {
                device
                    .messages
                    .insert((message.contact.0.clone(), message.number), message);
            }
            Event::Progress(progress) => {
                let messages = device.messages.values_mut();
                for message in messages.filter(|m| m.contact == progress.contact) {
                    let state = message.place.map(|place| progress.state(place));
                    message.state = state.unwrap_or(message.state);
                }
            }
            // Tests look for these among the events.
            Event::Profile(_)
            | Event::Status(_)
            | Event::Invite(_)
            | Event::InviteGone(_)
            | Event::Typing(_)
            | Event::Settings(_)
            | Event::Notice(_)
            | Event::Ready
            | Event::Notify(_)
            | Event::Badge { .. } => {}
        }
        device.events.push(event);
    }
}

fn fingerprint(device: usize, link: LinkId) -> [u8; 32] {
    let number = match link {
        LinkId::Dialled(number) => number,
        LinkId::Accepted(number) => number + 1_000_000,
    };
    let mut bytes = [u8::try_from(device).unwrap(); 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}

impl World {
    pub fn join(&mut self, device: usize, name: &str) {
        self.command(
            device,
            Command::Join {
                name: name.to_owned(),
            },
        );
        self.pass(500);
    }

    pub fn person(&self, device: usize, name: &str) -> &Person {
        let people = &self.devices[device].people;
        people
            .values()
            .find(|person| person.name == name)
            .unwrap_or_else(|| {
                panic!(
                    "no {name} among {:?}",
                    people.values().map(|p| &p.name).collect::<Vec<_>>()
                )
            })
    }

    pub fn contact(&self, device: usize, name: &str) -> mesh_chat::view::ContactId {
        match &self.person(device, name).id {
            PersonId::Contact(id) => id.clone(),
            PersonId::Stranger(_) => panic!("{name} is a stranger"),
        }
    }

    pub fn ask(&mut self, device: usize, name: &str) {
        let PersonId::Stranger(stranger) = self.person(device, name).id.clone() else {
            panic!("{name} is a contact")
        };
        self.command(device, Command::Connect { stranger });
        self.pass(500);
    }

    pub fn accept(&mut self, device: usize) {
        let request = self.devices[device]
            .requests
            .first()
            .expect("a request")
            .id
            .clone();
        self.command(device, Command::Accept { request });
        self.pass(500);
    }

    pub fn send(&mut self, device: usize, to: &str, text: &str) {
        let contact = self.contact(device, to);
        self.command(
            device,
            Command::Send {
                contact,
                text: text.to_owned(),
            },
        );
    }

    /// The texts a device shows, in order, with their states.
    pub fn texts(&self, device: usize) -> Vec<(String, MessageState)> {
        let messages = self.devices[device].messages.values();
        messages
            .map(|message| (message.text.clone(), message.state))
            .collect()
    }

    /// A view opens a chat: it reads the stored messages.
    pub fn open_chat(&mut self, device: usize, with: &str) {
        let contact = self.contact(device, with);
        let device = &mut self.devices[device];
        let mut records = Vec::new();
        for change in &device.stored {
            match change {
                Change::Thread(head, new) if head.contact == contact => records.extend(new),
                Change::ForgetThread(of) if *of == contact => records.clear(),
                _ => {}
            }
        }
        for record in records {
            let message = device.node.shown(record.clone());
            let key = (contact.0.clone(), message.number);
            device.messages.insert(key, message);
        }
    }

    /// What a device would find in its storage at the next start.
    pub fn snapshot(&self, device: usize) -> Snapshot {
        let mut snapshot = Snapshot::default();
        let mut contacts = BTreeMap::new();
        let mut threads = BTreeMap::new();
        let mut records = Vec::new();
        for change in self.devices[device].stored.iter().cloned() {
            match change {
                Change::Profile(profile) => snapshot.profile = Some(profile),
                Change::Settings(settings) => snapshot.settings = settings,
                Change::Contact(contact) => drop(contacts.insert(contact.id.clone(), contact)),
                Change::ForgetContact(id) => drop(contacts.remove(&id)),
                Change::Invite(invite) => snapshot.invites.push(invite),
                Change::ForgetInvite(id) => snapshot.invites.retain(|i| i.id != id),
                Change::ForgetThread(id) => {
                    threads.remove(&id);
                    records.retain(|record: &MessageRecord| record.message.contact != id);
                }
                Change::Request(request) => snapshot.requests.push(request),
                Change::ForgetRequest(id) => snapshot.requests.retain(|r| r.id != id),
                Change::Thread(head, new) => {
                    threads.insert(head.contact.clone(), head);
                    records.extend(new);
                }
            }
        }
        records.retain(|record| {
            threads
                .get(&record.message.contact)
                .is_some_and(|head| head.awaits(record))
        });
        snapshot.contacts = contacts.into_values().collect();
        snapshot.threads = threads.into_values().collect();
        snapshot.outbox = records;
        snapshot
    }
}
