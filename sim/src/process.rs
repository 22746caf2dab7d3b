//! Devices run: a process with its node and endpoint, its disk and its timers.

use crate::beacon;
use crate::check;
use crate::device::{Brain, Process, View};
use crate::disk;
use crate::hostile::Hostile;
use crate::light::Light;
use crate::meeting;
use crate::model;
use crate::person;
use crate::roots;
use crate::sockets::HOSTS;
use crate::world::{What, World};
use mesh_chat::address::Addresses;
use mesh_chat::config::{Config, SignallingServer};
use mesh_chat::name::Tables;
use mesh_chat::node::{CommandId, Input, Link, Output, StoreId};
use mesh_chat::records::Change;
use mesh_chat::view::{Answer, Command, Event, MessageState, Phase, Refusal};
use mesh_chat::{Mono, Node};
use peerjs::endpoint::{Endpoint, Input as EndpointInput};
use webext::mapping;

impl World {
    /// A process begins with what the disk holds.
    pub fn start(&mut self, index: usize) {
        let seed = self.random.seed();
        let now = self.now;
        let Some(brain) = self.brain(index, seed) else {
            return;
        };
        let Some(device) = self.devices.get_mut(index).filter(|d| d.process.is_none()) else {
            return;
        };
        device.view = View::default();
        device.process = Some(Process {
            brain,
            endpoint: None,
            node_due: None,
            endpoint_due: None,
            armed: None,
        });
        let (home, offline) = (device.home, device.offline);
        if !offline && index < self.people {
            self.model.disturbed(home, now, &model::START);
        }
        self.node(index, Input::Timeout);
    }

    fn brain(&self, index: usize, seed: [u8; 32]) -> Option<Brain> {
        let device = self.devices.get(index)?;
        let router = |home: usize| Some(self.homes.get(home)?.router_id(1));
        let mut config = config(self.servers.len());
        Some(if let Some((kind, home)) = device.harm {
            let id = device.stands_at.clone().or_else(|| router(home))?;
            Brain::Hostile(Box::new(Hostile::new(kind, &id, config, seed)))
        } else if device.light {
            let (name, router) = (person::name(index), router(device.home)?);
            Brain::Light(Box::new(Light::new(name, &router, config, seed)))
        } else {
            let signed = self.beacon.as_ref();
            let has_beacon = signed.is_some_and(|beacon| beacon.without != Some(index));
            config.beacon = has_beacon.then(|| Box::new(beacon::config()));
            let (snapshot, clock) = (device.disk.snapshot(), device.clock(self.now));
            let tables = Box::new(Tables);
            Brain::Node(Box::new(Node::new(
                config, None, snapshot, seed, tables, clock,
            )))
        })
    }

    /// The process is gone at once. A killed browser's sockets are closed by its system, those of
    /// one that is cut off are not. Of what was being written, the first part may be there.
    pub fn kill(&mut self, index: usize, cut_off: bool) {
        self.cut(index, !cut_off);
        let under_way = self
            .devices
            .get(index)
            .map_or(0, |device| device.writing.len());
        let done = self.random.index(under_way + 1);
        meeting::ended(self, index);
        roots::ended(self, index);
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        for (_, change) in device.writing.drain(..).take(done) {
            if !device.full {
                device.disk.write(change);
            }
        }
        device.keep_tokens();
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

    /// A device is switched on, and its person joins.
    pub(crate) fn begin_as_new(&mut self, index: usize) {
        self.start(index);
        let name = person::name(index);
        self.command(index, Command::Join { name });
    }

    /// One input of a node, and everything that follows at once.
    pub fn node(&mut self, index: usize, input: Input) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let clock = device.clock(now);
        if device.process.is_none() {
            return;
        }
        self.tell_of_input(index, &input);
        meeting::told(self, index, &input);
        roots::told(self, index, &input);
        let Some(process) = self.process(index) else {
            return;
        };
        process.brain.handle(clock, input);
        loop {
            let Some(process) = self.process(index) else {
                return;
            };
            let output = process.brain.poll();
            if let Output::Timeout(at) = output {
                let slept = self.devices.get(index).map_or(0, |device| device.slept);
                if let Some(process) = self.process(index) {
                    process.node_due = at.map(|Mono(at)| at + slept);
                }
                roots::look(self, index);
                return self.arm(index);
            }
            self.act(index, output);
        }
    }

