//! What a peer does about what its router says.

use super::feed::News;
use super::member::{Member, State};
use super::roster::Source;
use crate::context::Context;
use crate::io::LinkId;
use crate::limits::TOLD_ENTRIES;
use crate::liveness::Verdict;
use crate::misbehaviour::Misbehaviour;
use crate::wire::{Entry, RouterFrame};

impl Member {
    /// Takes a message of the router.
    pub(super) fn router_says(
        &mut self,
        ctx: &mut Context,
        link: LinkId,
        frame: RouterFrame,
    ) -> Result<(), Misbehaviour> {
        let State::Following(follower) = &mut self.state else {
            return Ok(());
        };
        let asked = follower.liveness.is_asked();
        follower.budget.take(&frame, asked, ctx.now.mono)?;
        follower.heard(ctx);
        match frame {
            RouterFrame::Registry { part } => {
                let first = !follower.feed.is_complete();
                if let News::Registry(all) = follower.feed.registry(part, ctx.now.mono)? {
                    self.take_registry(ctx, link, first, all);
                }
            }
            RouterFrame::Update { change } => match follower.feed.update(change, ctx.now.mono)? {
                News::Change { joined, left } => self.take_update(ctx, link, joined, left),
                News::Gap => ctx.transmit(link, &RouterFrame::Recheckin),
                News::Registry(_) | News::Incomplete => {}
            },
            RouterFrame::Recheckin => {
                if !follower.feed.ask(ctx.now.mono) {
                    return Err(Misbehaviour::AskedWithoutEnd);
                }
                self.check_in(ctx, link);
            }
            RouterFrame::Ping => ctx.transmit(link, &RouterFrame::Pong),
            RouterFrame::Pong => {}
            RouterFrame::Bye => {
                ctx.close(link);
                // Its router may have gone back to the first id.
                self.first_index();
                self.router_gone(ctx);
                return Ok(());
            }
            RouterFrame::Deputy { router } => self.asked_to_stand_by(ctx, &router)?,
            RouterFrame::Redirect { router } => return self.redirected(ctx, link, &router),
            RouterFrame::Checkin { .. } => return Err(Misbehaviour::NotFromRouter),
        }
        self.roster.confirm(link, ctx.now.mono);
        Ok(())
    }

    /// Checks in, for the first time or again; the router answers the first one with the full
    /// registry.
    pub(super) fn check_in(&self, ctx: &mut Context, link: LinkId) {
        let entry = self.own.clone();
        ctx.transmit(link, &RouterFrame::Checkin { entry });
    }

    fn take_registry(&mut self, ctx: &mut Context, link: LinkId, first: bool, all: Vec<Entry>) {
        if first {
            self.settled(ctx);
            self.sweep_soon(ctx);
        }
        let left = self.roster.missing_from(Source::Router(link), &all);
        self.take_update(ctx, link, all, left);
    }

    /// Takes every entry that is fit. The others are the router's fault, and are only logged.
    fn take_update(
        &mut self,
        ctx: &Context,
        link: LinkId,
        joined: Vec<Entry>,
        mut left: Vec<String>,
    ) {
        // Whom the router says to be gone is gone, also where only an earlier one knew them.
        self.roster.remove_all(&mut left);
        let (names, namespace, now) = (&ctx.names, &self.namespace, ctx.now.mono);
        let source = Source::Router(link);
        let taken = self
            .roster
            .take(names, namespace, source, joined, now, TOLD_ENTRIES);
        if let Some(unfit) = taken.refused {
            tracing::warn!(%unfit, "the router sent an entry that is refused");
        }
    }

    pub(super) fn check_router(&mut self, ctx: &mut Context) {
        let now = ctx.now.mono;
        let State::Following(follower) = &mut self.state else {
            return;
        };
        let link = follower.link;
        if follower.is_to_check_in(now) {
            let entry = self.own.clone();
            ctx.transmit(link, &RouterFrame::Checkin { entry });
        }
        if follower.feed.is_late(now) {
            tracing::warn!("the holder of the router id sends no registry, passing it over");
            self.pass_over(ctx, link);
            return;
        }
        match follower.liveness.check(now) {
            Verdict::Fine => {}
            Verdict::Ask => ctx.transmit(link, &RouterFrame::Ping),
            Verdict::Dead => {
                ctx.close(link);
                self.router_gone(ctx);
            }
        }
    }
}
