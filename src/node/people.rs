//! The people in the lists: contacts and strangers, from the registries and the connections.

use super::contacts::Contact;
use super::{Node, Output};
use crate::calendar;
use crate::crypto;
use crate::discovery::Member;
use crate::ids::rootless;
use crate::limits::{DIAL_COURTESY, JOIN_NOTICE, NAMESPACE_ENTRIES};
use crate::name::Names;
use crate::view::{Asked, ContactId, Event, Notification, Person, PersonId, Presence};
use crate::wire::Entry;
use litemap::LiteMap;
use uuid::Uuid;

/// What everybody in the lists depends on beside their own entry. Where it changes, everybody is
/// looked at again; else only those whose entry changed: registries can be large.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lists {
    /// The own Discovery ID in each membership.
    members: Vec<String>,
    basis: Basis,
    /// The contacts' names.
    names: Vec<String>,
    asked: LiteMap<String, Asked>,
}

/// Which names look like a contact's. Every change of a list asks about everybody in it, and the
/// answer changes only with a name.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// The contacts' names, each behind what it has in common with its look-alikes.
    contacts: Vec<(String, String)>,
    known: LiteMap<String, Option<String>>,
}

/// Names whose answer is kept from one change to the next: those of a whole namespace.
const ALIKE_KNOWN: usize = NAMESPACE_ENTRIES + 1_024;

/// What a map of uuids was made for: day, namespaces, and the contacts' secrets.
type Basis = (u64, Vec<String>, Vec<(ContactId, [u8; 16])>);

/// Which contact has which uuid in a namespace, for the days around one day.
#[derive(Debug, Default)]
pub(super) struct Recognised {
    /// What the map was made for.
    key: Basis,
    by_uuid: LiteMap<Uuid, ContactId>,
}

impl Node {
    /// Matches the registries and the contacts, and tells the views who changed.
    pub(super) fn show_people(&mut self) {
        let lists = self.lists();
        let members = self.network.members.iter_mut();
        let changed: Vec<String> = members.flat_map(Member::take_changes).collect();
        let all = self.shown.lists != lists;
        self.shown.lists = lists;
        if all || self.concerns_contacts(&changed) {
            self.recognise();
        }
        // Who became due by this is dialled in this same input.
        self.contacts_timeout();
        self.compare_names(all, &changed);
        self.show_contacts();
        if all {
            self.show_strangers();
        } else {
            changed.iter().for_each(|id| self.show_entry(id));
        }
    }

    /// Whether an entry is a contact's, or was.
    fn concerns_contacts(&self, changed: &[String]) -> bool {
        let recognised = |member: &Member, entry| self.shown.recognised.of(member, entry).is_some();
        let is_contact = |id: &String| {
            let mut members = self.network.members.iter();
            let now = members.any(|m| m.other(id).is_some_and(|entry| recognised(m, entry)));
            let seen_as = |contact: &Contact| contact.seen_as.as_ref() == Some(id);
            now || self.contacts.values().any(seen_as)
        };
        changed.iter().any(is_contact)
    }

    /// The newest entry of a person, under whichever root.
    fn entry(&self, rootless: &str) -> Option<(&Member, &Entry)> {
        let mut members = self.network.members.iter().rev();
        members.find_map(|member| {
            let id = member.namespace().rooted(rootless);
            Some((member, member.other(&id)?))
        })
    }

    fn lists(&self) -> Lists {
        let members = &self.network.members;
        let uuids = |c: &Contact| Some((c.record.id.clone(), c.discovery_uuid?));
        let complete = self.contacts.values().filter(|c| c.is_complete());
        let mut labels: Vec<String> = Vec::new();
        for member in members {
            let label = member.namespace().label();
            if !labels.iter().any(|known| known == label) {
                labels.push(label.to_owned());
            }
        }
        Lists {
            members: members
                .iter()
                .map(|member| member.discovery_id().to_owned())
                .collect(),
            basis: (
                self.day,
                labels,
                self.contacts.values().filter_map(uuids).collect(),
            ),
            names: complete.map(|c| c.name().to_owned()).collect(),
            asked: self.asked.clone(),
        }
    }

