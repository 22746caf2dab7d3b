//! One chat: the own messages that wait for their acknowledgement, and the last one that came from the
//! other side.
//!
//! The promise: an own message is stored before it is first sent; a received one is stored before
//! it is acknowledged; on each connection both sides agree on what is stored ([`agreement`](super::agreement)),
//! and go on from there. So after any crash nothing is lost, doubled or out of order.
//!
//! One transaction is under way at a time; what comes meanwhile is staged and goes into the next
//! one, both directions together. When a transaction fails, it and all that was staged behind it
//! are as if they had not happened. The disk may have written it all the same: so the head is written
//! again as it was before, which also removes the messages behind it, and with it the messages that were changed.
//!
//! [`staging`] is how a message comes to be staged, [`erasing`] how one is taken off the disk.
//!
//! Long because staging, failing and agreeing change the same numbers and are only right together.

use super::agreement::Own;
use super::ended::{Durable, Failed};
use super::erased::Erased;
use super::outbox::Outbox;
use super::queue::Queue;
use crate::clock::{Mono, UnixMillis};
use crate::io::CommandId;
use crate::limits::{UNSEEN, UNSEEN_ACTS};
use crate::records::{MessageRecord, Origin, Standing, StoredMessage, ThreadRecord};
use crate::store::WRITE_AGAIN;
use crate::values::TransferId;
use crate::view::{
    self, ContactId, Entry, Marks, Message, MessageState, Offered, Progress, Quoted,
};
use crate::wire::SessionFrame;
use litemap::LiteMap;
use std::borrow::Cow;

/// A chat in memory.
#[derive(Debug)]
pub(crate) struct Chat {
    /// The head with everything staged.
    head: ThreadRecord,
    /// The head as it is stored.
    durable: ThreadRecord,
    /// The transaction under way, and the head it writes.
    flying: Option<(ThreadRecord, Vec<Staged>)>,
    staged: Vec<Staged>,
    /// What waits to be staged until the message is read that it is about.
    queue: Queue,
    /// Messages as they were before a transaction that has failed, by number: they are written again with the head.
    undo: LiteMap<u64, MessageRecord>,
    /// The messages from the end of the chat up to before this number may be on the disk: transactions had them that have
    /// failed.
    left_until: u64,
    /// The last transaction failed: when the head is written alone, unless there is a message to store
    /// before.
    again: Option<Mono>,
    /// Stored own messages that are not known to be delivered.
    outbox: Outbox,
    /// What is being taken off the disk.
    erased: Erased,
    /// The two have just accepted each other, perhaps after one of them had forgotten the chat.
    fresh: bool,
    /// They have met anew, and one of them may have forgotten how long messages are to stay.
    doubts_rule: bool,
    /// What was last given as [`Chat::news`].
    told: Option<Progress>,
    /// The number of the contact's last message since the start, with everything staged; as stored.
    last_received: u64,
    last_stored: u64,
}

/// A message on its way to storage, and the command it came from where it is an own one.
#[derive(Debug)]
struct Staged {
    record: MessageRecord,
    command: Option<CommandId>,
    /// The messages that it changes: as they are with it, and as they were.
    amended: Vec<(MessageRecord, MessageRecord)>,
    /// Of an answer: what it answers.
    quoted: Option<Quoted>,
}

impl Chat {
    /// Returns an empty chat.
    pub(crate) fn new(contact: ContactId) -> Self {
        Self::restore(ThreadRecord::new(contact), Vec::new())
    }

    /// Returns a chat as it was stored. `outbox` holds the own messages that are not delivered.
    pub(crate) fn restore(head: ThreadRecord, mut outbox: Vec<MessageRecord>) -> Self {
        // What no frame can carry was never taken from a person, and must not block the others.
        outbox.retain(|record| {
            head.awaits(record) && !record.gone && view::check_text(record.sent_text()).is_ok()
        });
        Self {
            durable: head.clone(),
            flying: None,
            staged: Vec::new(),
            queue: Queue::default(),
            undo: LiteMap::new(),
            left_until: 0,
            again: None,
            outbox: Outbox::new(outbox),
            erased: Erased::default(),
            fresh: false,
            doubts_rule: false,
            told: None,
            last_received: 0,
            last_stored: 0,
            head,
        }
    }

