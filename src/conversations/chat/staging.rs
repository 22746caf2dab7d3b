//! How a message comes to be staged. What is about an earlier one waits until that one is at hand, read from
//! the disk if need be, and all others wait behind it: so the order stays, and the write that stores an entry also
//! stores what it does.

use super::{Chat, Staged, quote, shown};
use crate::clock::UnixMillis;
use crate::conversations::amendment::{amend, refusal};
use crate::conversations::ended::Failed;
use crate::conversations::queue::{Content, Outcomes, Waiting};
use crate::io::CommandId;
use crate::limits::STORING;
use crate::offer::weight;
use crate::records::{EntryRecord, MessageRecord, Origin, StoredMessage};
use crate::values::{Act, Outcome, TransferId};
use crate::view::{self, MessageState, Refusal};

impl Chat {
    /// Takes a message the person wrote, under an id that must never repeat. What is about another one may still be
    /// refused ([`Chat::outcomes`]).
    pub(crate) fn write(
        &mut self,
        command: CommandId,
        content: Content,
        at: UnixMillis,
        id: String,
    ) -> Result<(), Refusal> {
        view::check_text(&content.text)?;
        let weight = weight(&content.text, content.offer.as_ref());
        if !self.outbox.has_room(weight, self.own_storing()) {
            return Err(Refusal::OutboxFull);
        }
        self.take(id, content, at, Some(command), at);
        Ok(())
    }

    /// Takes a message of the contact. Returns false where too much is being stored already.
    pub(crate) fn receive(
        &mut self,
        id: String,
        content: Content,
        at: UnixMillis,
        now: UnixMillis,
    ) -> bool {
        let has_room = self.staged.len() + self.queue.waiting.len() < STORING;
        if has_room {
            self.take(id, content, at, None, now);
        }
        has_room
    }

    /// Returns what came of messages that were taken.
    pub(crate) fn outcomes(&mut self) -> Outcomes {
        std::mem::take(&mut self.queue.outcomes)
    }

    /// Returns the ids of messages that have to be read now; each once.
    pub(crate) fn next_read(&mut self) -> Option<Vec<String>> {
        if !self.queue.asked.is_empty() {
            return None;
        }
        let ids = self.needed(self.queue.waiting.front()?).err()?;
        self.queue.asked.clone_from(&ids);
        Some(ids)
    }

    /// Goes on with what was read for these ids.
    pub(crate) fn found(&mut self, ids: &[String], records: Vec<MessageRecord>) {
        if self.queue.asked == ids {
            self.queue.read.append(&mut self.queue.asked);
            self.queue.found.extend(records);
            self.advance();
        }
    }

    /// Gives up what waits, as nothing can be read. Returns what was in it.
    pub(crate) fn not_found(&mut self) -> Failed {
        let mut failed = Failed::default();
        self.drop_queue(&mut failed);
        failed
    }

    /// Gives up what waits.
    pub(super) fn drop_queue(&mut self, failed: &mut Failed) {
        self.queue.forget_read();
        for waiting in std::mem::take(&mut self.queue.waiting) {
            match waiting.command {
                Some(command) => {
                    failed.commands.push(command);
                    let offers = waiting.content.offer.is_some();
                    failed
                        .offers
                        .extend(offers.then_some(TransferId(waiting.id)));
                }
                None => {
                    failed.received.get_or_insert(self.head.next_number);
                }
            }
        }
    }

    /// Returns how many own messages are being stored, and their bytes.
    fn own_storing(&self) -> (usize, usize) {
        let staged = self.under_way().filter(|staged| staged.command.is_some());
        let staged = staged.map(|staged| staged.record.message.weight());
        let waiting = self.queue.waiting.iter();
        let waiting = waiting.filter(|waiting| waiting.command.is_some());
        let waiting = waiting.map(|one| weight(&one.content.text, one.content.offer.as_ref()));
        staged
            .chain(waiting)
            .fold((0, 0), |(count, bytes), weight| (count + 1, bytes + weight))
    }

    fn take(
        &mut self,
        id: String,
        content: Content,
        at: UnixMillis,
        command: Option<CommandId>,
        now: UnixMillis,
    ) {
        self.queue.waiting.push_back(Waiting {
            id,
            content,
            at,
            command,
            now,
        });
        self.advance();
    }

    /// Stages what waits, up to what needs something from the disk.
    fn advance(&mut self) {
        while let Some(first) = self.queue.waiting.front() {
            let Ok(needed) = self.needed(first) else {
                return;
            };
            self.queue.forget_read();
            if let Some(first) = self.queue.waiting.pop_front() {
                self.stage(first, &needed);
            }
        }
    }

    /// Returns the messages that one is about, as far as they are here: the one that it names, and of an own one that
    /// is deleted what had changed it. The error is what has to be read.
    fn needed(&self, waiting: &Waiting) -> Result<Vec<MessageRecord>, Vec<String>> {
        let Some(reference) = &waiting.content.reference else {
            return Ok(Vec::new());
        };
        let mut needed = self.all_known(std::slice::from_ref(&reference.about))?;
        if reference.act == Act::Delete && waiting.command.is_some() {
            let marks = needed.first().and_then(|target| target.marks.as_ref());
            if let Some(edits) = marks.map(|marks| marks.edits.clone()) {
                needed.extend(self.all_known(&edits)?);
            }
        }
        Ok(needed)
    }

