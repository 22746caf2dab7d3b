//! How much the other end of a connection of a namespace may say. Every message is counted where it
//! is handed on, before anybody acts on it; whoever says more is not heard any longer.
//!
//! Registries are counted by the [`Feed`](super::feed::Feed): one for each that was asked for.

use crate::clock::Mono;
use crate::limits::{
    CHECKIN_BURST, CHECKIN_EVERY, SIGN_BURST, SIGN_EVERY, UPDATE_BURST, UPDATE_EVERY,
};
use crate::misbehaviour::Misbehaviour;
use crate::wire::RouterFrame;
use pace::Bucket;

/// What one counterpart has left.
#[derive(Debug)]
pub(super) struct Budget {
    /// What is answered with a registry.
    checkins: Bucket,
    updates: Bucket,
    /// Signs of life and farewells.
    signs: Bucket,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            checkins: Bucket::new(CHECKIN_BURST, CHECKIN_EVERY),
            updates: Bucket::new(UPDATE_BURST, UPDATE_EVERY),
            signs: Bucket::new(SIGN_BURST, SIGN_EVERY),
        }
    }
}

impl Budget {
    /// Takes a message out of the budget.
    pub(super) fn take(&mut self, frame: &RouterFrame, now: Mono) -> Result<(), Misbehaviour> {
        let (bucket, too_many) = match frame {
            RouterFrame::Registry { .. } => return Ok(()),
            RouterFrame::Checkin { .. } | RouterFrame::Recheckin => {
                (&mut self.checkins, Misbehaviour::TooManyCheckins)
            }
            RouterFrame::Update { .. } => (&mut self.updates, Misbehaviour::TooManyUpdates),
            RouterFrame::Redirect { .. }
            | RouterFrame::Ping
            | RouterFrame::Pong
            | RouterFrame::Bye => (&mut self.signs, Misbehaviour::TooManySigns),
        };
        bucket.take(now.into()).then_some(()).ok_or(too_many)
    }
}
