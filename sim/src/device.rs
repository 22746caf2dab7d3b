//! A device: its clock and disk, the process that runs on it, and what its person sees.

use crate::disk::Disk;
use crate::hostile::{Hostile, Kind};
use crate::light::Light;
use mesh_chat::node::{Input, Output, StoreId};
use mesh_chat::records::Change;
use mesh_chat::view::{
    BeaconStatus, ContactId, Event, Hidden, InviteId, Person, PersonId, Phase, Request, RequestId,
};
use mesh_chat::{Mono, Node, Now};
use peerjs::endpoint::Endpoint;
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::time::Duration;

/// 2026-11-23T08:00Z, when every world begins.
pub(crate) const START: u64 = 1_795_420_800_000;

/// A device.
#[derive(Debug, Default)]
pub struct Device {
    /// The network it is in.
    pub home: usize,
    /// Cut off from every network.
    pub offline: bool,
    /// Since when and until when it sleeps.
    pub asleep: Option<(u64, u64)>,
    /// How far its clock is from the true one, in milliseconds.
    pub skew: i64,
    /// Milliseconds it has slept: the monotonic clock does not count them.
    pub slept: u64,
    /// Survives everything.
    pub disk: Disk,
    /// No write succeeds.
    pub full: bool,
    /// When the last write that is under way will be done.
    pub written_at: u64,
    /// What is being written, and not reported yet.
    pub writing: VecDeque<(StoreId, Change)>,
    /// No person: it means harm, to a home.
    pub harm: Option<(Kind, usize)>,
    /// The id at which it stands, where that is no Router ID.
    pub stands_at: Option<String>,
    /// Nobody who keeps what it is told: see [`Light`].
    pub light: bool,
    /// Counts processes: what is on its way to an earlier one arrives nowhere.
    pub generation: u64,
    /// Runs, unless it was killed.
    pub process: Option<Process>,
    /// What `storage.session` holds: survives pages, not browsers.
    pub tokens: Vec<(String, String)>,
    /// What its person sees.
    pub view: View,
}

/// One run of the program.
pub struct Process {
    /// What decides.
    pub brain: Brain,
    /// The PeerJS client, once configured.
    pub endpoint: Option<Endpoint>,
    /// When either wants to be called, in true time.
    pub node_due: Option<u64>,
    /// See [`Process::node_due`].
    pub endpoint_due: Option<u64>,
    /// The earliest call that is under way.
    pub armed: Option<u64>,
}

/// What decides in a process: the core, or somebody who speaks PeerJS and means harm.
pub enum Brain {
    /// A participant.
    Node(Box<Node>),
    /// No participant.
    Hostile(Box<Hostile>),
    /// Somebody who is only weighed.
    Light(Box<Light>),
}

impl Brain {
    /// Something happened.
    pub fn handle(&mut self, now: Now, input: Input) {
        match self {
            Self::Node(node) => node.handle(now, input),
            Self::Hostile(hostile) => hostile.handle(now, input),
            Self::Light(light) => light.handle(now, input),
        }
    }

    /// What to do next.
    pub fn poll(&mut self) -> Output {
        match self {
            Self::Node(node) => node.poll(),
            Self::Hostile(hostile) => hostile.poll(),
            Self::Light(light) => light.poll(),
        }
    }
}

impl std::fmt::Debug for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Process")
    }
}

impl Device {
    /// Both clocks at a true moment.
    #[must_use]
    pub fn clock(&self, now: u64) -> Now {
        let unix = (START + now).saturating_add_signed(self.skew);
        let mono = Mono(now - self.slept);
        Now { mono, unix }
    }

    /// The session storage holds what its endpoint has.
    pub(crate) fn keep_tokens(&mut self) {
        let process = self.process.as_ref();
        if let Some(endpoint) = process.and_then(|process| process.endpoint.as_ref()) {
            self.tokens = endpoint.tokens();
        }
    }

    /// Somebody who is only weighed, while it is on.
    #[must_use]
    pub fn as_light(&self) -> Option<&Light> {
        match &self.process.as_ref()?.brain {
            Brain::Light(light) => Some(light),
            Brain::Node(_) | Brain::Hostile(_) => None,
        }
    }

    /// On, awake and on a network.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.process.is_some() && self.asleep.is_none() && !self.offline
    }

    /// The monotonic clock, as the endpoint takes it.
    #[must_use]
    pub fn mono(&self, now: u64) -> Duration {
        Duration::from_millis(now - self.slept)
    }
}

/// What a view shows: it keeps the latest of everything, as every view does.
#[derive(Debug, Default)]
pub struct View {
    /// Everybody in the lists.
    pub people: BTreeMap<PersonId, Person>,
    /// Waiting requests.
    pub requests: BTreeMap<RequestId, Request>,
    /// The links of open invites.
    pub invites: BTreeMap<InviteId, Hidden>,
    /// The state line.
    pub phase: Option<Phase>,
    /// The server in use.
    pub server: Option<String>,
    /// Own messages of each chat up to this one are shown as stored on the other device.
    pub delivered: BTreeMap<ContactId, u64>,
    /// How it is with the beacon, where there is one.
    pub beacon: Option<BeaconStatus>,
}

impl View {
    /// Shows an event. Gives the own messages that are shown as stored on the other device from now
    /// on, by their places in the log.
    pub fn show(&mut self, event: Event) -> Option<(ContactId, RangeInclusive<u64>)> {
        match event {
            Event::Person(person) => drop(self.people.insert(person.id.clone(), person)),
            Event::PersonGone(id) => drop(self.people.remove(&id)),
            Event::Request(request) => drop(self.requests.insert(request.id.clone(), request)),
            Event::RequestGone(id) => drop(self.requests.remove(&id)),
            Event::Status(status) => {
                self.phase = Some(status.phase);
                self.server = status.server;
                self.beacon = status.beacon;
            }
            Event::Progress(progress) => {
                let (contact, upto) = (progress.contact, progress.delivered);
                // The first word of a process is what was known before.
                let before = self.delivered.insert(contact.clone(), upto)?;
                return Some((contact, before + 1..=upto));
            }
            Event::Invite(invite) => drop(self.invites.insert(invite.id, invite.link)),
            Event::InviteGone(id) => drop(self.invites.remove(&id)),
            Event::Profile(_)
            | Event::Message(_)
            | Event::Typing(_)
            | Event::Settings(_)
            | Event::Notice(_)
            | Event::Ready
            | Event::Notify(_)
            | Event::Badge { .. } => {}
        }
        None
    }
}
