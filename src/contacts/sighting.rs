//! Where a contact is seen in the registries of this network.

use crate::clock::Mono;
use crate::limits::JOIN_NOTICE;

/// An entry that is taken for a contact's.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) discovery_id: String,
    /// The Transport ID in it, which only contacts can read. A hint: others who know the contact can make one.
    pub(super) transport_id: Option<String>,
}

/// The last sighting of one contact.
#[derive(Debug, Default)]
pub(super) struct Sighting {
    /// Their entries. Those come first in which there is a Transport ID, as whoever only holds an id of theirs can
    /// make none.
    entries: Vec<Seen>,
    /// A direct connection shows that they are on this network.
    is_here: bool,
    /// When they last came or went.
    moved: Option<Mono>,
}

impl Sighting {
    pub(super) fn entries(&self) -> &[Seen] {
        &self.entries
    }

    /// Takes the entries they have now. Returns those they had before.
    pub(super) fn set(&mut self, mut entries: Vec<Seen>) -> Vec<Seen> {
        entries.sort_by_key(|entry| entry.transport_id.is_none());
        std::mem::replace(&mut self.entries, entries)
    }

    /// Takes whether they are on this network. Returns whether they have come to it: not if they
    /// were only away for a moment.
    pub(super) fn set_here(&mut self, is_here: bool, now: Mono) -> bool {
        if std::mem::replace(&mut self.is_here, is_here) == is_here {
            return false;
        }
        let recent = |at: Mono| now.since(at) < JOIN_NOTICE;
        let is_flap = self.moved.replace(now).is_some_and(recent);
        is_here && !is_flap
    }

    /// Copies what an older record of the same contact knew: a newer record is no arrival.
    pub(super) fn stay_as(&mut self, before: &Self) {
        self.is_here = before.is_here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    #[test]
    fn who_comes_has_arrived_once_and_not_again_after_a_moment() {
        let mut sighting = Sighting::default();
        for (minute, is_here, arrived) in [
            (0, true, true),
            (1, true, false),
            (100, false, false),
            (101, true, false),
            (102, false, false),
            (107, true, true),
            (108, false, false),
            (120, true, true),
        ] {
            let now = Mono(minute * MINUTE);
            assert_eq!(sighting.set_here(is_here, now), arrived, "minute {minute}");
        }
    }

    #[test]
    fn a_newer_record_of_a_contact_who_is_here_is_no_arrival() {
        let mut before = Sighting::default();
        before.set_here(true, Mono(0));
        let mut after = Sighting::default();
        after.stay_as(&before);
        assert!(!after.set_here(true, Mono(1)));
    }
}