    /// Matches the registries against the contacts.
    fn recognise(&mut self) {
        let basis = &self.shown.lists.basis;
        if self.shown.recognised.key != *basis {
            self.shown.recognised = Recognised::new(basis.clone(), self.ctx.now.unix);
        }
        let mut seen: LiteMap<ContactId, (Entry, String)> = LiteMap::new_vec();
        for member in &self.network.members {
            for entry in member.others() {
                // The newest root under which they can be dialled.
                if let Some(id) = self.shown.recognised.of(member, entry)
                    && (member.is_held() || !seen.contains_key(id))
                {
                    seen.insert(
                        id.clone(),
                        (entry.clone(), member.discovery_id().to_owned()),
                    );
                }
            }
        }
        let now = self.ctx.now.mono;
        for (id, contact) in self.contacts.iter_mut() {
            let before = contact.seen_as.take();
            contact.sealed_transport = None;
            let Some((entry, own)) = seen.remove(id) else {
                continue;
            };
            contact.open_sealed(&entry);
            let theirs = entry.discovery_id;
            // Who has the smaller id dials; the other waits a little, should that fail.
            let courtesy = if own < theirs {
                std::time::Duration::ZERO
            } else {
                DIAL_COURTESY
            };
            if before.as_deref().map(rootless) != Some(rootless(&theirs))
                && contact.session.is_none()
                && contact.dialling.is_none()
            {
                contact.tries = 0;
                contact.next_try = Some(now + courtesy);
            }
            contact.seen_as = Some(theirs);
        }
    }

    fn compare_names(&mut self, all: bool, changed: &[String]) {
        let (alike, names) = (&mut self.shown.alike, &self.ctx.names);
        alike.begin(names, &self.shown.lists.names, all);
        let members = &self.network.members;
        let everybody = members.iter().filter(|_| all).flat_map(Member::others);
        let new = changed.iter().filter(|_| !all);
        let new = new.filter_map(|id| members.iter().find_map(|member| member.other(id)));
        for entry in everybody.chain(new) {
            alike.learn(names, &entry.friendlyname);
        }
        for request in self.requests.values() {
            alike.learn(names, &request.name);
        }
    }

    fn show_contacts(&mut self) {
        let saved = self.saved();
        let is_gone =
            |id: &&PersonId| matches!(id, PersonId::Contact(_)) && !saved.contains_key(*id);
        // Contacts come first in the order of the keys.
        let shown = self.shown.people.keys();
        let shown = shown.take_while(|id| matches!(id, PersonId::Contact(_)));
        let gone: Vec<PersonId> = shown.filter(is_gone).cloned().collect();
        gone.into_iter().for_each(|id| self.show_gone(id));
        saved
            .into_iter()
            .for_each(|(_, person)| self.show_person(person));
    }

    fn show_strangers(&mut self) {
        let strangers: LiteMap<PersonId, Person> = self
            .unlisted()
            .map(|person| (person.id.clone(), person))
            .collect();
        let is_gone =
            |id: &&PersonId| matches!(id, PersonId::Stranger(_)) && !strangers.contains_key(*id);
        let gone: Vec<PersonId> = self.shown.people.keys().filter(is_gone).cloned().collect();
        gone.into_iter().for_each(|id| self.show_gone(id));
        strangers
            .into_iter()
            .for_each(|(_, person)| self.show_person(person));
    }

    /// One entry came, changed or went.
    fn show_entry(&mut self, id: &str) {
        let id = rootless(id);
        let entry = self.entry(id);
        let stranger =
            entry.filter(|(member, entry)| self.shown.recognised.of(member, entry).is_none());
        match stranger.map(|(_, entry)| self.stranger(entry)) {
            Some(person) => self.show_person(person),
            None => self.show_gone(PersonId::Stranger(id.to_owned())),
        }
    }

    fn show_gone(&mut self, id: PersonId) {
        if self.shown.people.remove(&id).is_some() {
            self.ctx.emit(Output::Event(Event::PersonGone(id)));
        }
    }

    fn show_person(&mut self, person: Person) {
        let before = self.shown.people.get(&person.id);
        if before == Some(&person) {
            return;
        }
        let arrived = person.presence == Presence::OnNetwork
            && before.map(|before| before.presence) != Some(Presence::OnNetwork);
        let id = person.id.clone();
        self.shown.people.insert(id.clone(), person.clone());
        self.ctx.emit(Output::Event(Event::Person(person)));
        if let PersonId::Contact(contact) = id
            && arrived
        {
            self.tell_joined(&contact);
        }
    }

