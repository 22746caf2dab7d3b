//! The people of one namespace, as the router keeps them and as every peer copies them.

use crate::clock::{Mono, UnixMillis};
use crate::ids::Namespace;
use crate::limits::{ENTRY_BYTES, ENTRY_LIFE, FRAME_BYTES, REGISTRY_ENTRIES};
use crate::name::Names;
use crate::wire::Entry;
use litemap::LiteMap;

/// Why an entry is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("its id is not of this namespace")]
    Id,
    #[error("its name cannot be shown")]
    Name,
    #[error("it is larger than {ENTRY_BYTES} bytes")]
    Size,
    #[error("the registry is full")]
    Full,
}

#[derive(Clone, Debug)]
struct Held {
    entry: Entry,
    confirmed: Mono,
    /// Part of what the present router says; false is a leftover of an earlier one.
    current: bool,
}

/// Entries by Discovery ID.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    entries: LiteMap<String, Held>,
}

impl Roster {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().map(|held| &held.entry)
    }

    pub(crate) fn get(&self, discovery_id: &str) -> Option<&Entry> {
        self.entries.get(discovery_id).map(|held| &held.entry)
    }

    /// Takes an entry as true from `now` on.
    pub(crate) fn insert(
        &mut self,
        names: &Names,
        namespace: &Namespace,
        entry: Entry,
        now: Mono,
    ) -> Result<(), Unfit> {
        fit(names, namespace, &entry)?;
        if self.len() >= REGISTRY_ENTRIES && !self.entries.contains_key(&entry.discovery_id) {
            return Err(Unfit::Full);
        }
        let held = Held {
            confirmed: now,
            current: true,
            entry,
        };
        self.entries.insert(held.entry.discovery_id.clone(), held);
        Ok(())
    }

    pub(crate) fn remove(&mut self, discovery_id: &str) -> bool {
        self.entries.remove(discovery_id).is_some()
    }

    /// The router has heard from this person.
    pub(crate) fn touch(&mut self, discovery_id: &str, now: Mono, unix: UnixMillis) {
        if let Some(held) = self.entries.get_mut(discovery_id) {
            held.confirmed = now;
            held.entry.last_seen = unix;
        }
    }

    /// A full registry has come: what it lacks is gone where `same_router` said it before, and
    /// lives on to its end where only an earlier router knew it.
    pub(crate) fn begin_registry(&mut self, same_router: bool) {
        if same_router {
            self.entries.retain(|_, held| !held.current);
        } else {
            self.forget_router();
        }
    }

    /// The router is gone: every entry is a leftover that lives out its time.
    pub(crate) fn forget_router(&mut self) {
        self.entries
            .iter_mut()
            .map(|(_, held)| held)
            .for_each(|held| held.current = false);
    }

    /// The router was heard, and pushes every change: all that it said is still so.
    pub(crate) fn confirm(&mut self, now: Mono) {
        self.entries
            .iter_mut()
            .map(|(_, held)| held)
            .filter(|held| held.current)
            .for_each(|held| held.confirmed = now);
    }

    /// Removes and gives what has not been confirmed for too long.
    pub(crate) fn expire(&mut self, now: Mono) -> Vec<String> {
        let old: Vec<String> = self
            .entries
            .iter()
            .filter(|(_, held)| now >= held.confirmed + ENTRY_LIFE)
            .map(|(id, _)| id.clone())
            .collect();
        old.iter().for_each(|id| drop(self.entries.remove(id)));
        old
    }

    /// When the next entry expires.
    pub(crate) fn due(&self) -> Option<Mono> {
        self.entries
            .values()
            .map(|held| held.confirmed + ENTRY_LIFE)
            .min()
    }

    /// The entries cut into lists that each fit a registry frame; at least one list.
    pub(crate) fn parts(&self) -> Vec<Vec<Entry>> {
        // What a registry frame has around its entries, with the longest numbers.
        const ENVELOPE: usize = 160;
        let mut parts = vec![Vec::new()];
        let mut size = ENVELOPE;
        for entry in self.entries() {
            let bytes = entry.encoded_len() + 1;
            if size + bytes > FRAME_BYTES {
                parts.push(Vec::new());
                size = ENVELOPE;
            }
            size += bytes;
            parts
                .last_mut()
                .into_iter()
                .for_each(|part| part.push(entry.clone()));
        }
        parts
    }
}

