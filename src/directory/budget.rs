//! How much the other end of a connection of a namespace may say. Every message is counted where it
//! is handed on, before anybody acts on it; whoever says more is not heard any longer.
//!
//! Registries are counted by the [`Feed`](super::feed::Feed): one for each that was asked for.

use crate::clock::Mono;
use crate::limits::{
    CHANGES_BURST, CHANGES_EVERY, CHECKIN_BURST, CHECKIN_EVERY, LATER_CHANGES_BURST,
    LATER_CHANGES_EVERY, SIGN_BURST, SIGN_EVERY, UPDATE_BURST, UPDATE_EVERY,
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
    /// People who come or change in them: each is told on.
    changes: Bucket,
    /// Signs of life and farewells.
    signs: Bucket,
}

impl Budget {
    /// Returns the budget of somebody who may tell of a whole namespace.
    pub(super) fn of_namespace() -> Self {
        Self::new(Bucket::new(CHANGES_BURST, CHANGES_EVERY))
    }

    /// Returns the budget of a peer, or of a router that tells of its own peers.
    pub(super) fn of_few() -> Self {
        Self::new(Bucket::new(LATER_CHANGES_BURST, LATER_CHANGES_EVERY))
    }

    fn new(changes: Bucket) -> Self {
        Self {
            checkins: Bucket::new(CHECKIN_BURST, CHECKIN_EVERY),
            updates: Bucket::new(UPDATE_BURST, UPDATE_EVERY),
            changes,
            signs: Bucket::new(SIGN_BURST, SIGN_EVERY),
        }
    }

    /// Takes a message out of the budget. An answer to a ping costs nothing: `asked` says that one is
    /// awaited, and it is not any more once something was heard.
    pub(super) fn take(
        &mut self,
        frame: &RouterFrame,
        asked: bool,
        now: Mono,
    ) -> Result<(), Misbehaviour> {
        let (bucket, too_many) = match frame {
            RouterFrame::Pong if asked => return Ok(()),
            RouterFrame::Registry { .. } => return Ok(()),
            RouterFrame::Checkin { .. } | RouterFrame::Recheckin => {
                (&mut self.checkins, Misbehaviour::TooManyCheckins)
            }
            RouterFrame::Update { change } => {
                let mut joined = change.joined.iter();
                if !joined.all(|_| self.changes.take(now.into())) {
                    return Err(Misbehaviour::TooManyChanges);
                }
                (&mut self.updates, Misbehaviour::TooManyUpdates)
            }
            RouterFrame::Redirect { .. }
            | RouterFrame::Deputy { .. }
            | RouterFrame::Ping
            | RouterFrame::Pong
            | RouterFrame::Bye => (&mut self.signs, Misbehaviour::TooManySigns),
        };
        bucket.take(now.into()).then_some(()).ok_or(too_many)
    }
}