    fn all_known(&self, ids: &[String]) -> Result<Vec<MessageRecord>, Vec<String>> {
        let known: Vec<_> = ids.iter().map(|id| (id, self.known(id))).collect();
        let unknown = known.iter().filter(|(_, known)| known.is_err());
        let unknown: Vec<String> = unknown.map(|(id, _)| (*id).clone()).collect();
        if unknown.is_empty() {
            let known = known.into_iter().filter_map(|(_, known)| known.ok()?);
            Ok(known.cloned().collect())
        } else {
            Err(unknown)
        }
    }

    /// Returns a message as it is with everything staged, where there is one. The error says that it has to be read.
    fn known(&self, id: &str) -> Result<Option<&MessageRecord>, ()> {
        let flying = self.flying.iter().flat_map(|(_, batch)| batch);
        let newest_first = self.staged.iter().rev().chain(flying.rev());
        let mut staged = newest_first.flat_map(|staged| {
            let amended = staged.amended.iter().map(|(amended, _)| amended);
            amended.chain(std::iter::once(&staged.record))
        });
        let is_it = |record: &&MessageRecord| record.id == id;
        let at_hand = staged
            .find(is_it)
            .or_else(|| self.undo.values().find(is_it))
            .or_else(|| self.outbox.get(id))
            .or_else(|| self.queue.found.iter().find(is_it));
        let is_read = || self.queue.read.iter().any(|read| read == id);
        match at_hand {
            Some(record) => Ok(Some(record)),
            None if is_read() => Ok(None),
            None => Err(()),
        }
    }

    /// Stages a message with what it does to others, or refuses it.
    fn stage(&mut self, waiting: Waiting, needed: &[MessageRecord]) {
        let Waiting { command, now, .. } = waiting;
        let mut record = self.record(waiting);
        let (target, edits) = needed.split_first().unzip();
        let mut amended = Vec::new();
        let mut quoted = None;
        if let Some(act) = record.entry.as_ref().map(|entry| entry.reference.act) {
            let mut with_it = target.cloned();
            let outcome = with_it
                .as_mut()
                .map_or(Outcome::NotHere, |target| amend(target, &record, now));
            if let Some((command, refusal)) = command.zip(refusal(outcome)) {
                return self.queue.outcomes.refused.push((command, refusal));
            }
            if act == Act::Reply {
                quoted = target.map(quote);
            } else if outcome == Outcome::Counts {
                amended = with_it.into_iter().zip(target.cloned()).collect();
                let edits = edits.into_iter().flatten();
                amended.extend(edits.map(|edit| (without_text(edit), edit.clone())));
                if act == Act::Edit && command.is_none() {
                    // It stands in the message, and goes with it.
                    record.message.text.clear();
                }
            }
            if let Some(entry) = &mut record.entry {
                entry.outcome = outcome;
            }
        }
        self.count(&record);
        if command.is_none() && record.is_message() {
            let mut arriving = shown(&record, quoted.clone());
            arriving.state = MessageState::Arriving;
            self.queue.outcomes.arriving.push(arriving);
        }
        self.staged.push(Staged {
            record,
            command,
            amended,
            quoted,
        });
    }

    /// Returns the record of a message with the next number.
    fn record(&self, waiting: Waiting) -> MessageRecord {
        let Content {
            text,
            offer,
            reference,
        } = waiting.content;
        let is_own = waiting.command.is_some();
        let message = StoredMessage {
            contact: self.head.contact.clone(),
            number: self.head.next_number,
            at: waiting.at,
            text,
            origin: if is_own {
                Origin::Own
            } else {
                Origin::Received
            },
            offer,
        };
        MessageRecord {
            version: 2,
            message,
            id: waiting.id,
            place: is_own.then_some(self.head.out_last + 1),
            came: (!is_own).then_some(waiting.now),
            entry: reference.map(|reference| EntryRecord {
                reference,
                outcome: Outcome::NotHere,
            }),
            marks: None,
        }
    }

    /// Counts a message that is staged.
    fn count(&mut self, record: &MessageRecord) {
        let head = &mut self.head;
        head.next_number += 1;
        if record.is_message() {
            head.last_at = head.last_at.max(record.message.at);
        }
        if let Some(place) = record.place {
            head.out_last = place;
            return;
        }
        head.in_last = Some(record.id.clone());
        if record.is_message() {
            head.unread = head.unread.saturating_add(1);
            self.last_received = record.message.number;
        } else {
            head.acts = head.acts.saturating_add(1);
        }
    }
}

fn without_text(record: &MessageRecord) -> MessageRecord {
    let mut record = record.clone();
    record.message.text.clear();
    record
}

#[cfg(test)]
mod tests;
