//! The beacon of a world, in a quarter of them: what it answers, what is wrong with it, and what a
//! device must say about each answer. Which roots devices are in is in [`roots`](crate::roots).

use crate::device::Device;
use crate::fault;
use crate::random::Random;
use crate::roots::Places;
use crate::world::{What, World};
use mesh_chat::beacon::{self, Audience, Slots};
use mesh_chat::config;
use mesh_chat::crypto::Identity;
use mesh_chat::node::{BeaconAnswer, BeaconFailure, Input};
use mesh_chat::view::BeaconTrouble;
use std::collections::BTreeMap;

const URL: &str = "https://beacon.example/beacon";
const SLOTS: Slots = Slots::STANDARD;
/// The secret keys: the pinned one, and another.
const PINNED: u8 = 1;
const OTHER: u8 = 2;
/// What browsers wait for an answer, in milliseconds.
const PATIENCE: u64 = 10_000;
/// The longest that a slow beacon takes.
const SLOWEST: u64 = 15_000;
/// More requests of one device in one slot are a flood: one is needed, and failures are retried
/// after 5 s, doubled to 5 min, from anew with each wake.
const REQUESTS: u64 = 30;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Nobody answers.
    Unreachable,
    /// It answers late, or too late.
    Slow,
    /// It has an error.
    Refuses,
    /// It does not know these people any more.
    Withholds,
    /// It signs with another key.
    OtherKey,
    /// Something before it gives the answer of a slot that was again and again.
    Replays(u64),
    /// It answers something else.
    Rubbish,
}

/// A request, and what comes of it.
#[derive(Debug)]
pub enum Call {
    /// The request of this number comes to the beacon.
    Asked(u64),
    /// Its answer comes to the device.
    Answered(u64, Reply),
}

/// An answer, and the slot in it, where it is signed by the pinned key.
#[derive(Debug)]
pub struct Reply {
    answer: Result<BeaconAnswer, BeaconFailure>,
    slot: Option<u64>,
}

/// The beacon, and what is known of its clients.
#[derive(Debug)]
pub struct Beacon {
    pub(crate) whim: Random,
    /// How long after the beginning of a slot the world begins, in milliseconds.
    pub phase: u64,
    /// Clocks differ by less than five minutes in this world.
    pub(crate) near: bool,
    /// Browsers let the `Date` be read.
    pub(crate) dated: bool,
    /// People from this one on stay strangers: contacts see each other under whichever root.
    pub(crate) shy: usize,
    /// Who has no beacon in its configuration.
    pub without: Option<usize>,
    wrong: Option<Wrong>,
    wrong_since: u64,
    wrong_until: u64,
    /// From when on everybody has had the time to ask again.
    pub(crate) well_from: u64,
    headers: BTreeMap<(u64, u8), String>,
    roots: BTreeMap<u64, String>,
    /// The latest request of each device.
    latest: BTreeMap<usize, u64>,
    /// How many requests each device has made in a slot.
    requests: BTreeMap<usize, (u64, u64)>,
    pub(crate) places: Places,
}

/// The configuration of whoever has the beacon.
pub(crate) fn config() -> config::Beacon {
    let key = Identity::from_bytes(&[PINNED; 32]).map(|key| key.public().encode());
    config::Beacon {
        url: URL.to_owned(),
        public_key: key.unwrap_or_default(),
        ..config::Beacon::default()
    }
}

impl Beacon {
    /// That of the world of a seed, in a quarter of the worlds. Its chance is its own, so that a
    /// world without one is the same as if there were no beacons.
    #[must_use]
    pub fn draw(seed: u64, people: usize) -> Option<Self> {
        let mut whim = Random::new(seed.rotate_left(32) ^ 0x6265_6163_6f6e);
        if !whim.chance(25) {
            return None;
        }
        let (phase, near) = (whim.within(0, 600_000), whim.chance(60));
        let (dated, lonely) = (whim.chance(50), whim.chance(30));
        let without = lonely.then(|| whim.index(people));
        let shy = if whim.chance(60) {
            whim.index(3)
        } else {
            people
        };
        Some(Self {
            whim,
            phase,
            near,
            dated,
            shy,
            without,
            wrong: None,
            wrong_since: 0,
            wrong_until: 0,
            well_from: 0,
            headers: BTreeMap::new(),
            roots: BTreeMap::new(),
            latest: BTreeMap::new(),
            requests: BTreeMap::new(),
            places: Places::default(),
        })
    }

