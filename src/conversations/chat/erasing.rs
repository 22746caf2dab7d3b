//! How messages are taken off the disk: those whose time is over, and those of a chat that was cleared.
//!
//! What has to go is read, and written again in one transaction without all that was said in it; of what was
//! cleared, only the last ones leave their ids behind. That is certain: it is not taken back when a transaction fails,
//! and a start goes on with it. What waits to be delivered stays until it is.

use super::{Chat, shown};
use crate::clock::{Mono, Now, UnixMillis};
use crate::conversations::ended::{Durable, Erasing};
use crate::conversations::erased::{Cleared, Clearing, Goes, Reading};
use crate::limits::{IDS_KEPT, UNDO_WITHIN};
use crate::records::{MessageRecord, Query};
use crate::store::WRITE_AGAIN;
use crate::values::TransferId;
use crate::view::{Proposal, Refusal, Staying};

impl Chat {
    /// Returns how long messages stay, as it is shown.
    pub(crate) fn staying(&self) -> Staying {
        let open = self.head.rule.open.iter().map(|open| Proposal {
            id: open.id.clone(),
            lifetime: open.lifetime,
            own: open.own,
        });
        Staying {
            lifetime: self.head.rule.lifetime(),
            proposals: open.collect(),
            clearing: self.head.clearing,
        }
    }

    /// Returns whether [`Self::staying`] is this: asked after each input.
    pub(crate) fn is_staying(&self, shown: &Staying) -> bool {
        let rule = &self.head.rule;
        let ids = |shown: &Proposal, id: &String| shown.id == *id;
        rule.lifetime() == shown.lifetime
            && self.head.clearing == shown.clearing
            && rule.open.len() == shown.proposals.len()
            && rule
                .open
                .iter()
                .zip(&shown.proposals)
                .all(|(open, shown)| ids(shown, &open.id))
    }

    /// Clears the chat, which can be taken back for a while: until then nothing of it is touched.
    pub(crate) fn clear(&mut self, now: Mono) {
        // What is not stored yet has just come.
        self.head.clearing = Some(self.durable.next_number.saturating_sub(1));
        self.erased.undo_until = Some(now + UNDO_WITHIN);
    }

    /// Takes back that the chat was cleared.
    pub(crate) fn bring_back(&mut self, now: Mono) -> Result<(), Refusal> {
        let until = self.erased.undo_until.filter(|until| now < *until);
        until.ok_or(Refusal::ClearedForGood)?;
        self.head.clearing = None;
        self.erased.undo_until = None;
        Ok(())
    }

    /// Gives each message its end that was read or delivered since.
    pub(crate) fn age(&mut self, now: UnixMillis) {
        self.head.age(now);
    }

    /// Returns when something goes next.
    pub(crate) fn goes_at(&self, now: Now) -> Option<Mono> {
        // What is not stored yet is not read: its end is an input, too.
        if self.erased.is_under_way() || self.flying.is_some() {
            return None;
        }
        let cleared = self.head.clearing.map(|_| self.cleared_at());
        let timed = self.head.next_to_go().and_then(|timed| timed.due);
        let timed = timed.map(|due| Mono(now.mono.0.saturating_add(due.saturating_sub(now.unix))));
        let next = cleared.into_iter().chain(timed).min()?;
        Some(self.erased.again.map_or(next, |again| next.max(again)))
    }

    fn cleared_at(&self) -> Mono {
        self.erased.undo_until.unwrap_or_default()
    }

    /// Returns what to read of what goes now.
    pub(crate) fn next_erasing(&mut self, now: Now) -> Option<Query> {
        let is_time = self.goes_at(now).is_some_and(|at| at <= now.mono);
        if !is_time {
            return None;
        }
        self.erased.again = None;
        let contact = self.head.contact.clone();
        if let Some(upto) = self.head.clearing.filter(|_| self.cleared_at() <= now.mono) {
            self.erased.undo_until = None;
            let first = self.first_kept(upto);
            let clearing = Clearing {
                upto,
                begins: first,
            };
            self.erased.reading = Some(Reading::Chat(clearing));
            let last = u64::MAX;
            return Some(Query::Numbers {
                contact,
                first,
                last,
            });
        }
        let timed = self.head.next_to_go()?.clone();
        let (first, last) = (timed.first, timed.last);
        let is_own = timed.own;
        self.erased.reading = Some(Reading::Range(timed));
        Some(if is_own {
            let (after, upto) = (first.saturating_sub(1), last);
            Query::Own {
                contact,
                after,
                upto,
            }
        } else {
            Query::Numbers {
                contact,
                first,
                last,
            }
        })
    }

    /// Returns the first number of which something is left when the chat is cleared: before it nothing waits to be delivered, and
    /// no id is needed.
    fn first_kept(&self, upto: u64) -> u64 {
        let waiting = self.outbox.waiting().iter();
        let waiting = waiting.map(|record| record.message.number).min();
        let kept = upto.saturating_sub(IDS_KEPT).saturating_add(1);
        waiting.map_or(kept, |waiting| waiting.min(kept))
    }

    /// Notes that what is to go could not be read.
    pub(crate) fn not_erased(&mut self, now: Mono) {
        self.erased.reading = None;
        self.erased.again = Some(now + WRITE_AGAIN);
    }

