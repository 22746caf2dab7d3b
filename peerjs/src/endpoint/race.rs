//! The attempts of a dial beside each other: when the next one begins, and how it is made.
//!
//! ```text
//! answered, and no way found for a while ──▶ the next attempt ──▶ ...
//! one opens ──▶ it is the connection, the others are closed
//! none does within the time of a dial, or all have failed ──▶ over
//! ```
//! Where nobody has answered no further attempt is made: it costs both ends a peer connection.
//!
//! What a further attempt has that the first had not: other ports, and an order. Many routers keep a
//! device's port towards a destination only if the device has sent there before anything came from there.
//! So one attempt lets this end's packets out first, and one the other end's.

use super::turn::Turn;
use crate::event::Closed;
use crate::limits::{ATTEMPTS, RACE_AFTER, RACE_AGAIN_AFTER};
use crate::reach::Reach;
use std::time::Duration;

/// A dial that is not open yet.
pub(super) struct Race {
    pub(super) local: String,
    pub(super) remote: String,
    pub(super) reach: Reach,
    /// The connection ids of attempts that have not begun; the next one is last.
    labels: Vec<String>,
    /// How many have begun.
    begun: u8,
    /// Until when one must be open.
    pub(super) until: Duration,
    /// When the next attempt begins.
    next: Option<Duration>,
    /// What is said where no attempt is left.
    verdict: Closed,
}

impl Race {
    /// Returns the race of a dial whose first attempt has begun.
    pub(super) fn new(
        (local, remote): (String, String),
        reach: Reach,
        mut labels: Vec<String>,
        until: Duration,
    ) -> Self {
        labels.truncate(ATTEMPTS - 1);
        labels.reverse();
        Self {
            local,
            remote,
            reach,
            labels,
            begun: 1,
            until,
            next: None,
            verdict: Closed::Unreachable,
        }
    }

    /// Notes that the attempt that began last was answered.
    pub(super) fn answered(&mut self, now: Duration, attempt: u8) {
        if attempt + 1 == self.begun {
            let wait = if attempt == 0 {
                RACE_AFTER
            } else {
                RACE_AGAIN_AFTER
            };
            self.next = Some(now + wait);
        }
    }

    /// Notes that an attempt has failed, and why. Where it found no way, the next one need not wait.
    pub(super) fn failed(&mut self, now: Duration, reason: Closed) {
        if reason == Closed::NoPath && now < self.until {
            self.next = self.next.map(|_| now);
        }
        // Once it has answered, the other end was there.
        if self.verdict != Closed::NoPath {
            self.verdict = reason;
        }
    }

    /// Returns why the dial is over, if no attempt is under way any more.
    pub(super) fn verdict(&self) -> Closed {
        self.verdict
    }

    /// Returns when the next attempt begins.
    pub(super) fn due(&self) -> Option<Duration> {
        self.next.filter(|_| !self.labels.is_empty())
    }

    /// Takes the next attempt, if it is time: its number, its connection id and its order.
    pub(super) fn take(&mut self, now: Duration) -> Option<(u8, String, Turn)> {
        self.due().filter(|due| *due <= now)?;
        self.next = None;
        let label = self.labels.pop()?;
        let number = self.begun;
        self.begun += 1;
        let turn = match number {
            1 => Turn::OursFirst,
            _ => Turn::TheirsFirst,
        };
        Some((number, label, turn))
    }
}
