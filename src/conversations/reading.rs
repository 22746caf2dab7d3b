//! What others read of the chats.

use super::Conversations;
use super::chat::{self, Chat};
use crate::clock::UnixMillis;
use crate::records::MessageRecord;
use crate::values::ContactId;
use crate::view::{Message, Quoted, Staying};

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

    /// Returns a stored message as views see it now, with what is quoted in it.
    pub(crate) fn shown(&self, record: &MessageRecord, quoted: Option<Quoted>) -> Message {
        match self.begun(&record.message.contact) {
            Some(chat) => chat.shown(record, quoted),
            None => chat::shown(record, quoted),
        }
    }
}
