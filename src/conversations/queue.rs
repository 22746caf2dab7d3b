//! What is to be staged for a chat and waits until the message is read that it is about, with what waits behind it.

use crate::acquaintance::Acquaintance;
use crate::clock::UnixMillis;
use crate::io::CommandId;
use crate::offer::FileOffer;
use crate::records::{MessageRecord, OtherHalf};
use crate::values::Reference;
use crate::view::{Message, Refusal};
use std::collections::VecDeque;

/// What a message says.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) text: String,
    /// The file that is offered with it.
    pub(crate) offer: Option<FileOffer>,
    /// What it does with an earlier message.
    pub(crate) reference: Option<Reference>,
    /// What is said of how long it stays, or of a proposal is to stay, in seconds.
    pub(crate) lives: Option<u64>,
    /// The turn of an entry about the rule, where it is said.
    pub(crate) turn: Option<u64>,
    /// Whom it introduces.
    pub(crate) introduces: Option<Acquaintance>,
    /// Of an own introduction: the other half.
    pub(crate) other: Option<OtherHalf>,
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..Self::default()
        }
    }
}

/// What waits to be staged.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) waiting: VecDeque<Waiting>,
    /// The ids that are being read for the first of them, and those that were read.
    pub(super) asked: Vec<String>,
    pub(super) read: Vec<String>,
    pub(super) found: Vec<MessageRecord>,
    pub(super) outcomes: Outcomes,
}

/// A message that waits to be staged.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: String,
    pub(super) content: Content,
    pub(super) at: UnixMillis,
    pub(super) command: Option<CommandId>,
    /// When it came, by the own clock.
    pub(super) now: UnixMillis,
}

/// What came of messages that waited.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    /// The contact's messages, as they are shown until they are stored.
    pub(crate) arriving: Vec<Message>,
    /// Commands that cannot be carried out.
    pub(crate) refused: Vec<(CommandId, Refusal)>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Returns how many messages of the contact wait.
    pub(super) fn received(&self) -> usize {
        let received = |waiting: &&Waiting| waiting.command.is_none();
        self.waiting.iter().filter(received).count()
    }

    pub(super) fn forget_read(&mut self) {
        self.asked.clear();
        self.read.clear();
        self.found.clear();
    }
}