    /// Returns how far own messages are, without when messages go.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            contact: self.head.contact.clone(),
            sent: self.outbox.sent().unwrap_or(self.head.out_delivered),
            delivered: self.head.out_delivered,
            read: self.head.out_read,
            going: Vec::new(),
        }
    }

    /// Returns how far own messages are, if that changed since the last call.
    pub(crate) fn news(&mut self) -> Option<Progress> {
        let progress = Progress {
            going: self.head.going(),
            ..self.progress()
        };
        if self.told.as_ref() == Some(&progress) {
            return None;
        }
        self.told = Some(progress);
        self.told.clone()
    }

    /// Returns a message that was read, as it is stored. A transaction that is said to have failed may have left messages
    /// behind the end of the chat, which are as if they were not there, and earlier ones as it would have changed them.
    pub(super) fn as_stored<'a>(
        &'a self,
        read: Cow<'a, MessageRecord>,
    ) -> Option<Cow<'a, MessageRecord>> {
        let number = read.message.number;
        let left = self.durable.next_number..self.left_until;
        let is_left = left.contains(&number) && !planted!(LeftoverTaken);
        (!is_left).then(|| self.undo.get(&number).map_or(read, Cow::Borrowed))
    }

    /// Returns a stored message as it is shown: how far an own one is follows from the chat, so
    /// that an acknowledgement is one small write whatever it covers.
    pub(crate) fn shown(&self, record: &MessageRecord, quoted: Option<Quoted>) -> Message {
        let mut message = shown(record, quoted);
        if let Some(place) = record.place {
            message.place = Some(place);
            message.state = self.progress().state(place);
        }
        if record.stays().is_some() {
            let at = record.place.unwrap_or(record.message.number);
            message.goes_at = self.head.end_of(record.place.is_some(), at);
        }
        message
    }

    /// Counts the messages that the person has not seen. What is still being stored is not shown
    /// yet and does not count.
    pub(crate) fn unread(&self) -> u32 {
        let counts = |staged: &&Staged| staged.command.is_none() && staged.record.is_message();
        let storing = self.under_way().filter(counts).count();
        let storing = u32::try_from(storing).unwrap_or(u32::MAX);
        self.head.unread.saturating_sub(storing)
    }

    /// Returns when the newest message was written; 0 where there is none.
    pub(crate) fn last_at(&self) -> UnixMillis {
        self.head.last_at
    }

    /// Returns how many received messages are being stored.
    pub(crate) fn storing(&self) -> usize {
        let received = |staged: &&Staged| staged.command.is_none();
        self.under_way().filter(received).count() + self.queue.received()
    }

    fn under_way(&self) -> impl Iterator<Item = &Staged> {
        let flying = self.flying.iter().flat_map(|(_, batch)| batch);
        flying.chain(&self.staged)
    }

    /// Returns whether so many messages are unseen that no more are taken.
    pub(crate) fn is_full(&self) -> bool {
        self.head.unread >= UNSEEN || self.head.acts >= UNSEEN_ACTS
    }

    /// Returns when the head is to be written again after a transaction has failed.
    pub(crate) fn due(&self) -> Option<Mono> {
        self.again.filter(|_| self.flying.is_none())
    }

    /// Returns the next transaction, where one is due and none is under way.
    pub(crate) fn flush(&mut self, now: Mono) -> Option<(ThreadRecord, Vec<MessageRecord>)> {
        let is_due = match self.again {
            Some(again) => now >= again,
            None => self.head != self.durable,
        };
        let has_news = !self.staged.is_empty() || is_due;
        if self.flying.is_some() || !has_news || self.erased.is_reading() {
            return None;
        }
        let batch = std::mem::take(&mut self.staged);
        let mut records = self.undo.clone();
        for staged in &batch {
            let amended = staged.amended.iter().map(|(amended, _)| amended);
            for record in std::iter::once(&staged.record).chain(amended) {
                records.insert(record.message.number, record.clone());
            }
        }
        for record in self.erased.fly() {
            records.insert(record.message.number, record.clone());
        }
        self.flying = Some((self.head.clone(), batch));
        let records = records.into_iter().map(|(_, record)| record);
        Some((self.head.clone(), records.collect()))
    }

    /// Ends the transaction under way, which is durable. Returns what is stored by it.
    pub(crate) fn stored(&mut self) -> Durable {
        let mut durable = Durable::default();
        let Some((head, batch)) = self.flying.take() else {
            return durable;
        };
        self.durable = head;
        self.again = None;
        self.undo = LiteMap::new();
        self.left_until = 0;
        self.tell_erased(&mut durable);
        for staged in batch {
            let Staged {
                record,
                command,
                amended,
                quoted,
            } = staged;
            match command {
                Some(command) => {
                    durable.commands.push(command);
                    durable.own.push(self.shown(&record, quoted));
                    if !record.gone {
                        self.outbox.add(record);
                    }
                }
                None => {
                    if record.is_message() {
                        self.last_stored = record.message.number;
                    }
                    durable.received.push(shown(&record, quoted));
                }
            }
            for (amended, before) in amended {
                durable.amended.push(self.shown(&amended, None));
                let is_own = amended.place.is_some();
                if is_own {
                    self.outbox.amend(&amended);
                }
                if amended.is_deleted() && before.message.offer.is_some() {
                    durable.withdrawn.push((TransferId(before.id), is_own));
                }
            }
        }
        let is_newest = |gone: &Message| {
            let is_gone = gone.gone || gone.marks.deleted;
            is_gone && gone.place.is_none() && gone.number >= self.last_stored
        };
        durable.newest_gone = durable.amended.iter().any(is_newest);
        durable
    }

    /// Ends the transaction under way, which has failed: perhaps it is written all the same. Returns what
    /// was in it and behind it.
    pub(crate) fn failed(&mut self, now: Mono) -> Failed {
        let (head, flying) = self.flying.take().unzip();
        let ends = head.map_or(0, |head| head.next_number);
        self.left_until = self.left_until.max(ends);
        let flying = flying.into_iter().flatten();
        let mut failed = Failed::default();
        for staged in flying.chain(std::mem::take(&mut self.staged)) {
            match staged.command {
                Some(command) => {
                    failed.commands.push(command);
                    let offers = staged.record.message.offer.is_some();
                    let offered = offers.then_some(TransferId(staged.record.id));
                    failed.offers.extend(offered);
                }
                None => {
                    let first = failed.received.unwrap_or(staged.record.message.number);
                    failed.received = Some(first);
                }
            }
            for (_, before) in staged.amended {
                let number = before.message.number;
                // The first one is what was stored before.
                let is_erased = self.erased.get(&before.id).is_some();
                if number < self.durable.next_number
                    && !is_erased
                    && !self.undo.contains_key(&number)
                {
                    self.undo.insert(number, before);
                }
            }
        }
        self.erased.land();
        self.drop_queue(&mut failed);
        // At once, and where that fails too, as often as anything that a disk refuses.
        self.again = Some(self.again.map_or(now, |_| now + WRITE_AGAIN));
        self.head.next_number = self.durable.next_number;
        self.head.out_last = self.durable.out_last;
        self.head.in_last.clone_from(&self.durable.in_last);
        self.head.in_read.clone_from(&self.durable.in_read);
        self.head.unread = self.durable.unread;
        self.head.acts = self.durable.acts;
        self.head.last_at = self.durable.last_at;
        self.head.rule.clone_from(&self.durable.rule);
        self.head.timed.clone_from(&self.durable.timed);
        self.head
            .introductions
            .clone_from(&self.durable.introductions);
        self.follow_erased();
        self.last_received = self.last_stored;
        failed
    }

    /// Returns what to say first on a new connection. With `receipts` it repeats the last receipt,
    /// which may have been lost, or not been sent at all.
    pub(crate) fn have(&self, receipts: bool) -> SessionFrame {
        SessionFrame::Have {
            last: self.durable.in_last.clone(),
            read: self.head.in_read.clone().filter(|_| receipts),
        }
    }

    /// Returns what this side has of its own messages.
    pub(super) fn own(&self) -> Own<'_> {
        Own {
            head: &self.head,
            waiting: self.outbox.waiting(),
        }
    }

    /// Keeps delivered messages at hand, to be sent again if need be.
    pub(super) fn recall(&mut self, mut records: Vec<MessageRecord>) {
        records.retain(|record| self.erased.get(&record.id).is_none());
        self.outbox.recall(records);
    }

    /// Goes on behind this place: the other side has what comes before, and names `last` as its last
    /// message.
    pub(super) fn agree(&mut self, place: u64, last: Option<String>) {
        self.head.out_last = self.head.out_last.max(place);
        self.head.out_delivered = place;
        self.head.out_read = self.head.out_read.min(place);
        if std::mem::take(&mut self.doubts_rule) && last.is_none() {
            // The other side has nothing of this chat.
            self.head.rule.begin_anew();
        }
        self.head.out_known = last;
        self.fresh = false;
        self.interrupted();
    }

    /// Notes that the two have just accepted each other: nothing from before is sent again.
    pub(crate) fn accepted_anew(&mut self) {
        self.met_anew();
        self.doubts_rule = false;
        self.head.rule.begin_anew();
    }

    /// Notes that a saved contact is met by an introduction: nothing from before is sent again, and what the two have agreed
    /// on holds if the other side has not forgotten the chat.
    pub(crate) fn met_anew(&mut self) {
        self.fresh = true;
        self.doubts_rule = true;
        self.head.out_floor = self.head.out_delivered;
    }

    /// Returns whether the two have just accepted each other, and no connection has agreed since.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Puts everything back in the queue that was sent on the last connection and not acknowledged.
    pub(crate) fn interrupted(&mut self) {
        if !planted!(NothingSentAgain) {
            self.outbox.begin_behind(self.head.out_delivered);
        }
    }

    /// Returns whether something of it is on its way to storage, or to the other side and not
    /// acknowledged.
    pub(crate) fn is_moving(&self) -> bool {
        self.flying.is_some()
            || !self.staged.is_empty()
            || !self.queue.is_empty()
            || self.erased.is_under_way()
            || self.outbox.sent().is_some()
    }

    /// Returns whether [`Self::next`] would return a message.
    pub(crate) fn wants_to_send(&self) -> bool {
        self.outbox.wants_to_send()
    }

    /// Returns the next own message to send, as far as the window allows.
    pub(crate) fn next(&mut self) -> Option<SessionFrame> {
        self.outbox.next()
    }

    /// Notes that the other side has stored the texts of this connection up to a number. Returns
    /// false where so many were never sent.
    pub(crate) fn acknowledged(&mut self, upto: u64) -> bool {
        let Some(covered) = self.outbox.acknowledge(upto) else {
            return false;
        };
        if let Some(record) = covered {
            self.head.out_delivered = record.place.unwrap_or(self.head.out_delivered);
            self.head.out_known = Some(record.id);
        }
        true
    }

    /// Notes that the other person has seen own messages up to this place.
    pub(crate) fn read_by_other(&mut self, place: u64) {
        let read = place.min(self.head.out_delivered);
        self.head.out_read = self.head.out_read.max(read);
    }

    /// Returns the place of an own message, where it is the last one delivered.
    pub(crate) fn place_of_last(&self, id: &str) -> Option<u64> {
        let is_last = self.head.out_known.as_deref() == Some(id);
        is_last.then_some(self.head.out_delivered)
    }

    /// Notes that the person has seen the chat up to a message; `tell` is whether the contact may
    /// know. Returns whether anything changed.
    pub(crate) fn see(&mut self, number: u64, tell: bool) -> bool {
        let news = self.head.unread > 0 && number >= self.last_received;
        if news || self.head.acts > 0 {
            // What has not come yet was not seen.
            self.head.seen = number.min(self.head.next_number.saturating_sub(1));
        }
        if news {
            self.head.unread = 0;
            if tell {
                self.head.in_read.clone_from(&self.durable.in_last);
            }
        }
        news
    }

    /// Notes that the person has looked at the chat. Returns whether there is room again for what comes beside messages.
    pub(crate) fn look_at(&mut self) -> bool {
        std::mem::take(&mut self.head.acts) > 0
    }

    /// Returns what to tell the other side about messages seen here.
    pub(crate) fn read_receipt(&self) -> Option<SessionFrame> {
        let id = self.head.in_read.clone()?;
        Some(SessionFrame::Read { id })
    }
}

