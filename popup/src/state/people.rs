//! Everybody in the lists: who belongs in which, and in which order.

use super::resync::Resynced;
use ipc::{Person, PersonId, Presence, Request, RequestId};
use litemap::LiteMap;
use std::rc::Rc;

/// The list in which somebody is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// "On this network".
    Network,
    /// "Saved contacts".
    Saved,
}

/// Everybody known, by key.
pub(crate) type People = Resynced<PersonId, Rc<Person>>;

/// Who waits for an answer, by key.
pub(crate) type Requests = Resynced<RequestId, Request>;

/// The places of [`rank`].
const RANKS: usize = 3;

/// Both lists in their order, put together again only where somebody in them has changed.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    made_of: Option<(u64, u64)>,
    network: Rc<[Rc<Person>]>,
    saved: Rc<[Rc<Person>]>,
    /// The place of each name in the order of the person's language.
    places: LiteMap<String, usize>,
}

impl Lists {
    /// Follows who is there. A stranger whose request waits stands among the requests.
    ///
    /// `sort` puts names in the order of the person's language.
    pub(crate) fn follow(
        &mut self,
        people: &People,
        requests: &Requests,
        sort: fn(Vec<&str>) -> Vec<String>,
    ) {
        let made_of = Some((people.version(), requests.version()));
        if std::mem::replace(&mut self.made_of, made_of) == made_of {
            return;
        }
        if !people
            .values()
            .all(|person| self.places.contains_key(&person.name))
        {
            let names = people.values().map(|person| person.name.as_str());
            self.places = sort(names.collect()).into_iter().zip(0..).collect();
        }
        self.network = self.list(people, requests, Section::Network);
        self.saved = self.list(people, requests, Section::Saved);
    }

    /// Returns who is shown in a list, in order: contacts before strangers, each by name.
    pub(crate) fn of(&self, section: Section) -> &Rc<[Rc<Person>]> {
        match section {
            Section::Network => &self.network,
            Section::Saved => &self.saved,
        }
    }

    fn list(&self, people: &People, requests: &Requests, section: Section) -> Rc<[Rc<Person>]> {
        // A place for each rank and name. In it everybody of this name, in the order of their ids.
        let names = self.places.values().max().map_or(0, |last| last + 1);
        let mut places: Vec<Vec<Rc<Person>>> = vec![Vec::new(); RANKS * names];
        let waits = |person: &Person| requests.values().any(|request| is_of(request, &person.id));
        for person in people.values() {
            if section_of(person) != Some(section) || waits(person) {
                continue;
            }
            let name = self.places.get(&person.name).copied().unwrap_or_default();
            if let Some(place) = places.get_mut(rank(person) * names + name) {
                place.push(Rc::clone(person));
            }
        }
        places.into_iter().flatten().collect()
    }
}

/// Returns whether somebody is saved, wherever they are shown.
pub(crate) fn has_contacts(people: &People) -> bool {
    let is_contact = |person: &Rc<Person>| matches!(person.id, PersonId::Contact(_));
    people.values().any(is_contact)
}

fn is_of(request: &Request, person: &PersonId) -> bool {
    matches!(person, PersonId::Stranger(stranger) if *stranger == request.stranger)
}

fn section_of(person: &Person) -> Option<Section> {
    if person
        .preferences
        .as_ref()
        .is_some_and(|preferences| preferences.blocked)
    {
        return Some(Section::Saved);
    }
    match (&person.id, person.presence) {
        (_, Presence::OnNetwork | Presence::ClaimsNetwork) => Some(Section::Network),
        (PersonId::Contact(_), Presence::Online | Presence::Offline) => Some(Section::Saved),
        (PersonId::Stranger(_), Presence::Online | Presence::Offline) => None,
    }
}

/// Returns the place in the order: contacts before strangers, and saved contacts who are online
/// before those who are not.
fn rank(person: &Person) -> usize {
    match (&person.id, person.presence) {
        (PersonId::Contact(_), Presence::Offline) => 1,
        (PersonId::Contact(_), _) => 0,
        (PersonId::Stranger(_), _) => 2,
    }
}
