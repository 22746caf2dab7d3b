//! One person's ids and connections: a deterministic machine without clock, random source or IO.
//!
//! After each [`Endpoint::handle`], call [`Endpoint::poll`] until it returns [`Output::Timeout`];
//! then wait for that moment or the next input. Time is monotonic, since any fixed moment.
//!
//! The documentation of the crate shows one round after another.

mod connection;
mod early;
mod negotiation;
mod offers;
mod relayed;

pub use crate::io::{Input, Output, RtcCommand, RtcInput, SocketId, SocketInput};

use crate::event::{Closed, ConnId, Event, Server};
use crate::frame;
use crate::id;
use crate::limits::CONNECTIONS_MAX;
use crate::random::Random;
use crate::reach::Reach;
use crate::signalling::{Context, Signalling};
use connection::{Connection, Next};
use early::Early;
use litemap::LiteMap;
use offers::Offers;
use std::collections::VecDeque;
use std::time::Duration;

/// All ids and connections of one person.
pub struct Endpoint {
    signalling: Signalling,
    connections: LiteMap<ConnId, Connection>,
    next_accepted: u32,
    offers: Offers,
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
    /// Returns an endpoint without ids. `tokens` are those of [`Endpoint::tokens`] of an earlier
    /// endpoint of this person; `seed` must be strong and new, because the tokens come from it.
    pub fn new(servers: Vec<Server>, tokens: Vec<(String, String)>, seed: [u8; 32]) -> Self {
        Self {
            signalling: Signalling::new(servers, tokens),
            connections: LiteMap::new(),
            next_accepted: 0,
            offers: Offers::default(),
            early: Early::default(),
            random: Random::new(seed),
            out: VecDeque::new(),
        }
    }

    /// Handles one input.
    pub fn handle(&mut self, now: Duration, input: Input) {
        match input {
            Input::Timeout => self.timeout(now),
            Input::Register(id) => self.signalling.register(context!(self, now), id),
            Input::Release(id) => self.signalling.release(context!(self, now), &id),
            Input::Probe => self.signalling.probe(context!(self, now)),
            Input::Dial {
                conn,
                from,
                to,
                label,
                reach,
            } => {
                let label = label.unwrap_or_else(|| format!("dc_{}", self.random.nonce()));
                self.dial(now, conn, from, to, label, reach);
            }
            Input::Answer { conn, reach } => self.answer(now, conn, reach),
            Input::Send(conn, message) => self.step(now, conn, |c| c.send(message)),
            Input::Close(conn) => {
                // An offer that is refused is forgotten; the other end hears nothing.
                if self.offers.take(conn).is_none() {
                    self.step(now, conn, |c| c.close(now));
                }
            }
            Input::Rtc(conn, input) => self.step(now, conn, |c| c.rtc(input)),
            Input::Socket(socket, input) => {
                let received = self.signalling.socket(context!(self, now), socket, input);
                if let Some(received) = received {
                    self.received(now, received);
                }
            }
        }
    }

    /// Returns the next output; the last of each round is [`Output::Timeout`].
    pub fn poll(&mut self) -> Output {
        self.out
            .pop_front()
            .unwrap_or_else(|| Output::Timeout(self.deadline()))
    }

    /// Returns the token of each id, for the next endpoint of this person.
    pub fn tokens(&self) -> Vec<(String, String)> {
        self.signalling.tokens()
    }

    fn deadline(&self) -> Option<Duration> {
        let connections = self.connections.values().filter_map(Connection::deadline);
        connections
            .chain(self.signalling.deadline())
            .chain(self.offers.deadline())
            .chain(self.early.deadline())
            .min()
    }

    fn timeout(&mut self, now: Duration) {
        self.early.expire(now);
        for conn in self.offers.expire(now) {
            self.closed(conn, Closed::Unreachable);
        }
        let due = |c: &Connection| c.deadline().is_some_and(|when| when <= now);
        let late = self
            .connections
            .iter()
            .filter(|(_, c)| due(c))
            .map(|(conn, _)| *conn);
        for conn in late.collect::<Vec<_>>() {
            self.step(now, conn, |c| c.timeout());
        }
        self.signalling.timeout(context!(self, now));
    }

    fn dial(
        &mut self,
        now: Duration,
        conn: ConnId,
        from: String,
        to: String,
        label: String,
        reach: Reach,
    ) {
        let fresh = matches!(conn, ConnId::Dialled(_)) && !self.connections.contains_key(&conn);
        if !fresh {
            tracing::warn!("dial with a number that is not new");
            return;
        }
        let possible = self.signalling.is_registered(&from)
            && id::is_valid(&to)
            && frame::is_connection_id(&label)
            && self.connections.len() < CONNECTIONS_MAX;
        if !possible {
            self.closed(conn, Closed::Unreachable);
            return;
        }
        let connection = Connection::dial(now, from, to, label.clone(), reach);
        self.connections.insert(conn, connection);
        self.out
            .push_back(Output::Rtc(conn, RtcCommand::Offer { label }));
    }

    /// Lets a connection take a step, and carries out what follows from it.
    fn step(&mut self, now: Duration, conn: ConnId, step: impl FnOnce(&mut Connection) -> Next) {
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
            Next::Report(events) => {
                let events = events
                    .into_iter()
                    .map(|event| Output::Event(event.with(conn)));
                self.out.extend(events);
            }
            Next::End(reason) => {
                self.end(conn);
                self.closed(conn, reason);
            }
            Next::Vanish => self.end(conn),
        }
    }

    fn closed(&mut self, conn: ConnId, reason: Closed) {
        self.out
            .push_back(Output::Event(Event::Closed(conn, reason)));
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
