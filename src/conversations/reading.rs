//! What others read of the chats.

use super::Conversations;
use super::chat::{self, Chat, quote};
use crate::clock::UnixMillis;
use crate::records::MessageRecord;
use crate::values::ContactId;
use crate::view::{Message, Staying};

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
    pub(crate) fn as_stored(&self, id: &ContactId, read: &[MessageRecord]) -> Vec<MessageRecord> {
        let chat = self.begun(id);
        let stored = |record| chat.map_or(Some(record), |chat| chat.as_stored(record));
        read.iter().filter_map(stored).cloned().collect()
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
        let answered = answered.and_then(|answered| chat.as_stored(answered));
        Some(chat.shown(chat.as_stored(read)?, answered.and_then(quote)))
    }
}
