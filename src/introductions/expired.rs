//! What has expired by the calendar: out of sight at once, and deleted a day of running time later. What
//! a wrong calendar has hidden comes back.

use crate::clock::Mono;
use crate::limits::EXPIRED_KEPT;
use litemap::LiteMap;

/// What is out of sight, and since when.
#[derive(Debug)]
pub(super) struct Expired<K, V>(LiteMap<K, (V, Mono)>);

/// What came of looking at the calendar.
#[derive(Debug)]
pub(super) struct Swept<V> {
    /// Out of sight from now on.
    pub(super) hidden: Vec<V>,
    /// In sight again: the calendar was wrong.
    pub(super) back: Vec<V>,
    /// To be deleted.
    pub(super) over: Vec<V>,
}

impl<K, V> Default for Expired<K, V> {
    fn default() -> Self {
        Self(LiteMap::new_vec())
    }
}

impl<K: Ord + Clone, V: Clone> Expired<K, V> {
    /// Returns the keys of what is out of sight.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// Returns what is out of sight.
    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values().map(|(value, _)| value)
    }

    /// Takes something out of what is out of sight: it is over, whatever the calendar will say.
    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove(key).map(|(value, _)| value)
    }

    /// Takes what is old from what is `open`. At the most so many are kept out of sight.
    pub(super) fn sweep(
        &mut self,
        open: &mut LiteMap<K, V>,
        is_old: impl Fn(&V) -> bool,
        now: Mono,
        most: usize,
    ) -> Swept<V> {
        let mut swept = Swept {
            hidden: Vec::new(),
            back: Vec::new(),
            over: Vec::new(),
        };
        if self.0.is_empty() && !open.values().any(&is_old) {
            return swept;
        }
        let (old, rest): (LiteMap<_, _>, LiteMap<_, _>) = std::mem::take(open)
            .into_iter()
            .partition(|(_, value)| is_old(value));
        *open = rest;
        for (key, value) in old {
            swept.hidden.push(value.clone());
            self.0.insert(key, (value, now));
        }
        let hidden = std::mem::take(&mut self.0);
        let too_many = hidden.len().saturating_sub(most);
        for (place, (key, (value, since))) in hidden.into_iter().enumerate() {
            if !is_old(&value) {
                swept.back.push(value);
            } else if place < too_many || now >= since + EXPIRED_KEPT {
                swept.over.push(value);
            } else {
                self.0.insert(key, (value, since));
            }
        }
        swept
    }
}
