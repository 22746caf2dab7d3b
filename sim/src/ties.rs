//! What people decided about each other, as far as it changes what must be so: who removed or
//! blocked whom, whose device was wiped, and at whose address somebody else answered.

use crate::device::Device;
use crate::person::device_of;
use crate::random::Random;
use crate::roots;
use crate::world::World;
use mesh_chat::records::ContactRecord;
use mesh_chat::view::{Person, PersonId};
use std::collections::{BTreeMap, BTreeSet};

/// After a decision a pair is left alone for this long, in milliseconds: who is blocked or removed
/// costs a new Discovery ID, and an entry of the old one is shown for 90 s; then a dial of 8 s and
/// its repetition.
const SETTLES: u64 = 130_000;

/// Who dialled a contact by whom it was blocked takes that for somebody else's address for 15 min; the
/// back-off grows to 10 min. Then it is as above.
const BLACKLISTED: u64 = 900_000 + SETTLES;

/// The longest between two dials to a contact, with the dial itself.
const BACK_OFF: u64 = 610_000;

/// Two that were parted may hold one secret for a moment yet: the write is under way.
const PARTS: u64 = 5_000;

/// What people decided about each other.
#[derive(Debug)]
pub struct Ties {
    /// In this world people decide things about their contacts at all.
    pub caring: bool,
    /// Chance of its own, so that a world in which nobody cares is the same as without all this.
    pub whim: Random,
    /// Pairs that are no contacts of each other on both sides any more, and since when.
    severed: BTreeMap<(usize, usize), u64>,
    /// Until when a pair is left alone.
    settles: BTreeMap<(usize, usize), u64>,
    /// Pairs of which one once did not want the other.
    parted: BTreeSet<(usize, usize)>,
    /// When a device was last not there.
    up_since: BTreeMap<usize, u64>,
    /// Who stands at whose address.
    pub poses: BTreeMap<usize, usize>,
    /// At whose address somebody else has said anything, and at whose it was a whole answer with a
    /// wrong proof.
    pub answered: BTreeSet<usize>,
    /// See [`Ties::answered`].
    pub posed: BTreeSet<usize>,
    /// Whose backup may have brought back whom it had blocked, and a discoveryUUID of before.
    pub(crate) wiped: BTreeSet<usize>,
    /// Who is recognised by somebody it has blocked, and since when.
    pub(crate) recognised: BTreeMap<(usize, usize), u64>,
    /// The person who makes a backup, where there is one of this number.
    keeper: usize,
    /// The backup that somebody made.
    pub backups: BTreeMap<usize, String>,
    /// Commands that are answered with one.
    pub exports: BTreeMap<u64, usize>,
    /// Meeting points held, and since when there are more of them than people to be met.
    pub(crate) seats: BTreeMap<usize, (BTreeSet<String>, u64)>,
}

fn pair(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

impl Ties {
    /// Everybody is fine with everybody.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut whim = Random::new(!seed);
        let caring = whim.chance(30);
        let keeper = whim.index(10);
        Self {
            caring,
            whim,
            severed: BTreeMap::new(),
            settles: BTreeMap::new(),
            parted: BTreeSet::new(),
            up_since: BTreeMap::new(),
            poses: BTreeMap::new(),
            answered: BTreeSet::new(),
            posed: BTreeSet::new(),
            wiped: BTreeSet::new(),
            recognised: BTreeMap::new(),
            keeper,
            backups: BTreeMap::new(),
            exports: BTreeMap::new(),
            seats: BTreeMap::new(),
        }
    }

    /// Whether somebody makes a backup now: one person in half of the worlds, once.
    #[must_use]
    pub fn exports_at(&self, index: usize) -> bool {
        self.keeper == index && self.backups.is_empty()
    }

    /// Whether two are no contacts of each other any more.
    #[must_use]
    pub fn is_severed(&self, one: usize, other: usize) -> bool {
        self.severed.contains_key(&pair(one, other))
    }

    /// Whether one of them ever blocked, removed or lost the other.
    #[must_use]
    pub fn were_parted(&self, one: usize, other: usize) -> bool {
        self.parted.contains(&pair(one, other))
    }
}

impl World {
    /// The finished contact that one has of another.
    #[must_use]
    pub fn contact(&self, one: usize, other: usize) -> Option<&ContactRecord> {
        let complete = |contact: &&ContactRecord| contact.identity.is_some();
        let mut contacts = self.devices.get(one)?.disk.contacts().filter(complete);
        contacts.find(|contact| device_of(&contact.name) == Some(other))
    }

    /// A contact as its person sees it.
    fn shown(&self, one: usize, contact: &ContactRecord) -> Option<&Person> {
        let id = PersonId::Contact(contact.id.clone());
        self.devices.get(one)?.view.people.get(&id)
    }

    /// Whether nothing is promised to a pair: one does not want the other, or did not until a
    /// moment ago.
    #[must_use]
    pub fn apart(&self, one: usize, other: usize) -> bool {
        let settles = self.ties.settles.get(&pair(one, other));
        let refuses = |one, other| {
            self.contact(one, other).is_some_and(|contact| {
                let care = &contact.care;
                // A full disk does not take what its person decides.
                let shown = self
                    .shown(one, contact)
                    .and_then(|person| person.care.as_ref());
                let refused = shown.is_some_and(|care| care.blocked || care.paused);
                care.blocked || care.paused || refused
            })
        };
        self.ties.caring
            && (self.ties.is_severed(one, other)
                || settles.is_some_and(|until| self.now < *until)
                || refuses(one, other)
                || refuses(other, one))
    }

