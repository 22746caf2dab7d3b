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

use crate::clock::UnixMillis;
use crate::io::CommandId;
use crate::limits::{IN_FLIGHT, OUTBOX_BYTES, OUTBOX_MESSAGES, STORING, TEXT_BYTES};
use crate::records::{MessageRecord, ThreadRecord};
use crate::view::{ContactId, Message, MessageState, Refusal};
use crate::wire::Frame;
use std::collections::VecDeque;

/// Own messages that are kept in memory after delivery, to show when they are read.
const DELIVERED_KEPT: usize = 100;

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
    /// Stored own messages, oldest first, down to some that are delivered but not read.
    own: VecDeque<MessageRecord>,
    /// Own messages up to this one were handed to the present connection.
    sent: u64,
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
    /// A chat with nothing in it. `log` names the log of own messages, and must never repeat.
    pub(crate) fn new(contact: ContactId, log: String) -> Self {
        let head = ThreadRecord {
            version: 1,
            contact,
            next_number: 1,
            out_log: log,
            out_seq: 0,
            out_delivered: 0,
            out_read: 0,
            in_log: None,
            in_seq: 0,
            seen: 0,
            unread: 0,
        };
        Self::restore(head, Vec::new())
    }

    /// A chat as stored. `outbox` holds the own messages that are not delivered.
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
            last_received: 0,
            head,
        }
    }

    /// The head with everything that is known, stored or not.
    pub(crate) fn head(&self) -> &ThreadRecord {
        &self.head
    }

    /// Messages that the person has not seen. What is still being stored is not shown yet and
    /// does not count.
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
        if text.len() > TEXT_BYTES {
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
        let waiting = self
            .own
            .iter()
            .filter(|record| record.seq > self.head.out_delivered);
        let flying = self.flying.iter().flat_map(|(_, flying)| flying);
        let staged = flying.chain(&self.staged).map(|staged| &staged.record);
        let (count, bytes) = waiting
            .chain(staged)
            .fold((0, more), |(count, bytes), record| {
                (count + 1, bytes + record.message.text.len())
            });
        count < OUTBOX_MESSAGES && bytes <= OUTBOX_BYTES
    }

    /// A text came.
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
        }
        if seq <= self.head.in_seq {
            return Received::Again;
        }
        if seq != self.head.in_seq + 1 {
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
        let state = match command {
            Some(_) => MessageState::Waiting,
            None => MessageState::Received,
        };
        let message = Message {
            contact: self.head.contact.clone(),
            number,
            at,
            text,
            state,
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

    /// The next transaction, where one is due and none is under way.
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

    /// The transaction under way is durable.
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
                None => durable.received.push(record.message),
            }
        }
        durable
    }

    /// The transaction under way failed: gives the commands that are refused by that. The
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
        self.head.unread = self.durable.unread;
        commands
    }

    /// What to say first on a new connection.
    pub(crate) fn have(&self) -> Frame {
        Frame::Have {
            log: self.durable.in_log.clone(),
            upto: self.durable.in_seq,
        }
    }

    /// The other side says what it has: sending goes on from there. Gives the own messages whose
    /// state changed.
    pub(crate) fn rewind(&mut self, log: Option<&str>, upto: u64) -> Vec<Message> {
        let changed = match log {
            Some(log) => self.acknowledged(log, upto),
            None => Vec::new(),
        };
        self.sent = self.head.out_delivered;
        changed
    }

    /// Whether there is something that [`Self::next`] would give.
    pub(crate) fn wants_to_send(&self) -> bool {
        let in_flight = self.sent.saturating_sub(self.head.out_delivered);
        usize::try_from(in_flight).unwrap_or(usize::MAX) < IN_FLIGHT
            && self.own.back().is_some_and(|record| record.seq > self.sent)
    }

    /// The next own message to send, as far as the window allows.
    pub(crate) fn next(&mut self) -> Option<(Frame, Message)> {
        if !self.wants_to_send() {
            return None;
        }
        let index = self.own.iter().position(|record| record.seq > self.sent)?;
        let record = self.own.get(index)?;
        self.sent = record.seq;
        let frame = Frame::Text {
            log: record.log.clone(),
            seq: record.seq,
            at: record.message.at,
            text: record.message.text.clone(),
        };
        Some((frame, self.shown(record)))
    }

    /// The other side has stored own messages: gives those whose state changed.
    pub(crate) fn acknowledged(&mut self, log: &str, upto: u64) -> Vec<Message> {
        // Nobody can have what is not even stored here.
        if log != self.head.out_log
            || upto <= self.head.out_delivered
            || upto > self.durable.out_seq
        {
            return Vec::new();
        }
        let before = std::mem::replace(&mut self.head.out_delivered, upto);
        self.sent = self.sent.max(upto);
        let changed = self.shown_between(before, upto);
        let delivered = self.own.iter().filter(|record| record.seq <= upto).count();
        self.own.drain(..delivered.saturating_sub(DELIVERED_KEPT));
        changed
    }

    /// The other person has seen own messages: gives those whose state changed.
    pub(crate) fn read_by_other(&mut self, log: &str, upto: u64) -> Vec<Message> {
        self.acknowledged(log, upto);
        if log != self.head.out_log || upto <= self.head.out_read || upto > self.head.out_delivered
        {
            return Vec::new();
        }
        let before = std::mem::replace(&mut self.head.out_read, upto);
        let changed = self.shown_between(before, upto);
        self.own.retain(|record| record.seq > upto);
        changed
    }

    /// What is stored of the other's log.
    pub(crate) fn ack(&self) -> Option<Frame> {
        let log = self.durable.in_log.clone()?;
        Some(Frame::Ack {
            log,
            upto: self.durable.in_seq,
        })
    }

    /// The person has seen the chat up to a message. Gives whether that is news.
    pub(crate) fn see(&mut self, number: u64) -> bool {
        let news = self.head.unread > 0 && number >= self.last_received;
        if news {
            self.head.seen = number;
            self.head.unread = 0;
        }
        news
    }

    /// What to tell the other side about messages seen here.
    pub(crate) fn read_receipt(&self) -> Option<Frame> {
        let log = self.durable.in_log.clone()?;
        Some(Frame::Read {
            log,
            upto: self.durable.in_seq,
        })
    }

    fn shown_between(&self, after: u64, upto: u64) -> Vec<Message> {
        self.own
            .iter()
            .filter(|record| record.seq > after && record.seq <= upto)
            .map(|record| self.shown(record))
            .collect()
    }

    fn shown(&self, record: &MessageRecord) -> Message {
        let mut message = self.head.shown(record);
        if message.state == MessageState::Waiting && record.seq <= self.sent {
            message.state = MessageState::Sent;
        }
        message
    }
}

