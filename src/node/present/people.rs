//! The people in the lists: contacts, and strangers from the registries.

use super::alike::Alike;
use super::state::State;
use crate::contacts::Contact;
use crate::context::Context;
use crate::directory::Member;
use crate::ids::rootless;
use crate::view::{Asked, Event, Person, PersonId, Presence};
use crate::wire::Entry;
use litemap::LiteMap;

/// Who is shown.
#[derive(Debug, Default)]
pub(super) struct People {
    shown: LiteMap<PersonId, Person>,
    basis: Basis,
    alike: Alike,
}

/// What every stranger depends on beside their own entry. Where it changes, everybody is looked at
/// again; else only those whose entry changed: registries can be large.
#[derive(Debug, Default, PartialEq)]
struct Basis {
    /// See [`Directory::recognised`](crate::directory::Directory::recognised).
    recognised: u64,
    /// The contacts' names.
    names: Vec<String>,
    asked: LiteMap<String, Asked>,
}

impl Basis {
    fn of(state: &State<'_>) -> Self {
        Self {
            recognised: state.directory.recognised(),
            names: state
                .contacts
                .complete()
                .map(|contact| contact.name().to_owned())
                .collect(),
            asked: state.introductions.asked().clone(),
        }
    }
}

impl People {
    pub(super) fn shown(&self) -> impl Iterator<Item = &Person> {
        self.shown.values()
    }

    /// Returns the contact whose name this one looks like.
    pub(super) fn contact_like(&self, name: &str) -> Option<String> {
        self.alike.of(name)
    }

    /// Shows who came, changed or went.
    pub(super) fn update(&mut self, ctx: &mut Context, state: &State<'_>) {
        let basis = Basis::of(state);
        let everybody = self.basis != basis;
        self.basis = basis;
        self.compare_names(ctx, state, everybody);
        self.show_contacts(ctx, state);
        if everybody {
            self.show_strangers(ctx, state);
        } else {
            for id in state.directory.changes() {
                self.show_entry(ctx, state, id);
            }
        }
    }

    fn compare_names(&mut self, ctx: &Context, state: &State<'_>, everybody: bool) {
        let (alike, names) = (&mut self.alike, &ctx.names);
        alike.begin(names, &self.basis.names, everybody);
        let members = state.directory.members();
        let all = members
            .iter()
            .filter(|_| everybody)
            .flat_map(Member::others);
        let changes = state.directory.changes().iter().filter(|_| !everybody);
        let changed = changes.filter_map(|id| members.iter().find_map(|m| m.other(id)));
        for entry in all.chain(changed) {
            alike.learn(names, &entry.friendlyname);
        }
        for request in state.introductions.requests().values() {
            alike.learn(names, &request.name);
        }
    }

    fn show_contacts(&mut self, ctx: &mut Context, state: &State<'_>) {
        let saved = state.contacts.complete().map(|c| contact(state, c));
        let saved: Vec<Person> = saved.collect();
        let is_contact = |id: &&PersonId| matches!(id, PersonId::Contact(_));
        let is_gone = |id: &&PersonId| saved.iter().all(|person| person.id != **id);
        // Contacts come first in the order of the keys.
        let shown = self.shown.keys().take_while(is_contact);
        let gone: Vec<PersonId> = shown.filter(is_gone).cloned().collect();
        for id in gone {
            self.show_gone(ctx, id);
        }
        for person in saved {
            self.show_person(ctx, person);
        }
    }

    fn show_strangers(&mut self, ctx: &mut Context, state: &State<'_>) {
        let mut strangers: LiteMap<PersonId, Person> = LiteMap::new_vec();
        for member in state.directory.members() {
            for entry in member.others() {
                if !state.directory.is_contact(member, entry) {
                    let person = self.stranger(entry);
                    strangers.insert(person.id.clone(), person);
                }
            }
        }
        let is_gone =
            |id: &&PersonId| matches!(id, PersonId::Stranger(_)) && !strangers.contains_key(*id);
        let gone: Vec<PersonId> = self.shown.keys().filter(is_gone).cloned().collect();
        for id in gone {
            self.show_gone(ctx, id);
        }
        for (_, person) in strangers {
            self.show_person(ctx, person);
        }
    }

    /// Shows one entry that came, changed or went.
    fn show_entry(&mut self, ctx: &mut Context, state: &State<'_>, id: &str) {
        let id = rootless(id);
        let entry = state.directory.entry(id);
        let stranger = entry.filter(|(member, entry)| !state.directory.is_contact(member, entry));
        match stranger.map(|(_, entry)| self.stranger(entry)) {
            Some(person) => self.show_person(ctx, person),
            None => self.show_gone(ctx, PersonId::Stranger(id.to_owned())),
        }
    }

    fn show_gone(&mut self, ctx: &mut Context, id: PersonId) {
        if self.shown.remove(&id).is_some() {
            ctx.event(Event::PersonGone(id));
        }
    }

    fn show_person(&mut self, ctx: &mut Context, person: Person) {
        if self.shown.get(&person.id) != Some(&person) {
            self.shown.insert(person.id.clone(), person.clone());
            ctx.event(Event::Person(person));
        }
    }

    fn stranger(&self, entry: &Entry) -> Person {
        let id = rootless(&entry.discovery_id);
        Person {
            id: PersonId::Stranger(id.to_owned()),
            name: entry.friendlyname.clone(),
            presence: Presence::ClaimsNetwork,
            resembles: self.alike.of(&entry.friendlyname),
            asked: self.basis.asked.get(id).copied().unwrap_or(Asked::No),
            last_seen: None,
            unread: 0,
            ping: None,
            preferences: None,
        }
    }
}

fn contact(state: &State<'_>, contact: &Contact) -> Person {
    Person {
        id: PersonId::Contact(contact.id().clone()),
        name: contact.name().to_owned(),
        presence: presence(state, contact),
        resembles: None,
        asked: Asked::No,
        last_seen: contact.record().last_seen,
        unread: state.conversations.unread(contact.id()),
        ping: contact.ping(),
        preferences: Some(contact.shown_preferences(state.now.unix)),
    }
}

fn presence(state: &State<'_>, contact: &Contact) -> Presence {
    let listed = contact.seen_as().is_some();
    let is_local = |path| state.directory.is_local(path);
    let is_here = state.conversations.is_here(contact.id(), is_local);
    match (contact.is_connected(), listed) {
        _ if contact.is_blocked() => Presence::Offline,
        (true, _) if is_here => Presence::OnNetwork,
        (_, true) => Presence::ClaimsNetwork,
        (true, false) => Presence::Online,
        (false, false) => Presence::Offline,
    }
}
