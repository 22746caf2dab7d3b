//! Acceptances of which the other side's last message is missing: kept, asked for, completed later.

use super::{Contact, Contacts};
use crate::clock::Mono;
use crate::context::Context;
use crate::crypto::PublicKey;
use crate::encoding::hex;
use crate::ids::rootless;
use crate::limits::UNFINISHED_LIFE;
use crate::misbehaviour::Fault;
use crate::records::ContactRecord;
use crate::values::ContactId;
use std::time::Duration;

/// How long the other side of a broken acceptance may take to dial.
const ASK_BACK: Duration = Duration::from_secs(5);

impl Contacts {
    /// Keeps somebody whose acceptance is finished.
    pub(crate) fn keep_finished(&mut self, record: ContactRecord, accepted_at: Option<Mono>) {
        if let Some(mut contact) = Contact::restore(record) {
            contact.unfinished.accepted_at = accepted_at;
            self.keep(contact);
        }
    }

    /// Keeps somebody whose last message is missing, and who was met at this id.
    pub(crate) fn keep_unfinished(
        &mut self,
        ctx: &mut Context,
        mut record: ContactRecord,
        remote: String,
    ) {
        if self.get(&record.id).is_some() {
            record.id = ContactId(hex(&ctx.random::<8>()));
        }
        if let Some(mut contact) = Contact::restore(record) {
            contact.unfinished.met_as = Some(remote);
            contact.unfinished.ask_back = Some(ctx.now.mono + ASK_BACK);
            self.keep(contact);
        }
    }

    /// Returns where to ask back now. Had the other side finished, it would have dialled by now: so
    /// it is asked, and says yes without asking its person.
    pub(crate) fn take_to_ask_back(&mut self, now: Mono) -> Vec<String> {
        let due = self.take_due(now, |contact| &mut contact.unfinished.ask_back);
        let unfinished = |id: &ContactId| {
            let contact = self.get(id).filter(|contact| !contact.is_complete())?;
            contact.unfinished.met_as.clone()
        };
        due.iter().filter_map(unfinished).collect()
    }

    /// Forgets acceptances that the other side has not finished for a week.
    pub(crate) fn expire_unfinished(&mut self, ctx: &mut Context) {
        let life = u64::try_from(UNFINISHED_LIFE.as_millis()).unwrap_or(u64::MAX);
        let now = ctx.now.unix;
        let is_old = |contact: &&Contact| {
            let seen = contact.record().last_seen.unwrap_or(0);
            !contact.is_complete() && now > seen.saturating_add(life)
        };
        let old: Vec<ContactId> = self.all().filter(is_old).map(|c| c.id().clone()).collect();
        for id in old {
            self.forget(ctx, id);
        }
    }

    /// Forgets what an earlier, broken acceptance of the same person left.
    pub(crate) fn forget_unfinished(&mut self, ctx: &mut Context, remote: &str) {
        let left = |contact: &&Contact| {
            let met_as = contact.unfinished.met_as.as_deref();
            !contact.is_complete() && met_as.map(rootless) == Some(rootless(remote))
        };
        let found = self.all().find(left).map(|contact| contact.id().clone());
        if let Some(id) = found {
            self.forget(ctx, id);
        }
    }

    /// Takes the key that somebody with the secret of a contact has proven. For an unfinished
    /// acceptance it is the missing end. Returns whose key it is: somebody who is saved already has
    /// a new pair secret by it.
    pub(crate) fn prove(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        key: PublicKey,
    ) -> Result<ContactId, Fault> {
        if self.get(id).is_some_and(Contact::is_complete) {
            return Ok(id.clone());
        }
        let saved = self.by_key(key).map(|saved| saved.id().clone());
        let id = match saved {
            Some(saved) => {
                self.take_secret(ctx, &saved, id);
                saved
            }
            None => {
                if let Some(contact) = self.book.get_mut(id) {
                    contact.prove(key);
                }
                self.store(ctx, id);
                id.clone()
            }
        };
        if self.get(&id).is_some_and(Contact::is_blocked) {
            return Err(Fault::Blocked);
        }
        Ok(id)
    }

    /// Takes the new secret of a saved contact, whose new acceptance was finished on the other side
    /// only.
    fn take_secret(&mut self, ctx: &mut Context, saved: &ContactId, unfinished: &ContactId) {
        let Some(fresh) = self.book.remove(unfinished) else {
            return;
        };
        if let Some(contact) = self.book.get_mut(saved) {
            contact.take_secret_of(&fresh);
        }
        // In this order: of two writes a crash may leave the first.
        self.store(ctx, saved);
        self.forget(ctx, unfinished.clone());
    }
}
