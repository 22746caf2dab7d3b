//! The beacon of a world, in a quarter of them: what it answers, what is wrong with it, and what a
//! device must report about each answer. Not here: which roots devices are in ([`places`]).
//!
//! [`places`]: crate::places

use crate::causes::asked_again;
use crate::context::Context;
use crate::device::Device;
use crate::event::{Call, Event, Reply};
use crate::fault::BeaconFault;
use crate::places::Places;
use crate::random::Random;
use mesh_chat::beacon::{self, Audience, Slots};
use mesh_chat::config;
use mesh_chat::crypto::Identity;
use mesh_chat::node::{BeaconAnswer, BeaconFailure};
use mesh_chat::view::BeaconTrouble;
use std::collections::BTreeMap;

const URL: &str = "https://beacon.example/beacon";
/// The slots of every beacon.
pub const SLOTS: Slots = Slots::STANDARD;
/// The secret keys: the pinned one, and another.
const PINNED: u8 = 1;
const OTHER: u8 = 2;
/// How long browsers wait for an answer, in milliseconds.
const PATIENCE: u64 = 10_000;
/// The longest that a slow beacon takes.
const SLOWEST: u64 = 15_000;
/// More requests of one device in one slot are a flood: one is needed, and failures are retried
/// after 5 s, doubled to 5 min, from anew with each wake.
const REQUESTS: u64 = 30;

/// The beacon, and what is known of its clients.
#[derive(Debug)]
pub struct Beacon {
    /// A source of chance of its own, so that a world without a beacon is the same as if there
    /// were no beacons.
    pub random: Random,
    /// How long after the beginning of a slot the world begins, in milliseconds.
    pub phase: u64,
    /// Clocks differ by less than five minutes in this world.
    near: bool,
    /// Browsers let the `Date` be read.
    pub dated: bool,
    /// People from this one on stay strangers: contacts see each other under different roots too.
    pub shy: usize,
    /// The person who has no beacon in the configuration.
    pub without: Option<usize>,
    /// What devices hold and see.
    pub places: Places,
    fault: Option<BeaconFault>,
    fault_since: u64,
    fault_until: u64,
    /// From when on everybody has had the time to ask again.
    pub well_from: u64,
    headers: BTreeMap<(u64, u8), String>,
    roots: BTreeMap<u64, String>,
    /// The latest request of each device.
    latest: BTreeMap<usize, u64>,
    /// How many requests each device has made in a slot.
    requests: BTreeMap<usize, (u64, u64)>,
}

/// Returns the configuration of everybody who has the beacon.
#[must_use]
pub fn config() -> config::Beacon {
    let key = Identity::from_bytes(&[PINNED; 32]).map(|key| key.public().encode());
    config::Beacon {
        url: URL.to_owned(),
        public_key: key.unwrap_or_default(),
        ..config::Beacon::default()
    }
}

impl Beacon {
    /// Returns the beacon of the world of a seed, in a quarter of the worlds.
    #[must_use]
    pub fn draw(seed: u64, people: usize) -> Option<Self> {
        let mut random = Random::new(seed.rotate_left(32) ^ 0x6265_6163_6f6e);
        if !random.chance(25) {
            return None;
        }
        let (phase, near) = (random.within(0, 600_000), random.chance(60));
        let (dated, lonely) = (random.chance(50), random.chance(30));
        let without = lonely.then(|| random.index(people));
        let shy = if random.chance(60) {
            random.index(3)
        } else {
            people
        };
        Some(Self {
            random,
            phase,
            near,
            dated,
            shy,
            without,
            places: Places::default(),
            fault: None,
            fault_since: 0,
            fault_until: 0,
            well_from: 0,
            headers: BTreeMap::new(),
            roots: BTreeMap::new(),
            latest: BTreeMap::new(),
            requests: BTreeMap::new(),
        })
    }

