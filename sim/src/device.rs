//! A device: its clocks and disk, and the process that runs on it.

use crate::caller::{Caller, Orders};
use crate::disk::Disk;
use crate::event::Event;
use crate::false_friend::FalseFriend;
use crate::hostile::{Hostile, Kind};
use crate::light::Light;
use crate::relay::Relay;
use crate::view::View;
use mesh_chat::node::{Input, LoadId, Output, StoreId};
use mesh_chat::records::{Change, Query};
use mesh_chat::view::Phase;
use mesh_chat::{Mono, Node, Now};
use peerjs::endpoint::Endpoint;
use std::collections::VecDeque;
use std::time::Duration;

/// 2026-11-23T08:00Z, when every world begins.
pub const START: u64 = 1_795_420_800_000;

/// A device.
#[derive(Debug, Default)]
pub struct Device {
    /// The network it is in.
    pub home: usize,
    /// Cut off from every network.
    pub offline: bool,
    /// Since when it sleeps.
    pub asleep: Option<u64>,
    /// What reaches it when it wakes.
    pub awaits: Vec<Event>,
    /// How far its clock is from the true one, in milliseconds.
    pub skew: i64,
    /// How far it will be, once it has woken.
    pub set_at_wake: Option<i64>,
    /// Milliseconds it has slept: the monotonic clock does not count them.
    pub slept: u64,
    /// Survives everything.
    pub disk: Disk,
    /// What it does with what is written.
    pub storing: Storing,
    /// When the last write that is under way will be done.
    pub written_at: u64,
    /// What is being written or read, and not reported yet.
    pub writing: VecDeque<Job>,
    /// An earlier copy of the disk.
    pub copy: Option<Disk>,
    /// The disk as it was before it last came back older, and when that was.
    pub before: Option<(u64, Disk)>,
    /// A hostile peer instead of a person, and the home that it attacks.
    pub harm: Option<(Kind, usize)>,
    /// The id that a hostile peer holds, where that is not a Router ID.
    pub stands_at: Option<String>,
    /// The device of a malicious server, with the id at which that finds it: see [`Relay`].
    pub relays: Option<String>,
    /// A stranger who calls from an id that is not theirs: see [`Caller`].
    pub calls: Option<Orders>,
    /// A contact who means harm from this moment on: see [`FalseFriend`].
    pub false_friend: Option<u64>,
    /// Tells nobody an address of its own, so that nobody can see where it is.
    pub silent: bool,
    /// A participant that only counts what it gets: see [`Light`].
    pub light: bool,
    /// Counts processes: what is under way to an earlier one is lost.
    pub generation: u64,
    /// The process that runs, unless it was killed.
    pub process: Option<Process>,
    /// The content of `storage.session`, which survives pages and not browsers.
    pub tokens: Vec<(String, String)>,
    /// Its person wants to be off, away or there for contacts only for a while.
    pub absent: bool,
    /// What its person sees.
    pub view: View,
}

/// What a disk does with what is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storing {
    /// It takes it.
    #[default]
    Takes,
    /// It is full, and refuses it.
    Refuses,
    /// It takes it or not, and often says of what it has taken that it has failed.
    Doubtful,
    /// It says nothing any more; `asked`: it was asked something since.
    Silent {
        /// Something waits for it, and so does the engine, for a while.
        asked: bool,
    },
}

/// What a disk is asked to do.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a few at once")]
pub enum Job {
    /// To make a change durable.
    Write(StoreId, Change),
    /// To read messages.
    Read(LoadId, Query),
}

/// One run of the program.
pub struct Process {
    /// What decides.
    pub brain: Brain,
    /// The PeerJS client, once configured.
    pub endpoint: Option<Box<Endpoint>>,
    /// How many of them there have been: one more each time its person switches on.
    pub endpoints: u32,
    /// It closes everything: nothing more may be begun.
    pub closing: bool,
    /// When either wants to be called, in true time.
    pub node_due: Option<u64>,
    /// See [`Process::node_due`].
    pub endpoint_due: Option<u64>,
    /// The earliest call that is under way.
    pub armed: Option<u64>,
}

/// What decides in a process: the core, or something that stands in its place.
pub enum Brain {
    /// A participant.
    Node(Box<Node>),
    /// A hostile peer.
    Hostile(Box<Hostile>),
    /// What a malicious server sends calls to.
    Relay(Box<Relay>),
    /// A stranger who calls.
    Caller(Box<Caller>),
    /// A contact who means harm.
    FalseFriend(Box<FalseFriend>),
    /// A participant that is only measured.
    Light(Box<Light>),
}

