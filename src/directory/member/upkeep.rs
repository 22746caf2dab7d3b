//! Keeping the list true: the own entry, entries that expire, and who does not check in again.

use super::{Member, State};
use crate::context::Context;
use crate::directory::roster::Source;
use crate::limits::ROUTER_PEERS;
use crate::wire::Entry;
use std::time::Duration;

/// How long after its beginning a router keeps entries whose people have not checked in again.
const CHECK_IN_AGAIN: Duration = Duration::from_secs(8);

/// The same where there are more people than one router serves: other routers vouch for them, and
/// take their time to be back.
const OTHERS_CHECK_IN: Duration = Duration::from_secs(60);

impl Member {
    /// Plans to remove the people who do not check in with a new router.
    pub(in crate::directory) fn sweep_soon(&mut self, ctx: &Context) {
        let patience = if self.roster.len() > ROUTER_PEERS {
            OTHERS_CHECK_IN
        } else {
            CHECK_IN_AGAIN
        };
        self.sweep = Some(ctx.now.mono + patience);
    }

    /// Removes the people of an earlier router's list who have not checked in again. Without a
    /// router, that list is all there is, and stays.
    pub(super) fn sweep(&mut self, ctx: &Context) {
        if self.sweep.take_if(|at| ctx.now.mono >= *at).is_none() {
            return;
        }
        match &mut self.state {
            State::Routing(router) => {
                let left = self.roster.remove_leftovers();
                let dismissed = std::mem::take(&mut self.deputy.dismissed);
                router.announce(ctx.now.mono, left.into_iter().chain(dismissed));
            }
            State::Following(follower) if follower.feed.is_complete() => {
                self.roster.remove_leftovers();
            }
            State::Following(_) | State::Claiming | State::Connecting(_) | State::Waiting(_) => {}
        }
    }

    /// Renews the router's own entry, which never expires.
    pub(super) fn keep_own(&mut self, ctx: &Context) {
        if !matches!(self.state, State::Routing(_)) {
            return;
        }
        let own = Entry {
            last_seen: ctx.now.unix,
            router: Some(true),
            ..self.own.clone()
        };
        if let Err(unfit) =
            self.roster
                .insert(&ctx.names, &self.namespace, Source::Here, own, ctx.now.mono)
        {
            tracing::warn!(%unfit, "the own entry is not kept");
        }
    }

    pub(super) fn expire(&mut self, ctx: &Context) {
        if let State::Routing(_) = self.state {
            self.roster
                .touch(&self.own.discovery_id, ctx.now.mono, ctx.now.unix);
        }
        let left = self.roster.expire(ctx.now.mono);
        if left.is_empty() {
            return;
        }
        if let State::Routing(router) = &mut self.state {
            router.announce(ctx.now.mono, left);
        }
    }
}
