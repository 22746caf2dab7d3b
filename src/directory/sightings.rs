//! Where contacts are seen in the registries.

use super::member::Member;
use super::{Directory, Standing};
use crate::context::Context;
use crate::ids::Stranger;
use crate::limits::CONTACTS;
use crate::values::ContactId;
use crate::wire::Entry;
use litemap::LiteMap;

/// The entries of each contact that is seen, and the own Discovery ID beside each. One can be somebody else's, who
/// holds an id that the contact has given up, or could have.
pub(crate) type Sightings = LiteMap<ContactId, Vec<(Entry, String)>>;

impl Directory {
    /// Follows what changed in the registries in this input. Returns where the contacts are seen,
    /// if that may have changed. `forced` is whether a contact is new, and `seen_as`
    /// are the entries that were contacts' before.
    pub(crate) fn recognise<'a>(
        &mut self,
        ctx: &Context,
        contacts: impl Iterator<Item = (&'a ContactId, [u8; 16])> + Clone,
        forced: bool,
        seen_as: impl Iterator<Item = &'a str>,
    ) -> Option<Sightings> {
        let members = self.members.iter_mut();
        self.changes = members.flat_map(Member::take_changes).collect();
        let renewed = self
            .recognition
            .update(ctx.now.unix, &self.members, contacts);
        let seen = (forced || renewed || self.concerns_contacts(seen_as)).then(|| self.sightings());
        if self.neighbours.len() > CONTACTS {
            self.neighbours.clear();
        }
        let here = seen.iter().flat_map(|seen| seen.keys());
        self.neighbours.extend(here.map(|id| (id.clone(), ())));
        seen
    }

    /// Returns whether an entry changed that is a contact's, or was one.
    fn concerns_contacts<'a>(&self, seen_as: impl Iterator<Item = &'a str>) -> bool {
        if self.changes.is_empty() {
            return false;
        }
        let mut before: Vec<&str> = seen_as.collect();
        before.sort_unstable();
        let was_contact = |id: &str| before.binary_search(&id).is_ok();
        let mut changes = self.changes.iter();
        changes.any(|id| was_contact(id) || self.is_contact_id(id))
    }

    fn is_contact_id(&self, id: &str) -> bool {
        let mut members = self.members.iter();
        members.any(|member| {
            let entry = member.other(id);
            entry.is_some_and(|entry| self.is_contact(member, entry))
        })
    }

    fn sightings(&self) -> Sightings {
        let mut seen = Sightings::new_vec();
        for member in &self.members {
            for (_, entry) in member.others() {
                for id in self.recognition.of(member, entry) {
                    let own = member.discovery_id().to_owned();
                    let entries = seen.entry(id.clone()).or_default();
                    let stranger = Stranger::at(&entry.discovery_id);
                    let mut before = entries.iter_mut();
                    // Once under all roots: the newest under which they can be dialled.
                    match before.find(|(other, _)| stranger.is_at(&other.discovery_id)) {
                        None => entries.push((entry.clone(), own)),
                        Some(before) if member.is_held() => *before = (entry.clone(), own),
                        Some(_) => {}
                    }
                }
            }
        }
        seen
    }

    /// Returns each stranger once, and what shows that they are there: the entry under the newest root
    /// where they are listed.
    pub(crate) fn strangers(&self) -> impl Iterator<Item = (Standing, &Entry)> {
        let members = self.members.iter().enumerate();
        members.flat_map(move |(at, member)| {
            let newer = self.members.get(at + 1..).unwrap_or_default();
            member.others().filter(move |(_, entry)| {
                let again = |other: &Member| {
                    let (namespace, label) = (other.namespace(), member.namespace().label());
                    let id = || namespace.rooted(&Stranger::at(&entry.discovery_id));
                    namespace.label() == label && other.other(&id()).is_some()
                };
                !newer.iter().any(again) && !self.is_contact(member, entry)
            })
        })
    }

    /// Returns whether an entry is a contact's.
    pub(crate) fn is_contact(&self, member: &Member, entry: &Entry) -> bool {
        self.recognition.of(member, entry).next().is_some()
    }

    /// Returns a number that is another one whenever other entries may be contacts', or be seen from
    /// another own Discovery ID.
    pub(crate) fn recognised(&self) -> u64 {
        self.recognition.generation()
    }
}
