//! When to look whether the first server works again, while a later one is in use.
//!
//! A look registers an id that means nothing at the first server. Owns the moment and the socket of
//! a look; the signalling opens that socket, and moves the ids back.

use super::context::Context;
use crate::frame::ServerFrame;
use crate::io::{Output, SocketId, SocketInput};
use crate::limits::{LOOK_AGAIN_AFTER, RETURN_AFTER, SOCKET_OPENS_WITHIN};
use std::time::Duration;

/// The looks at the first server. `away` is always whether a later server is in use.
#[derive(Default)]
pub(super) struct Scout {
    /// When the next look is due.
    due: Option<Duration>,
    look: Option<Look>,
    /// The first server was looked at since a later one is in use.
    has_looked: bool,
}

/// A look that is under way.
struct Look {
    socket: SocketId,
    deadline: Duration,
}

impl Scout {
    /// Plans the next look, unless one is planned or under way.
    pub(super) fn plan(&mut self, cx: &mut Context<'_>, away: bool) {
        self.has_looked &= away;
        if away && self.look.is_none() && self.due.is_none() {
            let wait = match self.has_looked {
                true => RETURN_AFTER,
                false => LOOK_AGAIN_AFTER,
            };
            self.due = Some(cx.now + wait + cx.random.up_to(wait / 2));
        }
    }

    /// Returns when [`Scout::timeout`] is due.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let look = self.look.as_ref().map(|look| look.deadline);
        look.into_iter().chain(self.due).min()
    }

    /// Ends a look that takes too long. Returns whether the next is to begin now.
    pub(super) fn timeout(&mut self, cx: &mut Context<'_>, away: bool) -> bool {
        let is_late = |look: &Look| cx.now >= look.deadline;
        if self.look.as_ref().is_some_and(is_late) {
            self.end(cx, away);
        }
        self.due.take_if(|due| cx.now >= *due).is_some()
    }

    /// Begins a look over a socket that is being opened to the first server.
    pub(super) fn begin(&mut self, now: Duration, socket: SocketId) {
        self.look = Some(Look {
            socket,
            deadline: now + SOCKET_OPENS_WITHIN,
        });
    }

    /// Returns whether `socket` is that of the look under way.
    pub(super) fn owns(&self, socket: SocketId) -> bool {
        self.look.as_ref().is_some_and(|look| look.socket == socket)
    }

    /// Handles what the socket of the look reports. Returns whether the first server works: then the
    /// ids are to be moved there, and no further look is planned.
    pub(super) fn socket(&mut self, cx: &mut Context<'_>, away: bool, input: &SocketInput) -> bool {
        match input {
            SocketInput::Opened => false,
            SocketInput::Closed => {
                self.end(cx, away);
                false
            }
            SocketInput::Frame(text) => {
                self.end(cx, away);
                let works = ServerFrame::parse(text) == Ok(ServerFrame::Open);
                if works {
                    *self = Self::default();
                }
                works
            }
        }
    }

    fn end(&mut self, cx: &mut Context<'_>, away: bool) {
        self.has_looked = true;
        if let Some(look) = self.look.take() {
            cx.out.push_back(Output::Disconnect(look.socket));
        }
        self.plan(cx, away);
    }
}
