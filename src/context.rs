//! What the parts of a node share: the moment, the random source, and the outputs.

use crate::clock::Now;
use crate::crypto::{self, Random};
use crate::io::{LinkId, Output, StoreId};
use crate::name::{Names, Unicode};
use crate::records::Change;
use crate::wire::{Frame, RouterFrame, encode};
use chacha20::rand_core::SeedableRng;
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

/// Handed down through every call of one input.
pub(crate) struct Context {
    /// The moment of the input being handled.
    pub(crate) now: Now,
    pub(crate) rng: Random,
    pub(crate) names: Names,
    out: VecDeque<Output>,
    links: u32,
    stores: u64,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Context {
    pub(crate) fn new(seed: [u8; 32], unicode: Box<dyn Unicode>, now: Now) -> Self {
        Self {
            now,
            rng: Random::from_seed(seed),
            names: Names::new(unicode),
            out: VecDeque::new(),
            links: 0,
            stores: 0,
        }
    }

    pub(crate) fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    pub(crate) fn emit(&mut self, output: Output) {
        self.out.push_back(output);
    }

    pub(crate) fn dial(&mut self, from: &str, to: &str) -> LinkId {
        self.links = self.links.wrapping_add(1);
        let link = LinkId::Dialled(self.links);
        self.emit(Output::Dial {
            link,
            from: from.to_owned(),
            to: to.to_owned(),
        });
        link
    }

    pub(crate) fn transmit(&mut self, link: LinkId, frame: &dyn Frame) {
        self.emit(Output::Transmit(link, encode(frame)));
    }

    /// One message to many, encoded once.
    pub(crate) fn transmit_all(&mut self, links: impl Iterator<Item = LinkId>, frame: &dyn Frame) {
        let mut text = None;
        for link in links {
            let text = text.get_or_insert_with(|| encode(frame));
            self.emit(Output::Transmit(link, text.clone()));
        }
    }

    pub(crate) fn close(&mut self, link: LinkId) {
        self.emit(Output::Close(link));
    }

    /// Says goodbye, which is the same frame in every conversation, and closes.
    pub(crate) fn bye(&mut self, link: LinkId) {
        self.transmit(link, &RouterFrame::Bye);
        self.close(link);
    }

    pub(crate) fn register(&mut self, id: &str) {
        self.emit(Output::Register(id.to_owned()));
    }

    pub(crate) fn release(&mut self, id: &str) {
        self.emit(Output::Release(id.to_owned()));
    }

    pub(crate) fn store(&mut self, change: Change) -> StoreId {
        self.stores += 1;
        let id = StoreId(self.stores);
        self.emit(Output::Store(id, change));
        id
    }

    pub(crate) fn random<const N: usize>(&mut self) -> [u8; N] {
        crypto::random(&mut self.rng)
    }

    /// An even choice from nothing to `most`, in milliseconds.
    pub(crate) fn jitter(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        let random = u64::from_le_bytes(self.random());
        Duration::from_millis(random % most.saturating_add(1))
    }
}
