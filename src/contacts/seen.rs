//! Where contacts are seen, and who of them is missing.

use super::{Contact, Contacts};
use crate::clock::Mono;
use crate::context::Context;
use crate::fact::{Fact, Missing};
use crate::ids::Stranger;
use crate::limits::DIAL_COURTESY;
use crate::values::ContactId;
use crate::view::Reach;
use crate::wire::Entry;
use litemap::LiteMap;
use std::time::Duration;

impl Contacts {
    /// Returns who is to be looked for at a rendezvous, the most recently met first.
    pub(crate) fn missing(&self, now: Mono) -> Vec<Missing> {
        let wanted = self.all().filter(|contact| contact.is_to_be_met(now));
        let mut found: Vec<&Contact> = wanted.collect();
        found.sort_by_key(|contact| std::cmp::Reverse(contact.record().last_seen));
        let missing = |contact: &Contact| Missing {
            contact: contact.id().clone(),
            pair_secret: contact.pair_secret(),
            recovering: contact.reach() == Reach::Recovering,
        };
        found.into_iter().map(missing).collect()
    }

    /// Returns the secrets by which contacts are recognised in a registry.
    pub(crate) fn recognisable(&self) -> impl Iterator<Item = (&ContactId, [u8; 16])> + Clone {
        self.all()
            .filter_map(|contact| Some((contact.id(), contact.discovery_uuid()?)))
    }

    /// Returns whether somebody was saved since the last call, whose sighting is not known.
    pub(crate) fn take_unsighted(&mut self) -> bool {
        std::mem::take(&mut self.unsighted)
    }

    /// Returns the Discovery IDs as which contacts are seen.
    pub(crate) fn seen_as(&self) -> impl Iterator<Item = &str> {
        self.all().flat_map(Contact::seen_as)
    }

    /// Takes where contacts are seen: the entries of each, and the own Discovery ID beside each. Who
    /// has the smaller id dials; the other waits a little, should that fail.
    pub(crate) fn see(&mut self, now: Mono, mut seen: LiteMap<ContactId, Vec<(Entry, String)>>) {
        for (id, contact) in self.book.iter_mut() {
            let entries = seen.remove(id).unwrap_or_default();
            let before = contact.see(entries.iter().map(|(entry, _)| entry));
            let is_new = |(entry, _): &&(Entry, String)| {
                let now_as = Stranger::at(&entry.discovery_id);
                !before
                    .iter()
                    .any(|before| now_as.is_at(&before.discovery_id))
            };
            let new = entries.iter().filter(is_new);
            let courtesy = new.map(|(entry, own)| match *own < entry.discovery_id {
                true => Duration::ZERO,
                false => DIAL_COURTESY,
            });
            if let Some(courtesy) = courtesy.min().filter(|_| !contact.is_connected()) {
                contact.dialling.restart(now + courtesy);
            }
        }
    }

    /// Takes who is on this network by a direct connection, in the order of their ids, and tells who has
    /// come.
    pub(crate) fn announce_arrivals<'a>(
        &mut self,
        ctx: &mut Context,
        here: impl Iterator<Item = &'a ContactId>,
    ) {
        let mut here = here.peekable();
        for (id, contact) in self.book.iter_mut().filter(|(_, c)| c.is_complete()) {
            while here.next_if(|other| *other < id).is_some() {}
            let here = here.next_if(|other| *other == id).is_some() && !contact.is_blocked();
            if contact.sighting.set_here(here, ctx.now.mono) {
                ctx.tell(Fact::Arrived(id.clone()));
            }
        }
    }
}
