//! The own messages of a chat that are not known to be delivered, and how many of them the present
//! connection has.

use crate::limits::{IN_FLIGHT, OUTBOX_BYTES, OUTBOX_MESSAGES};
use crate::records::MessageRecord;
use crate::values::{Act, Lifetime};
use crate::wire::SessionFrame;
use std::collections::VecDeque;

/// Own messages that wait, oldest first.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<MessageRecord>,
    /// How many of them, from the oldest on, were handed to the present connection.
    sent: usize,
    /// How many messages of the present connection were acknowledged.
    acknowledged: u64,
}

impl Outbox {
    pub(super) fn new(mut waiting: Vec<MessageRecord>) -> Self {
        waiting.sort_by_key(|record| record.place);
        Self {
            waiting: waiting.into(),
            ..Self::default()
        }
    }

    pub(super) fn waiting(&self) -> &VecDeque<MessageRecord> {
        &self.waiting
    }

    /// Adds a message that was stored.
    pub(super) fn add(&mut self, record: MessageRecord) {
        self.waiting.push_back(record);
    }

    /// Returns a message of this id.
    pub(super) fn get(&self, id: &str) -> Option<&MessageRecord> {
        self.waiting.iter().find(|record| record.id == id)
    }

    /// Takes a message as it is now, where it waits.
    pub(super) fn amend(&mut self, amended: &MessageRecord) {
        let mut waiting = self.waiting.iter_mut();
        if let Some(record) = waiting.find(|record| record.id == amended.id) {
            record.clone_from(amended);
        }
    }

    /// Takes out a message of which nothing is left. What the present connection has stays until that is acknowledged.
    pub(super) fn erase(&mut self, erased: &MessageRecord) {
        let at = self
            .waiting
            .iter()
            .position(|record| record.id == erased.id);
        match at {
            Some(at) if at < self.sent => self.amend(erased),
            Some(at) => drop(self.waiting.remove(at)),
            None => {}
        }
    }

    /// Puts delivered messages in front, to be sent again if need be.
    pub(super) fn recall(&mut self, mut records: Vec<MessageRecord>) {
        records.sort_by_key(|record| record.place);
        for record in records.into_iter().rev() {
            self.waiting.push_front(record);
        }
    }

    /// Begins anew behind a place: nothing was sent on the present connection.
    pub(super) fn begin_behind(&mut self, place: u64) {
        self.waiting
            .retain(|record| record.place > Some(place) && !record.gone);
        (self.sent, self.acknowledged) = (0, 0);
    }

    /// Returns whether a message of this length may wait too, beside others that are being stored.
    pub(super) fn has_room(&self, bytes: usize, storing: (usize, usize)) -> bool {
        let (count, storing) = storing;
        let waiting: usize = self.waiting.iter().map(|r| r.message.weight()).sum();
        planted!(OutboxUnbounded)
            || self.waiting.len() + count < OUTBOX_MESSAGES
                && waiting + storing + bytes <= OUTBOX_BYTES
    }

    /// Returns the place of the last message that the present connection has.
    pub(super) fn sent(&self) -> Option<u64> {
        self.waiting.get(self.sent.checked_sub(1)?)?.place
    }

    /// Returns whether [`Self::next`] would return a message.
    pub(super) fn wants_to_send(&self) -> bool {
        let window = if planted!(InFlightUnbounded) {
            usize::MAX
        } else {
            IN_FLIGHT
        };
        self.sent < window.min(self.waiting.len())
    }

    /// Returns the next message to send, as far as the window allows.
    pub(super) fn next(&mut self) -> Option<SessionFrame> {
        if !self.wants_to_send() {
            return None;
        }
        let record = self.waiting.get(self.sent)?;
        self.sent += 1;
        let sent = u64::try_from(self.sent).unwrap_or(u64::MAX);
        let reference = record.entry.as_ref().map(|entry| &entry.reference);
        Some(SessionFrame::Text {
            number: self.acknowledged.saturating_add(sent),
            id: record.id.clone(),
            at: record.message.at,
            text: record.sent_text().to_owned(),
            file: record.message.offer.clone(),
            act: reference.map(|reference| reference.act.word().to_owned()),
            about: reference
                .filter(|reference| reference.act.names_one())
                .map(|reference| reference.about.clone()),
            lives: record
                .lifetime
                .filter(|_| reference.is_none_or(|reference| reference.act != Act::Agree))
                .map(Lifetime::seconds),
            turn: record.turn,
            introduces: record.message.introduces.as_deref().cloned(),
        })
    }

    /// Takes the acknowledgement of the texts of this connection up to a number. Returns the last
    /// message that it covers, where it covers any; or `None` where so many were never sent.
    pub(super) fn acknowledge(&mut self, upto: u64) -> Option<Option<MessageRecord>> {
        let count = usize::try_from(upto.saturating_sub(self.acknowledged)).ok()?;
        let sent = if planted!(AckOfTheFuture) {
            self.waiting.len()
        } else {
            self.sent
        };
        self.sent = sent.checked_sub(count)?;
        self.acknowledged = self.acknowledged.max(upto);
        Some(self.waiting.drain(..count).next_back())
    }
}
