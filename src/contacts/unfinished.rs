//! Acceptances of which the other side's last message is missing: kept, asked for, completed later.

use super::contact::Unfinished;
use super::{Contact, Contacts};
use crate::clock::{Mono, millis};
use crate::context::Context;
use crate::crypto::PublicKey;
use crate::encoding::hex;
use crate::fact::Yes;
use crate::ids::Stranger;
use crate::limits::{EXPIRED_KEPT, UNFINISHED, UNFINISHED_LIFE};
use crate::records::{Change, ContactRecord, RequestRecord};
use crate::values::{ContactId, RequestId};
use std::time::Duration;

/// How long the other side of a broken acceptance may take to dial.
const ASK_BACK: Duration = Duration::from_secs(5);

/// Whose key it is that somebody with the secret of a contact has proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proven {
    /// A contact's. `announce` is whether the person has to be told that they are one by now.
    Contact { id: ContactId, announce: bool },
    /// That of somebody who is blocked, and stays so.
    Blocked(ContactId),
}

impl Contacts {
    /// Keeps somebody whose acceptance is finished, and who was met at this id. What the person has
    /// decided about them meanwhile stays.
    pub(crate) fn keep_finished(
        &mut self,
        mut record: ContactRecord,
        accepted_at: Option<Mono>,
        met_as: Option<String>,
    ) {
        if let Some(saved) = self.get(&record.id).filter(|saved| saved.is_complete()) {
            *record.preferences = saved.preferences().clone();
        }
        if let Some(mut contact) = Contact::restore(record) {
            contact.unfinished.accepted_at = accepted_at;
            contact.unfinished.met_as = met_as;
            self.keep(contact);
        }
    }

    /// Keeps somebody whose last message is missing. Returns whether there was no room for that, and
    /// the oldest such acceptance is forgotten.
    pub(crate) fn keep_unfinished(
        &mut self,
        ctx: &mut Context,
        mut record: ContactRecord,
        yes: Yes,
    ) -> bool {
        let unfinished = self.all().filter(|contact| !contact.is_complete());
        let oldest = unfinished.clone().min_by_key(|c| c.record().last_seen);
        let oldest = oldest.filter(|_| unfinished.count() >= UNFINISHED);
        let forgotten = oldest.map(|contact| contact.id().clone());
        let no_room = forgotten.is_some();
        if let Some(id) = forgotten {
            self.forget(ctx, id);
        }
        let taken = self.get(&record.id).is_some().then(|| record.id.clone());
        if taken.is_some() {
            record.id = ContactId(hex(&ctx.random::<8>()));
        }
        let id = record.id.clone();
        if let Some(mut contact) = Contact::restore(record) {
            contact.unfinished = Unfinished {
                old_since: None,
                accepted_at: None,
                met_as: Some(yes.request.from.clone()),
                ask_back: Some(ctx.now.mono + ASK_BACK),
                unannounced: !yes.clicked,
                request: Some(yes.request),
                unstored: false,
            };
            self.keep(contact);
        }
        // It could not be written in place of somebody saved, who stays as they are.
        if let Some(saved) = taken {
            self.store(ctx, &id);
            self.store(ctx, &saved);
        }
        no_room
    }

    /// Takes back on the disk what a write may have left there that is reported as failed: a contact is
    /// written as it counts, and whoever is none is forgotten.
    pub(crate) fn take_back(&self, ctx: &mut Context, id: &ContactId) {
        if self.get(id).is_some() {
            self.store(ctx, id);
        } else {
            ctx.store_for_certain(Change::ForgetContact(id.clone()));
        }
    }

    /// Returns whose requests to answer once more now. Had the other side finished, it would have
    /// dialled by now: so it is called back, and says yes without asking its person.
    pub(crate) fn take_to_ask_back(&mut self, now: Mono) -> Vec<RequestRecord> {
        let due = self.take_due(now, |contact| &mut contact.unfinished.ask_back);
        let unfinished = |id: &ContactId| {
            let contact = self.get(id).filter(|contact| !contact.is_complete())?;
            contact.unfinished.request.clone()
        };
        due.iter().filter_map(unfinished).collect()
    }

    /// Forgets acceptances that the other side has not finished for a week. Returns whether
    /// any of them was told something.
    pub(crate) fn expire_unfinished(&mut self, ctx: &mut Context) -> bool {
        let life = millis(UNFINISHED_LIFE);
        let (unix, mono) = (ctx.now.unix, ctx.now.mono);
        let (mut old, mut any) = (Vec::new(), false);
        for (id, contact) in self.book.iter_mut() {
            let seen = contact.record().last_seen.unwrap_or(0);
            if contact.is_complete() || unix <= seen.saturating_add(life) {
                contact.unfinished.old_since = None;
            } else if mono >= *contact.unfinished.old_since.get_or_insert(mono) + EXPIRED_KEPT {
                // Who was only introduced was told nothing.
                any |= contact.record().introduced.is_none();
                old.push(id.clone());
            }
        }
        for id in old {
            self.forget(ctx, id);
        }
        any
    }

    /// Forgets what an earlier, broken acceptance of the same person left: of somebody who was met at this
    /// id, or whose request was answered once more.
    pub(crate) fn forget_unfinished(
        &mut self,
        ctx: &mut Context,
        remote: &str,
        answered: Option<&RequestId>,
    ) {
        let stranger = Stranger::at(remote);
        let left = |contact: &&Contact| {
            let unfinished = &contact.unfinished;
            let is_there = |id: &String| stranger.is_at(id);
            let request = unfinished.request.as_ref().map(|request| &request.id);
            let theirs = unfinished.met_as.as_ref().is_some_and(is_there)
                || (answered.is_some() && request == answered);
            !contact.is_complete() && theirs
        };
        let found = self.all().find(left).map(|contact| contact.id().clone());
        if let Some(id) = found {
            self.forget(ctx, id);
        }
    }

    /// Takes the key that somebody with the secret of a contact has proven. For an unfinished
    /// acceptance it is the missing end. Returns whose key it is: somebody who is saved already has
    /// a new pair secret by it.
    pub(crate) fn prove(&mut self, ctx: &mut Context, id: &ContactId, key: PublicKey) -> Proven {
        if self.get(id).is_some_and(Contact::is_complete) {
            let (id, announce) = (id.clone(), false);
            return Proven::Contact { id, announce };
        }
        let fresh = self.get(id);
        let announce = fresh.is_some_and(|contact| contact.unfinished.unannounced);
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
            Proven::Blocked(id)
        } else {
            Proven::Contact { id, announce }
        }
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
