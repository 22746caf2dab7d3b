//! One chat: the own messages that wait for their acknowledgement, and the place reached in the
//! other's log.
//!
//! The promise: an own message is stored before it is first sent; a received one is stored before
//! it is acknowledged; what is sent again is recognised by log and sequence number. So after any
//! crash both sides go on from what is stored, and nothing is lost, doubled or out of order.
//!
//! One transaction is under way at a time; what comes meanwhile is staged and goes into the next
//! one, both directions together. When a transaction fails, it and all that was staged behind it
//! are as if they had not happened.
//!
//! Long because both directions of a chat share one transaction, and its rules are read together.

use crate::clock::UnixMillis;
use crate::io::CommandId;
use crate::limits::{
    IN_FLIGHT, OUTBOX_BYTES, OUTBOX_MESSAGES, STORING, TEXT_BYTES, TEXT_ESCAPED_BYTES,
};
use crate::records::{MessageRecord, Origin, StoredMessage, ThreadRecord};
use crate::view::{ContactId, Message, MessageState, Progress, Refusal};
use crate::wire::{SessionFrame, escaped_len};
use std::collections::VecDeque;

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
    /// The last transaction failed: none is begun before there is a message to store.
    stuck: bool,
    /// Stored own messages that are not known to be delivered, oldest first.
    own: VecDeque<MessageRecord>,
    /// Own messages up to this one were handed to the present connection.
    sent: u64,
    /// What was last given as [`Chat::news`].
    told: Option<Progress>,
    last_received: u64,
}

/// A message on its way to storage, and the command it came from where it is an own one.
#[derive(Debug)]
struct Staged {
    record: MessageRecord,
    command: Option<CommandId>,
}

/// What a received text leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// It was staged.
    Taken,
    /// It is here already: acknowledge again.
    Again,
    /// Something before it is missing: say from where the chat stands.
    Gap,
    /// Too much is being stored already: the connection is closed, the sender comes again.
    Busy,
}

/// What became durable, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Durable {
    /// Own messages, now to be shown and sent; and the commands they answer.
    pub(crate) own: Vec<Message>,
    pub(crate) commands: Vec<CommandId>,
    /// The other's messages, now to be shown and acknowledged.
    pub(crate) received: Vec<Message>,
}

impl Chat {
    /// Returns an empty chat. `log` names the log of own messages, and must never repeat.
    pub(crate) fn new(contact: ContactId, log: String) -> Self {
        Self::restore(ThreadRecord::new(contact, log), Vec::new())
    }

    /// Returns a chat as it was stored. `outbox` holds the own messages that are not delivered.
    pub(crate) fn restore(head: ThreadRecord, mut outbox: Vec<MessageRecord>) -> Self {
        outbox.retain(|record| head.awaits(record));
        outbox.sort_by_key(|record| record.seq);
        Self {
            durable: head.clone(),
            flying: None,
            staged: Vec::new(),
            stuck: false,
            own: outbox.into(),
            sent: head.out_delivered,
            told: None,
            last_received: 0,
            head,
        }
    }

