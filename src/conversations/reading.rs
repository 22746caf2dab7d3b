//! What others read of the chats.

use super::Conversations;
use super::chat::{self, Chat, quote};
use crate::clock::UnixMillis;
use crate::records::MessageRecord;
use crate::values::ContactId;
use crate::view::{Message, Staying};
use std::borrow::Cow;

impl Conversations {
    fn begun(&self, id: &ContactId) -> Option<&Chat> {
        self.all.get(id)?.chat.as_ref()
    }

    /// Returns how many messages of a contact the person has not seen.
    pub(crate) fn unread(&self, id: &ContactId) -> u32 {
        self.begun(id).map_or(0, Chat::unread)
    }

    /// Returns how long the messages of a chat stay, as it is shown.
    pub(crate) fn staying(&self, id: &ContactId) -> Staying {
        self.begun(id).map_or_else(Staying::default, Chat::staying)
    }

    /// Returns whether [`Self::staying`] is this.
    pub(crate) fn is_staying(&self, id: &ContactId, shown: &Staying) -> bool {
        match self.begun(id) {
            Some(chat) => chat.is_staying(shown),
            None => *shown == Staying::default(),
        }
    }

    /// Returns when the newest message of a chat was written; 0 where there is none.
    pub(crate) fn last_at(&self, id: &ContactId) -> UnixMillis {
        self.begun(id).map_or(0, Chat::last_at)
    }

    /// Returns what was read of a chat as it is stored, without what a failed transaction has left.
    pub(crate) fn as_stored(&self, id: &ContactId, read: Vec<MessageRecord>) -> Vec<MessageRecord> {
        let Some(chat) = self.begun(id) else {
            return read;
        };
        let stored = |record| chat.as_stored(Cow::Owned(record)).map(Cow::into_owned);
        read.into_iter().filter_map(stored).collect()
    }

    /// Returns a message that was read as views see it now, with what it answers; `None` where a failed transaction has
    /// left it.
    pub(crate) fn shown(
        &self,
        read: &MessageRecord,
        answered: Option<&MessageRecord>,
    ) -> Option<Message> {
        let Some(chat) = self.begun(&read.message.contact) else {
            return Some(chat::shown(read, answered.and_then(quote)));
        };
        let stored = |record| chat.as_stored(Cow::Borrowed(record));
        let quoted = answered
            .and_then(stored)
            .and_then(|answered| quote(&answered));
        Some(chat.shown(&*stored(read)?, quoted))
    }
}
