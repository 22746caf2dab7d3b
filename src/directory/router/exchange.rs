//! What routers of one namespace say to each other: each what the other does not know from itself.

use super::{Fellow, Part, Peer, Router, Scope};
use crate::clock::Mono;
use crate::context::Context;
use crate::directory::feed::{Feed, News};
use crate::directory::roster::{Roster, Source, cut_to_frames};
use crate::io::LinkId;
use crate::limits::{LATER_PARTS, REGISTRY_ENTRIES, ROUTERS, TOLD_ENTRIES};
use crate::misbehaviour::Misbehaviour;
use crate::wire::{Entry, RouterFrame};

impl Router {
    /// Returns the part of another router where there is room for one. An earlier connection of the
    /// same router is a leftover and does not count.
    pub(super) fn room_for_fellow(&self, index: u32, now: Mono) -> Option<Part> {
        let others = self.fellows().filter(|(_, fellow)| fellow.index != index);
        let room = others.count() < ROUTERS as usize;
        let feed = Feed::of_parts(now, LATER_PARTS);
        room.then(|| Part::Fellow(Fellow::new(index, feed)))
    }

    pub(super) fn fellows(&self) -> impl Iterator<Item = (LinkId, &Fellow)> {
        self.peers
            .iter()
            .filter_map(|(link, peer)| match &peer.part {
                Part::Fellow(fellow) => Some((*link, fellow)),
                Part::New | Part::Listed | Part::Served | Part::SentOn(_) => None,
            })
    }

    /// Takes a message of another router.
    pub(super) fn fellow_says(
        &mut self,
        ctx: &mut Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        frame: RouterFrame,
    ) -> Result<(), Misbehaviour> {
        let Some(Part::Fellow(fellow)) = self.peers.get_mut(&link).map(|peer| &mut peer.part)
        else {
            return Ok(());
        };
        match frame {
            RouterFrame::Registry { part } => {
                if let News::Registry(all) = fellow.feed.registry(part, ctx.now.mono)? {
                    self.take_registry(ctx, scope, link, all);
                }
            }
            RouterFrame::Update { change } => match fellow.feed.update(change, ctx.now.mono)? {
                News::Change { joined, left } => self.take_change(ctx, scope, link, joined, left),
                News::Gap => ctx.transmit(link, &RouterFrame::Recheckin),
                News::Registry(_) | News::Incomplete => {}
            },
            RouterFrame::Recheckin => self.send_news(ctx, scope.roster, link),
            RouterFrame::Ping => ctx.transmit(link, &RouterFrame::Pong),
            RouterFrame::Pong => {}
            RouterFrame::Bye => self.end(ctx, scope, link),
            RouterFrame::Checkin { .. }
            | RouterFrame::Redirect { .. }
            | RouterFrame::Deputy { .. } => {
                return Err(Misbehaviour::NotFromFellow);
            }
        }
        Ok(())
    }

    fn take_registry(
        &mut self,
        ctx: &mut Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        peers: Vec<Entry>,
    ) {
        let left = scope.roster.missing_from(Source::Router(link), &peers);
        self.take_change(ctx, scope, link, peers, left);
        if !self.uplink.joined(link, ctx.now.mono) && self.is_unanswered(link) {
            self.replace_fellow(ctx, scope, link);
            self.send_news(ctx, scope.roster, link);
        }
    }

    fn is_unanswered(&self, link: LinkId) -> bool {
        let mut fellows = self.fellows();
        fellows.any(|(known, fellow)| known == link && fellow.sent.is_none())
    }

    /// Closes an earlier connection of the same router, which is a leftover.
    fn replace_fellow(&mut self, ctx: &mut Context, scope: &mut Scope<'_>, link: LinkId) {
        let Some(id) = self.peers.get(&link).map(|peer| peer.id.clone()) else {
            return;
        };
        let same = |(other, peer): &(&LinkId, &Peer)| **other != link && peer.id == id;
        let earlier = self.peers.iter().filter(same).map(|(other, _)| *other);
        for other in earlier.collect::<Vec<_>>() {
            ctx.close(other);
            self.gone(ctx, scope, other);
        }
    }

    /// Takes every entry that is fit and tells of it. The others are the router's fault, and are only
    /// logged.
    fn take_change(
        &mut self,
        ctx: &Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        joined: Vec<Entry>,
        left: Vec<String>,
    ) {
        let (source, now) = (Source::Router(link), ctx.now.mono);
        let left = scope.roster.withdraw_all(left, source);
        let others = |entry: &Entry| entry.discovery_id != scope.own;
        let joined: Vec<Entry> = joined.into_iter().filter(others).collect();
        // It was told of them, as of everybody of whom nobody else says any more that they are there.
        let leftovers = joined.iter().map(|entry| &entry.discovery_id);
        let leftovers = leftovers.filter(|id| scope.roster.is_leftover(id)).cloned();
        self.untold
            .note(now, Source::Here, leftovers.collect::<Vec<_>>());
        let most = self.most_of(link);
        let taken = scope
            .roster
            .take(&ctx.names, scope.namespace, source, joined, now, most);
        if let Some(unfit) = taken.refused {
            tracing::warn!(%unfit, "another router sent an entry that is refused");
        }
        self.untold
            .note(now, source, left.into_iter().chain(taken.news));
    }

    /// Returns for how many people a router may speak: a later one for its own peers, the first for
    /// the whole namespace.
    fn most_of(&self, link: LinkId) -> usize {
        if self.uplink.is(link) {
            TOLD_ENTRIES
        } else {
            REGISTRY_ENTRIES
        }
    }

    /// Sends another router everything that it did not say itself.
    pub(super) fn send_news(&mut self, ctx: &mut Context, roster: &Roster, link: LinkId) {
        let Some(Part::Fellow(fellow)) = self.peers.get_mut(&link).map(|peer| &mut peer.part)
        else {
            return;
        };
        let seq = *fellow.sent.get_or_insert(0);
        let parts = cut_to_frames(roster.news_to(link), Entry::encoded_len);
        self.send_registry(ctx, link, seq, parts);
    }
}