    /// Returns how far own messages are.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            contact: self.head.contact.clone(),
            sent: self.sent,
            delivered: self.head.out_delivered,
            read: self.head.out_read,
        }
    }

    /// Returns how far own messages are, if that changed since the last call.
    pub(crate) fn news(&mut self) -> Option<Progress> {
        let is_old = self.told.as_ref().is_some_and(|told| {
            let head = &self.head;
            (told.sent, told.delivered, told.read) == (self.sent, head.out_delivered, head.out_read)
        });
        if is_old {
            return None;
        }
        self.told = Some(self.progress());
        self.told.clone()
    }

    /// Returns a stored message as it is shown: how far an own one is follows from the chat, so
    /// that an acknowledgement is one small write whatever it covers.
    pub(crate) fn shown(&self, record: &MessageRecord) -> Message {
        let mut message = shown(record);
        if self.head.is_own(record) {
            message.place = Some(record.seq);
            message.state = self.progress().state(record.seq);
        }
        message
    }

    /// Counts the messages that the person has not seen. What is still being stored is not shown
    /// yet and does not count.
    pub(crate) fn unread(&self) -> u32 {
        let flying = self.flying.iter().flat_map(|(_, batch)| batch);
        let received = |staged: &&Staged| staged.command.is_none();
        let storing = flying.chain(&self.staged).filter(received).count();
        let storing = u32::try_from(storing).unwrap_or(u32::MAX);
        self.head.unread.saturating_sub(storing)
    }

    /// Stages a message the person wrote.
    pub(crate) fn write(
        &mut self,
        command: CommandId,
        text: &str,
        at: UnixMillis,
    ) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::TextEmpty);
        }
        if text.len() > TEXT_BYTES || escaped_len(text) > TEXT_ESCAPED_BYTES {
            return Err(Refusal::TextTooLong);
        }
        if !self.has_room(text.len()) {
            return Err(Refusal::OutboxFull);
        }
        self.head.out_seq += 1;
        let (log, seq) = (self.head.out_log.clone(), self.head.out_seq);
        self.stage(log, seq, text.to_owned(), at, Some(command));
        Ok(())
    }

    fn has_room(&self, more: usize) -> bool {
        let flying = self.flying.iter().flat_map(|(_, flying)| flying);
        let staged = flying.chain(&self.staged).map(|staged| &staged.record);
        let (count, bytes) = self
            .own
            .iter()
            .chain(staged)
            .fold((0, more), |(count, bytes), record| {
                (count + 1, bytes + record.message.text.len())
            });
        planted!(OutboxUnbounded) || count < OUTBOX_MESSAGES && bytes <= OUTBOX_BYTES
    }

    /// Takes a text of the contact.
    pub(crate) fn receive(
        &mut self,
        log: &str,
        seq: u64,
        text: String,
        at: UnixMillis,
    ) -> Received {
        if self.head.in_log.as_deref() != Some(log) {
            // A new log begins where its first message says: what came before was acknowledged
            // to the other side, or was never written to this one.
            self.head.in_log = Some(log.to_owned());
            self.head.in_seq = seq.saturating_sub(1);
            self.head.in_read = 0;
        }
        if planted!(NoDedupe) {
            self.head.in_seq = self.head.in_seq.min(seq.saturating_sub(1));
        }
        if seq <= self.head.in_seq {
            return Received::Again;
        }
        if seq != self.head.in_seq + 1 && !planted!(GapTaken) {
            return Received::Gap;
        }
        if self.staged.len() >= STORING {
            return Received::Busy;
        }
        self.head.in_seq = seq;
        self.head.unread = self.head.unread.saturating_add(1);
        self.last_received = self.head.next_number;
        self.stage(log.to_owned(), seq, text, at, None);
        Received::Taken
    }

    fn stage(
        &mut self,
        log: String,
        seq: u64,
        text: String,
        at: UnixMillis,
        command: Option<CommandId>,
    ) {
        let number = self.head.next_number;
        self.head.next_number += 1;
        let origin = match command {
            Some(_) => Origin::Own,
            None => Origin::Received,
        };
        let message = StoredMessage {
            contact: self.head.contact.clone(),
            number,
            at,
            text,
            origin,
        };
        self.staged.push(Staged {
            record: MessageRecord {
                version: 1,
                message,
                log,
                seq,
            },
            command,
        });
    }

    /// Returns the next transaction, where one is due and none is under way.
    pub(crate) fn flush(&mut self) -> Option<(ThreadRecord, Vec<MessageRecord>)> {
        if self.flying.is_some()
            || (self.staged.is_empty() && (self.stuck || self.head == self.durable))
        {
            return None;
        }
        let batch = std::mem::take(&mut self.staged);
        let records = batch.iter().map(|staged| staged.record.clone()).collect();
        self.flying = Some((self.head.clone(), batch));
        Some((self.head.clone(), records))
    }

    /// Ends the transaction under way, which is durable. Returns what is stored by it.
    pub(crate) fn stored(&mut self) -> Durable {
        let mut durable = Durable::default();
        let Some((head, batch)) = self.flying.take() else {
            return durable;
        };
        self.durable = head;
        self.stuck = false;
        for Staged { record, command } in batch {
            match command {
                Some(command) => {
                    durable.commands.push(command);
                    durable.own.push(self.shown(&record));
                    self.own.push_back(record);
                }
                None => durable.received.push(shown(&record)),
            }
        }
        durable
    }

    /// Ends the transaction under way, which has failed. Returns the commands to refuse. The
    /// connection has to be closed, so that the other side sends again.
    pub(crate) fn failed(&mut self) -> Vec<CommandId> {
        let flying = self.flying.take().into_iter().flat_map(|(_, batch)| batch);
        let commands = flying
            .chain(std::mem::take(&mut self.staged))
            .filter_map(|staged| staged.command)
            .collect();
        self.stuck = true;
        self.head.next_number = self.durable.next_number;
        self.head.out_seq = self.durable.out_seq;
        self.head.in_log.clone_from(&self.durable.in_log);
        self.head.in_seq = self.durable.in_seq;
        self.head.in_read = self.durable.in_read;
        self.head.unread = self.durable.unread;
        commands
    }

    /// Returns what to say first on a new connection. With `receipts` it repeats the last receipt,
    /// which may have been lost, or not been sent at all.
    pub(crate) fn have(&self, receipts: bool) -> SessionFrame {
        SessionFrame::Have {
            log: self.durable.in_log.clone(),
            upto: self.durable.in_seq,
            read: Some(self.head.in_read).filter(|read| receipts && *read > 0),
        }
    }

    /// Goes on from what the other side says it has, and its person has seen.
    pub(crate) fn rewind(&mut self, log: Option<&str>, upto: u64, read: Option<u64>) {
        if let Some(log) = log {
            self.acknowledged(log, upto);
            self.read_by_other(log, read.unwrap_or(0).min(upto));
        }
        self.interrupted();
    }

    /// Puts everything back in the queue that was sent on the last connection and not acknowledged.
    pub(crate) fn interrupted(&mut self) {
        if !planted!(NothingSentAgain) {
            self.sent = self.head.out_delivered;
        }
    }

    /// Returns whether something of it is on its way to storage, or to the other side and not
    /// acknowledged.
    pub(crate) fn is_moving(&self) -> bool {
        self.flying.is_some() || !self.staged.is_empty() || self.sent > self.head.out_delivered
    }

    /// Returns whether [`Self::next`] would return a message.
    pub(crate) fn wants_to_send(&self) -> bool {
        let in_flight = self.sent.saturating_sub(self.head.out_delivered);
        (planted!(InFlightUnbounded)
            || usize::try_from(in_flight).unwrap_or(usize::MAX) < IN_FLIGHT)
            && self.own.back().is_some_and(|record| record.seq > self.sent)
    }

    /// Returns the next own message to send, as far as the window allows.
    pub(crate) fn next(&mut self) -> Option<SessionFrame> {
        if !self.wants_to_send() {
            return None;
        }
        let index = self.own.iter().position(|record| record.seq > self.sent)?;
        let record = self.own.get(index)?;
        self.sent = record.seq;
        Some(SessionFrame::Text {
            log: record.log.clone(),
            seq: record.seq,
            at: record.message.at,
            text: record.message.text.clone(),
        })
    }

    /// Notes that the other side has stored own messages.
    pub(crate) fn acknowledged(&mut self, log: &str, upto: u64) {
        // Nobody can have what is not even stored here.
        if log != self.head.out_log
            || upto <= self.head.out_delivered
            || upto > self.durable.out_seq && !planted!(AckOfTheFuture)
        {
            return;
        }
        self.head.out_delivered = upto;
        self.sent = self.sent.max(upto);
        self.own.retain(|record| record.seq > upto);
    }

    /// Notes that the other person has seen own messages.
    pub(crate) fn read_by_other(&mut self, log: &str, upto: u64) {
        self.acknowledged(log, upto);
        if log == self.head.out_log && upto <= self.head.out_delivered {
            self.head.out_read = self.head.out_read.max(upto);
        }
    }

    /// Returns the message that says how much of the other log is stored.
    pub(crate) fn ack(&self) -> Option<SessionFrame> {
        let log = self.durable.in_log.clone()?;
        Some(SessionFrame::Ack {
            log,
            upto: self.durable.in_seq,
        })
    }

    /// Notes that the person has seen the chat up to a message; `tell` is whether the contact may
    /// know. Returns whether anything changed.
    pub(crate) fn see(&mut self, number: u64, tell: bool) -> bool {
        let news = self.head.unread > 0 && number >= self.last_received;
        if news {
            self.head.seen = number;
            self.head.unread = 0;
            if tell {
                self.head.in_read = self.durable.in_seq;
            }
        }
        news
    }

    /// Returns what to tell the other side about messages seen here.
    pub(crate) fn read_receipt(&self) -> Option<SessionFrame> {
        let log = self.durable.in_log.clone()?;
        Some(SessionFrame::Read {
            log,
            upto: self.head.in_read,
        })
    }
}

/// Returns a stored message as it is shown where nothing is known of its chat.
pub(crate) fn shown(record: &MessageRecord) -> Message {
    let StoredMessage {
        contact,
        number,
        at,
        text,
        origin,
    } = record.message.clone();
    let state = match origin {
        Origin::Received => MessageState::Received,
        Origin::Own => MessageState::Waiting,
    };
    Message {
        contact,
        number,
        at,
        text,
        state,
        place: None,
    }
}

#[cfg(test)]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test names what it expects"
)]
mod tests;