impl Brain {
    /// Takes an input.
    pub fn handle(&mut self, now: Now, input: Input) {
        match self {
            Self::Node(node) => node.handle(now, input),
            Self::Hostile(hostile) => hostile.handle(now, input),
            Self::Relay(relay) => relay.handle(input),
            Self::Caller(caller) => caller.handle(now, input),
            Self::FalseFriend(friend) => friend.handle(now, input),
            Self::Light(light) => light.handle(now, input),
        }
    }

    /// Returns what to do next.
    pub fn poll(&mut self) -> Output {
        match self {
            Self::Node(node) => node.poll(),
            Self::Hostile(hostile) => hostile.poll(),
            Self::Relay(relay) => relay.poll(),
            Self::Caller(caller) => caller.poll(),
            Self::FalseFriend(friend) => friend.poll(),
            Self::Light(light) => light.poll(),
        }
    }
}

impl Process {
    /// A process that begins.
    #[must_use]
    pub fn new(brain: Brain) -> Self {
        Self {
            brain,
            endpoint: None,
            endpoints: 0,
            closing: false,
            node_due: None,
            endpoint_due: None,
            armed: None,
        }
    }

    /// Returns when its next call has to be scheduled for, unless an earlier one is under way.
    pub fn arm(&mut self, now: u64) -> Option<u64> {
        let due = self.node_due.into_iter().chain(self.endpoint_due).min()?;
        let due = due.max(now);
        if self.armed.is_some_and(|armed| armed <= due) {
            return None;
        }
        self.armed = Some(due);
        self.armed
    }

    /// The clocks of its device stood still for this long.
    pub fn slept(&mut self, time: u64) {
        for due in [&mut self.node_due, &mut self.endpoint_due] {
            *due = due.map(|at| at + time);
        }
        self.armed = None;
    }
}

impl std::fmt::Debug for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Process")
    }
}

impl Device {
    /// Returns what both clocks show at a true moment.
    #[must_use]
    pub fn clock(&self, now: u64) -> Now {
        let unix = (START + now).saturating_add_signed(self.skew);
        let mono = Mono(now - self.slept);
        Now {
            mono,
            unix,
            zone: 0,
        }
    }

    /// Stores the tokens of the endpoint in the session storage.
    pub fn keep_tokens(&mut self) {
        let process = self.process.as_ref();
        if let Some(endpoint) = process.and_then(|process| process.endpoint.as_ref()) {
            self.tokens = endpoint.tokens();
        }
    }

    /// Returns the participant that is only measured, while it is on.
    #[must_use]
    pub fn as_light(&self) -> Option<&Light> {
        match &self.process.as_ref()?.brain {
            Brain::Light(light) => Some(light),
            Brain::Node(_)
            | Brain::Hostile(_)
            | Brain::Relay(_)
            | Brain::Caller(_)
            | Brain::FalseFriend(_) => None,
        }
    }

    /// Returns the device of a malicious server, while it is on.
    #[must_use]
    pub fn as_relay(&self) -> Option<&Relay> {
        match &self.process.as_ref()?.brain {
            Brain::Relay(relay) => Some(relay),
            Brain::Node(_)
            | Brain::Hostile(_)
            | Brain::Light(_)
            | Brain::Caller(_)
            | Brain::FalseFriend(_) => None,
        }
    }

    /// Changes what its disk does. What waits for a silent one waits until the process ends.
    pub fn set_storing(&mut self, storing: Storing) {
        if self.storing != (Storing::Silent { asked: true }) {
            self.storing = storing;
        }
    }

    /// Whether its person has joined, as the person sees it: a disk may say of the profile that it wrote
    /// that it failed.
    #[must_use]
    pub fn has_joined(&self) -> bool {
        self.disk.has_profile() && self.view.phase != Some(Phase::FirstRun)
    }

    /// Whether its disk takes what is written.
    #[must_use]
    pub fn stores(&self) -> bool {
        self.storing == Storing::Takes
    }

    /// Whether it is on, awake and on a network, and its person is not off.
    #[must_use]
    pub fn is_up(&self) -> bool {
        let on = self.process.is_some() && self.asleep.is_none() && !self.offline;
        on && !self.view.availability.is_off()
    }

    /// Whether its person does not want to be in any registry.
    #[must_use]
    pub fn is_unlisted(&self) -> bool {
        self.process.is_some() && self.view.availability.is_unlisted()
    }

    /// Returns the monotonic clock, as the endpoint takes it.
    #[must_use]
    pub fn mono(&self, now: u64) -> Duration {
        Duration::from_millis(now - self.slept)
    }
}
