//! What changed and was not told yet.

use crate::clock::Mono;
use crate::directory::roster::Source;
use crate::limits::COLLECT;
use litemap::LiteMap;

/// Whose entries changed, and who said so.
pub(super) type Changes = LiteMap<String, Vec<Source>>;

/// What changed and was not told yet.
#[derive(Debug, Default)]
pub(super) struct Untold {
    changes: Vec<(String, Source)>,
    /// When it is told.
    at: Option<Mono>,
    /// When something was told last.
    told: Option<Mono>,
}

impl Untold {
    /// Notes that a source has said something new of these people, or that they are gone.
    pub(super) fn note(
        &mut self,
        now: Mono,
        source: Source,
        ids: impl IntoIterator<Item = String>,
    ) {
        let before = self.changes.len();
        self.changes.extend(ids.into_iter().map(|id| (id, source)));
        if self.changes.len() > before {
            self.plan(now);
        }
    }

    /// Plans to tell: at once after a quiet while, else when changes were collected for a moment.
    pub(super) fn plan(&mut self, now: Mono) {
        let free = self.told.map_or(now, |told| told + COLLECT);
        self.at.get_or_insert(free.max(now));
    }

    pub(super) fn due(&self) -> Option<Mono> {
        self.at
    }

    /// Returns what is to be told now.
    pub(super) fn take(&mut self, now: Mono) -> Option<Changes> {
        self.at.take_if(|at| now >= *at)?;
        self.told = Some(now);
        let mut noted = std::mem::take(&mut self.changes);
        noted.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut changes = Changes::new_vec();
        for (id, source) in noted {
            match changes.last() {
                Some((last, _)) if *last == id => {
                    if let Some(sources) = changes.get_mut(&id) {
                        sources.push(source);
                    }
                }
                _ => drop(changes.try_append(id, vec![source])),
            }
        }
        Some(changes)
    }
}
