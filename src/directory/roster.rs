//! The people of one namespace, as a router keeps them and as every peer copies them.

mod batch;
mod held;

use crate::clock::{Mono, UnixMillis};
use crate::ids::Namespace;
use crate::io::LinkId;
use crate::limits::{ENTRY_BYTES, ENTRY_LIFE, FRAME_BYTES, REGISTRY_ENTRIES};
use crate::misbehaviour::Unfit;
use crate::name::Names;
use crate::wire::Entry;
use held::Held;
pub(crate) use held::{Source, Standing};
use litemap::LiteMap;

/// Entries by Discovery ID.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    entries: LiteMap<String, Held>,
    /// The ids of what came, changed or went since somebody looked.
    changed: Vec<String>,
    /// When each router was last heard: it confirms all that it says.
    heard: Vec<(LinkId, Mono)>,
    /// No entry expires before this. Registries can be large, and are looked through then only.
    expires: Option<Mono>,
}

impl Roster {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the ids of entries that came, went or changed since the last call.
    pub(crate) fn take_changes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.changed)
    }

    /// Returns everybody, and what shows that they are there.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Standing, &Entry)> {
        let held = self.entries.values();
        held.map(|held| (held.standing(), &held.entry))
    }

    /// Returns the entries of whom somebody says now that they are there, as a router here tells them.
    pub(crate) fn registry(&self) -> impl Iterator<Item = Entry> {
        let held = self.entries.values();
        held.filter(|held| held.standing() > Standing::Leftover)
            .map(Held::as_told)
    }

    /// Returns one entry as a router here tells it.
    pub(crate) fn as_told(&self, discovery_id: &str) -> Option<Entry> {
        self.entries.get(discovery_id).map(Held::as_told)
    }

    pub(crate) fn get(&self, discovery_id: &str) -> Option<&Entry> {
        self.entries.get(discovery_id).map(|held| &held.entry)
    }

    /// Returns the entries that the router at the other end of `link` did not say itself, as a router
    /// here tells them.
    pub(crate) fn news_to(&self, link: LinkId) -> impl Iterator<Item = Entry> {
        let news = move |held: &&Held| held.is_news_to(link);
        self.entries.values().filter(news).map(Held::as_told)
    }

    /// Returns whether somebody other than the router at the other end of `link` says that this
    /// person is there.
    pub(crate) fn is_news_to(&self, discovery_id: &str, link: LinkId) -> bool {
        self.entries
            .get(discovery_id)
            .is_some_and(|held| held.is_news_to(link))
    }

    /// Returns whether this person has checked in here.
    pub(crate) fn is_here(&self, discovery_id: &str) -> bool {
        let held = self.entries.get(discovery_id);
        held.is_some_and(|held| held.standing() == Standing::Here)
    }

    /// Counts the people who are there according to a source.
    pub(crate) fn count(&self, source: Source) -> usize {
        self.entries
            .values()
            .filter(|held| held.sources.contains(&source))
            .count()
    }

    /// Takes an entry as true from `now` on.
    pub(crate) fn insert(
        &mut self,
        names: &Names,
        namespace: &Namespace,
        source: Source,
        entry: Entry,
        now: Mono,
    ) -> Result<(), Unfit> {
        check_entry(names, namespace, &entry)?;
        if !self.entries.contains_key(&entry.discovery_id) && self.is_full(source) {
            return Err(Unfit::Full);
        }
        self.expires.get_or_insert(now + ENTRY_LIFE);
        let Some(held) = self.entries.get_mut(&entry.discovery_id) else {
            let id = entry.discovery_id.clone();
            let mut held = Held {
                entry,
                confirmed: now,
                sources: Vec::new(),
                itself: Vec::new(),
            };
            held.say(source);
            self.changed.push(id.clone());
            self.entries.insert(id, held);
            return Ok(());
        };
        let before = held.standing();
        let same = held.entry.says_the_same(&entry);
        held.entry = entry;
        held.confirmed = now;
        held.say(source);
        if !same || held.standing() != before {
            self.changed.push(held.entry.discovery_id.clone());
        }
        Ok(())
    }

    fn is_full(&self, source: Source) -> bool {
        match source {
            Source::Here => self.count(source) >= REGISTRY_ENTRIES,
            Source::Router(_) => self.room_to_tell() == 0,
        }
    }

    /// Notes that a source says that somebody has left. Returns whether the entry is removed: it
    /// stays while another source says that the person is there.
    pub(crate) fn withdraw(&mut self, discovery_id: &str, source: Source) -> bool {
        let Some(held) = self.entries.get_mut(discovery_id) else {
            return false;
        };
        let before = held.sources.len();
        held.withdraw(source);
        let gone = held.sources.is_empty() && before > 0;
        gone && self.remove(discovery_id)
    }

    /// Removes an entry, whatever the sources say. Returns whether there was one.
    pub(crate) fn remove(&mut self, discovery_id: &str) -> bool {
        let removed = self.entries.remove(discovery_id).is_some();
        if removed {
            self.changed.push(discovery_id.to_owned());
        }
        removed
    }

    /// Returns who is there according to a source and is not in its new registry.
    pub(crate) fn missing_from(&self, source: Source, registry: &[Entry]) -> Vec<String> {
        let mut listed: Vec<&str> = registry
            .iter()
            .map(|entry| entry.discovery_id.as_str())
            .collect();
        listed.sort_unstable();
        let said = self
            .entries
            .iter()
            .filter(|(_, held)| held.sources.contains(&source));
        said.map(|(id, _)| id)
            .filter(|id| listed.binary_search(&id.as_str()).is_err())
            .cloned()
            .collect()
    }

    /// Notes that the router has heard from this person.
    pub(crate) fn touch(&mut self, discovery_id: &str, now: Mono, unix: UnixMillis) {
        if let Some(held) = self.entries.get_mut(discovery_id) {
            held.confirmed = now;
            held.entry.last_seen = unix;
        }
    }

    /// Notes that a router is gone: what only it said is a leftover. Returns what others say too.
    pub(crate) fn forget(&mut self, source: Source) -> Vec<String> {
        let mut said_by_others = Vec::new();
        for (id, held) in self.entries.iter_mut() {
            let (before, sources) = (held.standing(), held.sources.len());
            held.confirmed = held.confirmed(&self.heard);
            held.withdraw(source);
            if held.standing() != before {
                self.changed.push(id.clone());
            }
            if held.sources.len() < sources && !held.sources.is_empty() {
                said_by_others.push(id.clone());
            }
        }
        self.heard
            .retain(|(link, _)| Source::Router(*link) != source);
        said_by_others
    }

    /// Returns whether nobody says any more that this person is there.
    pub(crate) fn is_leftover(&self, discovery_id: &str) -> bool {
        let held = self.entries.get(discovery_id);
        held.is_some_and(|held| held.sources.is_empty())
    }

    /// Notes that the own part in the namespace has ended: every entry is a leftover.
    pub(crate) fn forget_all(&mut self) {
        for (_, held) in self.entries.iter_mut() {
            held.confirmed = held.confirmed(&self.heard);
            held.sources.clear();
        }
        self.heard.clear();
    }

    /// Notes that a router was heard. It pushes every change, so all that it said is still true.
    pub(crate) fn confirm(&mut self, link: LinkId, now: Mono) {
        match self.heard.iter_mut().find(|(known, _)| *known == link) {
            Some((_, heard)) => *heard = now,
            None => self.heard.push((link, now)),
        }
    }

    /// Removes and returns the entries that were not confirmed for too long.
    pub(crate) fn expire(&mut self, now: Mono) -> Vec<String> {
        if self.expires.is_none_or(|at| now < at) {
            return Vec::new();
        }
        let expiry = |held: &Held| held.confirmed(&self.heard) + ENTRY_LIFE;
        let late = u64::from(planted!(EntryLifeOff));
        let old = self.entries.iter();
        let old = old.filter(|(_, held)| now.0 >= expiry(held).0 + late);
        let mut old: Vec<String> = old.map(|(id, _)| id.clone()).collect();
        let next = self.entries.values().map(expiry).filter(|at| now < *at);
        self.expires = next.min();
        self.remove_all(&mut old);
        old
    }

    /// Removes and returns the entries that no source confirms any more.
    pub(crate) fn remove_leftovers(&mut self) -> Vec<String> {
        let old = self
            .entries
            .iter()
            .filter(|(_, held)| held.sources.is_empty());
        let mut old: Vec<String> = old.map(|(id, _)| id.clone()).collect();
        self.remove_all(&mut old);
        old
    }

    /// Removes and returns the routers of whom nobody says any more that they are there.
    pub(crate) fn remove_routers(&mut self) -> Vec<String> {
        let gone = |held: &&Held| held.sources.is_empty() && !held.itself.is_empty();
        let gone = self.entries.values().filter(gone);
        let mut gone: Vec<String> = gone.map(|held| held.entry.discovery_id.clone()).collect();
        self.remove_all(&mut gone);
        gone
    }

    /// Returns the people whom another router has, or had, from themselves.
    pub(crate) fn served_elsewhere(&self) -> impl Iterator<Item = &Entry> {
        let others = self.entries.values().filter(|held| {
            let passed_on = held.entry.relayed == Some(true) || !held.itself.is_empty();
            held.standing() < Standing::Here && !passed_on
        });
        others.map(|held| &held.entry)
    }

    /// Returns when to look for expired entries.
    pub(crate) fn due(&self) -> Option<Mono> {
        self.expires
    }
}

/// Cuts a list into parts that each fit a frame; at least one part.
pub(crate) fn cut_to_frames<T>(
    items: impl Iterator<Item = T>,
    size: fn(&T) -> usize,
) -> Vec<Vec<T>> {
    // What a registry or an update has around its entries, with the longest numbers.
    const ENVELOPE: usize = 160;
    let (mut parts, mut part, mut bytes) = (Vec::new(), Vec::new(), ENVELOPE);
    for item in items {
        // A comma, and quotation marks where it is a string.
        let more = size(&item) + 3;
        if bytes + more > FRAME_BYTES {
            parts.push(std::mem::take(&mut part));
            bytes = ENVELOPE;
        }
        bytes += more;
        part.push(item);
    }
    parts.push(part);
    parts
}

fn check_entry(names: &Names, namespace: &Namespace, entry: &Entry) -> Result<(), Unfit> {
    if namespace.discovery_uuid(&entry.discovery_id).is_none() && !planted!(ForeignEntryTaken) {
        return Err(Unfit::Id);
    }
    if !names.accept(&entry.friendlyname) && !planted!(EntryNameUnchecked) {
        return Err(Unfit::Name);
    }
    if entry.own_len() > ENTRY_BYTES {
        return Err(Unfit::Size);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
