//! The part of the router: who is connected, and telling them of every change.

use super::roster::Roster;
use crate::context::Context;
use crate::ids::Namespace;
use crate::io::LinkId;
use crate::limits::ROUTER_PEERS;
use crate::liveness::{Liveness, Verdict};
use crate::wire::{Entry, Frame};
use crate::{Mono, clock::UnixMillis};
use litemap::LiteMap;

/// The router's connections. The registry itself is the [`Roster`] that every member has.
#[derive(Debug)]
pub(super) struct Router {
    epoch: u64,
    seq: u64,
    peers: LiteMap<LinkId, Peer>,
}

#[derive(Debug)]
struct Peer {
    /// The id it dialled from, set by the server: the only one it may check in.
    discovery_id: String,
    checked_in: bool,
    liveness: Liveness,
}

impl Router {
    /// A reign that begins now. The epoch is the time of the claim, so that a later router's
    /// numbers are not taken for an earlier one's.
    pub(super) fn new(unix: UnixMillis) -> Self {
        Self {
            epoch: unix,
            seq: 0,
            peers: LiteMap::new_vec(),
        }
    }

    /// Somebody dialled the Router ID. False where there is no room.
    pub(super) fn accept(&mut self, link: LinkId, remote: &str, now: Mono) -> bool {
        if self.peers.len() >= ROUTER_PEERS {
            return false;
        }
        let discovery_id = remote.to_owned();
        let liveness = Liveness::new(now);
        self.peers.insert(
            link,
            Peer {
                discovery_id,
                checked_in: false,
                liveness,
            },
        );
        true
    }

    pub(super) fn has(&self, link: LinkId) -> bool {
        self.peers.contains_key(&link)
    }

    /// A frame of a peer; the error closes its connection.
    pub(super) fn frame(
        &mut self,
        ctx: &mut Context,
        namespace: &Namespace,
        roster: &mut Roster,
        link: LinkId,
        frame: Frame,
    ) -> Result<(), String> {
        let Some(peer) = self.peers.get_mut(&link) else {
            return Ok(());
        };
        peer.liveness.heard(ctx.now.mono);
        roster.touch(&peer.discovery_id, ctx.now.mono, ctx.now.unix);
        match frame {
            Frame::Checkin(entry) => self.check_in(ctx, namespace, roster, link, entry),
            Frame::Ping => {
                ctx.transmit(link, &Frame::Pong);
                Ok(())
            }
            Frame::Pong => Ok(()),
            Frame::Bye => {
                ctx.close(link);
                self.gone(ctx, roster, link);
                Ok(())
            }
            _ => Err("a message that no peer sends to its router".to_owned()),
        }
    }

    fn check_in(
        &mut self,
        ctx: &mut Context,
        namespace: &Namespace,
        roster: &mut Roster,
        link: LinkId,
        mut entry: Entry,
    ) -> Result<(), String> {
        let Some(peer) = self.peers.get_mut(&link) else {
            return Ok(());
        };
        if entry.discovery_id != peer.discovery_id {
            return Err("a check-in for another id than it dialled from".to_owned());
        }
        entry.last_seen = ctx.now.unix;
        let unchanged = peer.checked_in
            && roster.get(&entry.discovery_id).is_some_and(|held| {
                held.friendlyname == entry.friendlyname
                    && held.sealed_transport == entry.sealed_transport
            });
        roster
            .insert(&ctx.names, namespace, entry.clone(), ctx.now.mono)
            .map_err(|unfit| format!("a check-in that is refused: {unfit}"))?;
        peer.checked_in = true;
        self.replace_earlier(ctx, link, &entry.discovery_id);
        if !unchanged {
            self.seq += 1;
            self.push(ctx, Some(link), vec![entry], Vec::new());
        }
        self.send_registry(ctx, roster, link);
        Ok(())
    }

