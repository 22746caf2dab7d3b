//! Where contacts are seen in the registries.

use super::Directory;
use super::member::Member;
use crate::context::Context;
use crate::values::ContactId;
use crate::wire::Entry;
use litemap::LiteMap;

/// The entry of each contact that is seen, and the own Discovery ID beside it.
pub(crate) type Sightings = LiteMap<ContactId, (Entry, String)>;

impl Directory {
    /// Follows what changed in the registries in this input. Returns where the contacts are seen,
    /// if that may have changed. `forced` is whether a contact is new, and `was_contact`
    /// whether an entry was a contact's before.
    pub(crate) fn recognise<'a>(
        &mut self,
        ctx: &Context,
        contacts: impl Iterator<Item = (&'a ContactId, [u8; 16])> + Clone,
        forced: bool,
        was_contact: impl Fn(&str) -> bool,
    ) -> Option<Sightings> {
        let members = self.members.iter_mut();
        self.changes = members.flat_map(Member::take_changes).collect();
        let renewed = self
            .recognition
            .update(ctx.now.unix, &self.members, contacts);
        let concerns = |id: &String| was_contact(id) || self.is_contact_id(id);
        (forced || renewed || self.changes.iter().any(concerns)).then(|| self.sightings())
    }

    fn is_contact_id(&self, id: &str) -> bool {
        let mut members = self.members.iter();
        members.any(|member| {
            let entry = member.other(id);
            entry.is_some_and(|entry| self.is_contact(member, entry))
        })
    }

    fn sightings(&self) -> Sightings {
        let mut seen = LiteMap::new_vec();
        for member in &self.members {
            for entry in member.others() {
                // The newest root under which they can be dialled.
                if let Some(id) = self.recognition.of(member, entry)
                    && (member.is_held() || !seen.contains_key(id))
                {
                    let own = member.discovery_id().to_owned();
                    seen.insert(id.clone(), (entry.clone(), own));
                }
            }
        }
        seen
    }

    /// Returns whether an entry is a contact's.
    pub(crate) fn is_contact(&self, member: &Member, entry: &Entry) -> bool {
        self.recognition.of(member, entry).is_some()
    }

    /// Returns a number that is another one whenever other entries may be contacts', or be seen from
    /// another own Discovery ID.
    pub(crate) fn recognised(&self) -> u64 {
        self.recognition.generation()
    }
}
