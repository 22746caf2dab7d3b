//! Runs an endpoint over the browser's WebSocket and RTCPeerConnection.

use crate::event::{ConnId, Event, IceServer, Server};
use std::collections::BTreeMap;

/// An endpoint that runs in a page. Dropping it closes everything.
pub struct Client {}

impl Client {
    /// An endpoint with no id yet; nothing is sent until one is registered. `tokens` are those of
    /// this browser session (see [`Client::tokens`]); `on_event` is called once for each event,
    /// never from inside a call of a method of this type.
    pub fn new(
        servers: Vec<Server>,
        ice: Vec<IceServer>,
        tokens: BTreeMap<String, String>,
        on_event: impl FnMut(Event) + 'static,
    ) -> Self {
        let _ = (servers, ice, tokens);
        let _ = on_event;
        Self {}
    }

    /// Hold `id` until [`Client::release`].
    pub fn register(&self, id: &str) {
        let _ = id;
    }

    /// Give `id` up.
    pub fn release(&self, id: &str) {
        let _ = id;
    }

    /// Connect from a held id to another.
    pub fn dial(&self, conn: ConnId, from: &str, to: &str) {
        let _ = (conn, from, to);
    }

    /// Send one JSON message. Dropped where the connection is not open (its `Closed` says so).
    pub fn send(&self, conn: ConnId, frame: &str) {
        let _ = (conn, frame);
    }

    /// Close; no event follows.
    pub fn close(&self, conn: ConnId) {
        let _ = conn;
    }

    /// Make sure now, by self-echo, that every id is still held; reconnect at once what is not.
    pub fn probe(&self) {}

    /// The token of each id, to be kept for the browser session and handed to `new` by the next
    /// page, so that an id comes back at once after a crash.
    pub fn tokens(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}
