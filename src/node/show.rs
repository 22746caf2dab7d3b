//! What views see: computed from the state at the end of each input, sent where it differs.

use super::contacts::Contact;
use super::{Node, Output};
use crate::calendar;
use crate::crypto;
use crate::discovery::Member;
use crate::limits::{DIAL_COURTESY, JOIN_NOTICE, NAMESPACE_ENTRIES};
use crate::name::Names;
use crate::view::{
    Asked, ContactId, Event, Invite, Network, Notification, Person, PersonId, Phase, Presence,
    Profile, Request, RequestId, Role, SettingsView, Status,
};
use crate::wire::Entry;
use litemap::LiteMap;
use uuid::Uuid;

/// What the views have been told.
#[derive(Debug, Default)]
pub(super) struct Shown {
    profile: Option<Profile>,
    status: Option<Status>,
    settings: Option<SettingsView>,
    people: LiteMap<PersonId, Person>,
    requests: LiteMap<RequestId, Request>,
    pub(super) invites: Vec<Invite>,
    badge: u32,
    lists: Lists,
    recognised: Recognised,
    alike: Alike,
}

/// What the list of strangers, and who of the contacts is in a registry, follow from. Registries
/// can be large, and most inputs do not change them.
#[derive(Debug, Default, PartialEq)]
struct Lists {
    /// The own Discovery ID and the revision of each membership's registry.
    members: Vec<(String, u64)>,
    basis: Basis,
    /// The contacts' names.
    names: Vec<String>,
    asked: LiteMap<String, Asked>,
}

/// Which names look like a contact's. Every change of a list asks about everybody in it, and the
/// answer changes only with a name.
#[derive(Debug, Default)]
struct Alike {
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
struct Recognised {
    /// What the map was made for.
    key: Basis,
    by_uuid: LiteMap<Uuid, ContactId>,
}

impl Node {
    /// Tells the views what changed.
    pub(super) fn show(&mut self) {
        self.number_contacts();
        let lists = self.lists();
        let changed = self.shown.lists != lists;
        if changed {
            self.shown.lists = lists;
            self.recognise();
        }
        // Who became due by this is dialled in this same input.
        self.contacts_timeout();
        self.compare_names(changed);
        let profile = Profile {
            name: self.me.as_ref().map(|me| me.record.name.clone()),
        };
        if self.shown.profile.as_ref() != Some(&profile) {
            self.shown.profile = Some(profile.clone());
            self.ctx.emit(Output::Event(Event::Profile(profile)));
        }
        let settings = self.settings_view();
        if self.shown.settings.as_ref() != Some(&settings) {
            self.shown.settings = Some(settings.clone());
            self.ctx.emit(Output::Event(Event::Settings(settings)));
        }
        let status = self.status();
        if self.shown.status.as_ref() != Some(&status) {
            self.shown.status = Some(status.clone());
            self.ctx.emit(Output::Event(Event::Status(status)));
        }
        self.show_people(changed);
        self.show_requests();
        self.show_invites();
        self.show_badge();
    }

    /// A new view: everything once.
    pub(super) fn attach(&mut self) {
        let shown = &self.shown;
        let once = [
            shown.profile.clone().map(Event::Profile),
            shown.settings.clone().map(Event::Settings),
            shown.status.clone().map(Event::Status),
        ];
        let people = shown.people.values().cloned().map(Event::Person);
        let requests = shown.requests.values().cloned().map(Event::Request);
        let invites = shown.invites.iter().cloned().map(Event::Invite);
        let events: Vec<Event> = once
            .into_iter()
            .flatten()
            .chain(people)
            .chain(requests)
            .chain(invites)
            .chain([Event::Ready])
            .collect();
        events
            .into_iter()
            .for_each(|event| self.ctx.emit(Output::Event(event)));
    }

    fn settings_view(&self) -> SettingsView {
        SettingsView {
            settings: self.settings.clone(),
            defaults: self.defaults.clone(),
            config_error: self.config_error.clone(),
        }
    }

    fn status(&self) -> Status {
        let network = &self.network;
        let of = |member: &Member| Network {
            address: member.address().to_string(),
            role: member.role(),
            people: member.people(),
        };
        let networks: Vec<Network> = network.members.iter().map(of).collect();
        Status {
            phase: self.phase(&networks),
            networks,
            server: network.server.clone(),
            server_up: network.server_up,
        }
    }

