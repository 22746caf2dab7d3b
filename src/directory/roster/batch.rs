//! Many entries at once. A registry can hold a whole namespace, and whoever sends it may invent all
//! of it: so it costs one pass over the list, and never one for each entry.

use super::{Held, Roster, Source, Standing, check_entry};
use crate::clock::Mono;
use crate::ids::Namespace;
use crate::limits::{ENTRY_LIFE, RELAYED_ENTRIES, TOLD_ENTRIES};
use crate::misbehaviour::Unfit;
use crate::name::Names;
use crate::wire::Entry;
use litemap::LiteMap;

/// What came of many entries.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The ids of which the source says something that it had not said before.
    pub(crate) news: Vec<String>,
    /// Why one of the others is not taken.
    pub(crate) refused: Option<Unfit>,
}

/// Up to so many entries are put in their places one by one: each moves what is behind it, which is
/// less than to go through all.
const FEW: usize = 8;

/// A source while it tells of people.
struct Teller {
    source: Source,
    now: Mono,
    /// Of how many more it may tell.
    room: usize,
    /// Of how many more all may tell.
    places: usize,
    /// Of how many more they may that have them from others.
    relayed: usize,
    changed: Vec<String>,
    taken: Taken,
}

impl Teller {
    /// Returns what is held of somebody from now on; `was` is what was held before.
    fn tell(&mut self, id: &str, was: Option<Held>, entry: Entry) -> Option<Held> {
        let before = was.as_ref().map(Held::standing);
        let said = was
            .as_ref()
            .is_some_and(|was| was.sources.contains(&self.source));
        let is_told = was.as_ref().is_some_and(Held::is_told);
        let is_relayed = entry.relayed == Some(true)
            && !matches!(before, Some(Standing::Here | Standing::Relayed));
        if !said && self.room == 0
            || !is_told && self.places == 0
            || is_relayed && self.relayed == 0
        {
            self.taken.refused = Some(Unfit::Full);
            return was;
        }
        self.room -= usize::from(!said);
        self.places -= usize::from(!is_told);
        self.relayed -= usize::from(is_relayed);
        let same = was
            .as_ref()
            .is_some_and(|was| was.entry.says_the_same(&entry));
        let (sources, itself) = was.map(|was| (was.sources, was.itself)).unwrap_or_default();
        let mut held = Held {
            entry,
            confirmed: self.now,
            sources,
            itself,
        };
        held.say(self.source);
        if !(same && said) {
            self.taken.news.push(id.to_owned());
        }
        if !same || Some(held.standing()) != before {
            self.changed.push(id.to_owned());
        }
        Some(held)
    }
}

impl Roster {
    /// Takes every entry that is fit as true from `now` on. The source may speak for `most` people.
    pub(crate) fn take(
        &mut self,
        names: &Names,
        namespace: &Namespace,
        source: Source,
        entries: Vec<Entry>,
        now: Mono,
        most: usize,
    ) -> Taken {
        let mut taken = Taken::default();
        let fit = |entry: &Entry| match check_entry(names, namespace, entry) {
            Ok(()) => true,
            Err(unfit) => {
                taken.refused = Some(unfit);
                false
            }
        };
        let entries = entries.into_iter().filter(fit);
        // Sorted, and of two entries of one person the later one.
        let entries: LiteMap<String, Entry> = entries
            .map(|entry| (entry.discovery_id.clone(), entry))
            .collect();
        if entries.is_empty() {
            return taken;
        }
        self.expires.get_or_insert(now + ENTRY_LIFE);
        let (said, told, relayed) = self.tally(source);
        let mut teller = Teller {
            source,
            now,
            room: most.saturating_sub(said),
            places: TOLD_ENTRIES.saturating_sub(told),
            relayed: RELAYED_ENTRIES.saturating_sub(relayed),
            changed: std::mem::take(&mut self.changed),
            taken,
        };
        if entries.len() < FEW {
            for (id, entry) in entries {
                let was = self.entries.get(&id).cloned();
                if let Some(held) = teller.tell(&id, was, entry) {
                    self.entries.insert(id, held);
                }
            }
        } else {
            self.merge(&mut teller, entries);
        }
        self.changed = teller.changed;
        let mut taken = teller.taken;
        taken.news.extend(self.spare_leftovers());
        taken
    }

    /// Takes many entries in one pass over all.
    fn merge(&mut self, teller: &mut Teller, entries: LiteMap<String, Entry>) {
        let mut held = std::mem::take(&mut self.entries).into_iter().peekable();
        let mut merged = Vec::with_capacity(held.len() + entries.len());
        for (id, entry) in entries {
            while let Some(before) = held.next_if(|(other, _)| *other < id) {
                merged.push(before);
            }
            let same = held.next_if(|(other, _)| *other == id);
            let was = same.map(|(_, was)| was);
            if let Some(held) = teller.tell(&id, was, entry) {
                merged.push((id, held));
            }
        }
        merged.extend(held);
        self.entries = merged.into_iter().collect();
    }

    /// Counts how many more people other routers can tell of.
    pub(super) fn room_to_tell(&self) -> usize {
        let told = self.entries.values().filter(|held| held.is_told());
        TOLD_ENTRIES.saturating_sub(told.count())
    }

    /// Counts in one pass of whom a source tells, of whom other routers tell, and whom those have from
    /// others.
    fn tally(&self, source: Source) -> (usize, usize, usize) {
        let held = self.entries.values();
        held.fold((0, 0, 0), |(said, told, relayed), held| {
            let is_relayed = held.standing() == Standing::Relayed;
            (
                said + usize::from(held.sources.contains(&source)),
                told + usize::from(held.is_told()),
                relayed + usize::from(is_relayed),
            )
        })
    }

    /// Removes leftovers for which there is no room beside those who are told, so that nobody who
    /// checks in is ever refused for the sake of people whom others have told. Returns who is removed.
    pub(crate) fn spare_leftovers(&mut self) -> Vec<String> {
        let (held, changed) = (&mut self.entries, &mut self.changed);
        let is_other = |held: &&Held| held.is_told() || held.standing() == Standing::Leftover;
        let others = held.values().filter(is_other).count();
        let mut over = others.saturating_sub(TOLD_ENTRIES);
        let before = changed.len();
        if over > 0 {
            held.retain(|id, held| {
                let goes = over > 0 && held.standing() == Standing::Leftover;
                if goes {
                    over -= 1;
                    changed.push(id.clone());
                }
                !goes
            });
        }
        changed.get(before..).unwrap_or_default().to_vec()
    }

    /// Notes that a source says that these people have left. Each entry stays while another source
    /// says that the person is there. Returns of whom the source had said that they are there.
    pub(crate) fn withdraw_all(&mut self, ids: Vec<String>, source: Source) -> Vec<String> {
        let mut gone = Vec::new();
        let mut said = Vec::new();
        for id in ids {
            let Some(held) = self.entries.get_mut(&id) else {
                continue;
            };
            let before = held.sources.len();
            held.withdraw(source);
            if held.sources.len() < before {
                if held.sources.is_empty() {
                    gone.push(id.clone());
                }
                said.push(id);
            }
        }
        self.remove_all(&mut gone);
        said
    }

    /// Removes these entries, whatever the sources say.
    pub(crate) fn remove_all(&mut self, ids: &mut [String]) {
        if ids.len() < FEW {
            for id in ids {
                self.remove(id);
            }
            return;
        }
        ids.sort_unstable();
        let changed = &mut self.changed;
        self.entries.retain(|id, _| {
            let goes = ids.binary_search(id).is_ok();
            if goes {
                changed.push(id.clone());
            }
            !goes
        });
    }
}
