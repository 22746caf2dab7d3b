//! The signalling server in use, and whether the own Transport ID is held there.

use crate::clock::{UnixMillis, millis};
use std::time::Duration;

/// What the signalling server last said.
#[derive(Debug, Default)]
pub(super) struct Transport {
    held: bool,
    /// It or another id was held and is lost, or the server was not reached: perhaps because the
    /// network is another one, or there was none.
    was_lost: bool,
    /// `host:port` of the server.
    server: Option<String>,
    up: bool,
    retry_at: Option<UnixMillis>,
    refused: Option<String>,
}

impl Transport {
    /// Returns whether the Transport ID can be dialled from.
    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// Returns `host:port` of the server in use.
    pub(super) fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    /// Returns when the server is tried again.
    pub(super) fn retry_at(&self) -> Option<UnixMillis> {
        self.retry_at
    }

    /// Returns why the server refuses.
    pub(super) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// Notes that the Transport ID is held.
    pub(super) fn registered(&mut self) {
        self.held = true;
    }

    /// Returns whether an id was lost, or the server not reached, since this was asked last.
    pub(super) fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.was_lost)
    }

    /// Notes that another id is not held at the moment.
    pub(super) fn another_lost(&mut self) {
        self.was_lost = true;
    }

    /// Notes that the Transport ID is not held at the moment.
    pub(super) fn lost(&mut self) {
        self.held = false;
        self.was_lost = true;
    }

    /// Notes that the Transport ID is given up.
    pub(super) fn released(&mut self) {
        self.held = false;
    }

    pub(super) fn set_server(
        &mut self,
        server: String,
        up: bool,
        retry_in: Option<Duration>,
        refused: Option<String>,
        unix: UnixMillis,
    ) {
        self.server = Some(server);
        self.up = up;
        self.was_lost |= !up;
        self.retry_at = retry_in.map(|wait| unix.saturating_add(millis(wait)));
        self.refused = refused;
    }

    /// Forgets the server, because other servers are used from now on.
    pub(super) fn forget_server(&mut self) {
        self.held = false;
        self.server = None;
        self.up = false;
        self.refused = None;
    }
}
