//! Contacts of a backup, joined with those that are here; and several of one person, made one.

use super::{Contact, Contacts};
use crate::context::Context;
use crate::crypto::PublicKey;
use crate::encoding::hex;
use crate::limits::CONTACTS_IN_ALL;
use crate::records::ContactRecord;
use crate::values::ContactId;
use crate::view::Refusal;

impl Contacts {
    /// Returns what the contacts of a backup are here. Who is here already, by key, is one contact
    /// and keeps the id, under which the chat is stored.
    pub(crate) fn merged(
        &self,
        ctx: &mut Context,
        backup: Vec<ContactRecord>,
    ) -> Result<Vec<ContactRecord>, Refusal> {
        let merged: Vec<_> = backup
            .into_iter()
            .map(|record| self.merged_one(ctx, record))
            .collect();
        let fresh = merged
            .iter()
            .filter(|record| self.get(&record.id).is_none());
        if fresh.count() + self.all().count() > CONTACTS_IN_ALL {
            return Err(Refusal::ContactsFull);
        }
        Ok(merged)
    }

    /// Joins several contacts of one person, which a disk leaves that was broken off while one was taken
    /// back: who was met last stays. Returns the others, which are forgotten.
    pub(crate) fn part_doubles(&mut self, ctx: &mut Context) -> Vec<ContactId> {
        let met = |contact: &Contact| {
            let (key, record) = (contact.identity()?.to_bytes(), contact.record());
            Some((key, record.last_seen, record.id.clone()))
        };
        let mut met: Vec<_> = self.complete().filter_map(met).collect();
        met.sort();
        let mut doubles = Vec::new();
        for pair in met.windows(2) {
            if let [(one, _, double), (other, _, stays)] = pair
                && one == other
                && let Some(record) = self.get(double).map(|double| double.record().clone())
            {
                let id = stays.clone();
                self.keep_merged(ctx, ContactRecord { id, ..record });
                self.forget(ctx, double.clone());
                doubles.push(double.clone());
            }
        }
        doubles
    }

    fn merged_one(&self, ctx: &mut Context, mut record: ContactRecord) -> ContactRecord {
        let key = record.identity.as_deref().and_then(PublicKey::decode);
        if let Some(here) = key.and_then(|key| self.by_key(key)) {
            return merge(here.record(), record);
        }
        if self.get(&record.id).is_some() {
            record.id = ContactId(hex(&ctx.random::<8>()));
        }
        record
    }

    /// Keeps a contact of a backup that is stored. What changed here while it was being written is
    /// joined once more, and written where it makes a difference.
    pub(crate) fn keep_merged(&mut self, ctx: &mut Context, stored: ContactRecord) {
        let here = self.get(&stored.id).map(Contact::record);
        let merged = here.map_or_else(|| stored.clone(), |here| merge(here, stored.clone()));
        let (id, differs) = (merged.id.clone(), merged != stored);
        self.replace(merged);
        if differs {
            self.store(ctx, &id);
        }
    }
}

/// Joins two records of one key. Of what the contact says of itself the higher number counts, of two
/// pair secrets the one with which the contact was met last. What the person decided here stays,
/// and a block or a comparison of safety numbers counts from either.
fn merge(here: &ContactRecord, other: ContactRecord) -> ContactRecord {
    let mut merged = here.clone();
    if other.profile_number > here.profile_number {
        merged.name = other.name;
        merged.new_name = other.new_name;
        merged.card = other.card;
        merged.profile_number = other.profile_number;
        merged.preferences.special_there = other.preferences.special_there;
    }
    if other.last_seen > here.last_seen {
        merged.pair_secret = other.pair_secret;
        merged.last_seen = other.last_seen;
    }
    merged.preferences.blocked |= other.preferences.blocked;
    merged.preferences.verified |= other.preferences.verified;
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Secret;
    use crate::test_context::contact;

    const BOB: u8 = 2;

    /// Returns Bob with a profile of this number, met at this moment.
    fn bob(number: u64, seen: u64) -> ContactRecord {
        ContactRecord {
            name: format!("Bob {number}"),
            profile_number: number,
            pair_secret: Secret(format!("secret of {seen}")),
            last_seen: Some(seen),
            ..contact("Bob", BOB)
        }
    }

    #[test]
    fn the_higher_profile_number_and_the_later_meeting_count() {
        for (here, other, name, secret) in [
            ((1, 5), (2, 4), "Bob 2", "secret of 5"),
            ((2, 4), (1, 5), "Bob 2", "secret of 5"),
            ((2, 5), (1, 4), "Bob 2", "secret of 5"),
            ((1, 4), (2, 5), "Bob 2", "secret of 5"),
        ] {
            let merged = merge(&bob(here.0, here.1), bob(other.0, other.1));
            assert_eq!((&*merged.name, &*merged.pair_secret.0), (name, secret));
        }
    }

    #[test]
    fn a_block_counts_from_either_and_the_id_stays() {
        for (here, other) in [(true, false), (false, true)] {
            let blocked = |blocked| {
                let mut record = bob(1, 1);
                record.preferences.blocked = blocked;
                record
            };
            let other = ContactRecord {
                id: ContactId("elsewhere".to_owned()),
                ..blocked(other)
            };
            let merged = merge(&blocked(here), other);
            assert!(merged.preferences.blocked);
            assert_eq!(merged.id, bob(1, 1).id);
        }
    }

    #[test]
    fn merging_once_more_changes_nothing() {
        let (here, other) = (bob(1, 5), bob(2, 4));
        let once = merge(&here, other);
        assert_eq!(merge(&here, once.clone()), once);
    }
}
