//! Which ids are held at which server. Owns the sockets, and what is sent on them; knows nothing
//! of connections but the number that a queued frame is for.

mod pacing;
mod registration;
mod scout;
mod servers;
mod tokens;

use crate::event::{ConnId, Event, Server};
use crate::frame::{Relayed, ServerFrame};
use crate::id;
use crate::io::{Output, SocketId, SocketInput};
use crate::limits::IDS_MAX;
use crate::random::Random;
use litemap::LiteMap;
use registration::{Due, Registration, Was};
use scout::Scout;
use servers::Servers;
use std::collections::VecDeque;
use std::time::Duration;
use tokens::Tokens;

/// All ids of an endpoint.
pub(crate) struct Signalling {
    servers: Servers,
    ids: LiteMap<String, Registration>,
    tokens: Tokens,
    next_socket: u32,
    /// When to look whether the first server is back, while a later one is in use.
    scout_at: Option<Duration>,
    scout: Option<Scout>,
    /// The first server was looked at since a later one is in use.
    scouted: bool,
}

/// Something relayed to an own id.
pub(crate) struct Received {
    /// The own id.
    pub(crate) local: String,
    /// Who sent it, as set by the server.
    pub(crate) src: String,
    /// What it says.
    pub(crate) message: Relayed,
}

/// What every step needs.
pub(crate) struct Context<'a> {
    pub(crate) now: Duration,
    pub(crate) random: &'a mut Random,
    pub(crate) out: &'a mut VecDeque<Output>,
}

impl Context<'_> {
    pub(crate) fn event(&mut self, event: impl Into<Option<Event>>) {
        self.out.extend(event.into().map(Output::Event));
    }
}

impl Signalling {
    pub(crate) fn new(servers: Vec<Server>, tokens: Vec<(String, String)>) -> Self {
        Self {
            servers: Servers::new(servers),
            ids: LiteMap::new(),
            tokens: Tokens::new(tokens),
            next_socket: 0,
            scout_at: None,
            scout: None,
            scouted: false,
        }
    }

    pub(crate) fn tokens(&self) -> Vec<(String, String)> {
        self.tokens.all()
    }

    pub(crate) fn register(&mut self, cx: &mut Context<'_>, id: String) {
        if !id::is_valid(&id) || self.ids.len() >= IDS_MAX {
            tracing::warn!("id not registered: not an id of PeerJS, or too many");
            return;
        }
        let fresh = || Registration::new(id.clone(), cx.now);
        self.ids.entry(id.clone()).or_insert_with(fresh);
        self.pump(cx);
    }

    pub(crate) fn release(&mut self, cx: &mut Context<'_>, id: &str) {
        if let Some(registration) = self.ids.remove(id) {
            drop_socket(cx, &registration.was());
            self.pump(cx);
            self.nothing_waits(cx);
        }
    }

    /// Reports the server as reachable when every remaining id is held. Otherwise nothing would:
    /// the id that could not be registered was the only one that waited, and it has just been given
    /// up.
    fn nothing_waits(&mut self, cx: &mut Context<'_>) {
        if !self.ids.is_empty() && self.ids.values().all(Registration::is_held) {
            let event = self.servers.reached();
            cx.event(event);
            self.plan_scout(cx);
        }
    }

