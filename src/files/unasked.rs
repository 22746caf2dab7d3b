//! Pictures that arrive by themselves, as the person wants it of a contact.

use super::Files;
use crate::clock::{UnixMillis, millis};
use crate::context::Context;
use crate::limits::{PICTURES_UNASKED, TRANSFERS, UNASKED_WITHIN};
use crate::offer::FileOffer;
use crate::records::Direction;
use crate::values::{ContactId, TransferId};
use crate::view::FileChoice;

impl Files {
    /// Fetches a picture that is offered, as if the person had said so, where it is one of the few that may come by
    /// themselves. Any other waits for the person.
    pub(crate) fn take_unasked(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: &TransferId,
        offer: FileOffer,
    ) {
        // What had this id before was decided about; and nothing is forgotten to make room for it.
        let is_new = !self.all.contains_key(id) && self.all.len() < TRANSFERS;
        if is_new && offer.may_come_unasked() && self.has_room_unasked(ctx.now.unix, contact) {
            // Where it is refused, it waits as well.
            let _ = self.decide(ctx, contact, id, offer, FileChoice::Accept);
        }
    }

    /// Returns whether not too many pictures came from a contact lately, or are still to come. Those that the person
    /// accepted count too: so it can be told from what is stored.
    fn has_room_unasked(&self, now: UnixMillis, contact: &ContactId) -> bool {
        let lately = self.all.values().filter(|file| {
            let record = &file.record;
            let is_theirs = record.contact == *contact && record.direction == Direction::In;
            let is_late = now < record.began.saturating_add(millis(UNASKED_WITHIN));
            is_theirs && (is_late || !file.has_ended()) && record.offer.may_come_unasked()
        });
        lately.count() < PICTURES_UNASKED
    }
}
