//! Whose packets set out first: candidates that are held back until the other end's turn is over.

use crate::candidate::{Candidate, Kind};
use crate::limits::{HEAD_START, HEAD_START_WITHIN};
use std::time::Duration;

/// In which order the packets of the two ends set out. It is the dialling end that sees to it: by when it
/// tells its candidates, and when it uses the other end's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// As soon as possible.
    AsTheyCome,
    /// The dialling end's first.
    OursFirst,
    /// The answering end's first.
    TheirsFirst,
}

/// What is held back for the sake of the order.
pub(super) struct Order {
    turn: Turn,
    /// Nothing is held back any more.
    over: bool,
    held: Vec<Candidate>,
    /// Until when.
    pub(super) until: Option<Duration>,
    /// The end that is first has what it needs: an address that leads through the second one's router.
    begun: bool,
}

impl Order {
    pub(super) fn new(turn: Turn) -> Self {
        Self {
            turn,
            over: turn == Turn::AsTheyCome,
            held: Vec::new(),
            until: None,
            begun: false,
        }
    }

    fn holds(&self, turn: Turn) -> bool {
        self.turn == turn && !self.over
    }

    /// Holds one of our candidates back, if it is not their turn to hear of it.
    pub(super) fn holds_own(&mut self, candidate: &Candidate) -> bool {
        let holds = self.holds(Turn::OursFirst);
        if holds {
            self.held.push(candidate.clone());
        }
        holds
    }

    /// Holds one of their candidates back, if it is not our turn to use it.
    pub(super) fn holds_theirs(&mut self, candidate: &Candidate) -> bool {
        let holds = self.holds(Turn::TheirsFirst);
        if holds {
            self.held.push(candidate.clone());
        }
        holds
    }

    /// Notes that one of our candidates is told, or one of theirs is used, by the end that is first.
    /// Returns whether the second end has to wait less from now on.
    pub(super) fn note(&mut self, turn: Turn, candidate: &Candidate) -> bool {
        let begins = self.turn == turn && candidate.kind != Kind::Host && !self.begun;
        self.begun |= begins;
        begins
    }

    /// Sets when the second end's turn comes: both know the other's description.
    pub(super) fn set(&mut self, now: Duration) {
        if self.over {
            return;
        }
        let wait = if self.begun {
            HEAD_START
        } else {
            HEAD_START_WITHIN
        };
        let until = self.until.unwrap_or(Duration::MAX);
        self.until = Some(until.min(now + wait));
    }

    /// Lets the second end begin. Returns what was held back.
    pub(super) fn end(&mut self) -> (Turn, Vec<Candidate>) {
        self.over = true;
        self.until = None;
        (self.turn, std::mem::take(&mut self.held))
    }
}
