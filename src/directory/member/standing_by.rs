//! Standing by: a later Router ID is held, and everybody known there, while the first router is well. Where that one
//! is gone, whoever stands by serves at once, tells its peers, and takes the first id when it falls free.

use super::deputy::Deputy;
use super::{Member, State};
use crate::clock::Mono;
use crate::context::Context;
use crate::directory::follower::Follower;
use crate::directory::roster::Source;
use crate::limits::{CLAIM_JITTER, GHOST_LIFE, ROUTER_IDS, ROUTER_PEERS};
use crate::misbehaviour::Misbehaviour;
use crate::routes::IdOwner;
use crate::wire::RouterFrame;
use std::time::Duration;

/// How long a deputy may take to be joined with its router before it gives up.
const JOINED_WITHIN: Duration = Duration::from_secs(7);

/// How often the first Router ID is asked for while its holder can be a ghost.
const CLAIM_AGAIN: Duration = Duration::from_secs(4);

/// How long another router is missing before its own entry goes: a connection can be made anew.
const MISSING: Duration = Duration::from_millis(1_500);

/// How long the first router is there again before its peers are sent back to it.
const WELL_AGAIN: Duration = Duration::from_secs(10);

/// How often everybody is told at most that the first router is in doubt.
const ALARM_EVERY: Duration = Duration::from_secs(10);

/// How often a device lets itself be asked to stand by.
const ASKED_EVERY: Duration = Duration::from_secs(5);

impl Member {
    /// Takes the router's wish that this device stands by at a later Router ID.
    pub(in crate::directory) fn asked_to_stand_by(
        &mut self,
        ctx: &mut Context,
        router: &str,
    ) -> Result<(), Misbehaviour> {
        let index = self.namespace.router_index(router);
        // The router may have moved to an earlier id than the one at which it was dialled.
        let fits = |index: &u32| (2..=ROUTER_IDS).contains(index);
        let index = index.filter(fits).ok_or(Misbehaviour::RedirectedNowhere)?;
        let now = ctx.now.mono;
        let lately = |(_, at): &(u32, Mono)| now < *at + ASKED_EVERY;
        if self.deputy.asked.as_ref().is_some_and(lately) {
            return Ok(());
        }
        if let Some((before, _)) = self.deputy.asked.replace((index, now))
            && before != index
        {
            ctx.release(&self.namespace.router_id(before));
        }
        let id = self.namespace.router_id(index);
        ctx.register(&id, IdOwner::Directory(self.address));
        Ok(())
    }

    /// Notes that the id is held at which this device was to stand by. Returns whether it is that one.
    pub(super) fn registered_as_deputy(&mut self, ctx: &mut Context, id: &str) -> bool {
        let namespace = &self.namespace;
        let asked = |(index, _): &mut (u32, Mono)| namespace.router_id(*index) == id;
        let Some((index, _)) = self.deputy.asked.take_if(asked) else {
            return false;
        };
        if let State::Routing(_) = self.state {
            ctx.release(id);
            return true;
        }
        // Of a later id than the one that was asked for, nobody is waiting.
        if let State::Claiming = self.state {
            ctx.release(&self.router_id());
        }
        let former = match &mut self.state {
            State::Following(follower) => {
                follower.drop_successor(ctx);
                Some(follower.link)
            }
            State::Connecting(link) => {
                if let Some(link) = link.take() {
                    ctx.close(link);
                }
                None
            }
            State::Claiming | State::Waiting(_) | State::Routing(_) => None,
        };
        self.roster.forget_all();
        let from = std::mem::replace(&mut self.index, index);
        self.deputy = Deputy {
            stays: true,
            former,
            from,
            joined_by: Some(ctx.now.mono + JOINED_WITHIN),
            ..Deputy::default()
        };
        self.become_router(ctx);
        if let State::Routing(router) = &mut self.state
            && from < index
        {
            router.answer_knock(ctx, from);
        }
        true
    }

    /// Looks after the router above, from a later Router ID.
    pub(super) fn stand_by(&mut self, ctx: &mut Context) {
        let now = ctx.now.mono;
        let State::Routing(router) = &mut self.state else {
            return;
        };
        if router.take_lost_fellow() {
            self.deputy.missing.get_or_insert(now + MISSING);
        }
        let is_joined_up = router.is_joined_up();
        if self.deputy.missing.take_if(|at| now >= *at).is_some() {
            self.bury_router(ctx);
            if self.index > 1 && !is_joined_up {
                self.sweep_soon(ctx);
            }
        }
        let State::Routing(router) = &mut self.state else {
            return;
        };
        if self.index == 1 {
            return;
        }
        if is_joined_up {
            let doubts = router.doubts_first();
            let serves = router.serves();
            self.silence.ends();
            self.deputy.joined_by = None;
            if let Some(former) = self.deputy.former.take() {
                ctx.bye(former);
            }
            self.deputy.claim = None;
            if self.deputy.gone.take().is_some() {
                // It may be another one, which does not tell of the one before.
                self.bury_router(ctx);
                self.sweep_soon(ctx);
                if serves && self.deputy.stays {
                    self.gather = Some(now + WELL_AGAIN + ctx.jitter(CLAIM_JITTER));
                }
            }
            if doubts && self.deputy.stays {
                self.doubt_first(ctx);
            }
            return;
        }
        if let Some(by) = self.deputy.joined_by {
            if now >= by {
                self.stay_a_peer(ctx);
            }
            return;
        }
        let gone = *self.deputy.gone.get_or_insert_with(|| {
            self.deputy.claim = Some(now).filter(|_| self.deputy.stays);
            self.deputy.missing.get_or_insert(now + MISSING);
            self.deputy.alarmed = self.deputy.stays;
            now
        });
        if self.deputy.claim.take_if(|at| now >= *at).is_some() {
            self.claim_first(ctx);
            let again = now + CLAIM_AGAIN + ctx.jitter(CLAIM_AGAIN / 2);
            self.deputy.claim = Some(again).filter(|at| *at < gone + GHOST_LIFE);
        }
    }

