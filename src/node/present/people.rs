//! The people in the lists: contacts, and strangers from the registries.

use super::alike::Alike;
use super::state::State;
use crate::clock::Mono;
use crate::contacts::Contact;
use crate::context::Context;
use crate::directory::Standing;
use crate::ids::Stranger;
use crate::io::Path;
use crate::limits::SHOWN_STRANGERS;
use crate::values::ContactId;
use crate::view::{Asked, Connected, Event, Person, PersonId, Presence, Way};
use crate::wire::Entry;
use litemap::LiteMap;
use std::time::Duration;

/// The places of [`People::rank`].
const RANKS: usize = 10;

/// How often those to be shown are chosen where there are more than can be: each time everybody is looked
/// at, and who tells of changes must not decide how often.
const CHOOSE_EVERY: Duration = Duration::from_millis(250);

/// Who is shown.
#[derive(Debug, Default)]
pub(super) struct People {
    shown: LiteMap<PersonId, Person>,
    /// How many strangers are there who are not shown.
    more: u32,
    /// Somebody came, went or changed since those to be shown were chosen.
    stale: bool,
    /// When they were chosen.
    chosen: Option<Mono>,
    basis: Basis,
    alike: Alike,
}

/// What every stranger depends on beside their own entry. Where it changes, everybody is looked at
/// again; else only those whose entry changed: registries can be large.
#[derive(Debug, Default)]
struct Basis {
    /// See [`Directory::recognised`](crate::directory::Directory::recognised).
    recognised: u64,
    /// The contacts' names.
    names: Vec<String>,
    asked: LiteMap<Stranger, Asked>,
    /// Whose requests wait.
    asking: Vec<Stranger>,
}

impl Basis {
    /// Returns whether it is as it was.
    fn is_of(&self, state: &State<'_>) -> bool {
        let names = state.contacts.complete().map(Contact::name);
        self.recognised == state.directory.recognised()
            && names.eq(self.names.iter().map(String::as_str))
            && self.asked == *state.introductions.asked()
    }

