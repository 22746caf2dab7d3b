//! A small sorted map: a vector in the order of its keys.
//!
//! The lists here hold hundreds of entries at most, and each type of `BTreeMap` would add several
//! kilobytes to what ships.

/// Entries in the order of their keys, each key once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Keyed<K, V>(Vec<(K, V)>);

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Keyed<K, V> {
    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(held, _)| held.cmp(key))
    }

    /// Adds or replaces.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(at) => {
                if let Some(entry) = self.0.get_mut(at) {
                    entry.1 = value;
                }
            }
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// Takes out.
    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.place(key).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Keeps what passes.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }

    /// One value.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.place(key).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The smallest key.
    pub(crate) fn first_key(&self) -> Option<&K> {
        self.0.first().map(|(key, _)| key)
    }

    /// The greatest key.
    pub(crate) fn last_key(&self) -> Option<&K> {
        self.0.last().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K, V> IntoIterator for Keyed<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stay_in_order_and_unique() {
        let mut keyed = Keyed::default();
        for key in [5, 1, 9, 5, 3] {
            keyed.insert(key, key * 10);
        }
        keyed.insert(9, 91);
        assert_eq!(keyed.values().collect::<Vec<_>>(), [&10, &30, &50, &91]);
        assert_eq!(keyed.remove(&3), Some(30));
        assert_eq!(keyed.remove(&3), None);
        keyed.retain(|key, _| *key != 5);
        assert_eq!((keyed.first_key(), keyed.last_key()), (Some(&1), Some(&9)));
        assert_eq!((keyed.get(&9), keyed.get(&5)), (Some(&91), None));
        assert_eq!(keyed.len(), 2);
    }
}
