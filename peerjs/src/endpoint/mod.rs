//! One person's ids and connections: a deterministic machine without clock, random source or IO.
//!
//! After each [`Endpoint::handle`], call [`Endpoint::poll`] until it gives [`Output::Timeout`];
//! then wait for that moment or the next input. Time is monotonic, since any fixed moment.
//!
//! ```
//! use peerjs::endpoint::{Endpoint, Input, Output};
//! use peerjs::event::Server;
//! use std::{collections::BTreeMap, time::Duration};
//!
//! let server =
//!     Server { host: "h".into(), port: 9, path: "/".into(), key: "k".into(), secure: true };
//! let mut endpoint = Endpoint::new(vec![server], BTreeMap::new(), [0; 32]);
//! endpoint.handle(Duration::ZERO, Input::Register("a".into()));
//! assert!(matches!(endpoint.poll(), Output::Connect(_, url) if url.starts_with("wss://h:9/")));
//! assert!(matches!(endpoint.poll(), Output::Timeout(Some(_))));
//! ```

mod connection;
mod early;
mod io;

pub use io::{Input, Output, RtcCommand, RtcInput, SocketId, SocketInput};

use crate::candidate::Candidate;
use crate::event::{Closed, ConnId, Event, Server};
use crate::frame::Relayed;
use crate::id;
use crate::limits::{ANSWERING_MAX, CONNECTIONS_MAX};
use crate::random::Random;
use crate::sdp::{Description, SdpError};
use crate::signalling::{Context, Received, Signalling};
use connection::{Connection, Next};
use early::Early;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// All ids and connections of one person.
pub struct Endpoint {
    signalling: Signalling,
    connections: BTreeMap<ConnId, Connection>,
    next_accepted: u32,
    early: Early,
    random: Random,
    out: VecDeque<Output>,
}

/// Borrows what a step of the signalling needs, next to the signalling itself.
macro_rules! context {
    ($endpoint:ident, $now:expr) => {
        &mut Context {
            now: $now,
            random: &mut $endpoint.random,
            out: &mut $endpoint.out,
        }
    };
}