    /// At most once in five minutes, and not for who was only away for a moment.
    fn tell_joined(&mut self, id: &ContactId) {
        let now = self.ctx.now.mono;
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        let recent = |at: Option<crate::Mono>| at.is_some_and(|at| now.since(at) < JOIN_NOTICE);
        let quiet = recent(contact.told) || recent(contact.near_at);
        contact.near_at = Some(now);
        if !quiet && !contact.record.care.muted {
            contact.told = Some(now);
            let (contact, name) = (id.clone(), contact.name().to_owned());
            self.notify(Notification::Joined { contact, name });
        }
    }

    fn saved(&self) -> LiteMap<PersonId, Person> {
        let complete = self.contacts.values().filter(|c| c.is_complete());
        let person = |contact| {
            let person = self.contact_person(contact);
            (person.id.clone(), person)
        };
        complete.map(person).collect()
    }

    /// Who is in a registry and no contact.
    fn unlisted(&self) -> impl Iterator<Item = Person> {
        let stranger = |member: &Member, entry| {
            let recognised = self.shown.recognised.of(member, entry);
            recognised.is_none().then(|| self.stranger(entry))
        };
        let members = self.network.members.iter();
        members.flat_map(move |member| {
            let entries = member.others();
            entries.filter_map(move |entry| stranger(member, entry))
        })
    }

    fn contact_person(&self, contact: &Contact) -> Person {
        let presence = match (&contact.session, &contact.seen_as) {
            _ if contact.record.care.blocked => Presence::Offline,
            (Some(session), _) if session.says_near || self.is_local(session.path) => {
                Presence::OnNetwork
            }
            (_, Some(_)) => Presence::ClaimsNetwork,
            (Some(_), None) => Presence::Online,
            (None, None) => Presence::Offline,
        };
        Person {
            id: PersonId::Contact(contact.record.id.clone()),
            name: contact.name().to_owned(),
            presence,
            resembles: None,
            asked: Asked::No,
            last_seen: contact.record.last_seen,
            unread: self
                .chats
                .get(&contact.record.id)
                .map_or(0, crate::chat::Chat::unread),
            ping: contact.ping,
            care: Some(self.care(contact)),
        }
    }

    fn stranger(&self, entry: &Entry) -> Person {
        let id = rootless(&entry.discovery_id);
        Person {
            id: PersonId::Stranger(id.to_owned()),
            name: entry.friendlyname.clone(),
            presence: Presence::ClaimsNetwork,
            resembles: self.shown.alike.of(&entry.friendlyname),
            asked: self.asked.get(id).copied().unwrap_or(Asked::No),
            last_seen: None,
            unread: 0,
            ping: None,
            care: None,
        }
    }
}

impl Alike {
    /// Begins a round with the names of the contacts as they are now.
    fn begin(&mut self, names: &Names, contacts: &[String], all: bool) {
        if all && self.known.len() > ALIKE_KNOWN {
            self.known = LiteMap::new_vec();
        }
        let before = self.contacts.iter().map(|(_, name)| name);
        if before.eq(contacts) {
            return;
        }
        self.contacts = contacts
            .iter()
            .map(|name| (names.skeleton(name), name.clone()))
            .collect();
        self.known = LiteMap::new_vec();
    }

    /// Finds out about a name that was not seen before.
    fn learn(&mut self, names: &Names, name: &str) {
        if self.known.contains_key(name) {
            return;
        }
        let skeleton = names.skeleton(name);
        let found = self.contacts.iter().find(|(known, _)| *known == skeleton);
        let found = found.map(|(_, contact)| contact.clone());
        self.known.insert(name.to_owned(), found);
    }

    /// The contact whose name this one looks like.
    pub(super) fn of(&self, name: &str) -> Option<String> {
        self.known.get(name).cloned().flatten()
    }
}

impl Recognised {
    fn new(key: Basis, unix: u64) -> Self {
        let mut by_uuid = LiteMap::new_vec();
        // Clocks differ, and a list may be from before midnight.
        for day in [-1, 0, 1].map(|shift| calendar::day(unix, shift)) {
            for label in &key.1 {
                for (contact, secret) in &key.2 {
                    let uuid = crypto::discovery_uuid(secret, label, &day);
                    by_uuid.insert(uuid, contact.clone());
                }
            }
        }
        Self { key, by_uuid }
    }

    fn of(&self, member: &Member, entry: &Entry) -> Option<&ContactId> {
        let uuid = member.namespace().discovery_uuid(&entry.discovery_id)?;
        self.by_uuid.get(&uuid)
    }
}
