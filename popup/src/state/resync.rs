//! A keyed list that an engine sends whole after each attaching, and then in changes.

use std::collections::{BTreeMap, BTreeSet};

/// Entries by key. While everything is being sent again the old entries stay, so that nothing
/// flickers; those that were not sent again go at the end.
#[derive(Debug)]
pub(crate) struct Resynced<K, V> {
    entries: BTreeMap<K, V>,
    again: Option<BTreeSet<K>>,
}

impl<K, V> Default for Resynced<K, V> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            again: None,
        }
    }
}

impl<K: Ord + Clone, V> Resynced<K, V> {
    /// Everything is about to be sent again.
    pub(super) fn begin_again(&mut self) {
        self.again = Some(BTreeSet::new());
    }

    /// Everything has been sent.
    pub(super) fn end_again(&mut self) {
        if let Some(again) = self.again.take() {
            self.entries.retain(|key, _| again.contains(key));
        }
    }

    /// Something appeared or changed.
    pub(super) fn insert(&mut self, key: K, value: V) {
        if let Some(again) = &mut self.again {
            again.insert(key.clone());
        }
        self.entries.insert(key, value);
    }

    /// Something is gone.
    pub(super) fn remove(&mut self, key: &K) {
        self.entries.remove(key);
    }

    /// One entry.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// All entries in the order of their keys.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values()
    }
}