    /// Gives up standing by, because the router cannot be reached from the other id: it is followed on.
    fn stay_a_peer(&mut self, ctx: &mut Context) {
        let Some(link) = self.deputy.former.take() else {
            return self.start_over(ctx);
        };
        let from = self.deputy.from;
        self.drop_part(ctx, State::Claiming);
        self.roster.forget_all();
        self.index = from;
        self.state = State::Following(Follower::new(link, ctx.now.mono));
        ctx.transmit(link, &RouterFrame::Recheckin);
    }

    /// Asks the server who holds the first Router ID, because its router does not answer.
    fn doubt_first(&mut self, ctx: &mut Context) {
        let lately = |told: Mono| ctx.now.mono < told + ALARM_EVERY;
        if !self.deputy.alarmed && !self.deputy.told.is_some_and(lately) {
            self.deputy.alarmed = true;
            self.claim_first(ctx);
        }
    }

    fn claim_first(&self, ctx: &mut Context) {
        let first = self.namespace.router_id(1);
        ctx.register(&first, IdOwner::Directory(self.address));
    }

    /// Removes the router that is gone from the list.
    pub(super) fn bury_router(&mut self, ctx: &Context) {
        let gone = self.roster.remove_routers();
        if let State::Routing(router) = &mut self.state {
            router.announce(ctx.now.mono, gone);
        }
    }

    /// Lets the peers of the first router know that it is in doubt, or has a successor.
    pub(super) fn alarm(&mut self, ctx: &mut Context) {
        if !std::mem::take(&mut self.deputy.alarmed) {
            return;
        }
        self.deputy.told = Some(ctx.now.mono);
        let own = self.router_id();
        let people = self.roster.served_elsewhere().take(ROUTER_PEERS);
        for person in people.filter(|entry| !self.is_own(&entry.discovery_id)) {
            ctx.knock(&own, &person.discovery_id);
        }
    }

    /// Takes the first Router ID, which has fallen free. Whoever is served here stays so.
    pub(super) fn rise(&mut self, ctx: &mut Context) {
        let later = self.router_id();
        let State::Routing(router) = &mut self.state else {
            return;
        };
        router.rise(ctx, &mut self.roster);
        ctx.release(&later);
        self.first_index();
        if let Some(former) = self.deputy.former.take() {
            ctx.bye(former);
        }
        self.bury_router(ctx);
        self.deputy = Deputy {
            alarmed: true,
            ..Deputy::default()
        };
        self.gather = None;
        self.settled(ctx);
        self.sweep_soon(ctx);
        self.alarm(ctx);
    }

    /// Lets whoever stands by know that this router is there: again, or instead of another one.
    pub(super) fn tell_deputy(&self, ctx: &mut Context) {
        for later in self.index + 1..=ROUTER_IDS.min(self.index + 2) {
            let later = self.namespace.router_id(later);
            ctx.knock(&self.router_id(), &later);
        }
    }

    /// Goes back to the first router, or sends back those who came while it was gone.
    pub(super) fn gather_now(&mut self, ctx: &mut Context) {
        match &mut self.state {
            State::Routing(router) if self.deputy.stays => {
                self.deputy.dismissed = router.dismiss(ctx);
                self.roster.forget(Source::Here);
                self.keep_own(ctx);
                self.sweep_soon(ctx);
            }
            State::Routing(_)
            | State::Claiming
            | State::Connecting(_)
            | State::Following(_)
            | State::Waiting(_) => self.start_over(ctx),
        }
    }

    /// Ends what was begun to stand by.
    pub(super) fn deputy_leaves(&mut self, ctx: &mut Context) {
        let deputy = std::mem::take(&mut self.deputy);
        if let Some((index, _)) = deputy.asked {
            ctx.release(&self.namespace.router_id(index));
        }
        if let Some(former) = deputy.former {
            ctx.bye(former);
        }
    }

    /// Stands by from now on where this router was elected because the first one does not answer.
    pub(super) fn stay_as_deputy(&mut self) {
        self.deputy.stays |= self.index > 1 && self.redirects == 0 && self.silence.lasts();
    }
}
