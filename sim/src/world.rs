//! The world: its parts, and what can only be asked of several parts together. Not here: what
//! happens in it (see the modules above it in the table of the crate).

use crate::beacon::Beacon;
use crate::calls::Calls;
use crate::causes::Cause;
use crate::consents::Consents;
use crate::context::Context;
use crate::device::{Device, START};
use crate::devices::Devices;
use crate::event::Event;
use crate::fault::Counts;
use crate::home::{Home, Nat};
use crate::imposters::Imposters;
use crate::introductions::Introductions;
use crate::knowledge::Knowledge;
use crate::menaces::{Menace, Menaces};
use crate::model::Model;
use crate::network::Network;
use crate::network::connections::End;
use crate::random::Random;
use crate::rates::Rates;
use crate::rendezvous::Rendezvous;
use crate::sayings::Sayings;
use crate::staying::StayingWishes;
use crate::texts::Texts;
use crate::ties::Ties;
use crate::transfers::Transfers;
use mesh_chat::node::{CommandId, LinkId};
use webext::mapping;

/// How many homes there are. Attackers from outside are in the last one.
pub const HOMES: usize = 3;
/// The home, besides those, of a hostile peer that takes a person's address.
pub const ELSEWHERE: usize = HOMES;

/// What people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Everything.
    Full,
    /// They join, and accept requests.
    Answers,
    /// They join.
    Joins,
}

/// The world.
#[derive(Debug)]
pub struct World {
    /// Time, chance and what is under way.
    pub ctx: Context,
    /// The devices of people and of hostile peers.
    pub devices: Devices,
    /// What lies between devices.
    pub network: Network,
    /// What signs the roots of namespaces, where they are signed.
    pub beacon: Option<Beacon>,
    /// What people decided about each other.
    pub ties: Ties,
    /// What people wrote.
    pub texts: Texts,
    /// What they did with what was written.
    pub sayings: Sayings,
    /// How long they want messages to stay.
    pub staying: StayingWishes,
    /// Whom they introduced.
    pub introductions: Introductions,
    /// Which files they offered.
    pub transfers: Transfers,
    /// The rendezvous points that devices hold.
    pub rendezvous: Rendezvous,
    /// Hostile peers at the address of a person.
    pub imposters: Imposters,
    /// What each connection may still say.
    pub rates: Rates,
    /// Which device got which secret of whom.
    pub knowledge: Knowledge,
    /// Who agreed to whom, and whose key is whose.
    pub consents: Consents,
    /// Who is answered.
    pub calls: Calls,
    /// The hostiles with means of their own.
    pub menaces: Menaces,
    /// What must hold by now.
    pub model: Model,
    /// What went wrong on purpose.
    pub faults: Counts,
    /// What people do.
    pub activity: Activity,
    /// In worlds in which disks come back older: the source of chance for that, so that other worlds
    /// are the same as without.
    pub older: Option<Random>,
    /// In worlds with disks that fail in other ways than by being full: the source of chance for that.
    pub disks: Option<Random>,
    /// In worlds with people who are off, away, or there for contacts only: the source of chance for that.
    pub absences: Option<Random>,
    /// Bytes that routers have sent.
    pub routed: u64,
    /// A hash of everything that happened.
    pub trace: u64,
    commands: u64,
}

impl World {
    /// The world of a seed, with this many people, whose devices are off.
    #[must_use]
    pub fn new(seed: u64, people: usize) -> Self {
        let mut random = Random::new(seed);
        let homes = (0..HOMES).map(|home| Home::new(home, Nat::draw(&mut random)));
        let homes: Vec<Home> = homes.collect();
        let elsewhere = Home::new(ELSEWHERE, Nat::Open);
        let homes = homes.into_iter().chain([elsewhere]).collect();
        let servers = 1 + usize::from(random.chance(35));
        let wrong = if random.chance(50) { 900_000 } else { 60_000 };
        let device = |_| Device {
            // Most are in one home.
            home: random.index(10).saturating_sub(6).div_ceil(2),
            skew: i64::try_from(random.within(0, 2 * wrong)).unwrap_or(0) - wrong as i64,
            ..Device::default()
        };
        let mut devices: Vec<Device> = (0..people).map(device).collect();
        let beacon = Beacon::draw(seed, people);
        let mut older = Random::new(seed.rotate_left(32) ^ 1);
        let has_older = older.chance(30);
        let mut disks = Random::new(seed.rotate_left(16) ^ 2);
        let has_disks = disks.chance(30);
        let mut absences = Random::new(seed.rotate_left(8) ^ 3);
        let has_absences = absences.chance(30);
        let transfers = Transfers::new(seed);
        let clears = transfers.random.is_none() && !has_older;
        if let Some(beacon) = &beacon {
            beacon.set_clocks(&mut devices);
        }
        Self {
            ctx: Context::new(random),
            devices: Devices::new(devices),
            network: Network::new(homes, servers),
            beacon,
            ties: Ties::new(seed),
            texts: Texts::default(),
            sayings: Sayings::new(seed),
            staying: StayingWishes::new(seed, clears),
            introductions: Introductions::new(seed),
            transfers,
            rendezvous: Rendezvous::default(),
            imposters: Imposters::default(),
            rates: Rates::new(),
            knowledge: Knowledge::default(),
            consents: Consents::default(),
            calls: Calls::default(),
            menaces: Menaces::draw(seed),
            model: Model::new(HOMES),
            faults: Counts::default(),
            activity: Activity::Full,
            routed: 0,
            trace: 0,
            commands: 0,
            older: Some(older).filter(|_| has_older),
            disks: Some(disks).filter(|_| has_disks),
            absences: Some(absences).filter(|_| has_absences),
        }
    }

