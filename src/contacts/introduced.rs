//! Those whom a contact has introduced: looked for at the rendezvous of the two until they are met, and taken for
//! nobody else than who has the key that was told.
//!
//! Until then they are kept like an acceptance that is not finished, and shown as no contact.

use super::{Contact, Contacts};
use crate::context::Context;
use crate::crypto::{Key, PublicKey};
use crate::encoding::{b64, hex};
use crate::limits::UNFINISHED;
use crate::records::{ContactRecord, IntroducedRecord, Secret};
use crate::values::ContactId;

/// Somebody who wants to be met, as a contact says.
pub(crate) struct Introduced {
    pub(crate) key: PublicKey,
    /// What both compute from their keys.
    pub(crate) pair_secret: Key,
    /// How the contact calls them.
    pub(crate) name: String,
    pub(crate) by: ContactId,
}

impl Contact {
    /// Returns the key that whoever is met here must have, as far as it is known.
    pub(crate) fn expected_key(&self) -> Option<PublicKey> {
        let introduced = self.record().introduced.as_ref();
        let said = || PublicKey::decode(&introduced?.key);
        self.identity().or_else(said)
    }

    /// Returns who introduced them.
    pub(super) fn introducer(&self) -> Option<&str> {
        let introduced = self.record().introduced.as_ref()?;
        Some(&introduced.name)
    }

    /// Returns whether they were introduced and not met yet.
    pub(crate) fn is_only_introduced(&self) -> bool {
        !self.is_complete() && self.record().introduced.is_some()
    }
}

impl Contacts {
    /// Looks for somebody who was introduced, once that is stored. Returns false until then, and while there is no
    /// room.
    pub(crate) fn introduce(&mut self, ctx: &mut Context, introduced: Introduced) -> bool {
        let Introduced {
            key,
            pair_secret,
            name,
            by,
        } = introduced;
        let is_known = |contact: &Contact| contact.is_connected() || contact.is_blocked();
        let is_looked_for = |c: &&Contact| c.is_only_introduced() && c.expected_key() == Some(key);
        if self.by_key(key).is_some_and(is_known) {
            return true;
        }
        if let Some(looked_for) = self.all().find(is_looked_for) {
            return !looked_for.unfinished.unstored;
        }
        if self.all().filter(|c| !c.is_complete()).count() >= UNFINISHED {
            return false;
        }
        let id = ContactId(hex(&ctx.random::<8>()));
        let record = ContactRecord {
            version: 1,
            id: id.clone(),
            identity: None,
            introduced: Some(Box::new(IntroducedRecord {
                name: self.name(&by),
                by,
                key: key.encode(),
            })),
            name,
            new_name: None,
            card: None,
            profile_number: 0,
            pair_secret: Secret(b64(&pair_secret)),
            last_seen: Some(ctx.now.unix),
            preferences: Box::default(),
        };
        let Some(mut contact) = Contact::restore(record) else {
            return true;
        };
        contact.unfinished.unstored = true;
        self.keep(contact);
        self.store(ctx, &id);
        false
    }

    /// Returns those who are looked for, but whose introducer is no contact any more or blocked.
    pub(crate) fn without_introducer(&self) -> Vec<(ContactId, PublicKey)> {
        let all = self.all().filter(|contact| contact.is_only_introduced());
        let all = all.filter(|contact| !self.is_vouched(contact) && !self.is_met(contact));
        all.filter_map(|contact| Some((contact.id().clone(), contact.expected_key()?)))
            .collect()
    }

    /// Notes that another contact has introduced somebody, too.
    pub(crate) fn introduce_by(&mut self, ctx: &mut Context, id: &ContactId, by: ContactId) {
        let name = self.name(&by);
        if let Some(contact) = self.book.get_mut(id) {
            contact.introduce_by(by, name);
            self.store(ctx, id);
        }
    }

    /// Returns those who are not looked for any more: whoever introduced them is no contact any more or blocked, or
    /// they are met by another way.
    pub(crate) fn void_introductions(&self) -> Vec<ContactId> {
        let void = self.all().filter(|contact| {
            let stays = self.is_vouched(contact) || planted!(IntroducerGone);
            contact.is_only_introduced() && (!stays || self.is_met(contact))
        });
        void.map(|contact| contact.id().clone()).collect()
    }

    fn is_vouched(&self, contact: &Contact) -> bool {
        let introduced = contact.record().introduced.as_ref();
        let by = introduced.and_then(|introduced| self.get(&introduced.by));
        by.is_some_and(|by| by.is_complete() && !by.is_blocked())
    }

    fn is_met(&self, contact: &Contact) -> bool {
        let known = contact.expected_key().and_then(|key| self.by_key(key));
        known.is_some_and(|known| known.is_connected() || known.is_blocked())
    }

    /// Counts those who may become contacts without a further question.
    pub(crate) fn introduced(&self) -> usize {
        let introduced = self.all().filter(|contact| contact.is_only_introduced());
        introduced.count()
    }
}

#[cfg(test)]
mod tests {
    use crate::crypto::{Identity, introduced_secret};
    use crate::encoding::hex;

    #[test]
    fn introduced_secret_of_two_keys_from_both_sides() {
        let identity = |byte| Identity::from_bytes(&[byte; 32]).unwrap();
        let secret = "5c960ce626e1baa711ed301370d3f3123cf2429af6715ef840f6514cd68a56e8";
        for (own, other) in [(1, 2), (2, 1)] {
            let computed = introduced_secret(&identity(own), identity(other).public());
            assert_eq!(hex(&computed), secret);
        }
    }
}
