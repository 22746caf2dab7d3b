//! Who holds a Router ID and does not answer: a lid that has closed, whose id stays held for a while, or somebody who
//! means no good. The next ids are tried soon; whoever serves there may have knocked to say so.

use super::{CLAIM_EARLY, Member, State};
use crate::context::Context;
use crate::limits::{CLAIM_JITTER, ROUTER_IDS};
use std::time::Duration;

/// How much longer the wait may be, for each person in the list, where nobody answers at any id: few
/// find one free soon, and many do not flood the server.
const GHOST_SPREAD: Duration = Duration::from_millis(50);
/// See [`GHOST_SPREAD`].
const GHOST_SPREAD_MOST: Duration = Duration::from_secs(10);

/// How long somebody who knocks is believed to serve there.
const KNOCK_LIFE: Duration = Duration::from_secs(10);

impl Member {
    /// Notes that the holder of the Router ID does not answer, and asks the next one.
    pub(super) fn nobody_answers(&mut self, ctx: &mut Context) {
        self.silence.since.get_or_insert(ctx.now.mono);
        self.roster.forget_all();
        let was_last = self.index >= ROUTER_IDS;
        if planted!(GhostWaitedFor) {
            return self.wait_to_claim(ctx, CLAIM_JITTER);
        }
        self.next_index();
        let most = if was_last {
            CLAIM_JITTER + self.spread(GHOST_SPREAD, GHOST_SPREAD_MOST)
        } else {
            self.spread(CLAIM_EARLY, CLAIM_JITTER)
        };
        self.wait_to_claim(ctx, most);
    }

    /// Notes that the holder of a Router ID has knocked: at the own Discovery ID a router that others have
    /// instead of the one that this device follows or looks for, at an own Router ID an earlier router,
    /// which is there again, or now. Nobody else can knock from there; it may still be no router, so that the own
    /// one is only doubted, and left where it does not answer.
    pub(crate) fn knocked(&mut self, ctx: &mut Context, local: &str, remote: &str) {
        let Some(from) = self.namespace.router_index(remote) else {
            return;
        };
        let now = ctx.now.mono;
        let is_own_router_id = local == self.router_id();
        if local != self.own.discovery_id && !is_own_router_id || from > ROUTER_IDS {
            return;
        }
        let index = self.index;
        match &mut self.state {
            State::Routing(router) if is_own_router_id && from < index => {
                router.answer_knock(ctx, from);
            }
            State::Following(follower) if !is_own_router_id => {
                follower.doubt(ctx);
                if from <= index {
                    let at = now + ctx.jitter(self.spread(CLAIM_EARLY, CLAIM_JITTER));
                    self.silence.follow.get_or_insert((from, at));
                } else {
                    self.silence.knock = Some((from, now + KNOCK_LIFE));
                }
            }
            // Whoever is looked for at an earlier id does not answer.
            State::Connecting(Some(link)) if !is_own_router_id && from > index => {
                ctx.close(*link);
                self.silence.since.get_or_insert(now);
                self.index = from;
                self.wait_to_claim(ctx, self.spread(CLAIM_EARLY, CLAIM_JITTER));
            }
            State::Waiting(_) if !is_own_router_id && from != index => {
                self.index = from;
                self.wait_to_claim(ctx, self.spread(CLAIM_EARLY, CLAIM_JITTER));
            }
            State::Routing(_)
            | State::Following(_)
            | State::Claiming
            | State::Connecting(_)
            | State::Waiting(_) => {}
        }
    }

    /// Dials whoever has knocked, unless the router has answered meanwhile.
    pub(super) fn follow_knock(&mut self, ctx: &mut Context) {
        let now = ctx.now.mono;
        let Some((index, _)) = self.silence.follow.take_if(|(_, at)| now >= *at) else {
            return;
        };
        if let State::Following(follower) = &self.state
            && follower.liveness.is_asked()
        {
            self.dial_successor(ctx, index);
        }
    }

    /// Dials who holds a Router ID, while the router that is followed is in doubt.
    pub(super) fn dial_successor(&mut self, ctx: &mut Context, index: u32) {
        let to = self.namespace.router_id(index);
        let State::Following(follower) = &mut self.state else {
            return;
        };
        if self.held && follower.successor.is_none() {
            let link = ctx.dial(&self.own.discovery_id, &to);
            follower.successor = Some((index, link));
            self.silence.dialled_in_doubt(link, ctx.now.mono);
        }
    }
}
