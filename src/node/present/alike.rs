//! Which names look like a contact's.

use crate::limits::{REQUESTS, SHOWN_STRANGERS};
use crate::name::Names;
use litemap::LiteMap;

/// Names whose answer is kept from one change to the next: those of everybody who is shown, and as
/// many who have just gone.
const KNOWN: usize = 2 * (SHOWN_STRANGERS + REQUESTS);

/// The answers so far. Every change of a list asks about everybody in it, and the answer changes
/// only with a name.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// The contacts' names as they were when the answers were found.
    names: Vec<String>,
    /// A contact's name, by what it has in common with its look-alikes.
    contacts: LiteMap<String, String>,
    known: LiteMap<String, Option<String>>,
}

impl Alike {
    /// Begins a round with the names of the contacts as they are now.
    pub(super) fn begin(&mut self, names: &Names, contacts: &[String]) {
        if self.names == contacts {
            return;
        }
        self.names = contacts.to_vec();
        // Of contacts who look alike the first one is named, so it is put in last.
        let skeleton = |name: &String| (names.skeleton(name), name.clone());
        self.contacts = contacts.iter().rev().map(skeleton).collect();
        self.known = LiteMap::new_vec();
    }

    /// Finds out about a name that was not seen before.
    pub(super) fn learn(&mut self, names: &Names, name: &str) {
        if self.known.contains_key(name) {
            return;
        }
        if self.known.len() >= KNOWN {
            self.known = LiteMap::new_vec();
        }
        let found = self.contacts.get(&names.skeleton(name)).cloned();
        self.known.insert(name.to_owned(), found);
    }

    /// Returns the contact whose name this one looks like, also where it was not seen before.
    pub(super) fn find(&mut self, names: &Names, name: &str) -> Option<String> {
        self.learn(names, name);
        self.of(name)
    }

    /// Returns the contact whose name this one looks like.
    pub(super) fn of(&self, name: &str) -> Option<String> {
        self.known.get(name).cloned().flatten()
    }
}

/// Returns the contact whose name this one looks like, asked once about one name.
pub(in crate::node) fn contact_like<'a>(
    names: &Names,
    mut contacts: impl Iterator<Item = &'a str>,
    name: &str,
) -> Option<String> {
    let skeleton = names.skeleton(name);
    contacts
        .find(|contact| names.skeleton(contact) == skeleton)
        .map(str::to_owned)
}
