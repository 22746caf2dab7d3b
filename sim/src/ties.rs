//! What people decided about each other, as far as it changes what must hold: who removed or
//! blocked whom, who came back when, and who has a backup.

use crate::devices::Devices;
use crate::random::Random;
use std::collections::{BTreeMap, BTreeSet};

/// After a decision a pair is left alone for this long, in milliseconds: blocking and removing cost
/// a new Discovery ID, and an entry of the old one is shown for 90 s; then a dial of 8 s and its
/// repetition.
const SETTLES: u64 = 130_000;

/// A contact that dials the one who blocked it blacklists that address for 15 min, and the back-off
/// grows to 10 min. Then it is as above.
const BLACKLISTED: u64 = 900_000 + SETTLES;

/// The longest between two dials to a contact, with the dial itself.
const BACK_OFF: u64 = 610_000;

/// Two that were parted may hold one secret for a moment yet: the write is under way.
const PARTS: u64 = 5_000;

/// What people decided about each other.
#[derive(Debug)]
pub struct Ties {
    /// In this world people decide things about their contacts at all.
    pub has_preferences: bool,
    /// A source of chance of its own, so that a world without preferences is the same as if there
    /// were none at all.
    pub random: Random,
    /// The backups that people make.
    pub backups: Backups,
    /// Devices that were wiped: their backup may have brought back a contact that was blocked,
    /// and an old discoveryUUID.
    wiped: BTreeSet<usize>,
    /// Devices whose disk came back older.
    older: BTreeSet<usize>,
    /// Pairs that are not contacts of each other on both sides any more, and since when.
    severed: BTreeMap<(usize, usize), u64>,
    /// Until when a pair is left alone.
    settles: BTreeMap<(usize, usize), u64>,
    /// Pairs whose calls a server tampered with.
    deceived: BTreeSet<(usize, usize)>,
    /// Pairs of which one once did not want the other.
    parted: BTreeSet<(usize, usize)>,
    /// When a device was last not there.
    up_since: BTreeMap<usize, u64>,
}

fn pair(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

impl Ties {
    /// Nobody has decided anything yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(!seed);
        let has_preferences = random.chance(30);
        let backups = Backups::new(random.index(10));
        Self {
            has_preferences,
            random,
            backups,
            wiped: BTreeSet::new(),
            older: BTreeSet::new(),
            severed: BTreeMap::new(),
            settles: BTreeMap::new(),
            deceived: BTreeSet::new(),
            parted: BTreeSet::new(),
            up_since: BTreeMap::new(),
        }
    }

    /// Whether two are not contacts of each other any more.
    #[must_use]
    pub fn is_severed(&self, one: usize, other: usize) -> bool {
        self.severed.contains_key(&pair(one, other))
    }

    /// Whether one of them ever blocked, removed or lost the other.
    #[must_use]
    pub fn were_parted(&self, one: usize, other: usize) -> bool {
        self.parted.contains(&pair(one, other))
    }

    /// Whether a device was ever wiped.
    #[must_use]
    pub fn was_wiped(&self, index: usize) -> bool {
        self.wiped.contains(&index)
    }

    /// Whether a device's disk came back older.
    #[must_use]
    pub fn is_older(&self, index: usize) -> bool {
        self.older.contains(&index)
    }

    /// Whether nothing is promised to a pair: one does not want the other, or did not until a
    /// moment ago.
    #[must_use]
    pub fn are_apart(&self, devices: &Devices, now: u64, one: usize, other: usize) -> bool {
        let settles = self.settles.get(&pair(one, other));
        (self.has_preferences || !self.settles.is_empty())
            && (self.is_severed(one, other)
                || settles.is_some_and(|until| now < *until)
                || one_refuses(devices, one, other))
    }

    /// Whether the one of two who alone knows the way to the other dials soon: a device that comes
    /// back dials everybody it knows at once, and one that was there all the time waits for its
    /// back-off.
    #[must_use]
    pub fn dials_soon(&self, now: u64, one: usize, other: usize) -> bool {
        let up = |index| self.up_since.get(&index).copied().unwrap_or(0);
        up(one) >= up(other) || now > up(other) + BACK_OFF
    }

    /// A server tampers with the calls between two: each may take the other's address for somebody
    /// else's.
    pub fn deceive(&mut self, now: u64, one: usize, other: usize) {
        self.deceived.insert(pair(one, other));
        self.settle(one, other, now + BLACKLISTED);
    }

    /// Whether a server ever tampered with the calls between two.
    #[must_use]
    pub fn were_deceived(&self, one: usize, other: usize) -> bool {
        self.deceived.contains(&pair(one, other))
    }

    /// Whether a server ever tampered with any call.
    #[must_use]
    pub fn is_anybody_deceived(&self) -> bool {
        !self.deceived.is_empty()
    }

    /// One decided something about a contact that others notice too.
    pub fn decided(&mut self, devices: &Devices, now: u64, one: usize, other: usize) {
        self.parted.insert(pair(one, other));
        for anyone in devices.people() {
            self.settle(one, anyone, now + SETTLES);
        }
    }

    /// One decided something about the other that only the two notice.
    pub fn hesitated(&mut self, now: u64, one: usize, other: usize) {
        self.settle(one, other, now + SETTLES);
    }

    /// One looks for the other again, and dials. Where that finds nobody `at_once`, the other one
    /// has to dial, after its own back-off.
    pub fn resumed(&mut self, now: u64, one: usize, other: usize, at_once: bool) {
        let until = now + if at_once { SETTLES } else { BLACKLISTED };
        self.settle(one, other, until);
    }

    /// One has removed or lost the other.
    pub fn part(&mut self, devices: &Devices, now: u64, one: usize, other: usize) {
        self.decided(devices, now, one, other);
        self.severed.insert(pair(one, other), now);
    }

    /// The disk of a device came back older.
    pub fn went_back(&mut self, index: usize) {
        self.older.insert(index);
    }

    /// Whether two accepted each other anew after one of them may have lost what it had received:
    /// what was delivered before an acceptance is not sent again after it.
    #[must_use]
    pub fn began_anew(&self, one: usize, other: usize) -> bool {
        let older = self.older.contains(&one) || self.older.contains(&other);
        older && self.were_parted(one, other)
    }

    /// A device was wiped.
    pub fn wipe(&mut self, index: usize) {
        self.wiped.insert(index);
    }

    fn settle(&mut self, one: usize, other: usize, until: u64) {
        let settles = self.settles.entry(pair(one, other)).or_default();
        *settles = until.max(*settles);
    }

    /// Follows who is there, and which pairs hold one secret and so are contacts again.
    pub fn follow(&mut self, devices: &Devices, now: u64) {
        // In every world: a machine that died finds its address taken by itself, and takes another one.
        for index in devices.people() {
            if !devices.is_up(index) {
                self.up_since.insert(index, now);
            }
        }
        self.reunite(devices, now);
    }

    fn reunite(&mut self, devices: &Devices, now: u64) {
        let secret = |one, other| {
            let contact = devices.contact(one, other)?;
            // A full disk holds a contact for a while after it was removed.
            devices.shown(one, contact)?;
            Some(contact.pair_secret.0.as_str())
        };
        let again = |((one, other), since): (&(usize, usize), &u64)| {
            let ours = secret(*one, *other);
            let same = ours.is_some() && ours == secret(*other, *one);
            (same && now > since + PARTS).then_some((*one, *other))
        };
        let again: Vec<_> = self.severed.iter().filter_map(again).collect();
        for (one, other) in again {
            self.severed.remove(&(one, other));
            self.hesitated(now, one, other);
        }
    }
}

