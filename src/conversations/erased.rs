//! What of a chat is being taken off the disk, from when it is read until a transaction has written it without its content.

use crate::clock::Mono;
use crate::records::{MessageRecord, TimedRecord};
use litemap::LiteMap;

/// What is being taken off the disk.
#[derive(Debug, Default)]
pub(super) struct Erased {
    /// Until when the clearing can be taken back; where that is not known it is over.
    pub(super) undo_until: Option<Mono>,
    /// What is being read.
    pub(super) reading: Option<Reading>,
    /// When to read again, as it failed.
    pub(super) again: Option<Mono>,
    /// What is written with the next head, and what with the one under way, by number.
    pub(super) waiting: LiteMap<u64, MessageRecord>,
    pub(super) flying: LiteMap<u64, MessageRecord>,
    /// The chat was cleared, likewise.
    pub(super) cleared: Option<Cleared>,
}

/// What is read of what is to go.
#[derive(Debug)]
pub(super) enum Reading {
    /// The messages of this range.
    Range(TimedRecord),
    /// The end of the chat, which is cleared.
    Chat(Clearing),
    /// Own entries that go with messages.
    Entries {
        goes: Goes,
        with: Vec<MessageRecord>,
    },
}

/// Why messages go.
#[derive(Clone, Debug)]
pub(super) enum Goes {
    Timed(TimedRecord),
    Cleared(Clearing),
}

/// A chat is cleared up to one number, and begins with another one then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clearing {
    pub(super) upto: u64,
    pub(super) begins: u64,
}

/// A chat that was cleared, and how many of the messages that went the person had not seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cleared {
    pub(super) clearing: Clearing,
    pub(super) unseen: u32,
}

impl Erased {
    /// Returns a message that is being taken off the disk.
    pub(super) fn get(&self, id: &str) -> Option<&MessageRecord> {
        let mut all = self.waiting.values().chain(self.flying.values());
        all.find(|record| record.id == id)
    }

    /// Returns whether it is being read. No transaction begins meanwhile: what is read is what is stored.
    pub(super) fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.reading.is_some() || !self.waiting.is_empty() || !self.flying.is_empty()
    }

    /// Returns what is written with the head now.
    pub(super) fn fly(&mut self) -> impl Iterator<Item = &MessageRecord> {
        self.flying = std::mem::take(&mut self.waiting);
        self.flying.values()
    }

    /// Keeps what was perhaps not written.
    pub(super) fn land(&mut self) {
        for (number, record) in std::mem::take(&mut self.flying) {
            self.waiting.insert(number, record);
        }
    }
}
