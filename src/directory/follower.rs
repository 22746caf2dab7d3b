//! The part of a peer: what its router has said, and whether the router is there.

use super::budget::Budget;
use super::feed::Feed;
use crate::clock::Mono;
use crate::context::Context;
use crate::io::LinkId;
use crate::liveness::{Liveness, Verdict};
use crate::wire::RouterFrame;

#[derive(Debug)]
pub(super) struct Follower {
    pub(super) link: LinkId,
    pub(super) liveness: Liveness,
    pub(super) feed: Feed,
    /// What the router may still say.
    pub(super) budget: Budget,
    /// When to check in again, because the last time was a moment ago.
    check_in_at: Option<Mono>,
    /// Dialled because the router is in doubt, and somebody holds its id or an earlier one: a successor, or the
    /// router on a better path. With the number of the Router ID.
    pub(super) successor: Option<(u32, LinkId)>,
}

impl Follower {
    /// Begins to follow the router at `link`; the check-in has just been sent.
    pub(super) fn new(link: LinkId, now: Mono) -> Self {
        Self {
            link,
            liveness: Liveness::new(now),
            feed: Feed::new(now),
            budget: Budget::of_namespace(),
            check_in_at: None,
            successor: None,
        }
    }

    pub(super) fn owns(&self, link: LinkId) -> bool {
        self.link == link || self.successor.is_some_and(|(_, dialled)| dialled == link)
    }

    /// Notes that the router has said something.
    pub(super) fn heard(&mut self, ctx: &mut Context) {
        self.liveness.heard(ctx.now.mono);
        self.drop_successor(ctx);
    }

    pub(super) fn drop_successor(&mut self, ctx: &mut Context) {
        if let Some((_, link)) = self.successor.take() {
            ctx.close(link);
        }
    }

    /// Notes that a dial of a successor has ended.
    pub(super) fn lost_successor(&mut self, link: LinkId) {
        self.successor.take_if(|(_, dialled)| *dialled == link);
    }

    /// Leaves the router.
    pub(super) fn leave(&mut self, ctx: &mut Context) {
        ctx.bye(self.link);
        self.drop_successor(ctx);
    }

    /// Returns whether to check in again now; where that was done a moment ago, it is planned.
    pub(super) fn may_check_in(&mut self, now: Mono) -> bool {
        let may = self.feed.ask(now);
        self.check_in_at = (!may).then(|| self.feed.can_ask_at());
        may
    }

    /// Returns whether a check-in that was put off is due.
    pub(super) fn is_to_check_in(&mut self, now: Mono) -> bool {
        self.check_in_at.is_some_and(|at| now >= at) && self.may_check_in(now)
    }

    /// Returns when to check in, to ask the router whether it is there, or to give it up.
    pub(super) fn due(&self) -> Mono {
        let other = [self.feed.due(), self.check_in_at];
        let other = other.into_iter().flatten();
        other.fold(self.liveness.due(), Mono::min)
    }

    pub(super) fn doubt(&mut self, ctx: &mut Context) {
        if self.liveness.suspect(ctx.now.mono) == Verdict::Ask {
            ctx.transmit(self.link, &RouterFrame::Ping);
        }
    }
}