    fn of(state: &State<'_>) -> Self {
        let requests = state.introductions.requests().values();
        Self {
            recognised: state.directory.recognised(),
            names: state
                .contacts
                .complete()
                .map(|contact| contact.name().to_owned())
                .collect(),
            asked: state.introductions.asked().clone(),
            asking: requests
                .map(|request| Stranger::at(&request.from))
                .collect(),
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
        let everybody = !self.basis.is_of(state);
        if everybody {
            self.basis = Basis::of(state);
            self.alike.begin(&ctx.names, &self.basis.names);
        }
        for request in state.introductions.requests().values() {
            self.alike.learn(&ctx.names, &request.name);
        }
        self.show_contacts(ctx, state);
        self.show_strangers(ctx, state, everybody);
    }

    fn show_contacts(&mut self, ctx: &mut Context, state: &State<'_>) {
        // Both are in the order of their ids, so that each is looked at beside how it is shown.
        let mut shown = self.contacts_shown().peekable();
        let (mut gone, mut changed) = (Vec::new(), Vec::new());
        for saved in state.contacts.complete() {
            while let Some((id, _)) = shown.next_if(|(id, _)| *id < saved.id()) {
                gone.push(PersonId::Contact(id.clone()));
            }
            let shown = shown.next_if(|(id, _)| *id == saved.id());
            if !shown.is_some_and(|(_, person)| is_as_shown(state, saved, person)) {
                changed.push(contact(state, saved));
            }
        }
        gone.extend(shown.map(|(id, _)| PersonId::Contact(id.clone())));
        for id in gone {
            self.show_gone(ctx, id);
        }
        for person in changed {
            self.show_person(ctx, person);
        }
    }

    /// Returns the contacts that are shown: they come first in the order of the keys.
    fn contacts_shown(&self) -> impl Iterator<Item = (&ContactId, &Person)> {
        self.shown.iter().map_while(|(id, person)| match id {
            PersonId::Contact(id) => Some((id, person)),
            PersonId::Stranger(_) => None,
        })
    }

    /// Shows a bounded number of strangers.
    fn show_strangers(&mut self, ctx: &mut Context, state: &State<'_>, everybody: bool) {
        if everybody {
            for stranger in self.strangers_shown() {
                self.show_entry(ctx, state, &stranger);
            }
        } else {
            for id in state.directory.changes() {
                let stranger = Stranger::at(id);
                if self.shown.contains_key(&person_id(&stranger)) {
                    self.show_entry(ctx, state, &stranger);
                }
            }
        }
        self.stale |= everybody || !state.directory.changes().is_empty();
        if self.stale && self.due().is_none_or(|at| ctx.now.mono >= at) {
            self.stale = false;
            self.chosen = Some(ctx.now.mono);
            self.choose(ctx, state);
        }
    }

    /// Returns when those to be shown are chosen again.
    pub(super) fn due(&self) -> Option<Mono> {
        let many = self.stale && self.more > 0;
        self.chosen.filter(|_| many).map(|at| at + CHOOSE_EVERY)
    }

    /// Chooses who is shown, and counts the others: the better it is shown that somebody is there, the
    /// sooner, and of equal ones who is shown already. So nobody who is invented takes the place of
    /// somebody who is there, or was there before.
    fn choose(&mut self, ctx: &mut Context, state: &State<'_>) {
        let shown = self.strangers_shown();
        let mut there = 0_usize;
        let mut ranks: [Vec<&Entry>; RANKS] = Default::default();
        for (standing, entry) in state.directory.strangers() {
            there += 1;
            let stranger = Stranger::at(&entry.discovery_id);
            let is_shown = shown.binary_search(&stranger).is_ok();
            let rank = ranks.get_mut(self.rank(&stranger, standing, is_shown));
            if let Some(rank) = rank.filter(|rank| rank.len() < SHOWN_STRANGERS) {
                rank.push(entry);
            }
        }
        let best = ranks.into_iter().flatten().take(SHOWN_STRANGERS);
        let best: LiteMap<Stranger, &Entry> = best
            .map(|entry| (Stranger::at(&entry.discovery_id), entry))
            .collect();
        for stranger in shown.iter().filter(|other| !best.contains_key(*other)) {
            self.show_gone(ctx, person_id(stranger));
        }
        for (stranger, entry) in best.iter() {
            if shown.binary_search(stranger).is_err() {
                self.show_stranger(ctx, entry);
            }
        }
        self.more = u32::try_from(there - best.len()).unwrap_or(u32::MAX);
    }

    /// Returns the place of a stranger in the choice of whom to show; the smaller, the sooner. Whom the
    /// person has asked, and who asks, comes first.
    fn rank(&self, stranger: &Stranger, standing: Standing, is_shown: bool) -> usize {
        let is_met =
            self.basis.asked.contains_key(stranger) || self.basis.asking.contains(stranger);
        let rank = match standing {
            _ if is_met => 0,
            Standing::Here => 1,
            Standing::Told => 2,
            Standing::Relayed => 3,
            Standing::Leftover => 4,
        };
        2 * rank + usize::from(!is_shown)
    }

    /// Returns the strangers who are shown, in their order.
    fn strangers_shown(&self) -> Vec<Stranger> {
        let strangers = self.shown.keys().filter_map(|id| match id {
            PersonId::Stranger(id) => Some(Stranger::at(id)),
            PersonId::Contact(_) => None,
        });
        strangers.collect()
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
        let name = entry.friendlyname.clone();
        Person {
            resembles: self.alike.of(&name),
            asked: asked.unwrap_or(Asked::No),
            ..Person::new(person_id(&stranger), name, Presence::ClaimsNetwork)
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
        connected: connected(state, contact),
        no_path: contact.has_no_path(),
        preferences: Some(contact.shown_preferences(state.now.unix)),
        staying: state.conversations.staying(contact.id()),
    }
}

/// Returns whether [`contact`] is what is shown already: asked after each input of each contact, and so
/// without making one.
fn is_as_shown(state: &State<'_>, contact: &Contact, shown: &Person) -> bool {
    let Person {
        id: _,
        name,
        presence: shown_presence,
        resembles: _,
        asked: _,
        last_seen,
        unread,
        ping,
        connected: shown_connected,
        no_path,
        preferences,
        staying,
    } = shown;
    *name == contact.name()
        && *shown_presence == presence(state, contact)
        && *last_seen == contact.record().last_seen
        && *unread == state.conversations.unread(contact.id())
        && *ping == contact.ping()
        && *shown_connected == connected(state, contact)
        && *no_path == contact.has_no_path()
        && state.conversations.is_staying(contact.id(), staying)
        && preferences
            .as_ref()
            .is_some_and(|shown| contact.has_preferences(shown, state.now.unix))
}

/// Returns whether a direct connection shows a contact on this network.
fn is_here(state: &State<'_>, contact: &Contact) -> bool {
    let is_local = |path, shares| state.directory.is_local(path, shares);
    state.conversations.is_here(contact.id(), is_local)
}

/// Returns which way messages to a contact take.
fn connected(state: &State<'_>, contact: &Contact) -> Option<Connected> {
    let way = match state.conversations.path(contact.id())? {
        Path::Relay => Way::Relayed,
        Path::Local | Path::Public(_) | Path::Unknown if is_here(state, contact) => {
            Way::SameNetwork
        }
        Path::Local | Path::Public(_) | Path::Unknown => Way::Direct,
    };
    let trip = state.conversations.round_trip(contact.id());
    let round_trip = trip.map(|trip| u32::try_from(trip.as_millis()).unwrap_or(u32::MAX));
    Some(Connected {
        way,
        round_trip,
        away: state.conversations.is_away(contact.id()),
    })
}

fn presence(state: &State<'_>, contact: &Contact) -> Presence {
    let listed = contact.is_seen();
    match (contact.is_connected(), listed) {
        _ if contact.is_blocked() => Presence::Offline,
        (true, _) if is_here(state, contact) => Presence::OnNetwork,
        (_, true) => Presence::ClaimsNetwork,
        (true, false) => Presence::Online,
        (false, false) => Presence::Offline,
    }
}
