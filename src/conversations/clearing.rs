//! Clears chats, and goes on with what was read of messages that are to be taken off the disk.

use super::Conversations;
use super::chat::Chat;
use super::ended::Erasing;
use crate::context::Context;
use crate::fact::Fact;
use crate::records::MessageRecord;
use crate::store::{Read, Wanted};
use crate::values::ContactId;
use crate::view::Refusal;

impl Conversations {
    /// Clears a chat, which can be taken back for a while.
    pub(crate) fn clear(&mut self, ctx: &Context, id: &ContactId) -> Result<(), Refusal> {
        self.begun_mut(id)?.clear(ctx.now.mono);
        Ok(())
    }

    /// Takes back that a chat was cleared.
    pub(crate) fn bring_back(&mut self, ctx: &Context, id: &ContactId) -> Result<(), Refusal> {
        self.begun_mut(id)?.bring_back(ctx.now.mono)
    }

    fn begun_mut(&mut self, id: &ContactId) -> Result<&mut Chat, Refusal> {
        let chat = self.all.get_mut(id).and_then(|all| all.chat.as_mut());
        chat.ok_or(Refusal::Gone)
    }

    /// Goes on with what was read of what is to be taken off the disk.
    pub(super) fn erase(&mut self, ctx: &mut Context, id: &ContactId, records: Vec<MessageRecord>) {
        let Erasing {
            query,
            withdrawn,
            kept,
        } = self.chat(id).erase(records);
        if let Some(query) = query {
            ctx.load(Read::erasing(id), query);
        }
        // Where the messages are not written without them, all of it happens once more.
        for (file, is_own) in withdrawn {
            ctx.tell(Fact::OfferDeleted(id.clone(), file, is_own));
        }
        if let Some(kept) = kept {
            ctx.tell(Fact::OffersCleared(id.clone(), kept));
        }
    }
}

impl Read {
    /// Returns what is read of a chat to be taken off the disk.
    pub(super) fn erasing(contact: &ContactId) -> Self {
        Self {
            contact: contact.clone(),
            link: None,
            what: Wanted::Erasing,
        }
    }
}
