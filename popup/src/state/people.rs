//! Everybody in the lists: who belongs in which, and in which order.

use super::resync::Resynced;
use ipc::{Person, PersonId, Presence, Request, RequestId};
use litemap::LiteMap;

/// The list in which somebody is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// "On this network".
    Network,
    /// "Saved contacts".
    Saved,
}

/// Everybody known, by key.
pub(crate) type People = Resynced<PersonId, Person>;

/// Who waits for an answer, by key.
pub(crate) type Requests = Resynced<RequestId, Request>;

/// Returns who is shown in a list, in order: contacts before strangers, each by name. A stranger whose
/// request waits stands among the requests.
///
/// `sort` puts names in the order of the person's language.
pub(crate) fn list<'a>(
    people: &'a People,
    requests: &Requests,
    section: Section,
    sort: fn(Vec<&str>) -> Vec<String>,
) -> Vec<&'a Person> {
    let waits = |person: &Person| requests.values().any(|request| is_of(request, &person.id));
    let in_section = people.values().filter(|p| section_of(p) == Some(section));
    let shown: Vec<&Person> = in_section.filter(|person| !waits(person)).collect();
    let names = sort(shown.iter().map(|person| person.name.as_str()).collect());
    let places: LiteMap<String, usize> = names.into_iter().zip(0..).collect();
    let mut sorted: LiteMap<_, _> = LiteMap::new();
    for person in shown {
        let key = (rank(person), places.get(&person.name), &person.id);
        sorted.insert(key, person);
    }
    sorted.into_iter().map(|(_, person)| person).collect()
}

/// Returns whether somebody is saved, wherever they are shown.
pub(crate) fn has_contacts(people: &People) -> bool {
    let is_contact = |person: &Person| matches!(person.id, PersonId::Contact(_));
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
fn rank(person: &Person) -> u8 {
    match (&person.id, person.presence) {
        (PersonId::Contact(_), Presence::Offline) => 1,
        (PersonId::Contact(_), _) => 0,
        (PersonId::Stranger(_), _) => 2,
    }
}