/// Whether one of two has blocked or paused the other.
#[must_use]
pub fn one_refuses(devices: &Devices, one: usize, other: usize) -> bool {
    refuses(devices, one, other) || refuses(devices, other, one)
}

/// Whether one has blocked or paused the other.
fn refuses(devices: &Devices, one: usize, other: usize) -> bool {
    devices.contact(one, other).is_some_and(|contact| {
        let stored = &contact.preferences;
        // What a person decides is shown at once, and a full disk does not take it.
        let shown = devices.shown(one, contact);
        let shown = shown.and_then(|person| person.preferences.as_ref());
        stored.blocked
            || stored.paused
            || shown.is_some_and(|preferences| preferences.blocked || preferences.paused)
    })
}

/// The backup that one person makes, in half of the worlds: computing its key takes as long as the
/// rest of a world.
#[derive(Debug)]
pub struct Backups {
    keeper: usize,
    made: BTreeMap<usize, String>,
    /// Commands whose answer is one.
    asked: BTreeMap<u64, usize>,
}

impl Backups {
    fn new(keeper: usize) -> Self {
        Self {
            keeper,
            made: BTreeMap::new(),
            asked: BTreeMap::new(),
        }
    }

    /// Whether the person of a device makes a backup now.
    #[must_use]
    pub fn is_due(&self, index: usize) -> bool {
        self.keeper == index && self.made.is_empty()
    }

    /// A command asks a device for a backup.
    pub fn ask(&mut self, command: u64, index: usize) {
        self.asked.insert(command, index);
    }

    /// A command is answered, with a backup if one was asked for.
    pub fn answered(&mut self, command: u64, backup: Option<&str>) {
        if let (Some(index), Some(text)) = (self.asked.remove(&command), backup) {
            self.made.insert(index, text.to_owned());
        }
    }

    /// Returns the backup that the person of a device has.
    #[must_use]
    pub fn of(&self, index: usize) -> Option<&str> {
        self.made.get(&index).map(String::as_str)
    }

    /// Returns the devices whose person has a backup.
    #[must_use]
    pub fn keepers(&self) -> Vec<usize> {
        self.made.keys().copied().collect()
    }
}
