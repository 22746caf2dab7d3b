//! Which names look like a contact's.

use crate::limits::NAMESPACE_ENTRIES;
use crate::name::Names;
use litemap::LiteMap;

/// Names whose answer is kept from one change to the next: those of a whole namespace.
const KNOWN: usize = NAMESPACE_ENTRIES + 1_024;

/// The answers so far. Every change of a list asks about everybody in it, and the answer changes
/// only with a name.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// The contacts' names, each behind what it has in common with its look-alikes.
    contacts: Vec<(String, String)>,
    known: LiteMap<String, Option<String>>,
}

impl Alike {
    /// Begins a round with the names of the contacts as they are now; in a round about everybody,
    /// answers beyond the bound are forgotten.
    pub(super) fn begin(&mut self, names: &Names, contacts: &[String], everybody: bool) {
        if everybody && self.known.len() > KNOWN {
            self.known = LiteMap::new_vec();
        }
        let before = self.contacts.iter().map(|(_, name)| name);
        if before.eq(contacts) {
            return;
        }
        let skeleton = |name: &String| (names.skeleton(name), name.clone());
        self.contacts = contacts.iter().map(skeleton).collect();
        self.known = LiteMap::new_vec();
    }

    /// Finds out about a name that was not seen before.
    pub(super) fn learn(&mut self, names: &Names, name: &str) {
        if self.known.contains_key(name) {
            return;
        }
        let skeleton = names.skeleton(name);
        let found = self.contacts.iter().find(|(known, _)| *known == skeleton);
        let found = found.map(|(_, contact)| contact.clone());
        self.known.insert(name.to_owned(), found);
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