    /// Sets clocks: the world begins within a slot, and in most worlds they differ only by as much
    /// as still works.
    pub fn set_clocks(&self, devices: &mut [Device]) {
        for device in devices {
            let skew = match self.near {
                true => device.skew % SLOTS.skew().cast_signed(),
                false => device.skew,
            };
            device.skew = skew + self.phase.cast_signed();
        }
    }

    /// Returns the root of a slot.
    pub fn root(&mut self, number: u64) -> String {
        if !self.roots.contains_key(&number) {
            let header = self.header(number, PINNED);
            let signed = config().pin().ok();
            let signed = signed.and_then(|pin| pin.verify(&header, SLOTS.start(number)).ok());
            let root = signed.map(|signed| signed.root).unwrap_or_default();
            self.roots.insert(number, root);
        }
        self.roots.get(&number).cloned().unwrap_or_default()
    }

    /// Returns the slot of a root that the beacon has given out.
    #[must_use]
    pub fn slot_of(&self, root: &str) -> Option<u64> {
        let mut roots = self.roots.iter();
        roots.find_map(|(number, known)| (known == root).then_some(*number))
    }

    /// Returns the oldest slot in whose root a device is.
    #[must_use]
    pub fn oldest_slot(&self, index: usize) -> Option<u64> {
        let roots = self.places.roots_of(index);
        roots
            .into_iter()
            .filter_map(|root| self.slot_of(root))
            .min()
    }

    /// A device sends a request. The answer to an earlier one is ignored from now on. `unix` is
    /// the time of the beacon's clock.
    pub fn ask(&mut self, ctx: &mut Context, unix: u64, index: usize, generation: u64) {
        let slot = SLOTS.at(unix);
        let number = self.latest.entry(index).or_default();
        *number += 1;
        let call = Call::Asked(*number);
        let (counted, count) = self.requests.entry(index).or_default();
        if *counted != slot {
            (*counted, *count) = (slot, 0);
        }
        *count += 1;
        if *count == REQUESTS {
            ctx.violation(format!(
                "P{index} has asked the beacon {REQUESTS} times in a slot"
            ));
        }
        let lag = self.random.within(10, 200);
        ctx.later(lag, Event::Beacon(index, generation, Box::new(call)));
    }

    /// A request of a device reaches the beacon: the answer goes back.
    pub fn asked(
        &mut self,
        ctx: &mut Context,
        unix: u64,
        (index, device): (usize, &Device),
        number: u64,
    ) {
        let (reply, lag) = (self.reply(unix), self.lag());
        let lost = device.offline || lag >= PATIENCE;
        let reply = match lost {
            true => failure(BeaconFailure::Unreachable),
            false => reply,
        };
        let call = Box::new(Call::Answered(number, reply));
        let event = Event::Beacon(index, device.generation, call);
        ctx.later(lag.min(PATIENCE), event);
    }

    /// Whether a device has sent no request after this one.
    #[must_use]
    pub fn is_latest(&self, index: usize, number: u64) -> bool {
        self.latest.get(&index) == Some(&number)
    }

    /// Makes something wrong with the beacon for a time.
    pub fn spoil(&mut self, now: u64, fault: BeaconFault, time: u64) {
        // Until everybody has asked again, their waits go on growing.
        if now >= self.well_from {
            self.fault_since = now;
        }
        self.fault = Some(fault);
        self.fault_until = self.fault_until.max(now + time);
        self.well_from = u64::MAX;
    }

    /// Ends what is wrong if its time is over, or `at_once`.
    pub fn mend(&mut self, now: u64, at_once: bool) {
        if (at_once || now >= self.fault_until) && self.fault.take().is_some() {
            let lasted = now - self.fault_since;
            (self.fault_until, self.well_from) = (now, now + asked_again(lasted));
        }
    }

    fn header(&mut self, number: u64, key: u8) -> String {
        let sign = || {
            let identity = Identity::from_bytes(&[key; 32])?;
            let audience = Audience::of(URL)?;
            Some(beacon::header(&identity, &audience, &SLOTS.name(number)))
        };
        let header = self.headers.entry((number, key));
        header.or_insert_with(|| sign().unwrap_or_default()).clone()
    }