    pub(crate) fn process(&mut self, index: usize) -> Option<&mut Process> {
        self.devices.get_mut(index)?.process.as_mut()
    }

    fn act(&mut self, index: usize, output: Output) {
        if let Output::Transmit(_, frame) = &output {
            self.count_routed(index, frame.len());
        }
        self.tell_of(index, &output);
        meeting::asked(self, index, &output);
        roots::asked(self, index, &output);
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
                if let Event::Message(message) = &event
                    && message.state == MessageState::Received
                {
                    self.model.received(&message.text);
                }
                if let Event::Notify(notification) = &event {
                    meeting::told_of(self, index, notification);
                }
                if let Event::Person(person) = &event {
                    meeting::shown(self, index, person);
                }
                roots::shown(self, index, &event);
                for text in self.show(index, event) {
                    check::delivered(self, index, &text);
                }
            }
            Output::Reply(CommandId(id), result) => self.reply(id, result),
            Output::FetchBeacon { .. } => self.ask_beacon(index),
            Output::Timeout(_) => {}
        }
    }

    /// Shows an event to a person. Gives the texts that are shown as delivered from now on.
    fn show(&mut self, index: usize, event: Event) -> Vec<String> {
        let Some(device) = self.devices.get_mut(index) else {
            return Vec::new();
        };
        let delivered = device.view.show(event);
        let texts = delivered.map(|(contact, places)| device.disk.own_texts(&contact, &places));
        texts.unwrap_or_default()
    }

    /// For whoever replays a seed.
    fn tell_of_input(&self, index: usize, input: &Input) {
        let links = matches!(
            input,
            Input::Link(_, Link::Incoming { .. } | Link::Closed(_))
        );
        if links || matches!(input, Input::Signalling(_)) {
            self.say(|| format!("P{index} hears {input:?}"));
        }
    }

    /// See [`World::tell_of_input`].
    fn tell_of(&self, index: usize, output: &Output) {
        match output {
            Output::Register(id) => self.say(|| format!("P{index} registers {id}")),
            Output::Release(id) => self.say(|| format!("P{index} releases {id}")),
            Output::Dial { link, to, .. } => self.say(|| format!("P{index} dials {link:?} {to}")),
            Output::Transmit(link, frame) => {
                self.say(|| format!("P{index} sends {link:?} {frame}"));
            }
            Output::Event(event) => self.say(|| format!("P{index} shows {event:?}")),
            Output::Store(_, change) => {
                self.say(|| format!("P{index} stores {}", disk::told(change)));
            }
            Output::Close(_)
            | Output::Probe
            | Output::LookUpAddress
            | Output::Configure(_)
            | Output::Reply(..)
            | Output::FetchBeacon { .. }
            | Output::Timeout(_) => {}
        }
    }

    fn count_routed(&mut self, index: usize, bytes: usize) {
        let view = self.devices.get(index).map(|device| &device.view);
        if view.is_some_and(|view| matches!(view.phase, Some(Phase::Router { .. }))) {
            self.routed += bytes as u64;
        }
    }

    fn reply(&mut self, id: u64, result: Result<Answer, Refusal>) {
        let exporter = self.ties.exports.remove(&id);
        if let (Some(device), Ok(Answer::Backup { text })) = (exporter, &result) {
            self.ties.backups.insert(device, text.clone());
        }
        let stored = result.is_ok();
        if let Some((from, to, text)) = self.asked.remove(&id) {
            person::answered(self, from, to, &text, stored);
        }
    }

    fn configure(&mut self, index: usize, config: &Config) {
        let seed = self.random.seed();
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        device.keep_tokens();
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
            addresses.seen.push(self.public_address(device.home));
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
        device.writing.push_back((id, change));
        let (after, generation) = (device.written_at - now, device.generation);
        self.later(after, What::Disk(index, generation));
    }

    pub(crate) fn written(&mut self, index: usize) {
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let Some((id, change)) = device.writing.pop_front() else {
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

    pub(crate) fn timer(&mut self, index: usize) {
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
}

/// What the extension was packed with, for this many servers.
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
