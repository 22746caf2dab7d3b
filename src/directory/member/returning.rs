//! Which Router ID a member is at: passing over who is no router, being sent on, and finding back
//! to the first one.

use super::{CLAIM_EARLY, Member, State};
use crate::clock::Mono;
use crate::context::Context;
use crate::io::LinkId;
use crate::limits::{CLAIM_JITTER, HIDDEN, REDIRECTS, ROUTER_IDS, ROUTER_PEERS, ROUTERS};
use crate::misbehaviour::Misbehaviour;
use crate::routes::IdOwner;
use crate::wire::RouterFrame;
use pace::Backoff;
use std::time::Duration;

/// How long a peer stays with a later Router ID before it tries the first again: the router that was
/// passed over may have been unreachable for a moment only, and one network must not stay split.
const RECONSIDER: Backoff = Backoff::new(Duration::from_mins(4), Duration::from_mins(32));

/// How long a namespace is small before its routers become one.
const GATHER: Duration = Duration::from_mins(1);

/// How long a router at a later Router ID waits before it tries to register the first one. Nobody
/// notices an attempt that fails, so it tries more often than its peers, who have to start over.
const TRY_FIRST: Backoff = Backoff::new(Duration::from_secs(30), Duration::from_mins(5));

/// How long a peer that goes back to the first router stays listed at the later one: until the peers of that have
/// heard of it from the other.
const LEAVES: Duration = Duration::from_secs(5);

impl Member {
    /// Takes whether somebody is known to be in this namespace who is not in the registry. A router
    /// that hides people for long is left; everybody else who notices is met at the next Router ID.
    /// Returns whether it was left.
    pub(crate) fn misses(&mut self, ctx: &mut Context, misses: bool) -> bool {
        let now = ctx.now.mono;
        let (true, State::Following(follower)) = (misses, &self.state) else {
            self.missing_since = None;
            return false;
        };
        let link = follower.link;
        let hides = now >= *self.missing_since.get_or_insert(now) + HIDDEN;
        if hides {
            tracing::warn!("the router hides somebody, passing it over");
            self.missing_since = None;
            self.shunned = Some(now + TRY_FIRST.doubled(self.hidden));
            self.hidden = self.hidden.saturating_add(1);
            ctx.transmit(link, &RouterFrame::Bye);
            self.pass_over(ctx, link);
        }
        hides
    }

    /// Goes on to the next Router ID, because the holder of this one is no router for this network: it
    /// is not here, hides people, or breaks the protocol. It is not gone back to for a while.
    pub(in crate::directory) fn pass_over(&mut self, ctx: &mut Context, link: LinkId) {
        let a_while = ctx.now.mono + TRY_FIRST.doubled(0);
        self.shunned.get_or_insert(a_while);
        ctx.close(link);
        if let State::Following(follower) = &mut self.state {
            follower.drop_successor(ctx);
        }
        self.next_index();
        self.roster.forget_all();
        self.wait_to_claim(ctx, self.spread(CLAIM_EARLY, CLAIM_JITTER));
    }

    pub(super) fn next_index(&mut self) {
        let ids = if self.redirects > 0 {
            ROUTERS
        } else {
            ROUTER_IDS
        };
        self.index = self.index % ids + 1;
        self.passed = self.passed.saturating_add(1);
    }

    /// Goes on to the Router ID that a full router has named.
    pub(in crate::directory) fn redirected(
        &mut self,
        ctx: &mut Context,
        link: LinkId,
        router: &str,
    ) -> Result<(), Misbehaviour> {
        let index = self.namespace.router_index(router);
        let further = |index: &u32| *index > self.index && self.redirects < REDIRECTS;
        let index = index.filter(|index| further(index) || planted!(RedirectLoops));
        self.index = index.ok_or(Misbehaviour::RedirectedNowhere)?;
        self.redirects += 1;
        ctx.close(link);
        self.roster.forget_all();
        self.state = State::Claiming;
        ctx.register(&self.router_id(), IdOwner::Directory(self.address));
        Ok(())
    }