    /// Returns what it answers at a moment.
    fn reply(&mut self, unix: u64) -> Reply {
        let now = SLOTS.at(unix);
        let date = self.dated.then_some(unix / 1_000 * 1_000);
        let (slot, key) = match self.fault {
            Some(BeaconFault::Unreachable) => return failure(BeaconFailure::Unreachable),
            Some(BeaconFault::Refuses) => return failure(BeaconFailure::Status(403)),
            Some(BeaconFault::Withholds) => return answer(None, None, date),
            Some(BeaconFault::Rubbish) => {
                let rubbish = "v=1; <html>".repeat(100);
                return answer(Some(rubbish), None, date);
            }
            Some(BeaconFault::Replays(slot)) => (slot, PINNED),
            Some(BeaconFault::OtherKey) => (now, OTHER),
            Some(BeaconFault::Slow) | None => (now, PINNED),
        };
        // A root that is given out can be asked for its slot.
        self.root(slot);
        self.root(slot + 1);
        let near = unix + SLOTS.lead() >= SLOTS.end(slot) && slot == now;
        let next = near.then(|| self.header(slot + 1, key));
        Reply {
            slot: (key == PINNED).then_some(slot),
            ..answer(Some(self.header(slot, key)), next, date)
        }
    }

    /// Returns how long its answer takes.
    fn lag(&mut self) -> u64 {
        let (least, most) = match self.fault {
            Some(BeaconFault::Slow) => (1_000, SLOWEST),
            Some(BeaconFault::Unreachable) => (10, PATIENCE),
            Some(
                BeaconFault::Refuses
                | BeaconFault::Withholds
                | BeaconFault::OtherKey
                | BeaconFault::Replays(_)
                | BeaconFault::Rubbish,
            )
            | None => (20, 300),
        };
        self.random.within(least, most)
    }
}

fn failure(failure: BeaconFailure) -> Reply {
    Reply {
        answer: Err(failure),
        slot: None,
    }
}

fn answer(current: Option<String>, next: Option<String>, date: Option<u64>) -> Reply {
    Reply {
        answer: Ok(BeaconAnswer {
            current,
            next,
            date,
        }),
        slot: None,
    }
}

/// Returns what a device must report about an answer that it gets at `unix` by its own clock, while
/// the oldest root that it is in is of the slot `oldest`. PROTOCOL.md, Beacon, 4 and 10.
#[must_use]
pub fn expected_trouble(reply: &Reply, unix: u64, oldest: Option<u64>) -> Option<BeaconTrouble> {
    let answer = match &reply.answer {
        Err(BeaconFailure::Unreachable) => return Some(BeaconTrouble::Unreachable),
        Err(BeaconFailure::Redirected) => return Some(BeaconTrouble::Redirected),
        Err(BeaconFailure::Status(status)) => {
            return Some(BeaconTrouble::Refused { status: *status });
        }
        Ok(answer) => answer,
    };
    let Some(slot) = reply.slot else {
        let header = answer.current.as_deref();
        let signed = header.map(|header| header.contains("kid="));
        return Some(match signed {
            None => BeaconTrouble::Withheld,
            Some(true) => BeaconTrouble::OtherKey,
            Some(false) => BeaconTrouble::Malformed,
        });
    };
    let skew = SLOTS.skew();
    let differs = answer.date.is_some_and(|date| date.abs_diff(unix) > skew);
    if unix + skew < SLOTS.start(slot) {
        Some(BeaconTrouble::Clock)
    } else if unix >= SLOTS.end(slot) + skew {
        Some(if differs {
            BeaconTrouble::Clock
        } else {
            BeaconTrouble::OldSlot
        })
    } else {
        let is_over = oldest.is_some_and(|oldest| slot < oldest);
        is_over.then_some(BeaconTrouble::OldSlot)
    }
}