    /// The world begins within a slot; in most, clocks differ by as much as still works.
    pub(crate) fn set_clocks(&self, devices: &mut [Device]) {
        for device in devices {
            let skew = match self.near {
                true => device.skew % SLOTS.skew().cast_signed(),
                false => device.skew,
            };
            device.skew = skew + self.phase.cast_signed();
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

    /// The root of a slot.
    pub(crate) fn root(&mut self, number: u64) -> String {
        if !self.roots.contains_key(&number) {
            let header = self.header(number, PINNED);
            let signed = config().pin().ok();
            let signed = signed.and_then(|pin| pin.verify(&header, SLOTS.start(number)).ok());
            let root = signed.map(|signed| signed.root).unwrap_or_default();
            self.roots.insert(number, root);
        }
        self.roots.get(&number).cloned().unwrap_or_default()
    }

    /// The slot of a root that was asked for before.
    pub(crate) fn slot_of(&self, root: &str) -> Option<u64> {
        let mut roots = self.roots.iter();
        roots.find_map(|(number, known)| (known == root).then_some(*number))
    }

    /// What it answers at a moment.
    fn reply(&mut self, unix: u64) -> Reply {
        let now = SLOTS.at(unix);
        let date = self.dated.then_some(unix / 1_000 * 1_000);
        let (slot, key) = match self.wrong {
            Some(Wrong::Unreachable) => return failure(BeaconFailure::Unreachable),
            Some(Wrong::Refuses) => return failure(BeaconFailure::Status(403)),
            Some(Wrong::Withholds) => return answer(None, None, date),
            Some(Wrong::Rubbish) => {
                let rubbish = "v=1; <html>".repeat(100);
                return answer(Some(rubbish), None, date);
            }
            Some(Wrong::Replays(slot)) => (slot, PINNED),
            Some(Wrong::OtherKey) => (now, OTHER),
            Some(Wrong::Slow) | None => (now, PINNED),
        };
        // Whoever knows a root can be asked for its number.
        self.root(slot);
        self.root(slot + 1);
        let near = unix + SLOTS.lead() >= SLOTS.end(slot) && slot == now;
        let next = near.then(|| self.header(slot + 1, key));
        Reply {
            slot: (key == PINNED).then_some(slot),
            ..answer(Some(self.header(slot, key)), next, date)
        }
    }

    /// How long its answer takes.
    fn lag(&mut self) -> u64 {
        match self.wrong {
            Some(Wrong::Slow) => self.whim.within(1_000, SLOWEST),
            Some(Wrong::Unreachable) => self.whim.within(10, PATIENCE),
            _ => self.whim.within(20, 300),
        }
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

/// What a device must say about an answer that it hears at `unix` by its own clock, while the
/// oldest root that it is in is of the slot `oldest`. PROTOCOL.md, Beacon, 4 and 10.
fn trouble(reply: &Reply, unix: u64, oldest: Option<u64>) -> Option<BeaconTrouble> {
    let said = match &reply.answer {
        Err(BeaconFailure::Unreachable) => return Some(BeaconTrouble::Unreachable),
        Err(BeaconFailure::Redirected) => return Some(BeaconTrouble::Redirected),
        Err(BeaconFailure::Status(status)) => {
            return Some(BeaconTrouble::Refused { status: *status });
        }
        Ok(said) => said,
    };
    let Some(slot) = reply.slot else {
        let header = said.current.as_deref();
        let signed = header.map(|header| header.contains("kid="));
        return Some(match signed {
            None => BeaconTrouble::Withheld,
            Some(true) => BeaconTrouble::OtherKey,
            Some(false) => BeaconTrouble::Malformed,
        });
    };
    let skew = SLOTS.skew();
    let differs = said.date.is_some_and(|date| date.abs_diff(unix) > skew);
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

impl World {
    /// What every right clock shows beyond the time since the beginning, in milliseconds.
    #[must_use]
    pub fn right(&self) -> i64 {
        let phase = self.beacon.as_ref().map_or(0, |beacon| beacon.phase);
        self.leapt + phase.cast_signed()
    }

    /// The time by the beacon's clock.
    #[must_use]
    pub fn unix(&self) -> u64 {
        (crate::device::START + self.now).saturating_add_signed(self.right())
    }

    /// A device asks; what an earlier request brings is not heard any more.
    pub(crate) fn ask_beacon(&mut self, index: usize) {
        let slot = SLOTS.at(self.unix());
        let generation = self.devices.get(index).map_or(0, |d| d.generation);
        let Some(beacon) = &mut self.beacon else {
            return;
        };
        let number = beacon.latest.entry(index).or_default();
        *number += 1;
        let call = Call::Asked(*number);
        let (counted, count) = beacon.requests.entry(index).or_default();
        if std::mem::replace(counted, slot) != slot {
            *count = 0;
        }
        *count += 1;
        if *count == REQUESTS {
            let wrong = format!("P{index} has asked the beacon {REQUESTS} times in a slot");
            self.violations.push(wrong);
        }
        let lag = beacon.whim.within(10, 200);
        self.later(lag, What::Beacon(index, generation, Box::new(call)));
    }

    pub(crate) fn call_beacon(&mut self, index: usize, call: Call) {
        match call {
            Call::Asked(number) => self.asked_beacon(index, number),
            Call::Answered(number, reply) => {
                let beacon = self.beacon.as_ref();
                let latest = beacon.and_then(|beacon| beacon.latest.get(&index));
                if latest == Some(&number) {
                    self.hear_beacon(index, reply);
                }
            }
        }
    }

    fn asked_beacon(&mut self, index: usize, number: u64) {
        let unix = self.unix();
        let Some(device) = self.devices.get(index) else {
            return;
        };
        let (generation, offline) = (device.generation, device.offline);
        let Some(beacon) = &mut self.beacon else {
            return;
        };
        let (reply, lag) = (beacon.reply(unix), beacon.lag());
        let lost = offline || lag >= PATIENCE;
        let reply = match lost {
            true => failure(BeaconFailure::Unreachable),
            false => reply,
        };
        let call = Box::new(Call::Answered(number, reply));
        let what = What::Beacon(index, generation, call);
        self.later(lag.min(PATIENCE), what);
    }

    fn hear_beacon(&mut self, index: usize, reply: Reply) {
        let Some(device) = self.devices.get(index) else {
            return;
        };
        let clock = device.clock(self.now).unix;
        let oldest = crate::roots::oldest(self, index);
        let expected = trouble(&reply, clock, oldest);
        let over = reply.slot.is_some_and(|slot| slot < SLOTS.at(self.unix()));
        self.say(|| format!("P{index} hears of the beacon: {reply:?}"));
        self.node(index, Input::Beacon(reply.answer));
        let device = self.devices.get(index);
        let shown = device.and_then(|device| device.view.beacon);
        // Whoever has no address is in no root that is seen from here, and knows more.
        let unknown = oldest.is_none() && over;
        if let Some(shown) = shown.filter(|shown| shown.trouble != expected && !unknown) {
            let said = shown.trouble;
            let wrong = format!("P{index} says {said:?} of the beacon, and it is {expected:?}");
            self.violations.push(wrong);
        }
    }

    /// Something is wrong with the beacon for a time.
    pub(crate) fn spoil_beacon(&mut self, wrong: Wrong, time: u64) {
        let now = self.now;
        let Some(beacon) = &mut self.beacon else {
            return;
        };
        // Until everybody has asked again, their waits go on growing.
        if now >= beacon.well_from {
            beacon.wrong_since = now;
        }
        beacon.wrong = Some(wrong);
        beacon.wrong_until = beacon.wrong_until.max(now + time);
        beacon.well_from = u64::MAX;
    }

    /// Nothing is, unless something else began meanwhile.
    pub(crate) fn mend_beacon(&mut self, all: bool) {
        let now = self.now;
        let Some(beacon) = self.beacon.as_mut() else {
            return;
        };
        if (all || now >= beacon.wrong_until) && beacon.wrong.take().is_some() {
            let lasted = now - beacon.wrong_since;
            (beacon.wrong_until, beacon.well_from) = (now, now + fault::asked_again(lasted));
        }
    }
}