#[cfg(test)]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test names what it expects"
)]
mod tests {
    use super::*;

    fn chat(log: &str) -> Chat {
        Chat::new(ContactId("c".into()), log.into())
    }

    fn write(chat: &mut Chat, text: &str) -> (ThreadRecord, Vec<MessageRecord>) {
        chat.write(CommandId(1), text, 7).unwrap();
        chat.flush().unwrap()
    }

    fn text(frame: &Frame) -> (&str, u64, &str) {
        match frame {
            Frame::Text { log, seq, text, .. } => (log, *seq, text),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_own_message_is_sent_only_after_it_is_stored() {
        let mut chat = chat("a");
        write(&mut chat, "one");
        assert!(chat.next().is_none());
        let durable = chat.stored();
        assert_eq!(durable.commands, [CommandId(1)]);
        assert_eq!(durable.own[0].state, MessageState::Waiting);
        let (frame, shown) = chat.next().unwrap();
        assert_eq!(text(&frame), ("a", 1, "one"));
        assert_eq!(shown.state, MessageState::Sent);
        assert!(chat.next().is_none());
    }

    #[test]
    fn a_received_message_is_acknowledged_only_after_it_is_stored() {
        let mut chat = chat("a");
        assert_eq!(chat.receive("b", 1, "one".into(), 7), Received::Taken);
        assert_eq!(chat.ack(), None);
        chat.flush().unwrap();
        assert_eq!(chat.receive("b", 2, "two".into(), 7), Received::Taken);
        assert!(chat.flush().is_none(), "one transaction at a time");
        assert_eq!(chat.stored().received.len(), 1);
        assert_eq!(
            chat.ack(),
            Some(Frame::Ack {
                log: "b".into(),
                upto: 1
            })
        );
        assert_eq!(chat.flush().unwrap().1.len(), 1);
    }

    #[test]
    fn what_came_twice_is_taken_once() {
        let mut chat = chat("a");
        assert_eq!(chat.receive("b", 1, "one".into(), 7), Received::Taken);
        assert_eq!(chat.receive("b", 1, "one".into(), 7), Received::Again);
        assert_eq!(chat.receive("b", 3, "three".into(), 7), Received::Gap);
    }

    #[test]
    fn a_failed_write_is_as_if_it_had_not_happened() {
        let mut chat = chat("a");
        chat.receive("b", 1, "one".into(), 7);
        write(&mut chat, "mine");
        chat.receive("b", 2, "two".into(), 7);
        assert_eq!(chat.failed(), [CommandId(1)]);
        assert_eq!(chat.unread(), 0);
        assert_eq!(chat.have(), Frame::Have { log: None, upto: 0 });
        assert_eq!(chat.receive("b", 1, "one".into(), 7), Received::Taken);
        let (head, records) = write(&mut chat, "mine");
        assert_eq!((head.out_seq, head.in_seq, records.len()), (1, 1, 2));
    }

    #[test]
    fn after_a_restart_sending_goes_on_from_what_the_other_side_has() {
        let mut chat = chat("a");
        let mut stored = Vec::new();
        for text in ["one", "two", "three"] {
            stored.extend(write(&mut chat, text).1);
            chat.stored();
        }
        let head = chat.head.clone();
        let mut chat = Chat::restore(head, stored);
        let delivered = chat.rewind(Some("a"), 2);
        assert_eq!(delivered.len(), 2);
        assert!(
            delivered
                .iter()
                .all(|message| message.state == MessageState::Delivered)
        );
        assert_eq!(text(&chat.next().unwrap().0), ("a", 3, "three"));
        assert!(chat.next().is_none());
    }

    #[test]
    fn an_acknowledgement_of_what_was_never_written_is_ignored() {
        let mut chat = chat("a");
        write(&mut chat, "one");
        chat.stored();
        assert_eq!(chat.acknowledged("a", 2), []);
        assert_eq!(chat.acknowledged("other", 1), []);
        assert_eq!(chat.read_by_other("a", 9), []);
        assert_eq!(chat.acknowledged("a", 1).len(), 1);
        let read = chat.read_by_other("a", 1);
        assert_eq!(read[0].state, MessageState::Read);
    }

    #[test]
    fn the_window_bounds_what_is_in_flight() {
        let mut chat = chat("a");
        for _ in 0..40 {
            write(&mut chat, "x");
            chat.stored();
        }
        assert_eq!(std::iter::from_fn(|| chat.next()).count(), IN_FLIGHT);
        chat.acknowledged("a", 10);
        assert_eq!(std::iter::from_fn(|| chat.next()).count(), 8);
    }

    #[test]
    fn the_composer_refuses_at_the_bounds() {
        let mut chat = chat("a");
        assert_eq!(chat.write(CommandId(1), " \n", 7), Err(Refusal::TextEmpty));
        let long = "x".repeat(TEXT_BYTES + 1);
        assert_eq!(
            chat.write(CommandId(1), &long, 7),
            Err(Refusal::TextTooLong)
        );
        for _ in 0..OUTBOX_MESSAGES {
            chat.write(CommandId(1), "x", 7).unwrap();
        }
        assert_eq!(chat.write(CommandId(1), "x", 7), Err(Refusal::OutboxFull));
    }
}
