//! Everybody in the lists: who belongs in which, and in which order.

use super::resync::Resynced;
use ipc::{Person, PersonId, Presence};
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

/// Returns who is shown in a list, in order: contacts before strangers, each by name.
///
/// `fold` makes names comparable whatever their case.
pub(crate) fn list(people: &People, section: Section, fold: fn(&str) -> String) -> Vec<&Person> {
    let shown = people.values().filter(|p| section_of(p) == Some(section));
    let mut sorted: LiteMap<_, _> = LiteMap::new();
    for person in shown {
        let key = (rank(person), fold(&person.name), &person.id);
        sorted.insert(key, person);
    }
    sorted.into_iter().map(|(_, person)| person).collect()
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
