//! When messages of a limited lifetime go: an hour to four weeks after they were read.
//!
//! The head of a chat keeps ranges of them, so that a start need not read messages, and reading many at once is one
//! small write. A moment is rounded up to a part of the lifetime: so there are never many ranges. Where a contact changes the
//! lifetime with every message, those beyond [`TIMED`] go together with their neighbours, at the latest moment: a message
//! stays a little longer then, at most for one more longest lifetime.
//!
//! The calendar is the only clock that goes on while the device is off. Where it is set forward, messages go early; where
//! it is set back, they stay for another whole lifetime at most.

use crate::clock::UnixMillis;
use crate::limits::{TIMED, UNREAD_WITHIN};
use crate::records::{ThreadRecord, TimedRecord};
use crate::values::Lifetime;
use crate::view::Going;

/// Into so many parts of a lifetime its end is rounded up: an hour to a minute, four weeks to half a day.
const PARTS: u64 = 60;

/// Returns the end of a lifetime that begins now.
fn end(lifetime: Lifetime, now: UnixMillis) -> UnixMillis {
    let part = lifetime.millis() / PARTS;
    now.saturating_add(lifetime.millis())
        .div_ceil(part)
        .saturating_mul(part)
}

/// Returns when an own message goes that was delivered now, where nobody says that it was read.
fn end_unread(lifetime: Lifetime, now: UnixMillis) -> UnixMillis {
    let within = u64::try_from(UNREAD_WITHIN.as_millis()).unwrap_or(u64::MAX);
    end(lifetime, now.saturating_add(within))
}

impl ThreadRecord {
    /// Notes a message that goes: of an own one its place, else its number.
    pub(super) fn note_timed(&mut self, own: bool, at: u64, lifetime: Lifetime) {
        let of_side = self.timed.iter().filter(|timed| timed.own == own);
        let is_full = of_side.count() >= TIMED;
        let last = self.timed.iter_mut().rev().find(|timed| timed.own == own);
        if let Some(last) = last.filter(|last| last.due.is_none())
            && (last.lifetime == lifetime || is_full)
        {
            last.lifetime = last.lifetime.max(lifetime);
            last.last = at;
            return;
        }
        self.timed.push(TimedRecord {
            own,
            first: at,
            last: at,
            lifetime,
            due: None,
            read: false,
        });
    }

    /// Gives each message its end that was read, or delivered, since this was last asked.
    pub(super) fn age(&mut self, now: UnixMillis) {
        if self.timed.is_empty() {
            return;
        }
        let (read, delivered, seen) = (self.out_read, self.out_delivered, self.seen);
        let mut aged: Vec<TimedRecord> = Vec::with_capacity(self.timed.len());
        for timed in std::mem::take(&mut self.timed) {
            let read_upto = if timed.own { read } else { seen };
            let (was_read, unread) = split(timed, read_upto);
            aged.extend(was_read.map(|timed| timed.was_read(now)));
            let Some(unread) = unread else { continue };
            let delivered = if unread.own { delivered } else { 0 };
            let (was_delivered, waits) = split(unread, delivered);
            aged.extend(was_delivered.map(|timed| timed.was_delivered(now)));
            aged.extend(waits);
        }
        self.timed = joined(aged, delivered);
    }

    /// Returns when the next messages go. Own ones that wait to be delivered, perhaps once more, stay.
    pub(super) fn next_to_go(&self) -> Option<&TimedRecord> {
        let stands = |timed: &&TimedRecord| !timed.own || timed.last <= self.out_delivered;
        let ending = self.timed.iter().filter(|timed| timed.due.is_some());
        ending.filter(stands).min_by_key(|timed| timed.due)
    }

    /// Returns when messages go that were read.
    pub(super) fn going(&self) -> Vec<Going> {
        let read = self.timed.iter().filter(|timed| timed.read);
        let going = read.filter_map(|timed| {
            Some(Going {
                own: timed.own,
                first: timed.first,
                last: timed.last,
                at: timed.due?,
            })
        });
        going.collect()
    }

    /// Returns when a message goes that was read.
    pub(super) fn end_of(&self, own: bool, at: u64) -> Option<UnixMillis> {
        let is_in = |timed: &&TimedRecord| {
            timed.own == own && timed.read && (timed.first..=timed.last).contains(&at)
        };
        self.timed.iter().find(is_in)?.due
    }
}

impl TimedRecord {
    /// Returns these messages, which were read: now, where that was not known.
    fn was_read(self, now: UnixMillis) -> Self {
        let latest = end(self.lifetime, now);
        let due = self.due.filter(|_| self.read).unwrap_or(latest);
        Self {
            due: Some(due.min(latest)),
            read: true,
            ..self
        }
    }

    fn was_delivered(self, now: UnixMillis) -> Self {
        let latest = if self.read {
            end(self.lifetime, now)
        } else {
            end_unread(self.lifetime, now)
        };
        Self {
            due: Some(self.due.map_or(latest, |due| due.min(latest))),
            ..self
        }
    }
}

/// Cuts a range behind a place or number.
fn split(timed: TimedRecord, upto: u64) -> (Option<TimedRecord>, Option<TimedRecord>) {
    if timed.last <= upto {
        return (Some(timed), None);
    }
    if timed.first > upto {
        return (None, Some(timed));
    }
    let before = TimedRecord {
        last: upto,
        ..timed.clone()
    };
    let behind = TimedRecord {
        first: upto + 1,
        ..timed
    };
    (Some(before), Some(behind))
}

/// Joins neighbours that go at the same moment, and beyond [`TIMED`] of a side those that go at all: but not what is
/// delivered with what waits for that, nor what was read with what was not.
fn joined(ranges: Vec<TimedRecord>, delivered: u64) -> Vec<TimedRecord> {
    let mut joined: Vec<TimedRecord> = Vec::with_capacity(ranges.len());
    let (mut own, mut received) = (0, 0);
    for range in ranges {
        let count = if range.own { &mut own } else { &mut received };
        let is_full = *count >= TIMED;
        let before = joined.iter_mut().rev().find(|one| one.own == range.own);
        let stage = |one: &TimedRecord| {
            let waits = one.own && one.last > delivered;
            (one.due.is_some(), one.read, waits)
        };
        let goes = |one: &TimedRecord| (one.due, one.lifetime);
        let joins = |before: &&mut TimedRecord| {
            stage(before) == stage(&range) && (is_full || goes(before) == goes(&range))
        };
        if let Some(before) = before.filter(joins) {
            before.last = range.last;
            before.due = before.due.max(range.due);
            before.lifetime = before.lifetime.max(range.lifetime);
        } else {
            *count += 1;
            joined.push(range);
        }
    }
    joined
}

#[cfg(test)]
mod tests;
