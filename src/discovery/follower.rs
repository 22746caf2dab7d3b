//! The part of a peer: what its router has said, and whether the router is there.

use crate::clock::Mono;
use crate::context::Context;
use crate::io::LinkId;
use crate::limits::REGISTRY_ENTRIES;
use crate::liveness::{Liveness, Verdict};
use crate::wire::{Entry, Frame};
use std::time::Duration;

/// How long a router may take from the check-in to the full registry. A holder of the Router ID
/// that does not speak the protocol is passed over after this.
const REGISTRY_WAIT: Duration = Duration::from_secs(8);

#[derive(Debug)]
pub(super) struct Follower {
    pub(super) link: LinkId,
    pub(super) liveness: Liveness,
    /// What the copy is up to; `None` until the first full registry.
    pub(super) version: Option<(u64, u64)>,
    pub(super) registry_by: Option<Mono>,
    partial: Option<Partial>,
}

/// A registry of which some parts have come.
#[derive(Debug)]
struct Partial {
    version: (u64, u64),
    parts: u32,
    next: u32,
    peers: Vec<Entry>,
}

impl Follower {
    /// Has just checked in.
    pub(super) fn new(link: LinkId, now: Mono) -> Self {
        Self {
            link,
            liveness: Liveness::new(now),
            version: None,
            registry_by: Some(now + REGISTRY_WAIT),
            partial: None,
        }
    }

    /// When to ask or to give up.
    pub(super) fn due(&self) -> Mono {
        let due = self.liveness.due();
        self.registry_by.map_or(due, |by| by.min(due))
    }

    pub(super) fn doubt(&mut self, ctx: &mut Context) {
        if self.liveness.suspect(ctx.now.mono) == Verdict::Ask {
            ctx.transmit(self.link, &Frame::Ping);
        }
    }

    /// Takes one part of a registry, and gives all of it with the last.
    pub(super) fn part(
        &mut self,
        version: (u64, u64),
        part: u32,
        parts: u32,
        peers: Vec<Entry>,
    ) -> Result<Option<Vec<Entry>>, String> {
        if part == 1 {
            self.partial = Some(Partial {
                version,
                parts,
                next: 1,
                peers: Vec::new(),
            });
        }
        let Some(partial) = &mut self.partial else {
            return Err("a registry that does not begin with part 1".to_owned());
        };
        if (partial.version, partial.parts, partial.next) != (version, parts, part) || part > parts
        {
            return Err("registry parts that do not belong together".to_owned());
        }
        let room = REGISTRY_ENTRIES.saturating_sub(partial.peers.len());
        partial.peers.extend(peers.into_iter().take(room));
        partial.next += 1;
        if part < parts {
            return Ok(None);
        }
        Ok(self.partial.take().map(|whole| whole.peers))
    }

    /// Whether an update is the very next one.
    pub(super) fn follows(&mut self, epoch: u64, seq: u64) -> bool {
        match &mut self.version {
            Some((held, at)) if *held == epoch && at.checked_add(1) == Some(seq) => {
                *at = seq;
                true
            }
            _ => false,
        }
    }
}
