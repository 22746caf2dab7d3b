//! The part of a peer: what its router has said, and whether the router is there.

use super::feed::Feed;
use crate::clock::Mono;
use crate::context::Context;
use crate::io::LinkId;
use crate::liveness::{Liveness, Verdict};
use crate::wire::Frame;

#[derive(Debug)]
pub(super) struct Follower {
    pub(super) link: LinkId,
    pub(super) liveness: Liveness,
    pub(super) feed: Feed,
}

impl Follower {
    /// Has just checked in.
    pub(super) fn new(link: LinkId, now: Mono) -> Self {
        Self {
            link,
            liveness: Liveness::new(now),
            feed: Feed::new(now),
        }
    }

    /// When to ask or to give up.
    pub(super) fn due(&self) -> Mono {
        let due = self.liveness.due();
        self.feed.due().map_or(due, |by| by.min(due))
    }

    pub(super) fn doubt(&mut self, ctx: &mut Context) {
        if self.liveness.suspect(ctx.now.mono) == Verdict::Ask {
            ctx.transmit(self.link, &Frame::Ping);
        }
    }
}
