//! The part of the router: who is connected, and telling them of every change.
//!
//! A router serves its peers, and exchanges what it knows with the other routers of the namespace:
//! each later one holds a connection to the first ([`Uplink`]), dialled from one Router ID to the
//! other. So everybody's list holds everybody, and each change travels each connection once.

mod appointment;
mod departed;
mod deputy;
mod exchange;
mod serving;
mod telling;
mod untold;
mod uplink;

use super::budget::Budget;
use super::feed::Feed;
use super::roster::{Roster, Source};
use crate::clock::{Mono, UnixMillis};
use crate::context::Context;
use crate::ids::Namespace;
use crate::io::LinkId;
use crate::limits::{OF_ONE_CALLER, ROUTER_BURST, ROUTER_PER_SECOND};
use crate::liveness::{Liveness, Verdict};
use crate::misbehaviour::Misbehaviour;
use crate::wire::RouterFrame;
use appointment::Appointment;
use departed::Departed;
use litemap::LiteMap;
use pace::Bucket;
use std::time::Duration;
use untold::Untold;
use uplink::Uplink;

/// People in a network in which nobody but the deputy has to learn that the router is gone.
const PAIR: usize = 2;

/// The router's connections. The registry itself is the [`Roster`] that every member has.
#[derive(Debug)]
pub(super) struct Router {
    /// Which Router ID it holds.
    index: u32,
    epoch: u64,
    seq: u64,
    peers: LiteMap<LinkId, Peer>,
    departed: Departed,
    untold: Untold,
    uplink: Uplink,
    /// How often somebody may dial it.
    arrivals: Bucket,
    /// Who stands by for this router.
    appointment: Appointment,
    /// It stands by for the router above, and watches it closely.
    watches: bool,
    /// Another router is gone, and what it said of itself perhaps not true any more.
    lost_fellow: bool,
}

#[derive(Debug)]
struct Peer {
    /// The id it dialled from, set by the server: the only one it may check in.
    id: String,
    liveness: Liveness,
    /// What it may still say.
    budget: Budget,
    part: Part,
}

/// What somebody connected to a router is.
#[derive(Debug)]
enum Part {
    /// A peer that has not checked in.
    New,
    /// A peer that has, and waits for the registry.
    Listed,
    /// A peer that has the registry, and gets every change of it.
    Served,
    /// A peer beyond what this router serves, until then.
    SentOn(Mono),
    /// Another router of the namespace.
    Fellow(Fellow),
}

/// Another router, as this one sees it.
#[derive(Debug)]
struct Fellow {
    index: u32,
    feed: Feed,
    /// The number of the last update sent to it; `None` before the registry.
    sent: Option<u64>,
}

/// What a router needs of its membership in one call.
pub(super) struct Scope<'a> {
    pub(super) namespace: &'a Namespace,
    pub(super) roster: &'a mut Roster,
    pub(super) own: &'a str,
}

impl Router {
    /// Begins to be the router. The epoch is the time of the claim, so that the numbers of a later
    /// router are not taken for those of an earlier one.
    pub(super) fn new(index: u32, unix: UnixMillis, now: Mono) -> Self {
        Self {
            index,
            epoch: unix,
            seq: 0,
            peers: LiteMap::new_vec(),
            departed: Departed::default(),
            untold: Untold::default(),
            uplink: Uplink::new(index, now),
            arrivals: Bucket::new(ROUTER_BURST, Duration::from_secs(1) / ROUTER_PER_SECOND),
            appointment: Appointment::default(),
            watches: false,
            lost_fellow: false,
        }
    }

    /// Takes a connection of somebody who dialled the Router ID. Returns whether there is room.
    pub(super) fn accept(
        &mut self,
        namespace: &Namespace,
        link: LinkId,
        remote: &str,
        now: Mono,
    ) -> bool {
        let part = if namespace.discovery_uuid(remote).is_some() {
            self.room_for_peer(now)
        } else {
            let later = |index: &u32| *index > self.index;
            let index = namespace.router_index(remote).filter(later);
            index.and_then(|index| self.room_for_fellow(index, now))
        };
        let of_caller = self.peers.values().filter(|peer| peer.id == remote);
        let few = of_caller.count() < OF_ONE_CALLER;
        let part = part.filter(|_| few && self.arrivals.take(now.into()));
        part.map(|part| self.add(link, remote, part, now)).is_some()
    }