    /// A world in which nothing goes wrong: open homes, one server, no beacon, and people who only
    /// join, all in the first home and with right clocks.
    #[must_use]
    pub fn plain(seed: u64, people: usize, homes: usize) -> Self {
        let mut world = Self::new(seed, people);
        let homes = (0..homes).map(|home| Home::new(home, Nat::Open));
        world.network = Network::new(homes.collect(), 1);
        world.beacon = None;
        for index in world.devices.people() {
            if let Some(device) = world.devices.get_mut(index) {
                (device.home, device.skew) = (0, 0);
            }
        }
        world.activity = Activity::Joins;
        world.ctx.later(1_000, Event::Sweep);
        world
    }

    /// Returns what every right clock shows beyond the time since the beginning, in milliseconds.
    #[must_use]
    pub fn clock_offset(&self) -> i64 {
        let phase = self.beacon.as_ref().map_or(0, |beacon| beacon.phase);
        self.ctx.leapt + phase.cast_signed()
    }

    /// Returns the time by a right clock, which the beacon has.
    #[must_use]
    pub fn unix(&self) -> u64 {
        (START + self.ctx.now).saturating_add_signed(self.clock_offset())
    }

    /// Returns the device at the other end of a connection of a node.
    #[must_use]
    pub fn far_end(&self, index: usize, link: LinkId) -> Option<usize> {
        Some(self.end_beyond(index, link)?.device)
    }

    fn end_beyond(&self, index: usize, link: LinkId) -> Option<End> {
        let device = self.devices.get(index)?;
        let connections = &self.network.connections;
        connections.far_end(index, device.generation, mapping::conn(link))
    }

    /// Returns whose words come on a connection of a node: those of the device at the other end, or, where
    /// that is the device of a malicious server, of whom it passes on.
    #[must_use]
    pub fn speaker(&self, index: usize, link: LinkId) -> Option<usize> {
        let beyond = self.end_beyond(index, link)?;
        match self.devices.get(beyond.device)?.as_relay() {
            Some(relay) => self.far_end(beyond.device, relay.other(beyond.conn.conn)?),
            None => Some(beyond.device),
        }
    }

    /// Whether a false friend speaks on a connection: what that says may be anything. So may the last words of
    /// somebody whom a malicious server has passed on, and no longer does.
    #[must_use]
    pub fn is_with_false_friend(&self, index: usize, link: LinkId) -> bool {
        let other = || self.devices.get(self.speaker(index, link)?);
        self.menaces.has(Menace::FalseFriend)
            && other().is_none_or(|other| other.false_friend.is_some())
    }

    /// Whether two devices can be connected without a relay.
    #[must_use]
    pub fn passes(&self, first: usize, second: usize) -> bool {
        let homes = self.devices.home(first).zip(self.devices.home(second));
        homes.is_some_and(|(first, second)| self.network.passes(first, second))
    }

    /// Whether nothing is promised to a pair: one does not want the other, or did not until a
    /// moment ago.
    #[must_use]
    pub fn are_apart(&self, one: usize, other: usize) -> bool {
        self.ties.are_apart(&self.devices, self.ctx.now, one, other)
    }

    /// Makes every connection of a device carry nothing any more. The device is not told. With
    /// `hang_up` the servers are.
    pub fn cut(&mut self, index: usize, hang_up: bool) {
        self.network.cut(&mut self.ctx, index, hang_up);
    }

    /// Something goes wrong with a device, which disturbs its home.
    pub fn disturb(&mut self, index: usize, cause: &Cause) {
        self.faults.count(cause.name);
        let home = self.devices.home(index).unwrap_or(0);
        self.model.disturbed(home, self.ctx.now, cause);
    }

    /// Something goes wrong that disturbs every home.
    pub fn disturb_everywhere(&mut self, cause: &Cause) {
        self.faults.count(cause.name);
        self.model.disturbed_everywhere(self.ctx.now, cause);
    }

    /// Returns the number that the next command gets.
    #[must_use]
    pub fn next_command(&self) -> u64 {
        self.commands + 1
    }

    /// Numbers a command.
    pub fn number_command(&mut self) -> CommandId {
        self.commands += 1;
        CommandId(self.commands)
    }

    /// Schedules the next call of a device's node and endpoint, unless an earlier one is under way.
    pub fn arm(&mut self, index: usize) {
        let now = self.ctx.now;
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let generation = device.generation;
        let due = device.process.as_mut().and_then(|process| process.arm(now));
        if let Some(due) = due {
            self.ctx.later(due - now, Event::Timer(index, generation));
        }
    }
}
