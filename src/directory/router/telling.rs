//! Telling everybody connected what changed: what comes within a moment goes into one update.

use super::untold::Changes;
use super::{Fellow, Part, Peer, Router};
use crate::context::Context;
use crate::directory::roster::{Roster, Source, cut_to_frames};
use crate::io::LinkId;
use crate::wire::{Entry, RegistryChange, RegistryPart, RouterFrame};

impl Router {
    pub(super) fn send_registry(
        &self,
        ctx: &mut Context,
        link: LinkId,
        seq: u64,
        parts: Vec<Vec<Entry>>,
    ) {
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        for (part, peers) in (1..).zip(parts) {
            let part = RegistryPart {
                epoch: self.epoch,
                seq,
                part,
                parts: count,
                peers,
            };
            ctx.transmit(link, &RouterFrame::Registry { part });
        }
    }

    /// Tells every peer and every router what changed since the last time, if it is time for that,
    /// and sends the registry to whoever has checked in meanwhile.
    pub(in crate::directory) fn tell(&mut self, ctx: &mut Context, roster: &Roster) {
        let now = ctx.now.mono;
        let Some(changes) = self.untold.take(now) else {
            return;
        };
        self.tell_fellows(ctx, roster, &changes);
        let ids = changes.keys().cloned();
        let (there, left): (Vec<_>, Vec<_>) = ids.partition(|id| roster.get(id).is_some());
        self.departed.note(&left, now);
        let joined = there.iter().filter_map(|id| roster.as_told(id));
        for (joined, left) in frames(joined, left.into_iter()) {
            self.seq += 1;
            let update = self.update(self.seq, joined, left);
            let served = |peer: &Peer| matches!(peer.part, Part::Served);
            let peers = self.peers.iter().filter(|(_, peer)| served(peer));
            ctx.transmit_all(peers.map(|(link, _)| *link), &update);
        }
        let listed = |peer: &Peer| matches!(peer.part, Part::Listed);
        let new = self.peers.iter().filter(|(_, peer)| listed(peer));
        for link in new.map(|(link, _)| *link).collect::<Vec<_>>() {
            self.serve(ctx, roster, link);
        }
    }

    /// Tells each other router what it has not said itself.
    fn tell_fellows(&mut self, ctx: &mut Context, roster: &Roster, changes: &Changes) {
        let others = self.fellows().filter(|(_, fellow)| fellow.sent.is_some());
        let others: Vec<LinkId> = others.map(|(link, _)| link).collect();
        for link in others {
            let own = Source::Router(link);
            let ids = changes
                .iter()
                .filter(|(_, sources)| sources.iter().any(|source| *source != own))
                .map(|(id, _)| id.clone());
            let (there, left): (Vec<_>, Vec<_>) = ids.partition(|id| roster.is_news_to(id, link));
            let joined = there.iter().filter_map(|id| roster.as_told(id));
            for (joined, left) in frames(joined, left.into_iter()) {
                let Some(seq) = self.next_seq(link) else {
                    break;
                };
                let update = self.update(seq, joined, left);
                ctx.transmit(link, &update);
            }
        }
    }

    fn next_seq(&mut self, link: LinkId) -> Option<u64> {
        match &mut self.peers.get_mut(&link)?.part {
            Part::Fellow(Fellow {
                sent: Some(sent), ..
            }) => {
                *sent += 1;
                Some(*sent)
            }
            Part::Fellow(_) | Part::New | Part::Listed | Part::Served | Part::SentOn(_) => None,
        }
    }

    pub(super) fn update(&self, seq: u64, joined: Vec<Entry>, left: Vec<String>) -> RouterFrame {
        let change = RegistryChange {
            epoch: self.epoch,
            seq,
            joined,
            left,
        };
        RouterFrame::Update { change }
    }
}

/// Cuts a change into frames.
fn frames(
    joined: impl Iterator<Item = Entry>,
    left: impl Iterator<Item = String>,
) -> impl Iterator<Item = (Vec<Entry>, Vec<String>)> {
    let joined = cut_to_frames(joined, Entry::encoded_len);
    let left = cut_to_frames(left, String::len);
    let joined = joined.into_iter().map(|part| (part, Vec::new()));
    let left = left.into_iter().map(|part| (Vec::new(), part));
    let some = |(joined, left): &(Vec<_>, Vec<_>)| !joined.is_empty() || !left.is_empty();
    joined.chain(left).filter(some)
}