    fn add(&mut self, link: LinkId, remote: &str, part: Part, now: Mono) {
        let budget = if self.uplink.is(link) {
            Budget::of_namespace()
        } else {
            Budget::of_few()
        };
        let peer = Peer {
            id: remote.to_owned(),
            liveness: Liveness::new(now),
            budget,
            part,
        };
        self.peers.insert(link, peer);
    }

    pub(super) fn has(&self, link: LinkId) -> bool {
        self.peers.contains_key(&link) || self.uplink.is(link)
    }

    /// Returns whether what the first router knows is known here too.
    pub(super) fn is_joined_up(&self) -> bool {
        self.uplink.is_joined()
    }

    /// Tries the first router again, because somebody holds its id.
    pub(super) fn try_first(&mut self, now: Mono) {
        self.uplink.try_again(1, now);
    }

    /// Tries an earlier router that has knocked. Where one is connected, it may be the successor of that.
    pub(super) fn answer_knock(&mut self, ctx: &mut Context, index: u32) {
        self.uplink.answer(ctx, index);
        self.doubt_above(ctx);
    }

    /// Begins the exchange on a connection to or from another router that has opened.
    pub(super) fn opened(
        &mut self,
        ctx: &mut Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        foreign: bool,
    ) {
        if foreign && self.has(link) {
            tracing::warn!("a peer or another router is not on this network");
            ctx.close(link);
            self.is_elsewhere(ctx, link);
            self.gone(ctx, scope, link);
        } else if let Some(index) = self.uplink.opened(link) {
            let feed = Feed::new(ctx.now.mono);
            let part = Part::Fellow(Fellow::new(index, feed));
            let id = scope.namespace.router_id(index);
            self.add(link, &id, part, ctx.now.mono);
            self.send_news(ctx, scope.roster, link);
        }
    }

    /// Passes over another router that was dialled and is not on this network.
    pub(super) fn is_elsewhere(&mut self, ctx: &mut Context, link: LinkId) {
        self.uplink.pass_over(ctx, link);
    }

    /// Takes a message of a peer or of another router; the error closes its connection.
    pub(super) fn frame(
        &mut self,
        ctx: &mut Context,
        scope: &mut Scope<'_>,
        link: LinkId,
        frame: RouterFrame,
    ) -> Result<(), Misbehaviour> {
        let Some(peer) = self.peers.get_mut(&link) else {
            return Ok(());
        };
        let asked = peer.liveness.is_asked();
        peer.budget.take(&frame, asked, ctx.now.mono)?;
        peer.liveness.heard(ctx.now.mono);
        match &peer.part {
            Part::Fellow(_) => self.fellow_says(ctx, scope, link, frame)?,
            Part::New | Part::Listed | Part::Served | Part::SentOn(_) => {
                self.peer_says(ctx, scope, link, frame)?
            }
        }
        self.confirm(scope.roster, link, ctx);
        Ok(())
    }

    /// Confirms the peer that was heard, or all people in the registry of the router that was
    /// heard.
    fn confirm(&self, roster: &mut Roster, link: LinkId, ctx: &Context) {
        match self.peers.get(&link).map(|peer| (&peer.part, &peer.id)) {
            Some((Part::Fellow(_), _)) => roster.confirm(link, ctx.now.mono),
            Some((Part::Listed | Part::Served, id)) => roster.touch(id, ctx.now.mono, ctx.now.unix),
            Some((Part::New | Part::SentOn(_), _)) | None => {}
        }
    }

    /// Notes that the own entry changed, or that entries expired: everybody is told.
    pub(super) fn announce(&mut self, now: Mono, ids: impl IntoIterator<Item = String>) {
        self.untold.note(now, Source::Here, ids);
    }

    /// Closes a connection.
    fn end(&mut self, ctx: &mut Context, scope: &mut Scope<'_>, link: LinkId) {
        ctx.close(link);
        self.gone(ctx, scope, link);
    }

