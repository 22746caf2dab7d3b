//! The files that people offer each other: who accepted which, and how often each was saved.

use crate::random::Random;
use mesh_chat::view::TransferId;
use std::collections::{BTreeMap, BTreeSet};

/// A file that was offered.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Who offers it.
    pub from: usize,
    /// To whom.
    pub to: usize,
    /// It was accepted, and the device has confirmed that.
    pub accepted: bool,
    /// How often it was saved since.
    pub saved: u32,
}

/// All files of a world.
#[derive(Debug)]
pub struct Transfers {
    /// In worlds in which people send files: the source of chance for that.
    pub random: Option<Random>,
    all: BTreeMap<TransferId, Offered>,
    /// Accepted by commands that are not answered yet.
    asked: BTreeMap<u64, TransferId>,
    /// The files that a device can read: those that were chosen since its program started.
    chosen: BTreeSet<(usize, u64, TransferId)>,
    /// When a device is done with what it does with a file: one thing after the other.
    busy: BTreeMap<(usize, TransferId), u64>,
}

impl Transfers {
    /// People send files in three of ten worlds.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed.rotate_left(48) ^ 3);
        let has_files = random.chance(30);
        Self {
            random: Some(random).filter(|_| has_files),
            all: BTreeMap::new(),
            asked: BTreeMap::new(),
            chosen: BTreeSet::new(),
            busy: BTreeMap::new(),
        }
    }

    /// Somebody offers a file, which is chosen in this generation of the program.
    pub fn offer(&mut self, id: TransferId, (from, generation): (usize, u64), to: usize) {
        self.choose(id.clone(), from, generation);
        let offered = Offered {
            from,
            to,
            accepted: false,
            saved: 0,
        };
        self.all.insert(id, offered);
    }

    /// A file is chosen, perhaps again.
    pub fn choose(&mut self, id: TransferId, device: usize, generation: u64) {
        self.chosen.insert((device, generation, id));
    }

    /// Returns when a device is done with the next thing that it does with a file, which takes so long.
    pub fn done_at(&mut self, id: &TransferId, device: usize, now: u64, took: u64) -> u64 {
        let until = self.busy.entry((device, id.clone())).or_default();
        *until = now.max(*until) + took;
        *until
    }

    /// Whether a device can read a file.
    #[must_use]
    pub fn is_chosen(&self, id: &TransferId, device: usize, generation: u64) -> bool {
        self.chosen.contains(&(device, generation, id.clone()))
    }

    /// A command accepts a file.
    pub fn ask(&mut self, command: u64, id: TransferId) {
        self.asked.insert(command, id);
    }

    /// A command is answered.
    pub fn replied(&mut self, command: u64, done: bool) {
        let asked = self.asked.remove(&command).filter(|_| done);
        if let Some(offered) = asked.and_then(|id| self.all.get_mut(&id)) {
            // Once for each time: whoever gave it up while the browser was saving it wants it anew.
            (offered.accepted, offered.saved) = (true, 0);
        }
    }

    /// A file is saved. Returns how often it has been since it was accepted.
    pub fn save(&mut self, id: &TransferId) -> u32 {
        self.all.get_mut(id).map_or(0, |offered| {
            offered.saved += 1;
            offered.saved
        })
    }

    /// A device has lost what it knew: what it has saved it may be told to save again.
    pub fn lost(&mut self, device: usize) {
        let all = self.all.values_mut();
        for offered in all.filter(|offered| offered.to == device) {
            (offered.saved, offered.accepted) = (0, false);
        }
    }

    /// Returns every file.
    pub fn iter(&self) -> impl Iterator<Item = (&TransferId, &Offered)> {
        self.all.iter()
    }
}
