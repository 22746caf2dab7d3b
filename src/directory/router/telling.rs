//! Telling everybody connected of a change.

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

    /// Tells every peer of a change in the roster, and every router but the one it came from.
    pub(super) fn tell_of_change(
        &mut self,
        ctx: &mut Context,
        roster: &Roster,
        source: Source,
        joined: Vec<Entry>,
        left: Vec<String>,
    ) {
        self.tell_fellows(ctx, roster, source, &joined, &left);
        let left = left.into_iter().filter(|id| roster.get(id).is_none());
        let left: Vec<String> = left.collect();
        self.departed.note(&left, ctx.now.mono);
        for (joined, left) in changes(joined, left.into_iter()) {
            self.seq += 1;
            let update = self.update(self.seq, joined, left);
            let served = |peer: &Peer| matches!(peer.part, Part::Served);
            let peers = self.peers.iter().filter(|(_, peer)| served(peer));
            ctx.transmit_all(peers.map(|(link, _)| *link), &update);
        }
    }

    fn tell_fellows(
        &mut self,
        ctx: &mut Context,
        roster: &Roster,
        source: Source,
        joined: &[Entry],
        left: &[String],
    ) {
        let others = self
            .fellows()
            .filter(|(link, fellow)| fellow.sent.is_some() && source != Source::Router(*link));
        let others: Vec<LinkId> = others.map(|(link, _)| link).collect();
        for link in others {
            let left = left.iter().filter(|id| !roster.is_news_to(id, link));
            for (joined, left) in changes(joined.to_vec(), left.cloned()) {
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
            Part::Fellow(_) | Part::New | Part::Served | Part::SentOn(_) => None,
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
fn changes(
    joined: Vec<Entry>,
    left: impl Iterator<Item = String>,
) -> impl Iterator<Item = (Vec<Entry>, Vec<String>)> {
    let joined = cut_to_frames(joined.into_iter(), Entry::encoded_len);
    let left = cut_to_frames(left, String::len);
    let joined = joined.into_iter().map(|part| (part, Vec::new()));
    let left = left.into_iter().map(|part| (Vec::new(), part));
    let some = |(joined, left): &(Vec<_>, Vec<_>)| !joined.is_empty() || !left.is_empty();
    joined.chain(left).filter(some)
}
