//! Ids at which somebody else was found than the contact who should be there.

use crate::clock::Mono;
use crate::limits::{BLACKLIST, BLACKLIST_TIME};
use crate::values::ContactId;
use std::collections::VecDeque;

/// Oldest first. Only a completed exchange with a wrong proof leads here. It holds for one contact: what
/// one says of its address must not keep another one from being dialled.
#[derive(Debug, Default)]
pub(crate) struct Blacklist(VecDeque<Entry>);

#[derive(Debug)]
struct Entry {
    server: String,
    id: String,
    contact: ContactId,
    until: Mono,
}

impl Entry {
    fn is(&self, server: &str, id: &str, contact: &ContactId) -> bool {
        self.server == server && self.id == id && self.contact == *contact
    }
}

impl Blacklist {
    /// Blocks dials to an id for a contact for a while. Where there is no room, the oldest entry is
    /// forgotten.
    pub(crate) fn add(&mut self, server: &str, id: &str, contact: &ContactId, now: Mono) {
        self.0.retain(|entry| !entry.is(server, id, contact));
        if self.0.len() >= BLACKLIST {
            self.0.pop_front();
        }
        self.0.push_back(Entry {
            server: server.to_owned(),
            id: id.to_owned(),
            contact: contact.clone(),
            until: now + BLACKLIST_TIME,
        });
    }

    /// Allows dials to an id for a contact again, at any server.
    pub(crate) fn forget(&mut self, id: &str, contact: &ContactId) {
        self.0
            .retain(|entry| entry.id != id || entry.contact != *contact);
    }

    /// Returns until when an id at a server is not to be dialled for a contact.
    pub(crate) fn until(
        &self,
        server: &str,
        id: &str,
        contact: &ContactId,
        now: Mono,
    ) -> Option<Mono> {
        let entry = self.0.iter().find(|entry| entry.is(server, id, contact))?;
        (now < entry.until || planted!(BlacklistForever)).then_some(entry.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_context::id;

    #[test]
    fn an_entry_is_for_one_id_of_one_contact_at_one_server_and_ends_by_time() {
        let mut list = Blacklist::default();
        let (bob, cleo) = (id("Bob"), id("Cleo"));
        list.add("one", "x", &bob, Mono(0));
        let until = |list: &Blacklist, server, id, contact, now| {
            list.until(server, id, contact, Mono(now)).is_some()
        };
        assert!(until(&list, "one", "x", &bob, 899_999));
        assert!(!until(&list, "two", "x", &bob, 5));
        assert!(!until(&list, "one", "y", &bob, 5));
        assert!(!until(&list, "one", "x", &cleo, 5), "another contact");
        assert!(!until(&list, "one", "x", &bob, 900_000));
        list.forget("x", &cleo);
        assert!(until(&list, "one", "x", &bob, 5));
        list.forget("x", &bob);
        assert!(!until(&list, "one", "x", &bob, 5));
    }

    #[test]
    fn a_full_list_forgets_the_oldest() {
        let mut list = Blacklist::default();
        let bob = id("Bob");
        let names = (0..=BLACKLIST).map(|n| n.to_string());
        names.for_each(|name| list.add("one", &name, &bob, Mono(0)));
        assert_eq!(list.until("one", "0", &bob, Mono(1)), None);
        assert!(list.until("one", "1", &bob, Mono(1)).is_some());
        assert_eq!(list.0.len(), BLACKLIST);
    }
}
