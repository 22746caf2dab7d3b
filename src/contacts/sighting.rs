//! Where a contact is seen in the registries of this network.

use crate::clock::Mono;
use crate::limits::JOIN_NOTICE;

/// The last sighting of one contact.
#[derive(Debug, Default)]
pub(super) struct Sighting {
    /// The Discovery ID of their entry.
    discovery_id: Option<String>,
    /// The Transport ID in that entry, which only contacts can read. A hint: others who know the
    /// contact can make one.
    transport_id: Option<String>,
    /// A direct connection shows that they are on this network.
    is_here: bool,
    /// When they were last found to be.
    here_since: Option<Mono>,
    /// When the person was last told so.
    announced: Option<Mono>,
}

impl Sighting {
    pub(super) fn discovery_id(&self) -> Option<&str> {
        self.discovery_id.as_deref()
    }

    pub(super) fn transport_id(&self) -> Option<&str> {
        self.transport_id.as_deref()
    }

    /// Takes the entry they have now. Returns the Discovery ID they had before.
    pub(super) fn set(&mut self, entry: Option<(String, Option<String>)>) -> Option<String> {
        let (discovery_id, transport_id) = entry.unzip();
        self.transport_id = transport_id.flatten();
        std::mem::replace(&mut self.discovery_id, discovery_id)
    }

    /// Takes whether they are on this network. Returns whether the person is to be told that they
    /// joined it: at most once in five minutes, and not if they were only away for a moment.
    pub(super) fn set_here(&mut self, is_here: bool, muted: bool, now: Mono) -> bool {
        let arrived = is_here && !self.is_here;
        self.is_here = is_here;
        if !arrived {
            return false;
        }
        let recent = |at: Option<Mono>| at.is_some_and(|at| now.since(at) < JOIN_NOTICE);
        let quiet = recent(self.announced) || recent(self.here_since);
        self.here_since = Some(now);
        if quiet || muted {
            return false;
        }
        self.announced = Some(now);
        true
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
    fn who_comes_is_announced_once_and_not_again_after_a_moment() {
        let mut sighting = Sighting::default();
        assert!(sighting.set_here(true, false, Mono(0)));
        assert!(!sighting.set_here(true, false, Mono(MINUTE)), "they stay");
        assert!(!sighting.set_here(false, false, Mono(2 * MINUTE)));
        assert!(
            !sighting.set_here(true, false, Mono(3 * MINUTE)),
            "a moment"
        );
        sighting.set_here(false, false, Mono(4 * MINUTE));
        assert!(sighting.set_here(true, false, Mono(20 * MINUTE)));
    }

    #[test]
    fn a_muted_contact_is_not_announced() {
        let mut sighting = Sighting::default();
        assert!(!sighting.set_here(true, true, Mono(0)));
        sighting.set_here(false, true, Mono(1));
        assert!(sighting.set_here(true, false, Mono(20 * MINUTE)));
    }

    #[test]
    fn a_newer_record_of_a_contact_who_is_here_is_no_arrival() {
        let mut before = Sighting::default();
        before.set_here(true, false, Mono(0));
        let mut after = Sighting::default();
        after.stay_as(&before);
        assert!(!after.set_here(true, false, Mono(1)));
    }
}
