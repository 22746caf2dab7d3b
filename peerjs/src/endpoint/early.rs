//! Candidates that come before the offer they belong to.

use crate::candidate::Candidate;
use crate::limits::{DIAL_WITHIN, EARLY_CANDIDATES_MAX, EARLY_MAX, OF_ONE_CALLER_MAX};
use std::time::Duration;

/// Bounded in every direction: the number of connections, of all callers and of one, the candidates of
/// each, and time.
/// Beyond the bounds candidates are dropped; the dial they belong to may still succeed by others.
#[derive(Default)]
pub(super) struct Early(Vec<Waiting>);

/// The candidates of one connection.
struct Waiting {
    key: Key,
    until: Duration,
    candidates: Vec<Candidate>,
}

/// What names a connection that is not there yet.
#[derive(PartialEq, Eq)]
pub(super) struct Key {
    pub(super) local: String,
    pub(super) remote: String,
    pub(super) label: String,
}

impl Early {
    pub(super) fn keep(&mut self, now: Duration, key: Key, candidate: Candidate) {
        if let Some(waiting) = self.0.iter_mut().find(|waiting| waiting.key == key) {
            if waiting.candidates.len() < EARLY_CANDIDATES_MAX {
                waiting.candidates.push(candidate);
            }
        } else if self.has_room(&key.remote) {
            let (until, candidates) = (now + DIAL_WITHIN, vec![candidate]);
            self.0.push(Waiting {
                key,
                until,
                candidates,
            });
        }
    }

    fn has_room(&self, remote: &str) -> bool {
        let of_caller = self.0.iter().filter(|waiting| waiting.key.remote == remote);
        self.0.len() < EARLY_MAX && of_caller.count() < OF_ONE_CALLER_MAX
    }

    pub(super) fn take(&mut self, key: &Key) -> Vec<Candidate> {
        let found = self.0.iter().position(|waiting| waiting.key == *key);
        found
            .map(|index| self.0.swap_remove(index).candidates)
            .unwrap_or_default()
    }

    pub(super) fn expire(&mut self, now: Duration) {
        self.0.retain(|waiting| waiting.until > now);
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.0.iter().map(|waiting| waiting.until).min()
    }
}
