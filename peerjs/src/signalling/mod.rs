//! Which ids are held at which server. Owns the sockets, and what is sent on them; knows nothing
//! of connections but the number that a queued frame is for.

mod context;
mod pacing;
mod registration;
mod scout;
mod servers;
mod tokens;

pub(crate) use context::Context;

use crate::event::{Event, Server};
use crate::frame::{self, Relayed, ServerFrame};
use crate::id;
use crate::io::{Output, RtcId, SocketId, SocketInput};
use crate::limits::IDS_MAX;
use litemap::LiteMap;
use registration::{Due, Registration, Status};
use scout::Scout;
use servers::Servers;
use std::time::Duration;
use tokens::Tokens;

/// All ids of an endpoint.
pub(crate) struct Signalling {
    servers: Servers,
    ids: LiteMap<String, Registration>,
    tokens: Tokens,
    next_socket: u32,
    scout: Scout,
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

impl Signalling {
    pub(crate) fn new(servers: Vec<Server>, tokens: Vec<(String, String)>) -> Self {
        Self {
            servers: Servers::new(servers),
            ids: LiteMap::new(),
            tokens: Tokens::new(tokens),
            next_socket: 0,
            scout: Scout::default(),
        }
    }

    pub(crate) fn number_sockets_from(&mut self, first: u32) {
        self.next_socket = first;
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
        self.open_due_sockets(cx);
    }

    pub(crate) fn release(&mut self, cx: &mut Context<'_>, id: &str) {
        if let Some(registration) = self.ids.remove(id) {
            drop_socket(cx, &registration.status());
            self.open_due_sockets(cx);
            self.confirm_server_if_all_held(cx);
        }
    }

    /// Reports the server as reachable when every remaining id is held. Otherwise nothing would:
    /// the id that could not be registered was the only one that waited, and it has just been given
    /// up.
    fn confirm_server_if_all_held(&mut self, cx: &mut Context<'_>) {
        if !self.ids.is_empty() && self.ids.values().all(Registration::is_held) {
            let event = self.servers.reached();
            cx.event(event);
            self.scout.plan(cx, self.servers.is_away());
        }
    }

    pub(crate) fn is_registered(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// Sends a frame of a connection from `id`, now or when the id is held.
    pub(crate) fn send(&mut self, cx: &mut Context<'_>, id: &str, rtc: RtcId, text: String) {
        if let Some(registration) = self.ids.get_mut(id) {
            registration.send(rtc, text, cx.out);
        }
    }

    /// Sends an echo to somebody else's id, where the own one is held.
    pub(crate) fn knock(&self, cx: &mut Context<'_>, from: &str, to: &str) {
        let held = self.ids.get(from).map(Registration::status);
        if let Some(Status::Held(socket)) = held
            && id::is_valid(to)
            && from != to
        {
            let text = frame::echo(to, &cx.random.nonce());
            cx.out.push_back(Output::Transmit(socket, text));
        }
    }

    /// Drops what still waits for a connection.
    pub(crate) fn forget(&mut self, id: &str, rtc: RtcId) {
        if let Some(registration) = self.ids.get_mut(id) {
            registration.forget(rtc);
        }
    }

    pub(crate) fn probe(&mut self, cx: &mut Context<'_>) {
        self.servers.hurry(cx.now);
        for registration in self.ids.iter_mut().map(|(_, value)| value) {
            registration.probe(cx.now, cx.random, cx.out);
        }
        self.open_due_sockets(cx);
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
        self.look_at_first_server(cx);
        self.open_due_sockets(cx);
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        let due = self.ids.values().filter_map(Registration::deadline);
        due.chain(self.next_open())
            .chain(self.scout.deadline())
            .min()
    }

    /// Handles what a socket reports. Returns what was relayed for a connection.
    pub(crate) fn socket(
        &mut self,
        cx: &mut Context<'_>,
        socket: SocketId,
        input: SocketInput,
    ) -> Option<Received> {
        if self.scout.owns(socket) {
            if self.scout.socket(cx, self.servers.is_away(), &input) {
                self.return_to_first_server(cx);
            }
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
        self.open_due_sockets(cx);
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
            self.scout.plan(cx, self.servers.is_away());
        }
    }

    fn taken(&mut self, cx: &mut Context<'_>, id: String) {
        if let Some(registration) = self.ids.remove(&id) {
            drop_socket(cx, &registration.status());
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
        let former = registration.reset(again);
        drop_socket(cx, &former);
        match former {
            Status::Idle => {}
            Status::Held(_) => cx.event(Event::Lost(id.to_owned())),
            Status::Trying(_, attempt) => {
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
    fn open_due_sockets(&mut self, cx: &mut Context<'_>) {
        while self.next_open().is_some_and(|when| when <= cx.now) {
            let Some(id) = self.longest_waiting() else {
                return;
            };
            let token = self
                .tokens
                .token_for(&id, cx.random, |known| self.ids.contains_key(known));
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

    fn look_at_first_server(&mut self, cx: &mut Context<'_>) {
        let is_due = self.scout.timeout(cx, self.servers.is_away());
        // Nothing is sent anywhere while no id is wanted.
        if !is_due || self.ids.is_empty() {
            return;
        }
        let (id, token) = (cx.random.token(), cx.random.token());
        if let Some(url) = self.servers.first(&id, &token) {
            let socket = self.connect(cx, url);
            self.scout.begin(cx.now, socket);
        }
    }

    /// Moves all ids back to the first server, which was seen to work.
    fn return_to_first_server(&mut self, cx: &mut Context<'_>) {
        self.servers.return_to_first();
        for (id, registration) in &mut self.ids {
            let former = registration.reset(cx.now);
            drop_socket(cx, &former);
            if let Status::Held(_) = former {
                cx.event(Event::Lost(id.clone()));
            }
        }
        self.open_due_sockets(cx);
    }

    fn connect(&mut self, cx: &mut Context<'_>, url: String) -> SocketId {
        let socket = SocketId(self.next_socket);
        self.next_socket += 1;
        cx.out.push_back(Output::Connect(socket, url));
        socket
    }
}

fn drop_socket(cx: &mut Context<'_>, status: &Status) {
    match status {
        Status::Idle => {}
        Status::Trying(socket, _) | Status::Held(socket) => {
            cx.out.push_back(Output::Disconnect(*socket));
        }
    }
}
