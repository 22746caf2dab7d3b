//! Many entries at once. A registry can hold a whole namespace, and whoever sends it may invent all
//! of it: so it costs one pass over the list, and never one for each entry.

use super::{Held, Roster, Source, check_entry};
use crate::clock::Mono;
use crate::ids::Namespace;
use crate::limits::{ENTRY_LIFE, NAMESPACE_ENTRIES};
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
        let mut room = most.saturating_sub(self.count(source));
        let mut places = NAMESPACE_ENTRIES.saturating_sub(self.len());
        let mut held = std::mem::take(&mut self.entries).into_iter().peekable();
        let mut merged = Vec::with_capacity(held.len() + entries.len());
        for (id, entry) in entries {
            while let Some(before) = held.next_if(|(other, _)| *other < id) {
                merged.push(before);
            }
            let same = held.next_if(|(other, _)| *other == id);
            let said = same
                .as_ref()
                .is_some_and(|(_, was)| was.sources.contains(&source));
            if !said && room == 0 || same.is_none() && places == 0 {
                taken.refused = Some(Unfit::Full);
                merged.extend(same);
                continue;
            }
            room -= usize::from(!said);
            places -= usize::from(same.is_none());
            let changed = same
                .as_ref()
                .is_none_or(|(_, was)| !was.entry.says_the_same(&entry));
            if changed {
                self.changed.push(id.clone());
            }
            if changed || !said {
                taken.news.push(id.clone());
            }
            let mut sources = same.map(|(_, was)| was.sources).unwrap_or_default();
            if !said {
                sources.push(source);
            }
            let confirmed = now;
            merged.push((
                id,
                Held {
                    entry,
                    confirmed,
                    sources,
                },
            ));
        }
        merged.extend(held);
        self.entries = merged.into_iter().collect();
        taken
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
            held.sources.retain(|known| *known != source);
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
        if let [id] = ids {
            self.remove(id);
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