/// Returns what is shown of a message in an answer to it, unless nothing is left of it.
pub(crate) fn quote(record: &MessageRecord) -> Option<Quoted> {
    let is_own = record.message.origin == Origin::Own;
    let quoted = || Quoted::new(is_own, &record.message.text, record.stays().is_some());
    (!record.gone).then(quoted)
}

/// Returns a stored message as it is shown where nothing is known of its chat.
pub(crate) fn shown(record: &MessageRecord, quoted: Option<Quoted>) -> Message {
    let StoredMessage {
        contact,
        number,
        at,
        text,
        origin,
        offer,
        introduces: _,
    } = record.message.clone();
    let state = match origin {
        Origin::Received => MessageState::Received,
        Origin::Own => record.imported.map_or(MessageState::Waiting, standing),
    };
    Message {
        contact,
        number,
        at,
        text,
        state,
        place: None,
        file: offer.map(|offer| Offered {
            transfer: TransferId(record.id.clone()),
            offer,
        }),
        id: record.id.clone(),
        entry: record.entry.clone().map(|entry| Entry {
            reference: entry.reference,
            outcome: entry.outcome,
        }),
        quoted,
        marks: record
            .marks
            .as_deref()
            .cloned()
            .map_or_else(Marks::default, |marks| Marks {
                edited: marks.edited.is_some(),
                deleted: marks.deleted,
                own_reaction: marks.own_reaction,
                their_reaction: marks.their_reaction,
            }),
        lifetime: record.lifetime,
        goes_at: None,
        gone: record.gone,
    }
}

/// Returns what had come of a message that a backup has brought, as it is shown.
fn standing(imported: Standing) -> MessageState {
    match imported {
        Standing::NotSent => MessageState::NotSent,
        Standing::Delivered => MessageState::Delivered,
        Standing::Read => MessageState::Read,
    }
}

mod erasing;
mod introducing;
mod staging;
#[cfg(test)]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test names what it expects"
)]
mod tests;