impl Endpoint {
    /// An endpoint with no id yet. `tokens` are those of [`Endpoint::tokens`] of an earlier
    /// endpoint of this person; `seed` must be strong and new, because the tokens come from it.
    pub fn new(servers: Vec<Server>, tokens: BTreeMap<String, String>, seed: [u8; 32]) -> Self {
        Self {
            signalling: Signalling::new(servers, tokens),
            connections: BTreeMap::new(),
            next_accepted: 0,
            early: Early::default(),
            random: Random::new(seed),
            out: VecDeque::new(),
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Duration, input: Input) {
        match input {
            Input::Timeout => self.timeout(now),
            Input::Register(id) => self.signalling.register(context!(self, now), id),
            Input::Release(id) => self.signalling.release(context!(self, now), &id),
            Input::Probe => self.signalling.probe(context!(self, now)),
            Input::Dial { conn, from, to } => self.dial(now, conn, from, to),
            Input::Send(conn, message) => self.with(now, conn, |c| c.send(message)),
            Input::Close(conn) => self.with(now, conn, |c| c.close(now)),
            Input::Rtc(conn, input) => self.with(now, conn, |c| c.rtc(input)),
            Input::Socket(socket, input) => {
                let received = self.signalling.socket(context!(self, now), socket, input);
                if let Some(received) = received {
                    self.received(now, received);
                }
            }
        }
    }

    /// The next thing to be done; the last of each round is [`Output::Timeout`].
    pub fn poll(&mut self) -> Output {
        self.out
            .pop_front()
            .unwrap_or_else(|| Output::Timeout(self.deadline()))
    }

    /// The token of each id, for the next endpoint of this person.
    pub fn tokens(&self) -> BTreeMap<String, String> {
        self.signalling.tokens()
    }

    fn deadline(&self) -> Option<Duration> {
        let connections = self.connections.values().filter_map(Connection::deadline);
        connections
            .chain(self.signalling.deadline())
            .chain(self.early.deadline())
            .min()
    }

    fn timeout(&mut self, now: Duration) {
        self.early.expire(now);
        let due = |c: &Connection| c.deadline().is_some_and(|when| when <= now);
        let late = self
            .connections
            .iter()
            .filter(|(_, c)| due(c))
            .map(|(conn, _)| *conn);
        for conn in late.collect::<Vec<_>>() {
            self.with(now, conn, Connection::timeout);
        }
        self.signalling.timeout(context!(self, now));
    }

    fn dial(&mut self, now: Duration, conn: ConnId, from: String, to: String) {
        let fresh = matches!(conn, ConnId::Dialled(_)) && !self.connections.contains_key(&conn);
        if !fresh {
            tracing::warn!("dial with a number that is not new");
            return;
        }
        let possible = self.signalling.is_registered(&from)
            && id::is_valid(&to)
            && self.connections.len() < CONNECTIONS_MAX;
        if !possible {
            self.out
                .push_back(Output::Event(Event::Closed(conn, Closed::Unreachable)));
            return;
        }
        let label = format!("dc_{}", self.random.nonce());
        self.connections
            .insert(conn, Connection::dial(now, from, to, label.clone()));
        self.out
            .push_back(Output::Rtc(conn, RtcCommand::Offer { label }));
    }

    /// Something was relayed to one of our ids.
    fn received(&mut self, now: Duration, received: Received) {
        let Received {
            local,
            src,
            message,
        } = received;
        match message {
            Relayed::Offer {
                connection,
                description,
            } => {
                self.offered(now, local, src, connection, description);
            }
            Relayed::Answer {
                connection,
                description,
            } => {
                if let Some(conn) = self.find(&local, &src, &connection) {
                    self.with(now, conn, |c| c.answered(description));
                }
            }
            Relayed::Candidate {
                connection,
                candidate,
            } => {
                self.candidate(now, local, src, connection, candidate);
            }
            Relayed::Absent => self.absent(now, &local, &src),
            Relayed::Echo(_) => tracing::debug!("echo from somebody else passed over"),
        }
    }

    fn offered(
        &mut self,
        now: Duration,
        local: String,
        remote: String,
        label: String,
        description: Result<Description, SdpError>,
    ) {
        let description = match description {
            Ok(description) => description,
            Err(error) => {
                tracing::info!(%error, "offer refused");
                return;
            }
        };
        if let Some(known) = self.find(&local, &remote, &label) {
            // A second offer replaces the first, as in stock peerjs; never a dial of ours.
            if matches!(known, ConnId::Dialled(_)) {
                return;
            }
            self.with(now, known, |_| Next::End(Closed::Gone));
        }
        if !self.can_accept() {
            tracing::info!("offer passed over: too many connections");
            return;
        }
        let conn = ConnId::Accepted(self.next_accepted);
        self.next_accepted += 1;
        let early = self.early.take(&local, &remote, &label);
        let incoming = Event::Incoming {
            conn,
            local: local.clone(),
            remote: remote.clone(),
        };
        self.connections
            .insert(conn, Connection::accept(now, local, remote, label));
        self.out.push_back(Output::Event(incoming));
        self.out.push_back(Output::Rtc(
            conn,
            RtcCommand::Answer(description.to_string()),
        ));
        for candidate in early {
            self.with(now, conn, |c| c.candidate(candidate));
        }
    }

    fn can_accept(&self) -> bool {
        let answering = |(conn, c): &(&ConnId, &Connection)| {
            matches!(conn, ConnId::Accepted(_)) && !c.is_established()
        };
        let answering = self.connections.iter().filter(answering).count();
        self.connections.len() < CONNECTIONS_MAX && answering < ANSWERING_MAX
    }

    fn candidate(
        &mut self,
        now: Duration,
        local: String,
        remote: String,
        label: String,
        candidate: Candidate,
    ) {
        match self.find(&local, &remote, &label) {
            Some(conn) => self.with(now, conn, |c| c.candidate(candidate)),
            None => self.early.keep(now, local, remote, label, candidate),
        }
    }

    /// Only our own dials are believed to be in vain: anybody may say of itself that it is gone.
    fn absent(&mut self, now: Duration, local: &str, remote: &str) {
        let in_vain = |c: &Connection| c.is_between(local, remote) && c.is_unanswered();
        let found = self
            .connections
            .iter()
            .filter(|(_, c)| in_vain(c))
            .map(|(conn, _)| *conn);
        for conn in found.collect::<Vec<_>>() {
            self.with(now, conn, |_| Next::End(Closed::Unreachable));
        }
    }

    fn find(&self, local: &str, remote: &str, label: &str) -> Option<ConnId> {
        let is_it = |c: &Connection| c.is_between(local, remote) && c.label() == label;
        self.connections
            .iter()
            .find(|(_, c)| is_it(c))
            .map(|(conn, _)| *conn)
    }

    /// Lets a connection take a step, and does what comes of it.
    fn with(&mut self, now: Duration, conn: ConnId, step: impl FnOnce(&mut Connection) -> Next) {
        let Some(connection) = self.connections.get_mut(&conn) else {
            return;
        };
        match step(connection) {
            Next::Nothing => {}
            Next::Rtc(commands) => {
                self.out.extend(
                    commands
                        .into_iter()
                        .map(|command| Output::Rtc(conn, command)),
                );
            }
            Next::Signal(frames) => {
                let local = connection.local().to_owned();
                for frame in frames {
                    self.signalling
                        .send(context!(self, now), &local, conn, frame);
                }
            }
            Next::Tell(events) => {
                let events = events
                    .into_iter()
                    .map(|event| Output::Event(event.with(conn)));
                self.out.extend(events);
            }
            Next::End(reason) => {
                self.end(conn);
                self.out
                    .push_back(Output::Event(Event::Closed(conn, reason)));
            }
            Next::Vanish => self.end(conn),
        }
    }

    fn end(&mut self, conn: ConnId) {
        if let Some(connection) = self.connections.remove(&conn) {
            self.signalling.forget(connection.local(), conn);
            self.out.push_back(Output::Rtc(conn, RtcCommand::Close));
        }
    }
}

#[cfg(test)]
mod tests;
