//! Which entries of the registries are contacts: those with the uuid that only contacts can compute.

use super::member::Member;
use crate::calendar;
use crate::crypto;
use crate::limits::DISCOVERY_IDS;
use crate::values::ContactId;
use crate::wire::Entry;
use uuid::Uuid;

/// A contact's discoveryUUID.
type Secret = [u8; 16];

/// The contact behind each uuid, for the days around one day.
#[derive(Debug, Default)]
pub(super) struct Recognition {
    day: u64,
    /// The namespaces, without their roots.
    labels: Vec<String>,
    secrets: Vec<(ContactId, Secret)>,
    /// The own Discovery ID in each membership.
    own: Vec<String>,
    /// Sorted. Of contacts who tell one discoveryUUID each has the same ones: who of them is there shows
    /// only when they are dialled, and what one tells must not keep another one out of sight.
    by_uuid: Vec<(Uuid, ContactId)>,
    /// Rises with each change of the above.
    generation: u64,
}

impl Recognition {
    /// Returns the contact behind an entry; several, where others say to be that one.
    pub(super) fn of(&self, member: &Member, entry: &Entry) -> impl Iterator<Item = &ContactId> {
        let namespace = (!self.by_uuid.is_empty()).then(|| member.namespace());
        let uuid = namespace.and_then(|namespace| namespace.discovery_uuid(&entry.discovery_id));
        let from = |uuid| self.by_uuid.partition_point(|(known, _)| *known < uuid);
        let sorted = uuid.and_then(|uuid| self.by_uuid.get(from(uuid)..));
        let of_entry = sorted.into_iter().flatten();
        let of_entry = of_entry.take_while(move |(known, _)| Some(*known) == uuid);
        of_entry.map(|(_, contact)| contact)
    }

    /// Returns a number that is another one whenever other entries may be recognised.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Follows the day, the namespaces, the own ids and the contacts. Returns whether anything
    /// changed.
    pub(super) fn update<'a>(
        &mut self,
        unix: u64,
        members: &[Member],
        contacts: impl Iterator<Item = (&'a ContactId, Secret)> + Clone,
    ) -> bool {
        let own = members.iter().map(Member::discovery_id);
        let moved = !own.clone().eq(self.own.iter().map(String::as_str));
        if moved {
            self.own = own.map(str::to_owned).collect();
        }
        let changed = self.follow(unix, members, contacts) || moved;
        self.generation += u64::from(changed);
        changed
    }

    /// Follows what the uuids depend on. Returns whether that changed.
    fn follow<'a>(
        &mut self,
        unix: u64,
        members: &[Member],
        contacts: impl Iterator<Item = (&'a ContactId, Secret)> + Clone,
    ) -> bool {
        let day = calendar::day_number(unix);
        let mut labels: Vec<&str> = Vec::new();
        for member in members {
            let label = member.namespace().label();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        let mut known = self.secrets.iter();
        let mut is_known = |contact| {
            known
                .next()
                .is_some_and(|(id, secret)| (id, *secret) == contact)
        };
        let same = contacts.clone().all(&mut is_known) && known.next().is_none();
        if self.day == day && labels.iter().eq(&self.labels) && same {
            return false;
        }
        self.day = day;
        self.labels = labels.into_iter().map(str::to_owned).collect();
        self.secrets = contacts.map(|(id, secret)| (id.clone(), secret)).collect();
        self.compute(unix);
        true
    }

    fn compute(&mut self, unix: u64) {
        // Clocks differ, and a list may be from before midnight.
        let days = [-1, 0, 1].map(|shift| calendar::day(unix, shift));
        let mut by_uuid = Vec::new();
        for day in &days {
            for label in &self.labels {
                for (contact, secret) in &self.secrets {
                    for number in 0..DISCOVERY_IDS {
                        let uuid = crypto::discovery_uuid(secret, label, day, number);
                        by_uuid.push((uuid, contact.clone()));
                    }
                }
            }
        }
        by_uuid.sort_unstable();
        self.by_uuid = by_uuid;
    }
}
