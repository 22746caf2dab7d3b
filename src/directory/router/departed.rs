//! Who left a moment ago. Somebody who checks in after that may hold a copy in which they still are:
//! it learns late that its router is gone, when others have a new one already.

use crate::clock::Mono;
use crate::directory::roster::Roster;
use crate::limits::{DEPARTED, ENTRY_LIFE};
use std::collections::VecDeque;

#[derive(Debug, Default)]
pub(super) struct Departed {
    /// The oldest first.
    ids: VecDeque<(String, Mono)>,
}

impl Departed {
    pub(super) fn note(&mut self, ids: &[String], now: Mono) {
        let new = ids.iter().map(|id| (id.clone(), now));
        self.ids.extend(new);
        self.ids.drain(..self.ids.len().saturating_sub(DEPARTED));
    }

    /// Returns the people who left, whom a copy can still hold, and who are not back.
    pub(super) fn since(&self, roster: &Roster, now: Mono) -> Vec<String> {
        let held = self.ids.iter().filter(|(_, at)| now < *at + ENTRY_LIFE);
        let gone = held.filter(|(id, _)| roster.get(id).is_none());
        gone.map(|(id, _)| id.clone()).collect()
    }
}