    fn phase(&self, networks: &[Network]) -> Phase {
        let network = &self.network;
        if self.me.is_none() {
            return Phase::FirstRun;
        }
        if let Some(reason) = network.refused.clone().filter(|_| !network.server_up) {
            return Phase::Refused { reason };
        }
        if network.server.is_some() && !network.server_up {
            return Phase::Offline {
                retry_at: network.retry_at,
            };
        }
        if network.cellular || self.settings.cellular {
            return Phase::Cellular;
        }
        match networks.first() {
            Some(Network {
                address,
                role,
                people,
            }) => {
                let (address, people) = (address.clone(), *people);
                match role {
                    Role::Router => Phase::Router { address, people },
                    Role::Peer => Phase::Peer { address, people },
                    Role::Electing => Phase::Electing { address, people },
                    Role::Joining => Phase::Joining,
                }
            }
            None if network.no_address => Phase::NoAddress {
                retry_at: self.lookup_unix(),
            },
            None => Phase::Joining,
        }
    }

    fn lookup_unix(&self) -> Option<u64> {
        let wait = self.network.lookup_at?.since(self.last.mono);
        Some(self.last.unix + u64::try_from(wait.as_millis()).ok()?)
    }

    fn lists(&self) -> Lists {
        let members = &self.network.members;
        let uuids = |c: &Contact| Some((c.record.id.clone(), c.discovery_uuid?));
        let complete = self.contacts.values().filter(|c| c.is_complete());
        Lists {
            members: members
                .iter()
                .map(|member| (member.discovery_id().to_owned(), member.revision()))
                .collect(),
            basis: (
                self.day,
                members
                    .iter()
                    .map(|member| member.namespace().label().to_owned())
                    .collect(),
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
                if let Some(id) = self.shown.recognised.of(member, entry) {
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
            if before.as_ref() != Some(&theirs)
                && contact.session.is_none()
                && contact.dialling.is_none()
            {
                contact.tries = 0;
                contact.next_try = Some(now + courtesy);
            }
            contact.seen_as = Some(theirs);
        }
    }

    fn compare_names(&mut self, lists_changed: bool) {
        let (alike, names) = (&mut self.shown.alike, &self.ctx.names);
        alike.begin(names, &self.shown.lists.names, lists_changed);
        let members = self.network.members.iter().filter(|_| lists_changed);
        for entry in members.flat_map(Member::others) {
            alike.learn(names, &entry.friendlyname);
        }
        for request in self.requests.values() {
            alike.learn(names, &request.name);
        }
    }

    fn show_people(&mut self, lists_changed: bool) {
        let mut people = self.saved();
        if lists_changed {
            self.unlisted()
                .for_each(|stranger| drop(people.insert(stranger.id.clone(), stranger)));
        }
        let due = |id: &PersonId| lists_changed || matches!(id, PersonId::Contact(_));
        let shown = self.shown.people.keys();
        let gone = shown.filter(|id| due(id) && !people.contains_key(*id));
        for id in gone.cloned().collect::<Vec<_>>() {
            self.shown.people.remove(&id);
            self.ctx.emit(Output::Event(Event::PersonGone(id)));
        }
        people
            .into_iter()
            .for_each(|(_, person)| self.show_person(person));
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
        Person {
            id: PersonId::Stranger(entry.discovery_id.clone()),
            name: entry.friendlyname.clone(),
            presence: Presence::ClaimsNetwork,
            resembles: self.shown.alike.of(&entry.friendlyname),
            asked: self
                .asked
                .get(&entry.discovery_id)
                .copied()
                .unwrap_or(Asked::No),
            last_seen: None,
            unread: 0,
            ping: None,
            care: None,
        }
    }

    fn show_requests(&mut self) {
        let gone: Vec<RequestId> = self
            .shown
            .requests
            .keys()
            .filter(|id| !self.requests.contains_key(id))
            .cloned()
            .collect();
        for id in gone {
            self.shown.requests.remove(&id);
            self.ctx.emit(Output::Event(Event::RequestGone(id)));
        }
        for (id, record) in self.requests.iter() {
            let request = Request {
                id: id.clone(),
                name: record.name.clone(),
                note: record.note.clone(),
                at: record.at,
                resembles: self.shown.alike.of(&record.name),
                invited: record.invite.is_some(),
            };
            if self.shown.requests.get(id) != Some(&request) {
                self.shown.requests.insert(id.clone(), request.clone());
                self.ctx.emit(Output::Event(Event::Request(request)));
            }
        }
    }

    fn show_badge(&mut self) {
        let unread: u32 = self.chats.values().map(crate::chat::Chat::unread).sum();
        let count = unread.saturating_add(u32::try_from(self.requests.len()).unwrap_or(u32::MAX));
        if self.shown.badge != count {
            self.shown.badge = count;
            self.ctx.emit(Output::Event(Event::Badge { count }));
        }
    }
}

impl Alike {
    /// Begins a round with the names of the contacts as they are now.
    fn begin(&mut self, names: &Names, contacts: &[String], lists_changed: bool) {
        if lists_changed && self.known.len() > ALIKE_KNOWN {
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
    fn of(&self, name: &str) -> Option<String> {
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
