//! Whoever holds a Router ID and does not answer: since when, and who has knocked instead. What is done about that
//! is in `unanswered`.

use crate::clock::Mono;
use crate::io::LinkId;
use crate::limits::{ANSWER_WITHIN, GHOST_LIFE, PONG_SUSPECT};
use std::time::Duration;

/// How long a holder may take to answer where an earlier one has not: somebody waits already.
const ANSWER_SOON: Duration = Duration::from_millis(2_500);

#[derive(Debug, Default)]
pub(super) struct Silence {
    /// Since when the first router has not answered.
    pub(super) since: Option<Mono>,
    /// It is no ghost: that would be gone.
    pub(super) outlasts: bool,
    /// Until when a dial has to be answered.
    pub(super) dial: Option<(LinkId, Mono)>,
    /// Who has knocked while the router is in doubt, and when: the number of its Router ID.
    pub(super) knock: Option<(u32, Mono)>,
    /// When the one that has knocked is dialled.
    pub(super) follow: Option<(u32, Mono)>,
}

impl Silence {
    /// Returns whether whoever holds an earlier Router ID does so for too long to be a ghost.
    pub(super) fn is_no_ghost(&self) -> bool {
        self.outlasts
    }

    /// Notes a dial of whoever may have taken the place of a router that is in doubt.
    pub(super) fn dialled_in_doubt(&mut self, link: LinkId, now: Mono) {
        self.dial = Some((link, now + PONG_SUSPECT));
    }

    /// Notes a dial of the holder of a Router ID.
    pub(super) fn dialled(&mut self, link: LinkId, now: Mono) {
        let within = if self.since.is_some() {
            ANSWER_SOON
        } else {
            ANSWER_WITHIN
        };
        self.dial = Some((link, now + within));
    }

    /// Returns until when a dial has to be answered.
    pub(super) fn answer_by(&self, link: LinkId) -> Option<Mono> {
        let dial = self.dial.filter(|(dialled, _)| *dialled == link);
        dial.map(|(_, by)| by)
    }

    pub(super) fn is_over(&self, link: LinkId, now: Mono) -> bool {
        self.answer_by(link).is_some_and(|by| now >= by)
    }

    /// Notes that the first router is there.
    pub(super) fn ends(&mut self) {
        (self.since, self.outlasts) = (None, false);
    }

    pub(super) fn lasts(&self) -> bool {
        self.since.is_some()
    }

    /// Looks whether it lasts longer than a ghost, and forgets who has knocked where no router is followed.
    pub(super) fn judge(&mut self, now: Mono, follows: bool) {
        self.follow.take_if(|_| !follows);
        self.outlasts |= self.since.is_some_and(|since| now >= since + GHOST_LIFE);
    }

    /// Returns when to judge, or to dial who has knocked.
    pub(super) fn due(&self) -> Option<Mono> {
        let judged = self.since.filter(|_| !self.outlasts);
        let judged = judged.map(|since| since + GHOST_LIFE);
        let follow = self.follow.map(|(_, at)| at);
        judged.into_iter().chain(follow).min()
    }

    /// Returns who has knocked a moment ago.
    pub(super) fn take_knock(&mut self, now: Mono) -> Option<u32> {
        let knock = self.knock.take().filter(|(_, until)| now < *until);
        knock.map(|(index, _)| index)
    }
}
