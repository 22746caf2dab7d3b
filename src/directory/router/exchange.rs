//! What routers of one namespace say to each other: each what the other does not know from itself.

use super::{Fellow, Part, Peer, Router, Scope};
use crate::clock::Mono;
use crate::context::Context;
use crate::directory::feed::News;
use crate::directory::roster::{Roster, Source, cut_to_frames};
use crate::io::LinkId;
use crate::limits::{REGISTRY_ENTRIES, ROUTERS};
use crate::misbehaviour::Misbehaviour;
use crate::wire::{Entry, RouterFrame};

impl Router {
    /// Returns the part of another router where there is room for one. An earlier connection of the
    /// same router is a leftover and does not count.
    pub(super) fn room_for_fellow(&self, index: u32, now: Mono) -> Option<Part> {
        let others = self.fellows().filter(|(_, fellow)| fellow.index != index);
        let room = others.count() < ROUTERS as usize;
        room.then(|| Part::Fellow(Fellow::new(index, now)))
    }

    pub(super) fn fellows(&self) -> impl Iterator<Item = (LinkId, &Fellow)> {
        self.peers
            .iter()
            .filter_map(|(link, peer)| match &peer.part {
                Part::Fellow(fellow) => Some((*link, fellow)),
                Part::New | Part::Served | Part::SentOn(_) => None,
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
            RouterFrame::Update { change } => match fellow.feed.update(change) {
                News::Change { joined, left } => self.take_change(ctx, scope, link, joined, left),
                News::Gap => ctx.transmit(link, &RouterFrame::Recheckin),
                News::Registry(_) | News::Incomplete => {}
            },
            RouterFrame::Recheckin => self.send_news(ctx, scope.roster, link),
            RouterFrame::Ping => ctx.transmit(link, &RouterFrame::Pong),
            RouterFrame::Pong => {}
            RouterFrame::Bye => self.end(ctx, scope, link),
            RouterFrame::Checkin { .. } | RouterFrame::Redirect { .. } => {
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
        ctx: &mut Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        joined: Vec<Entry>,
        left: Vec<String>,
    ) {
        let source = Source::Router(link);
        for id in &left {
            scope.roster.withdraw(id, source);
        }
        let mut room = self.room_of(scope.roster, link);
        let mut taken = Vec::new();
        for entry in joined {
            let said = scope.roster.is_said_by(&entry.discovery_id, source);
            if entry.discovery_id == scope.own || !said && room == 0 {
                continue;
            }
            let held = scope.roster.get(&entry.discovery_id);
            let known = said && held.is_some_and(|held| held.says_the_same(&entry));
            if self.take(ctx, scope, source, entry.clone()) {
                room -= usize::from(!said);
                taken.extend((!known).then_some(entry));
            }
        }
        self.tell_of_change(ctx, scope.roster, source, taken, left);
    }

    fn take(&self, ctx: &Context, scope: &mut Scope<'_>, source: Source, entry: Entry) -> bool {
        let result = scope
            .roster
            .insert(&ctx.names, scope.namespace, source, entry, ctx.now.mono);
        if let Err(unfit) = &result {
            tracing::warn!(%unfit, "another router sent an entry that is refused");
        }
        result.is_ok()
    }

    /// Returns how many more people a router may speak for: a later one for its own peers, the first for
    /// the whole namespace.
    fn room_of(&self, roster: &Roster, link: LinkId) -> usize {
        if self.uplink.is(link) {
            usize::MAX
        } else {
            REGISTRY_ENTRIES.saturating_sub(roster.count(Source::Router(link)))
        }
    }

    /// Sends another router everything that it did not say itself.
    pub(super) fn send_news(&mut self, ctx: &mut Context, roster: &Roster, link: LinkId) {
        let Some(Part::Fellow(fellow)) = self.peers.get_mut(&link).map(|peer| &mut peer.part)
        else {
            return;
        };
        let seq = *fellow.sent.get_or_insert(0);
        let parts = cut_to_frames(roster.news_to(link).cloned(), Entry::encoded_len);
        self.send_registry(ctx, link, seq, parts);
    }
}
