//! Writes that are repeated until they succeed: what was removed must not come back with the next
//! start, and what contacts were told must be known here then.

use super::Node;
use super::storage::Write;
use crate::clock::Mono;
use crate::limits::UNWRITTEN;
use crate::records::Change;
use std::time::Duration;

/// How long after a failed write the next one is tried.
pub(super) const WRITE_AGAIN: Duration = Duration::from_secs(30);

/// What the disk did not take.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    changes: Vec<Change>,
    pub(super) at: Option<Mono>,
}

impl Node {
    /// Stores a change, again and again where that fails.
    pub(super) fn insist(&mut self, change: Change) {
        let store = self.ctx.store(change.clone());
        self.writes.insert(store, Write::Insisted(Box::new(change)));
    }

    /// The disk is full, perhaps: it may have room later.
    pub(super) fn insist_later(&mut self, change: Change) {
        let Unwritten { changes, at } = &mut self.unwritten;
        if changes.len() < UNWRITTEN {
            changes.push(change);
        }
        *at = Some(self.ctx.now.mono + WRITE_AGAIN);
    }

    pub(super) fn insist_again(&mut self) {
        let due = self.unwritten.at.take_if(|at| self.ctx.now.mono >= *at);
        if due.is_none() {
            return;
        }
        for change in std::mem::take(&mut self.unwritten.changes) {
            let own = self.me.as_ref().map(|me| me.record.clone());
            match (change, own) {
                // It may have changed again since.
                (Change::Profile(_), Some(own)) => self.insist(Change::Profile(own)),
                (change, _) => self.insist(change),
            }
        }
    }
}
