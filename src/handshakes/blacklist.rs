//! Ids at which somebody else was found than who should be there.

use crate::clock::Mono;
use crate::limits::{BLACKLIST, BLACKLIST_TIME};
use std::collections::VecDeque;

/// By server and id, oldest first. Only a completed exchange with a wrong proof leads here.
#[derive(Debug, Default)]
pub(crate) struct Blacklist(VecDeque<(String, String, Mono)>);

impl Blacklist {
    /// Blocks dials to an id for a while. Where there is no room, the oldest entry is forgotten.
    pub(crate) fn add(&mut self, server: &str, id: &str, now: Mono) {
        self.0
            .retain(|(s, i, _)| (s.as_str(), i.as_str()) != (server, id));
        if self.0.len() >= BLACKLIST {
            self.0.pop_front();
        }
        let until = now + BLACKLIST_TIME;
        self.0.push_back((server.to_owned(), id.to_owned(), until));
    }

    /// Allows dials to an id again, at any server.
    pub(crate) fn forget(&mut self, id: &str) {
        self.0.retain(|(_, known, _)| known != id);
    }

    /// Returns until when an id at a server is not to be dialled.
    pub(crate) fn until(&self, server: &str, id: &str, now: Mono) -> Option<Mono> {
        let entry = self.0.iter().find(|(s, i, _)| s == server && i == id)?;
        (now < entry.2 || planted!(BlacklistForever)).then_some(entry.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_for_one_id_at_one_server_and_ends_by_time() {
        let mut list = Blacklist::default();
        list.add("one", "x", Mono(0));
        assert_eq!(list.until("one", "x", Mono(5)), Some(Mono(900_000)));
        assert_eq!(list.until("two", "x", Mono(5)), None);
        assert_eq!(list.until("one", "y", Mono(5)), None);
        assert_eq!(list.until("one", "x", Mono(900_000)), None);
        list.forget("x");
        assert_eq!(list.until("one", "x", Mono(5)), None);
    }

    #[test]
    fn a_full_list_forgets_the_oldest() {
        let mut list = Blacklist::default();
        let names = (0..=BLACKLIST).map(|n| n.to_string());
        names.for_each(|name| list.add("one", &name, Mono(0)));
        assert_eq!(list.until("one", "0", Mono(1)), None);
        assert!(list.until("one", "1", Mono(1)).is_some());
        assert_eq!(list.0.len(), BLACKLIST);
    }
}
