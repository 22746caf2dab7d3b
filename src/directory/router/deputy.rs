//! Who stands by: a peer that holds a later Router ID and knows everybody, so that whoever comes while this
//! router answers nobody is served there. It is a later router like any other, which nobody is sent on to.

use super::{Part, Router};
use crate::clock::Mono;
use crate::context::Context;
use crate::directory::roster::Roster;
use crate::ids::Namespace;
use crate::io::LinkId;
use crate::limits::ROUTER_IDS;
use crate::wire::RouterFrame;
use pace::Backoff;
use std::time::Duration;

/// How long a router has had a peer before it asks for a deputy: many come for a moment.
const SETTLED: Duration = Duration::from_secs(2);

/// How long to wait for a deputy before another peer is asked.
const AGAIN: Backoff = Backoff::new(Duration::from_secs(6), Duration::from_mins(5));

impl Router {
    /// Stands by for the router above from now on.
    pub(in crate::directory) fn stand_by(&mut self) {
        self.watches = true;
    }

    /// Watches the router above closely, where this one stands by, and others have to learn of its end.
    pub(super) fn watch(&mut self, others: bool) {
        let closely = self.watches && others;
        let uplink = &self.uplink;
        let mut above = self.peers.iter_mut().filter(|(link, _)| uplink.is(**link));
        if let Some((_, peer)) = above.next() {
            peer.liveness.watch(closely);
        }
    }

    /// Asks the router above whether it is there: whoever has come here has not reached it.
    pub(super) fn doubt_above(&mut self, ctx: &mut Context) {
        let above = self.peers.keys().find(|link| self.uplink.is(**link));
        if let Some(link) = above.copied().filter(|_| self.watches) {
            self.suspect(ctx, link);
        }
    }

    /// Returns whether the router above has left a question unanswered.
    pub(in crate::directory) fn doubts_first(&self) -> bool {
        let mut peers = self.peers.iter();
        peers.any(|(link, peer)| self.uplink.is(*link) && peer.liveness.is_in_doubt())
    }

    /// Returns whether the connection to another router has ended since the last call.
    pub(in crate::directory) fn take_lost_fellow(&mut self) -> bool {
        std::mem::take(&mut self.lost_fellow)
    }

    /// Returns whether anybody has checked in here.
    pub(in crate::directory) fn serves(&self) -> bool {
        let served = |part: &Part| matches!(part, Part::Listed | Part::Served);
        self.peers.values().any(|peer| served(&peer.part))
    }

    /// Holds the first Router ID now, instead of a later one. Nobody has to dial anew. The connection to the
    /// router above is closed.
    pub(in crate::directory) fn rise(&mut self, ctx: &mut Context, roster: &mut Roster) {
        let above = self.peers.keys().find(|link| self.uplink.is(**link));
        if let Some(link) = above.copied() {
            ctx.close(link);
            self.peers.remove(&link);
            self.forget_fellow(roster, link, ctx.now.mono);
        }
        self.uplink.rise(ctx);
        self.index = 1;
        self.watches = false;
    }

    /// Sends every peer back to the first router, which is there again. They are found to be there by
    /// what that one tells of them. Returns who they are.
    pub(in crate::directory) fn dismiss(&mut self, ctx: &mut Context) -> Vec<String> {
        let is_peer = |part: &Part| !matches!(part, Part::Fellow(_));
        let peers = self.peers.iter().filter(|(_, peer)| is_peer(&peer.part));
        let links: Vec<LinkId> = peers.map(|(link, _)| *link).collect();
        let mut dismissed = Vec::new();
        for link in links {
            ctx.bye(link);
            dismissed.extend(self.peers.remove(&link).map(|peer| peer.id));
        }
        dismissed
    }

    /// Returns whether an id is kept for a deputy, so that nobody is sent on to it.
    pub(super) fn is_for_deputy(&self, index: u32) -> bool {
        !self.uplink.is_joined()
            && (index == self.index + 1 || Some(index) == self.appointment.index)
            && index <= ROUTER_IDS
    }

    /// Asks a peer to stand by, where nobody does: those who are there longest first, and at the next id but
    /// one where the next one is held by somebody else.
    pub(super) fn appoint(&mut self, ctx: &mut Context, namespace: &Namespace) {
        let now = ctx.now.mono;
        if !self.wants_deputy() {
            self.appointment.at = None;
            return;
        }
        let at = *self.appointment.at.get_or_insert(now + SETTLED);
        if now < at {
            return;
        }
        let served = |part: &Part| matches!(part, Part::Served);
        let peers = self.peers.iter().filter(|(_, peer)| served(&peer.part));
        let peers: Vec<LinkId> = peers.map(|(link, _)| *link).collect();
        let tries = self.appointment.tries;
        let nth = usize::try_from(tries / 2).unwrap_or(0);
        let next = self.index + 1 + tries % 2;
        let is_held = self.fellows().any(|(_, fellow)| fellow.index == next);
        let index = if is_held { self.index + 1 } else { next };
        self.appointment.at = Some(now + AGAIN.doubled(tries / 2));
        self.appointment.tries = tries.saturating_add(1);
        let Some(link) = peers.get(nth % peers.len().max(1)) else {
            return;
        };
        if index <= ROUTER_IDS {
            self.appointment.index = Some(index);
            let router = namespace.router_id(index);
            ctx.transmit(*link, &RouterFrame::Deputy { router });
        }
    }

    pub(super) fn appoints_at(&self) -> Option<Mono> {
        self.appointment.at
    }

    fn wants_deputy(&mut self) -> bool {
        let is_deputy =
            |index: u32| index == self.index + 1 || Some(index) == self.appointment.index;
        if self.fellows().any(|(_, fellow)| is_deputy(fellow.index)) {
            self.appointment.tries = 0;
            return false;
        }
        let is_first = !self.uplink.is_joined();
        let served = |part: &Part| matches!(part, Part::Served);
        is_first && self.peers.values().any(|peer| served(&peer.part))
    }
}