    pub(crate) fn is_registered(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// Sends a frame of a connection from `id`, now or when the id is held.
    pub(crate) fn send(&mut self, cx: &mut Context<'_>, id: &str, conn: ConnId, text: String) {
        if let Some(registration) = self.ids.get_mut(id) {
            registration.send(conn, text, cx.out);
        }
    }

    /// Drops what still waits for a connection.
    pub(crate) fn forget(&mut self, id: &str, conn: ConnId) {
        if let Some(registration) = self.ids.get_mut(id) {
            registration.forget(conn);
        }
    }

    pub(crate) fn probe(&mut self, cx: &mut Context<'_>) {
        self.servers.hurry(cx.now);
        for registration in self.ids.iter_mut().map(|(_, value)| value) {
            registration.probe(cx.now, cx.random, cx.out);
        }
        self.pump(cx);
    }

    pub(crate) fn timeout(&mut self, cx: &mut Context<'_>) {
        let mut late = Vec::new();
        for (id, registration) in &mut self.ids {
            match registration.timeout(cx.now, cx.random, cx.out) {
                Due::Nothing => {}
                Due::TooSlow | Due::Silent => late.push(id.clone()),
            }
        }
        for id in late {
            self.lose(cx, &id, cx.now, None);
        }
        self.scout(cx);
        self.pump(cx);
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        let due = self.ids.values().filter_map(Registration::deadline);
        let scout = self.scout.as_ref().map(|scout| scout.deadline);
        due.chain(self.next_open())
            .chain(scout)
            .chain(self.scout_at)
            .min()
    }

    /// Handles what a socket reports. Returns what was relayed for a connection.
    pub(crate) fn socket(
        &mut self,
        cx: &mut Context<'_>,
        socket: SocketId,
        input: SocketInput,
    ) -> Option<Received> {
        if self
            .scout
            .as_ref()
            .is_some_and(|scout| scout.socket == socket)
        {
            self.scout_says(cx, &input);
            return None;
        }
        // A socket that was given up may still speak; nobody owns it.
        let id = self
            .ids
            .iter()
            .find(|(_, registration)| registration.owns(socket))?
            .0
            .clone();
        let received = match input {
            SocketInput::Opened => {
                let registration = self.ids.get_mut(&id)?;
                registration.opened(cx.now, cx.random, cx.out);
                None
            }
            SocketInput::Frame(text) => self.frame(cx, id, &text),
            SocketInput::Closed => {
                let losses = self.ids.get(&id)?.losses();
                let again = cx.now + pacing::backoff(losses + 1, cx.random);
                self.lose(cx, &id, again, None);
                None
            }
        };
        self.pump(cx);
        received
    }

    fn frame(&mut self, cx: &mut Context<'_>, id: String, text: &str) -> Option<Received> {
        let frame = match ServerFrame::parse(text) {
            Ok(frame) => frame,
            Err(error) => {
                tracing::debug!(%error, "frame of the server passed over");
                return None;
            }
        };
        match frame {
            ServerFrame::Open => self.proven(cx, &id),
            ServerFrame::IdTaken => self.taken(cx, id),
            ServerFrame::Refused(reason) => self.lose(cx, &id, cx.now, Some(reason)),
            ServerFrame::Relayed { src, message } => {
                self.proven(cx, &id);
                if let Relayed::Echo(nonce) = &message
                    && src == id
                {
                    self.ids.get_mut(&id)?.echoed(cx.now, nonce);
                } else {
                    return Some(Received {
                        local: id,
                        src,
                        message,
                    });
                }
            }
        }
        None
    }

    fn proven(&mut self, cx: &mut Context<'_>, id: &str) {
        let Some(registration) = self.ids.get_mut(id) else {
            return;
        };
        if registration.proven(cx.now, cx.out) {
            let event = self.servers.reached();
            cx.event(event);
            cx.event(Event::Registered(id.to_owned()));
            self.plan_scout(cx);
        }
    }

    fn taken(&mut self, cx: &mut Context<'_>, id: String) {
        if let Some(registration) = self.ids.remove(&id) {
            drop_socket(cx, &registration.was());
            let event = self.servers.reached();
            cx.event(event);
            cx.event(Event::Taken(id));
        }
    }

    /// Gives up the socket of an id, which is closed or no longer works. A held id may be tried
    /// again at `again`; one that was not yet held, when the server may be asked again.
    fn lose(&mut self, cx: &mut Context<'_>, id: &str, again: Duration, refused: Option<String>) {
        let Some(registration) = self.ids.get_mut(id) else {
            return;
        };
        let was = registration.reset(again);
        drop_socket(cx, &was);
        match was {
            Was::Idle => {}
            Was::Held(_) => cx.event(Event::Lost(id.to_owned())),
            Was::Trying(_, attempt) => {
                if let Some(registration) = self.ids.get_mut(id) {
                    registration.reset(cx.now);
                }
                let may_move = !self.ids.values().any(Registration::is_held);
                let event = self
                    .servers
                    .failed(cx.now, cx.random, attempt, refused, may_move);
                cx.event(event);
            }
        }
    }

    /// Opens the sockets that may be opened now, the longest waiting first.
    fn pump(&mut self, cx: &mut Context<'_>) {
        while self.next_open().is_some_and(|when| when <= cx.now) {
            let Some(id) = self.longest_waiting() else {
                return;
            };
            let token = self
                .tokens
                .of(&id, cx.random, |known| self.ids.contains_key(known));
            let Some((url, attempt)) = self.servers.open(cx.now, &id, &token) else {
                return;
            };
            let socket = self.connect(cx, url);
            if let Some(registration) = self.ids.get_mut(&id) {
                registration.connect(cx.now, socket, attempt);
            }
        }
    }

    /// Returns when the next socket is to be opened.
    fn next_open(&self) -> Option<Duration> {
        let wanted = self.ids.values().filter_map(Registration::waiting).min()?;
        let busy = self.ids.values().any(Registration::is_trying);
        Some(wanted.max(self.servers.opens_at(busy)?))
    }

    fn longest_waiting(&self) -> Option<String> {
        let waiting = self
            .ids
            .iter()
            .filter_map(|(id, r)| Some((r.waiting()?, id)));
        waiting.min().map(|(_, id)| id.clone())
    }

    fn connect(&mut self, cx: &mut Context<'_>, url: String) -> SocketId {
        let socket = SocketId(self.next_socket);
        self.next_socket += 1;
        cx.out.push_back(Output::Connect(socket, url));
        socket
    }
}

fn drop_socket(cx: &mut Context<'_>, was: &Was) {
    match was {
        Was::Idle => {}
        Was::Trying(socket, _) | Was::Held(socket) => {
            cx.out.push_back(Output::Disconnect(*socket));
        }
    }
}
