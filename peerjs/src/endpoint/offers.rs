//! Offers that wait until the owner takes or refuses them. Nothing has been made for them.

use super::early::Key;
use crate::event::ConnId;
use crate::limits::{DECIDED_WITHIN, OF_ONE_CALLER_MAX, OFFERED_MAX};
use crate::sdp::Description;
use std::time::Duration;

/// Bounded in number, for each caller, and in time.
#[derive(Default)]
pub(super) struct Offers(Vec<Offer>);

/// What somebody offers.
pub(super) struct Offer {
    pub(super) conn: ConnId,
    pub(super) key: Key,
    pub(super) description: Description,
    until: Duration,
}

impl Offers {
    /// Returns whether a further offer of this caller may wait.
    pub(super) fn have_room(&self, remote: &str) -> bool {
        let of_caller = self.0.iter().filter(|offer| offer.key.remote == remote);
        self.0.len() < OFFERED_MAX && of_caller.count() < OF_ONE_CALLER_MAX
    }

    pub(super) fn keep(&mut self, now: Duration, conn: ConnId, key: Key, description: Description) {
        let until = now + DECIDED_WITHIN;
        self.0.push(Offer {
            conn,
            key,
            description,
            until,
        });
    }

    /// Takes the offer with this number.
    pub(super) fn take(&mut self, conn: ConnId) -> Option<Offer> {
        let found = self.0.iter().position(|offer| offer.conn == conn)?;
        Some(self.0.remove(found))
    }

    /// Takes the offer that another one of the same name replaces.
    pub(super) fn replace(&mut self, key: &Key) -> Option<ConnId> {
        let found = self.0.iter().find(|offer| offer.key == *key)?.conn;
        self.take(found).map(|offer| offer.conn)
    }

    /// Takes the offers that were not decided about in time.
    pub(super) fn expire(&mut self, now: Duration) -> Vec<ConnId> {
        let late = self.0.iter().filter(|offer| offer.until <= now);
        let late: Vec<ConnId> = late.map(|offer| offer.conn).collect();
        self.0.retain(|offer| offer.until > now);
        late
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.0.iter().map(|offer| offer.until).min()
    }
}
