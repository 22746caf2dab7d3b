//! With whom the person talked last: whom the menu of other pages offers.

use super::state::State;
use crate::contacts::Contact;
use crate::limits::RECENT;
use crate::view::Recent;

/// Returns them, the latest first, where they are others than these.
pub(super) fn other_than(shown: &[Recent], state: &State<'_>) -> Option<Vec<Recent>> {
    let latest = latest(state);
    let of = |contact: &Contact, shown: &Recent| {
        *contact.id() == shown.contact && contact.name() == shown.name
    };
    let are_shown = latest.len() == shown.len()
        && latest
            .iter()
            .zip(shown)
            .all(|(contact, shown)| of(contact, shown));
    let recent = |contact: &Contact| Recent {
        contact: contact.id().clone(),
        name: contact.name().to_owned(),
    };
    (!are_shown).then(|| latest.into_iter().map(recent).collect())
}

/// Those with whom nothing was written yet come last, by when they were there.
fn latest<'a>(state: &State<'a>) -> Vec<&'a Contact> {
    let contacts = state.contacts.complete();
    let contacts = contacts.filter(|contact| !contact.is_blocked());
    largest(contacts.map(|contact| {
        let talked = state.conversations.last_at(contact.id());
        ((talked, contact.record().last_seen), contact)
    }))
}

/// Returns those with the largest keys, the largest first. Asked after each input, and so without putting all in order.
fn largest<K: Ord, T>(all: impl Iterator<Item = (K, T)>) -> Vec<T> {
    let mut largest = Vec::with_capacity(RECENT + 1);
    for (key, one) in all {
        let place = largest.partition_point(|(other, _)| *other >= key);
        largest.insert(place, (key, one));
        largest.truncate(RECENT);
    }
    largest.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_are_chosen_and_of_equal_ones_the_first() {
        let keys = [3, 9, 1, 9, 0, 7, 8, 3];
        let largest = largest(keys.into_iter().zip(0..));
        assert_eq!(largest, [1, 3, 6, 5, 0]);
    }
}
