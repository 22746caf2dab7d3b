//! What a router does for its peers.

use super::{Part, Router, Scope};
use crate::clock::Mono;
use crate::context::Context;
use crate::directory::roster::{Roster, Source, cut_to_frames};
use crate::io::LinkId;
use crate::limits::{PONG, ROUTER_NEW, ROUTER_PEERS, ROUTERS, SENT_ON};
use crate::misbehaviour::Misbehaviour;
use crate::wire::{Entry, RouterFrame};

impl Router {
    pub(super) fn room_for_peer(&self, now: Mono) -> Option<Part> {
        let count = |is: fn(&Part) -> bool| self.peers.values().filter(|p| is(&p.part)).count();
        if count(|part| matches!(part, Part::New)) >= ROUTER_NEW {
            None
        } else if count(|part| matches!(part, Part::New | Part::Listed | Part::Served))
            < ROUTER_PEERS
        {
            Some(Part::New)
        } else if count(|part| matches!(part, Part::SentOn(_))) < SENT_ON {
            Some(Part::SentOn(now + PONG))
        } else {
            None
        }
    }

    /// Takes a message of a peer.
    pub(super) fn peer_says(
        &mut self,
        ctx: &mut Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        frame: RouterFrame,
    ) -> Result<(), Misbehaviour> {
        match frame {
            RouterFrame::Checkin { entry } => return self.admit(ctx, scope, link, entry),
            RouterFrame::Ping => ctx.transmit(link, &RouterFrame::Pong),
            RouterFrame::Pong => {}
            RouterFrame::Bye => self.end(ctx, scope, link),
            RouterFrame::Recheckin => return self.serve_again(ctx.now.mono, link),
            RouterFrame::Registry { .. }
            | RouterFrame::Update { .. }
            | RouterFrame::Redirect { .. }
            | RouterFrame::Deputy { .. } => return Err(Misbehaviour::NotFromPeer),
        }
        Ok(())
    }

    /// Plans to send a peer the registry again: it has missed a change.
    fn serve_again(&mut self, now: Mono, link: LinkId) -> Result<(), Misbehaviour> {
        let part = self.peers.get_mut(&link).map(|peer| &mut peer.part);
        let Some(part @ (Part::Listed | Part::Served)) = part else {
            return Err(Misbehaviour::NotFromPeer);
        };
        *part = Part::Listed;
        self.untold.plan(now);
        Ok(())
    }

    /// Lists a peer that checks in, or sends it on.
    fn admit(
        &mut self,
        ctx: &mut Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        entry: Entry,
    ) -> Result<(), Misbehaviour> {
        let Some(peer) = self.peers.get(&link) else {
            return Ok(());
        };
        if entry.discovery_id != peer.id && !planted!(CheckinForAnother) {
            return Err(Misbehaviour::CheckinForAnother);
        }
        if matches!(peer.part, Part::SentOn(_)) {
            self.send_on(ctx, scope, link);
            Ok(())
        } else {
            self.check_in(ctx, scope, link, entry)
        }
    }

    /// Sends a peer on to the first router that is known to have room, else to an id that none is
    /// known to hold. Where all are full, its connection ends.
    fn send_on(&mut self, ctx: &mut Context, scope: &mut Scope<'_>, link: LinkId) {
        let has_room = |index: &u32| {
            let mut fellows = self.fellows().filter(|(_, fellow)| fellow.index == *index);
            fellows.all(|(link, _)| scope.roster.count(Source::Router(link)) < ROUTER_PEERS)
        };
        let mut later = (self.index + 1..=ROUTERS).filter(|index| !self.is_for_deputy(*index));
        let Some(index) = later.find(has_room) else {
            tracing::warn!("no router has room");
            return self.end(ctx, scope, link);
        };
        let router = scope.namespace.router_id(index);
        ctx.transmit(link, &RouterFrame::Redirect { router });
    }

    fn check_in(
        &mut self,
        ctx: &mut Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        mut entry: Entry,
    ) -> Result<(), Misbehaviour> {
        let Some(peer) = self.peers.get_mut(&link) else {
            return Ok(());
        };
        (entry.last_seen, entry.relayed, entry.router) = (ctx.now.unix, None, None);
        let (id, now) = (entry.discovery_id.clone(), ctx.now.mono);
        let held = scope.roster.get(&id);
        let unchanged = held.is_some_and(|held| held.says_the_same(&entry));
        scope
            .roster
            .insert(&ctx.names, scope.namespace, Source::Here, entry, now)
            .map_err(Misbehaviour::CheckinUnfit)?;
        let is_listed = matches!(peer.part, Part::Listed | Part::Served);
        if !is_listed {
            peer.part = Part::Listed;
            self.doubt_above(ctx);
        }
        self.replace_earlier(ctx, link, &id);
        if is_listed && unchanged {
            return Ok(());
        }
        self.untold.note(now, Source::Here, [id]);
        Ok(())
    }

    /// Sends the registry to a peer, who gets every change of it from then on.
    pub(super) fn serve(&mut self, ctx: &mut Context, roster: &Roster, link: LinkId) {
        if let Some(peer) = self.peers.get_mut(&link) {
            peer.part = Part::Served;
        }
        let parts = cut_to_frames(roster.registry(), Entry::encoded_len);
        let left = self.departed.since(roster, ctx.now.mono);
        if left.is_empty() {
            self.send_registry(ctx, link, self.seq, parts);
            return;
        }
        // Its copy may hold them from an earlier router. Each was an update, so there was one before
        // this registry.
        self.send_registry(ctx, link, self.seq.saturating_sub(1), parts);
        let update = self.update(self.seq, Vec::new(), left);
        ctx.transmit(link, &update);
    }

    /// Closes earlier connections of the same id: one person has one connection.
    fn replace_earlier(&mut self, ctx: &mut Context, link: LinkId, id: &str) {
        let earlier: Vec<LinkId> = self
            .peers
            .iter()
            .filter(|(other, peer)| **other != link && peer.id == id)
            .map(|(other, _)| *other)
            .collect();
        for other in earlier {
            self.peers.remove(&other);
            ctx.close(other);
        }
    }
}
