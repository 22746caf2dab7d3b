//! How the chat of a backup and the chat that is here become one.
//!
//! - What is in both, by author and id, is there once; where the backup knows of a later change or of a deletion, its
//!   version counts. Of what was cleared here only its place is left, and the backup's version comes into that.
//! - The order of either stays. Between two messages that both have, those of one side stand among those of the other by
//!   their times.
//! - A message that is here keeps its number, unless one of the backup belongs before it and there is no number between:
//!   then it moves up, as far as is needed. Numbers are known to this disk only.
//! - Own messages of the backup have no place in the log that is sent: whatever the contact says to have, none of them is
//!   sent ([`Standing`]). Where the contact names one of them as the last that it has, it has all of them.
//! - The contact is told as the last message that is here the later one of both sides' last ones, so that nothing of what the
//!   backup has brought comes once more.
//!
//! To do it once more changes nothing, also where it was broken off between two writes: what is there already is
//! found by its id, and the rest gets the numbers that it would have had. The numbers in the head change together with
//! those of the messages that they stand for ([`Merge::head_from`]): so head and messages fit after each write.

use crate::clock::UnixMillis;
use crate::records::{MessageRecord, Origin, Standing, ThreadRecord};
use crate::values::ContactId;
use litemap::LiteMap;
use std::collections::HashMap;

/// What has to be known of each message of a chat: little, for there are many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    origin: Origin,
    id: String,
    number: u64,
    place: Option<u64>,
    at: UnixMillis,
    edited: Option<UnixMillis>,
    deleted: bool,
    gone: bool,
}

impl From<&MessageRecord> for Known {
    fn from(record: &MessageRecord) -> Self {
        Self {
            origin: record.message.origin,
            id: record.id.clone(),
            number: record.message.number,
            place: record.place,
            at: record.message.at,
            edited: record.marks.as_ref().and_then(|marks| marks.edited),
            deleted: record.is_deleted(),
            gone: record.gone,
        }
    }
}

impl Known {
    /// Returns what is known of a message that cannot be read: its place, which nothing else takes.
    pub fn unreadable(number: u64) -> Self {
        Self {
            origin: Origin::Received,
            id: String::new(),
            number,
            place: None,
            at: 0,
            edited: None,
            deleted: false,
            gone: false,
        }
    }

    fn key(&self) -> (Origin, &str) {
        (self.origin, &self.id)
    }

    /// Returns whether it counts: more was done with it than with the one that is here, or nothing is left of that. What was
    /// to disappear is in no backup, so that was cleared.
    fn is_newer_than(&self, other: &Self) -> bool {
        if other.gone {
            return !self.gone && !self.deleted;
        }
        !other.deleted && (self.deleted || self.edited > other.edited)
    }
}

/// What becomes of a message of the backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// It is here already.
    Kept,
    /// It is new, and gets this number.
    New(u64),
    /// It stands for the one that is here, with that one's number and place.
    Newer(u64, Option<u64>),
}

/// What is to be done with a chat.
#[derive(Debug, PartialEq)]
pub struct Merge {
    /// As it is before anything has moved.
    head: ThreadRecord,
    /// Old and new numbers of what is here and moves, rising.
    pub moved: Vec<(u64, u64)>,
    /// What becomes of each message of the backup, in its order.
    pub merged: Vec<Merged>,
    /// Up to these places own messages were delivered, and read, in the backup.
    delivered: u64,
    read: u64,
}

impl Merge {
    /// Returns the head to be written before anything moves.
    pub fn head_before(&self) -> &ThreadRecord {
        &self.head
    }

    /// Returns the head to be written together with the messages that move: all of this number and above have then. Whatever
    /// has moved has a number above all of those that have not, so that no number in it is changed twice.
    pub fn head_from(&self, first: u64) -> ThreadRecord {
        let now = |number| match number {
            number if number < first => number,
            number => now(&self.moved, number),
        };
        let mut head = self.head.clone();
        head.seen = now(head.seen);
        head.clearing = head.clearing.map(now);
        for timed in head.timed.iter_mut().filter(|timed| !timed.own) {
            (timed.first, timed.last) = (now(timed.first), now(timed.last));
        }
        head
    }

    /// Returns the record to be written for a message of the backup, by its position there.
    pub fn record(&self, position: usize, record: MessageRecord) -> Option<MessageRecord> {
        let (number, place) = match self.merged.get(position)? {
            Merged::Kept => return None,
            Merged::New(number) => (*number, None),
            Merged::Newer(number, place) => (*number, *place),
        };
        let standing = record.place.map(|place| match place {
            place if place <= self.read => Standing::Read,
            place if place <= self.delivered => Standing::Delivered,
            _ => Standing::NotSent,
        });
        let mut record = record;
        record.message.contact = self.head.contact.clone();
        record.message.number = number;
        record.imported = match place {
            Some(_) => None,
            None => standing.or(record.imported),
        };
        record.place = place;
        Some(record)
    }
}

