//! Hostile peers that stand at the address of a person's device, and what they have said there.

use std::collections::{BTreeMap, BTreeSet};

/// Who stands at whose address.
#[derive(Debug, Default)]
pub struct Imposters {
    /// The owner of the address at which a hostile device stands.
    owners: BTreeMap<usize, usize>,
    /// Owners at whose address a hostile peer has said anything.
    answered: BTreeSet<usize>,
    /// Owners at whose address a hostile peer has given a whole answer, with a wrong proof.
    proved_wrong: BTreeSet<usize>,
}

impl Imposters {
    /// A hostile device takes the address of a person's device.
    pub fn take(&mut self, hostile: usize, owner: usize) {
        self.owners.insert(hostile, owner);
    }

    /// Returns the hostile devices that stand at an address.
    #[must_use]
    pub fn all(&self) -> Vec<usize> {
        self.owners.keys().copied().collect()
    }

    /// Returns the owner of the address at which a hostile device stands.
    #[must_use]
    pub fn owner(&self, hostile: usize) -> Option<usize> {
        self.owners.get(&hostile).copied()
    }

    /// A hostile peer has sent a frame at the address of its owner.
    pub fn says(&mut self, owner: usize, frame: &str) {
        self.answered.insert(owner);
        // What a babbler repeats proves nothing.
        if frame.starts_with(r#"{"type":"hello","v":1,"#) {
            self.proved_wrong.insert(owner);
        }
    }

    /// Whether a hostile peer has said anything at the address of a person.
    #[must_use]
    pub fn has_answered(&self, owner: usize) -> bool {
        self.answered.contains(&owner)
    }

    /// Whether a hostile peer has given a wrong proof at the address of a person.
    #[must_use]
    pub fn has_proved_wrong(&self, owner: usize) -> bool {
        self.proved_wrong.contains(&owner)
    }
}