fn fit(names: &Names, namespace: &Namespace, entry: &Entry) -> Result<(), Unfit> {
    if namespace.discovery_uuid(&entry.discovery_id).is_none() {
        return Err(Unfit::Id);
    }
    if !names.accept(&entry.friendlyname) {
        return Err(Unfit::Name);
    }
    if entry.encoded_len() > ENTRY_BYTES {
        return Err(Unfit::Size);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::new(Box::new(crate::name::Tables))
    }

    fn namespace() -> Namespace {
        Namespace::of_address("myapp", "203.0.113.7".parse().unwrap())
    }

    fn entry(n: u8) -> Entry {
        Entry {
            discovery_id: namespace().discovery_id(uuid::Uuid::from_bytes([n; 16])),
            friendlyname: format!("Person {n}"),
            last_seen: 0,
            sealed_transport: None,
        }
    }

    fn roster(n: std::ops::Range<u8>, now: Mono) -> Roster {
        let mut roster = Roster::default();
        n.for_each(|n| {
            roster
                .insert(&names(), &namespace(), entry(n), now)
                .unwrap()
        });
        roster
    }

    #[test]
    fn an_entry_lives_ninety_seconds_past_its_last_confirmation() {
        let mut roster = roster(0..2, Mono(0));
        roster.touch(&entry(0).discovery_id, Mono(1_000), 7);
        assert_eq!(roster.expire(Mono(90_000)), [entry(1).discovery_id]);
        assert_eq!(roster.due(), Some(Mono(91_000)));
        assert_eq!(roster.expire(Mono(91_000)).len(), 1);
        assert_eq!(roster.due(), None);
    }

    #[test]
    fn a_registry_of_the_same_router_replaces_and_of_a_new_one_merges() {
        let mut same = roster(0..3, Mono(0));
        same.begin_registry(true);
        same.insert(&names(), &namespace(), entry(1), Mono(10))
            .unwrap();
        assert_eq!(same.len(), 1);

        let mut new = roster(0..3, Mono(0));
        new.begin_registry(false);
        new.insert(&names(), &namespace(), entry(1), Mono(50_000))
            .unwrap();
        assert_eq!(new.len(), 3, "leftovers live out their time");
        new.confirm(Mono(80_000));
        assert_eq!(new.expire(Mono(90_000)).len(), 2);
    }

    #[test]
    fn unfit_entries_are_refused_with_the_reason() {
        let mut roster = Roster::default();
        let with = |change: fn(&mut Entry)| {
            let mut entry = entry(1);
            change(&mut entry);
            entry
        };
        for (bad, why) in [
            (
                with(|e| e.discovery_id = "myapp-1-2-3-4-1".into()),
                Unfit::Id,
            ),
            (with(|e| e.friendlyname = "x".repeat(10_000)), Unfit::Name),
            (with(|e| e.friendlyname = "a\u{202E}b".into()), Unfit::Name),
            (
                with(|e| e.sealed_transport = Some("x".repeat(600))),
                Unfit::Size,
            ),
        ] {
            assert_eq!(
                roster.insert(&names(), &namespace(), bad, Mono(0)),
                Err(why)
            );
        }
    }

    #[test]
    fn a_full_registry_takes_no_more_people_but_still_changes() {
        let mut roster = Roster::default();
        for n in 0..=u16::MAX {
            let mut bytes = [0; 16];
            bytes[..2].copy_from_slice(&n.to_be_bytes());
            let id = namespace().discovery_id(uuid::Uuid::from_bytes(bytes));
            let entry = Entry {
                discovery_id: id,
                ..entry(0)
            };
            let result = roster.insert(&names(), &namespace(), entry, Mono(0));
            assert_eq!(result.is_ok(), usize::from(n) < REGISTRY_ENTRIES);
        }
        assert_eq!(roster.len(), REGISTRY_ENTRIES);
        assert_eq!(
            roster.insert(&names(), &namespace(), entry(0), Mono(0)),
            Ok(())
        );
    }

    #[test]
    fn parts_fit_their_frames_and_hold_everybody() {
        let mut roster = Roster::default();
        for n in 0..200_u8 {
            let sealed_transport = Some("s".repeat(200));
            let entry = Entry {
                sealed_transport,
                friendlyname: "字".repeat(32),
                ..entry(n)
            };
            roster
                .insert(&names(), &namespace(), entry, Mono(0))
                .unwrap();
        }
        let parts = roster.parts();
        let count = u32::try_from(parts.len()).unwrap();
        assert!(count > 1);
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 200);
        for (part, peers) in (1..).zip(parts) {
            let frame = crate::wire::Frame::Registry {
                epoch: u64::MAX,
                seq: u64::MAX,
                part,
                parts: count,
                peers,
            };
            assert!(frame.encode().len() <= FRAME_BYTES);
        }
        assert_eq!(Roster::default().parts(), [Vec::new()]);
    }
}
