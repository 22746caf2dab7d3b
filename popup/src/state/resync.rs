//! A keyed list that an engine sends whole after each attaching, and then in changes.

use litemap::LiteMap;

/// Entries by key. While everything is being sent again the old entries stay, so that nothing
/// flickers; those that were not sent again go at the end.
#[derive(Debug)]
pub(crate) struct Resynced<K, V> {
    entries: LiteMap<K, Sent<V>>,
    round: u32,
    /// Rises whenever the entries are others than before.
    version: u64,
}

#[derive(Debug)]
struct Sent<V> {
    value: V,
    /// The round in which it was last sent.
    round: u32,
}

impl<K, V> Default for Resynced<K, V> {
    fn default() -> Self {
        Self {
            entries: LiteMap::new(),
            round: 0,
            version: 0,
        }
    }
}

impl<K: Ord, V: PartialEq> Resynced<K, V> {
    /// Begins a round: everything is about to be sent again.
    pub(super) fn begin_again(&mut self) {
        self.round = self.round.wrapping_add(1);
    }

    /// Ends the round, and forgets what was not sent in it.
    pub(super) fn end_again(&mut self) {
        let round = self.round;
        let before = self.entries.len();
        self.entries.retain(|_, sent| sent.round == round);
        self.version += u64::from(self.entries.len() != before);
    }

    /// Takes in something that appeared or changed.
    pub(super) fn insert(&mut self, key: K, value: V) {
        let round = self.round;
        let same = self.get(&key) == Some(&value);
        self.version += u64::from(!same);
        self.entries.insert(key, Sent { value, round });
    }

    /// Returns a number that is another one whenever the entries are others than before.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Removes something that is gone.
    pub(super) fn remove(&mut self, key: &K) {
        self.version += u64::from(self.entries.remove(key).is_some());
    }

    /// Returns one entry.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|sent| &sent.value)
    }

    /// Returns all entries in the order of their keys.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values().map(|sent| &sent.value)
    }
}
