//! How a message comes to be staged. What is about an earlier one waits until that one is at hand, read from
//! the disk if need be, and all others wait behind it: so the order stays, and the write that stores an entry also
//! stores what it does.
//!
//! Long because it decides in one place what each kind of entry does before it is stored.

use super::{Chat, Staged, quote, shown};
use crate::clock::UnixMillis;
use crate::conversations::amendment::{amend, refusal};
use crate::conversations::ended::Failed;
use crate::conversations::queue::{Content, Outcomes, Waiting};
use crate::conversations::rule::Saying;
use crate::io::CommandId;
use crate::limits::STORING;
use crate::offer::weight;
use crate::records::{EntryRecord, MessageRecord, Origin, StoredMessage};
use crate::values::{Act, Lifetime, Outcome, TransferId};
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
        self.may_write(&content)?;
        self.take(id, content, at, Some(command), at);
        Ok(())
    }

    /// Returns why a message of the person cannot be taken now.
    pub(crate) fn may_write(&self, content: &Content) -> Result<(), Refusal> {
        view::check_text(&content.text)?;
        let weight = weight(&content.text, content.offer.as_ref());
        let has_room = self.outbox.has_room(weight, self.own_storing());
        has_room.then_some(()).ok_or(Refusal::OutboxFull)
    }

    /// Returns whether a message of this command is on its way to the disk.
    pub(crate) fn is_writing(&self, command: CommandId) -> bool {
        let waiting = self.queue.waiting.iter().map(|waiting| waiting.command);
        let staged = self.under_way().map(|staged| staged.command);
        staged.chain(waiting).any(|one| one == Some(command))
    }

    /// Answers a command no more, which was refused as another of its messages could not be stored.
    pub(crate) fn answer_no_more(&mut self, command: CommandId) {
        let waiting = self.queue.waiting.iter_mut();
        let waiting = waiting.map(|waiting| &mut waiting.command);
        let flying = self.flying.iter_mut().flat_map(|(_, batch)| batch);
        let staged = flying.chain(&mut self.staged);
        let staged = staged.map(|staged| &mut staged.command);
        for one in staged.chain(waiting).filter(|one| **one == Some(command)) {
            *one = Some(CommandId(0));
        }
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

    /// Returns the messages that one is about, as far as they are here: the one that it names, and of one that
    /// is deleted the own entries that go with it. The error is what has to be read.
    fn needed(&self, waiting: &Waiting) -> Result<Vec<MessageRecord>, Vec<String>> {
        let Some(reference) = &waiting.content.reference else {
            return Ok(Vec::new());
        };
        if reference.act.is_about_rule() || reference.act.is_of_introduction() {
            return Ok(Vec::new());
        }
        let mut needed = self.all_known(std::slice::from_ref(&reference.about))?;
        if reference.act == Act::Delete {
            let marks = needed.first().and_then(|target| target.marks.as_ref());
            let entries = marks.map(|marks| marks.entries().cloned().collect());
            let entries: Vec<_> = entries.unwrap_or_default();
            needed.extend(self.all_known(&entries)?);
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
    pub(super) fn known(&self, id: &str) -> Result<Option<&MessageRecord>, ()> {
        let flying = self.flying.iter().flat_map(|(_, batch)| batch);
        if let Some(erased) = self.erased.get(id) {
            return Ok(Some(erased));
        }
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
        let other = waiting.content.other.clone();
        let mut record = self.record(waiting);
        if record.is_about_rule() {
            return self.stage_rule(record, command);
        }
        let (target, entries) = needed.split_first().unzip();
        let mut amended = Vec::new();
        let mut quoted = None;
        if let Some(act) = record.entry.as_ref().map(|entry| entry.reference.act) {
            let mut with_it = target.cloned();
            let outcome = if act.is_of_introduction() {
                self.introduction_after(act, &record)
            } else {
                let target = with_it.as_mut();
                target.map_or(Outcome::NotHere, |target| amend(target, &record, now))
            };
            if let Some((command, refusal)) = command.zip(refusal(outcome)) {
                return self.queue.outcomes.refused.push((command, refusal));
            }
            if act == Act::Reply {
                quoted = target.and_then(quote);
            } else if outcome == Outcome::Counts {
                amended = with_it.into_iter().zip(target.cloned()).collect();
                let entries = entries.into_iter().flatten();
                amended.extend(entries.map(|entry| (without_text(entry), entry.clone())));
                if matches!(act, Act::Edit | Act::Reaction) && command.is_none() {
                    // It stands in the message, and goes with it.
                    record.message.text.clear();
                }
            }
            if command.is_none() && !record.is_message() && outcome != Outcome::Counts {
                // It is shown, and goes as what it was to change.
                let lifetime = target.and_then(|target| target.lifetime);
                record.lifetime = lifetime.or(self.head.rule.lifetime());
            }
            if let Some(entry) = &mut record.entry {
                entry.outcome = outcome;
            }
        }
        self.follow_introduction(&record, other, now);
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

    /// Stages an entry about how long messages stay, or refuses it.
    fn stage_rule(&mut self, mut record: MessageRecord, command: Option<CommandId>) {
        let Some(entry) = &mut record.entry else {
            return;
        };
        let mut rule = self.head.rule.clone();
        if entry.reference.act == Act::Agree {
            // To be shown in its line.
            let mut open = rule.open.iter();
            let agreed = open.find(|open| open.id == entry.reference.about);
            record.lifetime = agreed.map(|agreed| agreed.lifetime);
        }
        let outcome = rule.take(Saying {
            act: entry.reference.act,
            id: &record.id,
            about: &entry.reference.about,
            turn: record.turn.unwrap_or_default(),
            lifetime: record.lifetime,
            own: command.is_some(),
        });
        if let Some((command, refusal)) = command.zip(refusal(outcome)) {
            return self.queue.outcomes.refused.push((command, refusal));
        }
        entry.outcome = outcome;
        self.head.rule = rule;
        self.count(&record);
        self.staged.push(Staged {
            record,
            command,
            amended: Vec::new(),
            quoted: None,
        });
    }

    /// Returns how long a message stays, or is proposed to.
    fn lifetime(&self, content: &Content, is_own: bool) -> Option<Lifetime> {
        let act = content.reference.as_ref().map(|reference| reference.act);
        match act {
            Some(Act::Propose) => Lifetime::of_seconds(content.lives?),
            Some(act) if !act.is_message() => None,
            // It asks, and can be answered only where it stands.
            _ if content.introduces.is_some() => None,
            // What the other side says of its message holds whatever is agreed here: either disk may be older.
            _ if !is_own => content.lives.map(Lifetime::at_least),
            _ => self.head.rule.lifetime(),
        }
    }

    /// Returns the record of a message with the next number.
    fn record(&self, waiting: Waiting) -> MessageRecord {
        let is_own = waiting.command.is_some();
        let lifetime = self.lifetime(&waiting.content, is_own);
        let Content {
            text,
            offer,
            reference,
            introduces,
            turn,
            ..
        } = waiting.content;
        let has_turn = reference
            .as_ref()
            .is_some_and(|reference| matches!(reference.act, Act::Propose | Act::Off));
        let own_turn = || self.head.rule.next_turn(waiting.now);
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
            introduces: introduces.map(Box::new),
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
            lifetime,
            turn: has_turn.then(|| {
                if is_own {
                    own_turn()
                } else {
                    turn.unwrap_or(0)
                }
            }),
            gone: false,
            imported: None,
        }
    }

    /// Counts a message that is staged.
    fn count(&mut self, record: &MessageRecord) {
        let head = &mut self.head;
        head.next_number += 1;
        if record.is_message() {
            head.last_at = head.last_at.max(record.message.at);
        }
        if let Some(lifetime) = record.stays() {
            let at = record.place.unwrap_or(record.message.number);
            head.note_timed(record.place.is_some(), at, lifetime);
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
