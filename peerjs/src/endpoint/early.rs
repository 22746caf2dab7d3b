//! Candidates that come before the offer they belong to.

use crate::candidate::Candidate;
use crate::limits::{DIAL_WITHIN, EARLY_CANDIDATES_MAX, EARLY_MAX};
use std::collections::BTreeMap;
use std::time::Duration;

/// Bounded in every direction: the number of connections, the candidates of each, and time.
/// Beyond the bounds candidates are dropped; the dial they belong to may still succeed by others.
#[derive(Default)]
pub(super) struct Early(BTreeMap<Key, (Duration, Vec<Candidate>)>);

/// Own id, the other id, label.
type Key = (String, String, String);

impl Early {
    pub(super) fn keep(
        &mut self,
        now: Duration,
        local: String,
        remote: String,
        label: String,
        candidate: Candidate,
    ) {
        let key = (local, remote, label);
        if !self.0.contains_key(&key) && self.0.len() >= EARLY_MAX {
            return;
        }
        let (_, candidates) = self.0.entry(key).or_insert((now + DIAL_WITHIN, Vec::new()));
        if candidates.len() < EARLY_CANDIDATES_MAX {
            candidates.push(candidate);
        }
    }

    pub(super) fn take(&mut self, local: &str, remote: &str, label: &str) -> Vec<Candidate> {
        let key = (local.to_owned(), remote.to_owned(), label.to_owned());
        self.0
            .remove(&key)
            .map(|(_, candidates)| candidates)
            .unwrap_or_default()
    }

    pub(super) fn expire(&mut self, now: Duration) {
        self.0.retain(|_, (until, _)| *until > now);
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.0.values().map(|(until, _)| *until).min()
    }
}
