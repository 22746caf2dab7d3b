//! The open chat: its messages as far as they are loaded, and the composer.

use ipc::limits::TEXT_BYTES;
use ipc::{ContactId, Message, MessageState, Progress, Refusal, UnixMillis};
use litemap::LiteMap;

/// Why the text in the composer was not sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ComposerError {
    /// It was refused.
    Refused(Refusal),
    /// The engine went away before it had stored it.
    NotSent,
}

/// The open chat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chat {
    /// Whose.
    pub(crate) contact: ContactId,
    /// What is loaded, by number.
    pub(crate) messages: LiteMap<u64, Message>,
    /// There are older ones.
    pub(crate) more: bool,
    /// The newest page has arrived.
    pub(crate) loaded: bool,
    /// A page is on its way.
    pub(crate) loading: bool,
    /// The text in the composer.
    pub(crate) draft: String,
    /// Why it was not sent.
    pub(crate) error: Option<ComposerError>,
    /// The newest message reported as read.
    pub(in crate::state) reported: u64,
    /// When the engine was last told that the person is writing.
    pub(in crate::state) typed: Option<UnixMillis>,
}

impl Chat {
    pub(in crate::state) fn new(contact: ContactId) -> Self {
        Self {
            contact,
            messages: LiteMap::new(),
            more: false,
            loaded: false,
            loading: true,
            draft: String::new(),
            error: None,
            reported: 0,
            typed: None,
        }
    }

    /// Returns the bytes left until the limit; negative beyond it.
    pub(crate) fn room(&self) -> i64 {
        let limit = i64::try_from(TEXT_BYTES).unwrap_or(i64::MAX);
        let used = i64::try_from(self.draft.len()).unwrap_or(i64::MAX);
        limit.saturating_sub(used)
    }

    /// Takes in a message that appeared.
    pub(in crate::state) fn take_in(&mut self, message: Message) {
        self.messages.insert(message.number, message);
    }

    /// Takes in how far own messages are, which may also be less far than before.
    pub(in crate::state) fn take_progress(&mut self, progress: &Progress) {
        for (_, message) in self.messages.iter_mut() {
            if let Some(place) = message.place {
                message.state = progress.state(place);
            }
        }
    }

    /// Takes in a page of messages. While a page is on its way the engine sends no events about
    /// messages, so a page is newer than what is here.
    pub(in crate::state) fn take_page(&mut self, newest: bool, page: Vec<Message>, more: bool) {
        if newest && more {
            let first = page.first().map_or(0, |message| message.number);
            self.messages.retain(|number, _| *number >= first);
        }
        for message in page {
            self.messages.insert(message.number, message);
        }
        self.more = more;
        self.loaded = true;
        self.loading = false;
    }

    pub(in crate::state) fn newest_received(&self) -> Option<u64> {
        let mut newest_first = self.messages.values().rev();
        newest_first
            .find(|message| message.state == MessageState::Received)
            .map(|message| message.number)
    }

    pub(in crate::state) fn newest(&self) -> u64 {
        self.messages.last().map_or(0, |(number, _)| *number)
    }
}
