//! The one machine that is a participant.
//!
//! The contract: after each [`Node::handle`], call [`Node::poll`] until it gives
//! [`Output::Timeout`]; act on every output in order.

pub use crate::io::{
    ChannelBinding, Closed, CommandId, Input, Link, LinkId, Output, Path, Signalling, StoreId,
};

use crate::clock::Now;
use crate::config::Config;
use crate::records::Snapshot;

/// A participant.
#[derive(Debug)]
pub struct Node {}

impl Node {
    /// A node that goes on from `snapshot`. `config` is what the extension was packed with,
    /// `config_error` what was wrong with it; `seed` is fresh randomness of the system.
    pub fn new(
        config: Config,
        config_error: Option<String>,
        snapshot: Snapshot,
        seed: [u8; 32],
        now: Now,
    ) -> Self {
        let _ = (config, config_error, snapshot, seed, now);
        Self {}
    }

    /// Something happened.
    pub fn handle(&mut self, now: Now, input: Input) {
        let _ = (now, input);
    }

    /// What to do next; the last of each round is [`Output::Timeout`].
    pub fn poll(&mut self) -> Output {
        Output::Timeout(None)
    }
}