/// Joins the chat that is here, in the order of its numbers, and that of a backup.
pub fn merge(
    contact: &ContactId,
    head: Option<&ThreadRecord>,
    here: &[Known],
    of_backup: &ThreadRecord,
    backup: &[Known],
) -> Merge {
    let by_key: HashMap<_, usize> = here
        .iter()
        .enumerate()
        .rev()
        .map(|(position, known)| (known.key(), position))
        .collect();
    let found: Vec<Option<usize>> = backup
        .iter()
        .map(|known| by_key.get(&known.key()).copied())
        .collect();
    let mut numbers = Numbers::default();
    for step in order(here, backup, &found) {
        match step {
            Step::Here(position) => numbers.keep(here, position),
            Step::Backup(position) => numbers.give(position),
        }
    }
    let merged = backup.iter().zip(&found).enumerate();
    let merged = merged.map(|(position, (known, found))| {
        let same = found.and_then(|found| here.get(found));
        match same {
            None => Merged::New(numbers.given.get(&position).copied().unwrap_or_default()),
            Some(same) if known.is_newer_than(same) => {
                Merged::Newer(now(&numbers.moved, same.number), same.place)
            }
            Some(_) => Merged::Kept,
        }
    });
    Merge {
        merged: merged.collect(),
        head: joined(contact, head, here, of_backup, backup, &numbers),
        moved: numbers.moved,
        delivered: of_backup.out_delivered,
        read: of_backup.out_read,
    }
}

enum Step {
    Here(usize),
    Backup(usize),
}

/// Returns the order of what is here and of what is new in the backup.
fn order(here: &[Known], backup: &[Known], found: &[Option<usize>]) -> Vec<Step> {
    let mut anchors: LiteMap<usize, usize> = LiteMap::new();
    for (position, found) in found.iter().enumerate() {
        if let Some(found) = found {
            anchors.entry(*found).or_insert(position);
        }
    }
    let mut steps = Vec::with_capacity(here.len() + backup.len());
    let mut next = 0;
    let (mut time_here, mut time_backup) = (0, 0);
    for (position, known) in backup.iter().enumerate() {
        time_backup = time_backup.max(known.at);
        if let Some(found) = found.get(position).copied().flatten() {
            // All before it is before whatever follows in the backup.
            while next <= found {
                time_here = time_here.max(here.get(next).map_or(0, |known| known.at));
                steps.push(Step::Here(next));
                next += 1;
            }
            continue;
        }
        while let Some(other) = here.get(next) {
            let is_behind = anchors.get(&next).is_some_and(|anchor| *anchor > position);
            if is_behind || time_here.max(other.at) > time_backup {
                break;
            }
            time_here = time_here.max(other.at);
            steps.push(Step::Here(next));
            next += 1;
        }
        steps.push(Step::Backup(position));
    }
    steps.extend((next..here.len()).map(Step::Here));
    steps
}

/// The numbers that messages get, one after the other.
#[derive(Default)]
struct Numbers {
    last: u64,
    moved: Vec<(u64, u64)>,
    given: HashMap<usize, u64>,
}

impl Numbers {
    fn keep(&mut self, here: &[Known], position: usize) {
        let Some(known) = here.get(position) else {
            return;
        };
        let number = known.number.max(self.last.saturating_add(1));
        if number != known.number {
            self.moved.push((known.number, number));
        }
        self.last = number;
    }

    fn give(&mut self, position: usize) {
        self.last = self.last.saturating_add(1);
        self.given.insert(position, self.last);
    }
}

/// Returns the number of what had this one.
fn now(moved: &[(u64, u64)], number: u64) -> u64 {
    let at = moved.binary_search_by_key(&number, |(old, _)| *old);
    let moved = at.ok().and_then(|at| moved.get(at));
    moved.map_or(number, |(_, new)| *new)
}

fn joined(
    contact: &ContactId,
    head: Option<&ThreadRecord>,
    here: &[Known],
    of_backup: &ThreadRecord,
    backup: &[Known],
    numbers: &Numbers,
) -> ThreadRecord {
    let mut joined = head.cloned().unwrap_or_else(|| ThreadRecord {
        out_known: of_backup.out_known.clone(),
        rule: of_backup.rule.clone(),
        ..ThreadRecord::new(contact.clone())
    });
    joined.next_number = joined.next_number.max(numbers.last.saturating_add(1));
    // What the backup has brought was seen where it comes from.
    if joined.unread == 0 {
        joined.seen = joined.next_number.saturating_sub(1);
    }
    // Whoever writes the head removes what is below.
    let lowest = numbers.given.values().min().copied();
    joined.begins = lowest.map_or(joined.begins, |lowest| joined.begins.min(lowest));
    joined.last_at = joined.last_at.max(of_backup.last_at);
    joined.in_last = later(joined.in_last, here, of_backup.in_last.clone(), backup);
    joined
}

/// Returns which of two messages of the contact is the later one in the log of the contact.
fn later(
    here: Option<String>,
    of_here: &[Known],
    other: Option<String>,
    of_backup: &[Known],
) -> Option<String> {
    let (Some(one), Some(other)) = (&here, &other) else {
        return here.or(other);
    };
    let find = |all: &[Known], id: &str| {
        let mut received = all.iter().filter(|known| known.origin == Origin::Received);
        received.rfind(|known| known.id == id).map(|known| known.at)
    };
    let is_later = match (find(of_here, other), find(of_backup, one)) {
        (Some(_), _) => false,
        (None, Some(_)) => true,
        (None, None) => find(of_backup, other) > find(of_here, one),
    };
    Some(if is_later { other } else { one }.clone())
}

#[cfg(test)]
pub(super) mod tests;