    /// Whether one of the two knows where the other is, and dials soon.
    #[must_use]
    pub fn knows_the_way(&self, one: usize, other: usize) -> bool {
        match (self.can_reach(one, other), self.can_reach(other, one)) {
            (true, true) => true,
            (false, false) => false,
            (true, false) => self.dials_soon(one, other),
            (false, true) => self.dials_soon(other, one),
        }
    }

    /// Whether one knows where the other is.
    fn can_reach(&self, one: usize, other: usize) -> bool {
        let device = |index: usize| self.devices.get(index);
        let Some((here, there)) = device(one).zip(device(other)) else {
            return false;
        };
        let told = |contact: &ContactRecord| {
            let address = Some(contact.transport_id.as_str()) == there.disk.transport_id();
            let recognised = contact.discovery_uuid.as_ref() == there.disk.discovery_uuid();
            address || recognised && here.home == there.home && roots::meet(self, one, other)
        };
        self.contact(one, other).is_some_and(told)
    }

    /// Whoever comes back dials everybody it knows at once. Who was there all the time and is the
    /// only one of the two to know the way waits for its back-off.
    fn dials_soon(&self, one: usize, other: usize) -> bool {
        let up = |index| self.ties.up_since.get(&index).copied().unwrap_or(0);
        up(one) >= up(other) || self.now > up(other) + BACK_OFF
    }

    /// Whether both want to find each other anywhere.
    #[must_use]
    pub fn are_special(&self, one: usize, other: usize) -> bool {
        let special = |one, other| {
            let care = self.contact(one, other).map(|contact| &contact.care);
            care.is_some_and(|care| care.special && care.special_there)
        };
        special(one, other) && special(other, one)
    }

    /// Somebody decided something about a contact that others notice too.
    pub fn decided(&mut self, one: usize, other: usize) {
        let until = self.now + SETTLES;
        self.ties.parted.insert(pair(one, other));
        for everybody in 0..self.people {
            self.settle(one, everybody, until);
        }
    }

    fn settle(&mut self, one: usize, other: usize, until: u64) {
        let settles = self.ties.settles.entry(pair(one, other)).or_default();
        *settles = until.max(*settles);
    }

    /// The same, where only the two notice.
    pub fn hesitated(&mut self, one: usize, other: usize) {
        let until = self.now + SETTLES;
        self.settle(one, other, until);
    }

    /// One looks for the other again, and dials at once. Where that leads nowhere, the other one has
    /// to dial, after its own back-off.
    pub fn resumed(&mut self, one: usize, other: usize) {
        let is_up = |index| self.devices.get(index).is_some_and(Device::is_up);
        let now = is_up(one) && is_up(other) && self.can_reach(one, other);
        let until = self.now + if now { SETTLES } else { BLACKLISTED };
        self.settle(one, other, until);
    }

    /// One has removed the other: nothing is promised for any text between them.
    pub fn sever(&mut self, one: usize, other: usize) {
        self.part(one, other);
        self.release_texts(one, other, |_| true);
        self.release_texts(other, one, |_| true);
    }

    fn part(&mut self, one: usize, other: usize) {
        self.decided(one, other);
        self.ties.severed.insert(pair(one, other), self.now);
    }

    /// A device lost everything: what it had received is gone, and what it had not sent. What waits
    /// on other devices is still promised to it.
    pub fn lost_everything(&mut self, index: usize) {
        self.ties.wiped.insert(index);
        for other in (0..self.people).filter(|other| *other != index) {
            let stored = |world: &Self, at: usize, from: usize| -> BTreeSet<String> {
                let device = world.devices.get(at);
                let name = crate::person::name(from);
                let texts = device.into_iter().flat_map(|d| d.disk.received_from(&name));
                texts.map(str::to_owned).collect()
            };
            let (here, there) = (stored(self, index, other), stored(self, other, index));
            self.part(index, other);
            self.release_texts(other, index, |text| here.contains(text));
            self.release_texts(index, other, |text| !there.contains(text));
        }
    }

    fn release_texts(&mut self, from: usize, to: usize, which: impl Fn(&str) -> bool) {
        let written = self.written.get_mut(&(from, to));
        for written in written.into_iter().flatten().filter(|w| which(&w.text)) {
            written.free = true;
            self.model.received(&written.text);
        }
    }

    /// Whether nothing is promised for a text.
    #[must_use]
    pub fn is_free(&self, from: usize, to: usize, text: &str) -> bool {
        let mut written = self.written.get(&(from, to)).into_iter().flatten();
        written.any(|written| written.text == text && written.free)
    }

    /// Follows who is there, and who hold one secret and so are contacts of each other again.
    pub fn follow(&mut self) {
        for index in (0..self.people).filter(|_| self.ties.caring) {
            let is_up = self.devices.get(index).is_some_and(Device::is_up);
            if !is_up {
                self.ties.up_since.insert(index, self.now);
            }
        }
        self.reunite();
    }

    fn reunite(&mut self) {
        let secret = |one, other| {
            // A full disk holds for a while who was removed.
            let contact = self.contact(one, other);
            let contact = contact.filter(|contact| self.shown(one, contact).is_some());
            contact.map(|contact| contact.pair_secret.0.as_str())
        };
        let one_again = |((one, other), since): (&(usize, usize), &u64)| {
            let ours = secret(*one, *other);
            let same = ours.is_some() && ours == secret(*other, *one);
            (same && self.now > since + PARTS).then_some((*one, *other))
        };
        let again: Vec<_> = self.ties.severed.iter().filter_map(one_again).collect();
        for (one, other) in again {
            self.ties.severed.remove(&(one, other));
            self.hesitated(one, other);
        }
    }
}
