//! The people in the lists: contacts, and strangers from the registries.

use super::alike::Alike;
use super::state::State;
use crate::contacts::Contact;
use crate::context::Context;
use crate::ids::Stranger;
use crate::limits::SHOWN_STRANGERS;
use crate::view::{Asked, Event, Person, PersonId, Presence};
use crate::wire::Entry;
use litemap::LiteMap;

/// Who is shown.
#[derive(Debug, Default)]
pub(super) struct People {
    shown: LiteMap<PersonId, Person>,
    /// How many strangers are there who are not shown.
    more: u32,
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
    asked: LiteMap<Stranger, Asked>,
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

    /// Counts the strangers who are there beside those that are shown.
    pub(super) fn more(&self) -> u32 {
        self.more
    }

    /// Shows who came, changed or went.
    pub(super) fn update(&mut self, ctx: &mut Context, state: &State<'_>) {
        let basis = Basis::of(state);
        let everybody = self.basis != basis;
        self.basis = basis;
        self.alike.begin(&ctx.names, &self.basis.names);
        for request in state.introductions.requests().values() {
            self.alike.learn(&ctx.names, &request.name);
        }
        self.show_contacts(ctx, state);
        self.show_strangers(ctx, state, everybody);
    }

    fn show_contacts(&mut self, ctx: &mut Context, state: &State<'_>) {
        let saved = state.contacts.complete().map(|c| contact(state, c));
        let saved: Vec<Person> = saved.collect();
        let is_contact = |id: &&PersonId| matches!(id, PersonId::Contact(_));
        // In the order of their keys, as they are saved.
        let place = |id: &PersonId| saved.binary_search_by(|person| person.id.cmp(id));
        let is_gone = |id: &&PersonId| place(id).is_err();
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

    /// Shows a bounded number of strangers. Whoever is shown stays as long as they are there, so that
    /// nobody who is invented later takes their place.
    fn show_strangers(&mut self, ctx: &mut Context, state: &State<'_>, everybody: bool) {
        if everybody {
            let strangers = self.shown.keys().filter_map(|id| match id {
                PersonId::Stranger(id) => Some(Stranger::at(id)),
                PersonId::Contact(_) => None,
            });
            for stranger in strangers.collect::<Vec<_>>() {
                self.show_entry(ctx, state, &stranger);
            }
        } else {
            for id in state.directory.changes() {
                let stranger = Stranger::at(id);
                if self.is_shown(&stranger) {
                    self.show_entry(ctx, state, &stranger);
                }
            }
        }
        if everybody || !state.directory.changes().is_empty() {
            self.fill(ctx, state);
        }
    }

    /// Shows further strangers where there is room, and counts the others.
    fn fill(&mut self, ctx: &mut Context, state: &State<'_>) {
        let is_stranger = |id: &&PersonId| matches!(id, PersonId::Stranger(_));
        let shown = self.shown.keys().filter(is_stranger).count();
        let mut room = SHOWN_STRANGERS.saturating_sub(shown);
        let mut there = 0_usize;
        for entry in state.directory.strangers() {
            there += 1;
            if room > 0 && !self.is_shown(&Stranger::at(&entry.discovery_id)) {
                room -= 1;
                self.show_stranger(ctx, entry);
            }
        }
        let more = there.saturating_sub(SHOWN_STRANGERS - room);
        self.more = u32::try_from(more).unwrap_or(u32::MAX);
    }

    fn is_shown(&self, stranger: &Stranger) -> bool {
        self.shown.contains_key(&person_id(stranger))
    }

    /// Shows one stranger who is shown already as their entry is now.
    fn show_entry(&mut self, ctx: &mut Context, state: &State<'_>, stranger: &Stranger) {
        let entry = state.directory.entry(stranger);
        let entry = entry.filter(|(member, entry)| !state.directory.is_contact(member, entry));
        match entry {
            Some((_, entry)) => self.show_stranger(ctx, entry),
            None => self.show_gone(ctx, person_id(stranger)),
        }
    }

    fn show_stranger(&mut self, ctx: &mut Context, entry: &Entry) {
        self.alike.learn(&ctx.names, &entry.friendlyname);
        let person = self.stranger(entry);
        self.show_person(ctx, person);
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
        let stranger = Stranger::at(&entry.discovery_id);
        let asked = self.basis.asked.get(&stranger).copied();
        Person {
            id: person_id(&stranger),
            name: entry.friendlyname.clone(),
            presence: Presence::ClaimsNetwork,
            resembles: self.alike.of(&entry.friendlyname),
            asked: asked.unwrap_or(Asked::No),
            last_seen: None,
            unread: 0,
            ping: None,
            preferences: None,
        }
    }
}

fn person_id(stranger: &Stranger) -> PersonId {
    PersonId::Stranger(stranger.as_str().to_owned())
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
    let is_local = |path, shares| state.directory.is_local(path, shares);
    let is_here = state.conversations.is_here(contact.id(), is_local);
    match (contact.is_connected(), listed) {
        _ if contact.is_blocked() => Presence::Offline,
        (true, _) if is_here => Presence::OnNetwork,
        (_, true) => Presence::ClaimsNetwork,
        (true, false) => Presence::Online,
        (false, false) => Presence::Offline,
    }
}