    /// Goes on with what was read.
    pub(crate) fn erase(&mut self, records: Vec<MessageRecord>) -> Erasing {
        match self.erased.reading.take() {
            None => Erasing::default(),
            Some(Reading::Range(timed)) => {
                let goes = |record: &MessageRecord| {
                    let is_of_them = record.place.is_some() == timed.own;
                    is_of_them && record.stays().is_some()
                };
                let going = records.into_iter().filter(goes).collect();
                self.erase_with_entries(Goes::Timed(timed), going)
            }
            Some(Reading::Chat(clearing)) => {
                let goes = |record: &MessageRecord| {
                    record.message.number <= clearing.upto && !self.head.awaits(record)
                };
                let (going, staying): (Vec<_>, Vec<_>) = records.into_iter().partition(goes);
                let kept = self.offers(&staying);
                let erasing = self.erase_with_entries(Goes::Cleared(clearing), going);
                Erasing {
                    kept: Some(kept),
                    ..erasing
                }
            }
            Some(Reading::Entries { goes, with }) => {
                self.take_off(&goes, with.into_iter().chain(records));
                Erasing::default()
            }
        }
    }

    /// Returns the files that are offered in these messages, and in what is on its way to the disk.
    fn offers(&self, staying: &[MessageRecord]) -> Vec<TransferId> {
        let staged = self.under_way().map(|staged| &staged.record);
        let stored = staying.iter().chain(staged);
        let stored = stored.filter(|record| record.message.offer.is_some());
        let waiting = self.queue.waiting.iter();
        let waiting = waiting.filter(|waiting| waiting.content.offer.is_some());
        let ids = stored.map(|record| &record.id);
        ids.chain(waiting.map(|waiting| &waiting.id))
            .map(|id| TransferId(id.clone()))
            .collect()
    }

    /// Takes messages off the disk, once the own entries are read that go with them.
    fn erase_with_entries(&mut self, goes: Goes, mut going: Vec<MessageRecord>) -> Erasing {
        going.retain(|record| !record.gone);
        let offering = going.iter().filter(|record| record.message.offer.is_some());
        let withdrawn = offering
            .map(|record| (TransferId(record.id.clone()), record.place.is_some()))
            .collect();
        let is_going = |id: &String| going.iter().any(|record| record.id == *id);
        let marks = going
            .iter()
            .filter_map(|record| self.at_hand(record).marks.clone());
        let ids: Vec<String> = marks
            .flat_map(|marks| marks.entries().cloned().collect::<Vec<_>>())
            .filter(|id| !is_going(id))
            .collect();
        let staged = self.staged.iter().map(|staged| &staged.record);
        let staged: Vec<_> = staged
            .filter(|record| ids.contains(&record.id))
            .cloned()
            .collect();
        going.extend(staged);
        let mut query = None;
        if ids.is_empty() {
            self.take_off(&goes, going.into_iter());
        } else {
            let contact = self.head.contact.clone();
            query = Some(Query::Named { contact, ids });
            self.erased.reading = Some(Reading::Entries { goes, with: going });
        }
        Erasing {
            query,
            withdrawn,
            kept: None,
        }
    }

    /// Returns a message as it is with everything staged.
    fn at_hand(&self, record: &MessageRecord) -> MessageRecord {
        let known = self.known(&record.id).ok().flatten();
        let known = known.filter(|known| known.message.number == record.message.number);
        known.unwrap_or(record).clone()
    }

    fn take_off(&mut self, goes: &Goes, going: impl Iterator<Item = MessageRecord>) {
        let mut unseen = 0;
        for mut record in going {
            let is_received = record.place.is_none() && record.is_message();
            unseen += u32::from(is_received && record.message.number > self.head.seen);
            record.erase();
            let mut staged = self.staged.iter_mut();
            if let Some(staged) = staged.find(|staged| staged.record.id == record.id) {
                staged.record = record;
                continue;
            }
            self.outbox.erase(&record);
            self.undo.remove(&record.message.number);
            self.erased.waiting.insert(record.message.number, record);
        }
        match goes {
            Goes::Timed(timed) => {
                self.head.timed.retain(|one| {
                    (one.own, one.first, one.last) != (timed.own, timed.first, timed.last)
                });
                self.erase_introductions();
            }
            Goes::Cleared(clearing) => {
                let clearing = *clearing;
                self.erased.cleared = Some(Cleared { clearing, unseen });
                self.follow_erased();
            }
        }
    }

    /// Takes out of the head what goes with that which is being taken off the disk: once more where a transaction has
    /// failed, as the head is then what it was.
    pub(super) fn follow_erased(&mut self) {
        self.erase_introductions();
        let Some(Cleared { clearing, unseen }) = self.erased.cleared else {
            return;
        };
        let Clearing { upto, begins } = clearing;
        let head = &mut self.head;
        head.begins = head.begins.max(begins);
        if head.clearing == Some(upto) {
            head.clearing = None;
        }
        let later = u32::try_from(head.next_number.saturating_sub(upto + 1)).unwrap_or(u32::MAX);
        head.unread = head.unread.saturating_sub(unseen).min(later);
    }

    /// Tells what was taken off the disk by the transaction that has ended.
    pub(super) fn tell_erased(&mut self, durable: &mut Durable) {
        let erased = std::mem::take(&mut self.erased.flying);
        for record in &mut self.queue.found {
            if let Some(gone) = erased.get(&record.message.number) {
                record.clone_from(gone);
            }
        }
        let gone = erased.values().map(|record| shown(record, None));
        durable.amended.extend(gone);
        if self.erased.waiting.is_empty() {
            let cleared = self.erased.cleared.take();
            durable.cleared = cleared.map(|cleared| cleared.clearing.upto);
        }
    }
}

#[cfg(test)]
mod tests;