    /// One person has one connection: an earlier one of the same id is a leftover.
    fn replace_earlier(&mut self, ctx: &mut Context, link: LinkId, discovery_id: &str) {
        let earlier: Vec<LinkId> = self
            .peers
            .iter()
            .filter(|(other, peer)| **other != link && peer.discovery_id == discovery_id)
            .map(|(other, _)| *other)
            .collect();
        for other in earlier {
            self.peers.remove(&other);
            ctx.close(other);
        }
    }

    fn send_registry(&self, ctx: &mut Context, roster: &Roster, link: LinkId) {
        let parts = roster.parts();
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        for (part, peers) in (1..).zip(parts) {
            let (epoch, seq) = (self.epoch, self.seq);
            ctx.transmit(
                link,
                &Frame::Registry {
                    epoch,
                    seq,
                    part,
                    parts: count,
                    peers,
                },
            );
        }
    }

    /// Tells everybody who has checked in, except one who gets the whole registry instead.
    fn push(
        &self,
        ctx: &mut Context,
        except: Option<LinkId>,
        joined: Vec<Entry>,
        left: Vec<String>,
    ) {
        let update = Frame::Update {
            epoch: self.epoch,
            seq: self.seq,
            joined,
            left,
        };
        for (link, _) in self.peers.iter().filter(|(_, peer)| peer.checked_in) {
            if Some(*link) != except {
                ctx.transmit(*link, &update);
            }
        }
    }

    /// The own entry changed, or entries expired.
    pub(super) fn announce(&mut self, ctx: &mut Context, joined: Vec<Entry>, left: Vec<String>) {
        self.seq += 1;
        self.push(ctx, None, joined, left);
    }

    /// A connection is gone; its entry goes with it.
    pub(super) fn gone(&mut self, ctx: &mut Context, roster: &mut Roster, link: LinkId) {
        let Some(peer) = self.peers.remove(&link) else {
            return;
        };
        let elsewhere = self
            .peers
            .values()
            .any(|other| other.discovery_id == peer.discovery_id);
        if peer.checked_in && !elsewhere && roster.remove(&peer.discovery_id) {
            self.announce(ctx, Vec::new(), vec![peer.discovery_id]);
        }
    }

    /// Says goodbye to everybody.
    pub(super) fn close(self, ctx: &mut Context) {
        self.peers.into_iter().for_each(|(link, _)| ctx.bye(link));
    }

    pub(super) fn suspect(&mut self, ctx: &mut Context, link: LinkId) {
        let now = ctx.now.mono;
        if self
            .peers
            .get_mut(&link)
            .map(|peer| peer.liveness.suspect(now))
            == Some(Verdict::Ask)
        {
            ctx.transmit(link, &Frame::Ping);
        }
    }

    pub(super) fn suspect_all(&mut self, ctx: &mut Context) {
        let links: Vec<LinkId> = self.peers.keys().copied().collect();
        links.into_iter().for_each(|link| self.suspect(ctx, link));
    }

    /// Pings who was not heard, and removes who did not answer.
    pub(super) fn timeout(&mut self, ctx: &mut Context, roster: &mut Roster) {
        let now = ctx.now.mono;
        let verdicts: Vec<(LinkId, Verdict)> = self
            .peers
            .iter_mut()
            .map(|(link, peer)| (*link, peer.liveness.check(now)))
            .collect();
        for (link, verdict) in verdicts {
            match verdict {
                Verdict::Fine => {}
                Verdict::Ask => ctx.transmit(link, &Frame::Ping),
                Verdict::Dead => {
                    ctx.close(link);
                    self.gone(ctx, roster, link);
                }
            }
        }
        // Whoever is connected is confirmed by the connection.
        for peer in self.peers.values().filter(|peer| peer.checked_in) {
            let last_seen = roster
                .get(&peer.discovery_id)
                .map_or(0, |entry| entry.last_seen);
            roster.touch(&peer.discovery_id, now, last_seen);
        }
    }

    pub(super) fn due(&self) -> Option<Mono> {
        self.peers.values().map(|peer| peer.liveness.due()).min()
    }
}
