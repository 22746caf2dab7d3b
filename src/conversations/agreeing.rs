//! Says on a new connection what is stored here, and agrees with the contact on what is stored there.

use super::Conversations;
use super::agreement::{Agreement, Happening, Next};
use crate::context::Context;
use crate::fact::Fact;
use crate::limits::SAME_ALERT;
use crate::misbehaviour::Misbehaviour;
use crate::records::{MessageRecord, Origin, Query, newest};
use crate::store::{Read, Wanted};
use crate::values::ContactId;
use crate::wire::SessionFrame;

impl Conversations {
    /// Says what is stored of the contact's messages, so that they go on from there; with `receipts`
    /// also what was read. What is being stored is waited for: it would be sent once more.
    pub(crate) fn send_have(&mut self, ctx: &mut Context, id: &ContactId, receipts: bool) {
        if let Some(session) = self.session_mut(id) {
            session.received.owes_have = Some(receipts);
            self.acknowledge(ctx, id);
        }
    }

    /// Says what is stored of the contact's messages, where that is news, and where there is room for
    /// more.
    pub(super) fn acknowledge(&mut self, ctx: &mut Context, id: &ContactId) {
        let Some((chat, session)) = self.open(id) else {
            return;
        };
        let received = &mut session.received;
        if chat.is_full() {
            return;
        }
        let storing = u64::try_from(chat.storing()).unwrap_or(u64::MAX);
        if storing == 0
            && let Some(receipts) = received.owes_have.take()
        {
            received.has_said = true;
            return ctx.transmit(session.link, &chat.have(receipts));
        }
        // What is being stored came on this connection: on the one before it was waited for.
        let upto = received.texts.saturating_sub(storing);
        if received.has_said && upto > received.acknowledged {
            received.acknowledged = upto;
            ctx.transmit(session.link, &SessionFrame::Ack { upto });
        }
    }

    pub(super) fn is_agreed(&self, id: &ContactId) -> bool {
        let session = self.session(id);
        session.is_some_and(|session| session.agreement.is_reached())
    }

    /// Goes on with the agreement on what the contact has.
    pub(super) fn agree(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        happening: Happening,
    ) -> Result<(), Misbehaviour> {
        let Some((chat, session)) = self.open(id) else {
            return Ok(());
        };
        let is_older = happening == Happening::Found(None) && !chat.is_fresh();
        let agreement = std::mem::take(&mut session.agreement);
        let is_finding = matches!(agreement, Agreement::Finding { .. });
        let (agreement, next) = agreement
            .step(happening, chat.own())
            .map_err(|_| Misbehaviour::OutOfPlace)?;
        session.agreement = agreement;
        if is_older && is_finding {
            self.tell_older(ctx, id);
        }
        self.go_on(ctx, id, next);
        Ok(())
    }

    fn go_on(&mut self, ctx: &mut Context, id: &ContactId, next: Next) {
        let contact = id.clone();
        match next {
            Next::Find(last) => {
                let ids = vec![last];
                let query = Query::Named { contact, ids };
                self.load(ctx, id, Wanted::Agreement, query);
            }
            Next::Recall { after, upto } => {
                let query = Query::Own {
                    contact,
                    after,
                    upto,
                };
                self.load(ctx, id, Wanted::Agreement, query);
            }
            Next::Ask(ids) => self.say(ctx, id, &SessionFrame::Ask { ids }),
            Next::Agree { place, last } => {
                self.chat(id).agree(place, last);
                self.seen_by_other(ctx, id);
                self.pump(ctx, id);
            }
            Next::Nothing => {}
        }
    }

    /// Notes what the contact says to have been seen of the own messages, once it is agreed what it
    /// has.
    pub(super) fn seen_by_other(&mut self, ctx: &mut Context, id: &ContactId) {
        let Some((chat, session)) = self.open(id) else {
            return;
        };
        if !session.agreement.is_reached() {
            return;
        }
        let Some(seen) = session.says_read.take() else {
            return;
        };
        if let Some(place) = chat.place_of_last(&seen) {
            return chat.read_by_other(place);
        }
        let query = Query::Named {
            contact: id.clone(),
            ids: vec![seen],
        };
        self.load(ctx, id, Wanted::Receipt, query);
    }

    pub(super) fn load(&self, ctx: &mut Context, id: &ContactId, what: Wanted, query: Query) {
        if let Some(session) = self.session(id) {
            let read = Read {
                contact: id.clone(),
                link: Some(session.link),
                what,
            };
            ctx.load(read, query);
        }
    }

    /// Goes on with what was read, where its connection is still there.
    pub(crate) fn loaded(
        &mut self,
        ctx: &mut Context,
        read: &Read,
        records: Vec<MessageRecord>,
    ) -> Result<(), Misbehaviour> {
        let Read {
            contact: id,
            link,
            what,
        } = read;
        if let Wanted::Named(ids) = what {
            self.chat(id).found(ids, records);
            self.tell_outcomes(ctx, id);
            return Ok(());
        }
        if *what == Wanted::Erasing {
            self.erase(ctx, id, records);
            return Ok(());
        }
        let session = self
            .session(id)
            .filter(|session| Some(session.link) == *link);
        let Some(session) = session else {
            return Ok(());
        };
        match what {
            Wanted::Agreement => {
                let happening = if matches!(session.agreement, Agreement::Recalling { .. }) {
                    self.chat(id).recall(records);
                    Happening::Recalled
                } else {
                    // One that a backup has brought has no place: it is before all that have one.
                    let found = newest(records, Origin::Own);
                    Happening::Found(found.map(|record| record.place.unwrap_or_default()))
                };
                return self.agree(ctx, id, happening);
            }
            Wanted::Question => {
                let known = newest(records, Origin::Received).map(|record| record.id);
                self.say(ctx, id, &SessionFrame::Known { id: known });
            }
            Wanted::Decision { .. } | Wanted::Named(_) | Wanted::Erasing => {}
            Wanted::Receipt => {
                let seen = newest(records, Origin::Own);
                if let Some(place) = seen.and_then(|record| record.place) {
                    self.chat(id).read_by_other(place);
                }
            }
        }
        Ok(())
    }

    /// Ends the connection for which something cannot be read: the next one tries again.
    pub(crate) fn not_loaded(&mut self, ctx: &mut Context, read: &Read, reason: String) {
        if matches!(read.what, Wanted::Named(_)) {
            return self.not_found(ctx, &read.contact, reason);
        }
        if read.what == Wanted::Erasing {
            return self.chat(&read.contact).not_erased(ctx.now.mono);
        }
        let session = self.session(&read.contact);
        if session.is_some_and(|session| Some(session.link) == read.link) {
            self.end(ctx, &read.contact);
        }
    }

    /// Tells the person that a contact has messages of them that are not here, once in a while.
    fn tell_older(&mut self, ctx: &mut Context, id: &ContactId) {
        let now = ctx.now.mono;
        let recent = |at| now.since(at) < SAME_ALERT;
        if !self.older_announced.is_some_and(recent) {
            self.older_announced = Some(now);
            ctx.tell(Fact::OlderDisk(id.clone()));
        }
    }
}