    /// Forgets a connection that is gone. A peer's entry goes with the last one of the peer, also where that has not
    /// checked in: who doubts a connection dials once more. What another router said stays until it expires,
    /// because the peers of that router will have a new one soon.
    pub(super) fn gone(&mut self, ctx: &mut Context, scope: &mut Scope<'_>, link: LinkId) {
        self.uplink.gone(ctx, link);
        let Some(peer) = self.peers.remove(&link) else {
            return;
        };
        match peer.part {
            Part::Fellow(_) => {
                self.forget_fellow(scope.roster, link, ctx.now.mono);
                self.lost_fellow = true;
            }
            Part::Listed | Part::Served | Part::New | Part::SentOn(_) => {
                let stays = self.peers.values().any(|other| other.id == peer.id);
                // A malicious server can connect a router with itself.
                if !stays && peer.id != scope.own && scope.roster.is_here(&peer.id) {
                    scope.roster.withdraw(&peer.id, Source::Here);
                    self.untold.note(ctx.now.mono, Source::Here, [peer.id]);
                }
            }
        }
    }

    /// Forgets what another router said. Whoever said the same learns that it is not heard from there any more.
    pub(super) fn forget_fellow(&mut self, roster: &mut Roster, link: LinkId, now: Mono) {
        let source = Source::Router(link);
        let said_by_others = roster.forget(source);
        self.untold.note(now, source, said_by_others);
    }

    /// Says goodbye to everybody.
    pub(super) fn close(self, ctx: &mut Context) {
        self.uplink.close(ctx);
        self.peers.into_iter().for_each(|(link, _)| ctx.bye(link));
    }

    pub(super) fn suspect(&mut self, ctx: &mut Context, link: LinkId) {
        let now = ctx.now.mono;
        let peer = self.peers.get_mut(&link);
        if peer.map(|peer| peer.liveness.suspect(now)) == Some(Verdict::Ask) {
            ctx.transmit(link, &RouterFrame::Ping);
        }
    }

    pub(super) fn suspect_all(&mut self, ctx: &mut Context) {
        let links: Vec<LinkId> = self.peers.keys().copied().collect();
        links.into_iter().for_each(|link| self.suspect(ctx, link));
    }

    /// Pings everybody who was silent, and removes everybody who did not answer.
    pub(super) fn timeout(&mut self, ctx: &mut Context, scope: &mut Scope<'_>) {
        let now = ctx.now.mono;
        self.watch(scope.roster.len() > PAIR);
        let verdicts: Vec<(LinkId, Verdict)> = self
            .peers
            .iter_mut()
            .map(|(link, peer)| (*link, peer.check(now)))
            .collect();
        for (link, verdict) in verdicts {
            match verdict {
                Verdict::Fine => {}
                Verdict::Ask => ctx.transmit(link, &RouterFrame::Ping),
                Verdict::Dead => self.end(ctx, scope, link),
            }
        }
        // Whoever is connected is confirmed by the connection.
        for peer in self
            .peers
            .values()
            .filter(|peer| matches!(peer.part, Part::Listed | Part::Served))
        {
            let last_seen = scope
                .roster
                .get(&peer.id)
                .map_or(0, |entry| entry.last_seen);
            scope.roster.touch(&peer.id, now, last_seen);
        }
        self.uplink.timeout(ctx, scope.namespace);
        self.appoint(ctx, scope.namespace);
    }

    /// Returns when everybody is told of what changed.
    pub(super) fn tells_at(&self) -> Option<Mono> {
        self.untold.due()
    }

    pub(super) fn due(&self) -> Option<Mono> {
        let peers = self.peers.values().map(Peer::due);
        let other = [self.uplink.due(), self.appoints_at()];
        peers.chain(other.into_iter().flatten()).min()
    }
}

impl Fellow {
    fn new(index: u32, feed: Feed) -> Self {
        Self {
            index,
            feed,
            sent: None,
        }
    }
}

impl Peer {
    fn check(&mut self, now: Mono) -> Verdict {
        match &self.part {
            Part::SentOn(until) if now >= *until => Verdict::Dead,
            Part::Fellow(fellow) if fellow.feed.is_late(now) => Verdict::Dead,
            Part::SentOn(_) | Part::Fellow(_) | Part::New | Part::Listed | Part::Served => {
                self.liveness.check(now)
            }
        }
    }

    fn due(&self) -> Mono {
        let due = self.liveness.due();
        match &self.part {
            Part::SentOn(until) => due.min(*until),
            Part::Fellow(fellow) => fellow.feed.due().map_or(due, |by| by.min(due)),
            Part::New | Part::Listed | Part::Served => due,
        }
    }
}