    /// Notes that the election has ended. At a later Router ID it will be repeated, unless a router
    /// sent people there because it is full.
    pub(in crate::directory) fn settled(&mut self, ctx: &mut Context) {
        if self.index == 1 {
            self.silence.ends();
            self.passed = 0;
            self.redirects = 0;
            self.reconsider = None;
            return;
        }
        if self.redirects > 0 {
            return;
        }
        let retry = if matches!(self.state, State::Following(_)) {
            RECONSIDER
        } else {
            TRY_FIRST
        };
        let wait = retry.doubled(self.passed.max(self.hidden).saturating_sub(1));
        self.reconsider = Some(ctx.now.mono + wait + ctx.jitter(CLAIM_JITTER));
    }

    /// Tries the first Router ID. A router asks for it beside its own, and moves when it gets it; a
    /// peer dials who holds it, and stays where it is until that one answers.
    pub(super) fn try_first(&mut self, ctx: &mut Context) {
        let first = self.namespace.router_id(1);
        match &self.state {
            // It would get the id at another server, where the first router is not.
            State::Routing(router) if self.deputy.stands_by(router) => {}
            State::Routing(_) => ctx.register(&first, IdOwner::Directory(self.address)),
            State::Following(_) if self.held => {
                let link = ctx.dial(&self.own.discovery_id, &first);
                if let Some(before) = self.returning.replace(link) {
                    ctx.close(before);
                }
            }
            State::Following(_) | State::Claiming | State::Connecting(_) | State::Waiting(_) => {
                return self.start_over(ctx);
            }
        }
        self.passed = self.passed.saturating_add(1);
        self.settled(ctx);
    }

    /// Leaves a later router for the first one, which was dialled and has answered. It may be the same one,
    /// which has moved: then nobody notices.
    pub(super) fn returns(&mut self, ctx: &mut Context, link: LinkId, foreign: bool) {
        if self.returning.take_if(|dialled| *dialled == link).is_none() {
            return;
        }
        match &mut self.state {
            State::Following(follower) if !foreign => {
                follower.drop_successor(ctx);
                let leaves = (follower.link, ctx.now.mono + LEAVES);
                if let Some((before, _)) = self.leaving.replace(leaves) {
                    ctx.close(before);
                }
                self.roster.forget_all();
                self.first_index();
                self.state = State::Connecting(Some(link));
            }
            State::Following(_)
            | State::Routing(_)
            | State::Claiming
            | State::Connecting(_)
            | State::Waiting(_) => ctx.close(link),
        }
    }

    /// Leaves the later router from which this device went back, whose peers have heard of it from the first one now.
    pub(super) fn leave_former(&mut self, ctx: &mut Context) {
        let due = |(_, at): &mut (LinkId, Mono)| ctx.now.mono >= *at;
        if let Some((link, _)) = self.leaving.take_if(due) {
            ctx.bye(link);
        }
    }

    pub(super) fn is_leaving(&self, link: LinkId) -> bool {
        self.leaving.is_some_and(|(left, _)| left == link)
    }

    /// Leaves a later Router ID and tries the first; the copy is kept meanwhile.
    pub(super) fn start_over(&mut self, ctx: &mut Context) {
        self.reconsider = None;
        self.gather = None;
        self.drop_part(ctx, State::Claiming);
        self.roster.forget_all();
        self.first_index();
        ctx.register(&self.router_id(), IdOwner::Directory(self.address));
    }

    pub(in crate::directory) fn first_index(&mut self) {
        self.index = 1;
        self.redirects = 0;
        self.silence.ends();
    }

    /// Decides when to give up a later Router ID. Where the first router is well, and people came here
    /// because it was not, or because it was full and has room for all again, everybody goes there.
    pub(super) fn gather_again(&mut self, ctx: &mut Context) {
        if self.deputy.stays {
            return;
        }
        let up = matches!(&self.state, State::Routing(router) if router.is_joined_up());
        let wait = if self.redirects == 0 {
            Duration::ZERO
        } else {
            GATHER
        };
        let few = self.redirects == 0 || self.roster.len() <= ROUTER_PEERS / 2;
        if !(few && up) || self.shunned.is_some() {
            self.gather = None;
        } else if self.gather.is_none() {
            self.gather = Some(ctx.now.mono + wait + ctx.jitter(CLAIM_JITTER));
        }
    }
}
