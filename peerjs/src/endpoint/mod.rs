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
mod race;
mod relayed;
mod turn;

pub use crate::io::{Input, Output, RtcCommand, RtcId, RtcInput, SocketId, SocketInput};

use crate::event::{Closed, ConnId, Event, Server};
use crate::frame;
use crate::id;
use crate::limits::{ATTEMPTS, CONNECTIONS_MAX, DIAL_WITHIN};
use crate::random::Random;
use crate::reach::Reach;
use crate::signalling::{Context, Signalling};
use connection::{Connection, Next, Report};
use early::Early;
use litemap::LiteMap;
use offers::Offers;
use race::Race;
use std::collections::VecDeque;
use std::time::Duration;
use turn::Turn;

/// All ids and connections of one person.
pub struct Endpoint {
    signalling: Signalling,
    connections: LiteMap<RtcId, Connection>,
    /// The dials that are not open and have, or had, more than one attempt.
    races: LiteMap<ConnId, Race>,
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
            races: LiteMap::new(),
            next_accepted: 0,
            offers: Offers::default(),
            early: Early::default(),
            random: Random::new(seed),
            out: VecDeque::new(),
        }
    }

    /// Numbers sockets from here on. For an owner that has had another endpoint, and may still hear of its sockets.
    #[must_use]
    pub fn with_sockets_from(mut self, first: u32) -> Self {
        self.signalling.number_sockets_from(first);
        self
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
                further,
                reach,
            } => {
                let label = label.unwrap_or_else(|| format!("dc_{}", self.random.nonce()));
                self.dial(now, conn, (from, to), label, further, reach);
            }
            Input::Answer { conn, reach } => self.answer(now, conn, reach),
            Input::Knock { from, to } => self.signalling.knock(context!(self, now), &from, &to),
            Input::Send(conn, message) => {
                if let Some(open) = self.first_attempt(conn) {
                    self.step(now, open, |c| c.send(message));
                }
            }
            Input::Close(conn) => {
                // An offer that is refused is forgotten; the other end hears nothing.
                if self.offers.take(conn).is_none() {
                    self.races.remove(&conn);
                    for attempt in self.attempts(conn).collect::<Vec<_>>() {
                        self.step(now, attempt, |c| c.close(now));
                    }
                }
            }
            Input::Rtc(rtc, input) => self.step(now, rtc, |c| c.rtc(now, input)),
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
            .chain(self.races.values().filter_map(Race::due))
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
            .map(|(rtc, _)| *rtc);
        for rtc in late.collect::<Vec<_>>() {
            self.step(now, rtc, |c| c.timeout(now));
        }
        let due = |race: &Race| race.due().is_some_and(|when| when <= now);
        let due = self.races.iter().filter(|(_, race)| due(race));
        for conn in due.map(|(conn, _)| *conn).collect::<Vec<_>>() {
            self.try_beside(now, conn);
        }
        self.signalling.timeout(context!(self, now));
    }

    fn dial(
        &mut self,
        now: Duration,
        conn: ConnId,
        (from, to): (String, String),
        label: String,
        further: Vec<String>,
        reach: Reach,
    ) {
        let fresh = matches!(conn, ConnId::Dialled(_)) && self.first_attempt(conn).is_none();
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
        let until = now + DIAL_WITHIN;
        if !further.is_empty() {
            let race = Race::new((from.clone(), to.clone()), reach.clone(), further, until);
            self.races.insert(conn, race);
        }
        let dial = Connection::dial(until, (from, to), label, reach, Turn::AsTheyCome);
        self.begin(conn.into(), dial);
    }

    fn begin(&mut self, rtc: RtcId, dial: Connection) {
        let label = dial.label().to_owned();
        self.connections.insert(rtc, dial);
        self.out
            .push_back(Output::Rtc(rtc, RtcCommand::Offer { label }));
    }

    /// Begins another attempt of a dial beside those that have not found a way.
    fn try_beside(&mut self, now: Duration, conn: ConnId) {
        let Some(race) = self.races.get_mut(&conn) else {
            return;
        };
        if let Some((attempt, label, turn)) = race.take(now)
            && self.connections.len() < CONNECTIONS_MAX
        {
            let ids = (race.local.clone(), race.remote.clone());
            let dial = Connection::dial(race.until, ids, label, race.reach.clone(), turn);
            self.begin(RtcId { conn, attempt }, dial);
        }
    }

    /// Returns the attempts of a connection that have not ended: one, but for a dial that is not open.
    fn attempts(&self, conn: ConnId) -> impl Iterator<Item = RtcId> {
        let attempts = (0..)
            .take(ATTEMPTS)
            .map(move |attempt| RtcId { conn, attempt });
        attempts.filter(|rtc| self.connections.contains_key(rtc))
    }

    /// Returns the only attempt of what is open.
    fn first_attempt(&self, conn: ConnId) -> Option<RtcId> {
        self.attempts(conn).next()
    }

    /// Lets a connection take a step, and carries out what follows from it.
    fn step(&mut self, now: Duration, rtc: RtcId, step: impl FnOnce(&mut Connection) -> Next) {
        let Some(connection) = self.connections.get_mut(&rtc) else {
            return;
        };
        match step(connection) {
            Next::Nothing => {}
            Next::Rtc(commands) => self.command(rtc, commands),
            Next::Answered(commands) => {
                self.command(rtc, commands);
                if let Some(race) = self.races.get_mut(&rtc.conn) {
                    race.answered(now, rtc.attempt);
                }
            }
            Next::Signal(frames) => {
                let local = connection.local().to_owned();
                for frame in frames {
                    self.signalling
                        .send(context!(self, now), &local, rtc, frame);
                }
            }
            Next::Report(events) => {
                if let Some(Report::Open { .. }) = events.first() {
                    self.won(rtc);
                }
                let events = events
                    .into_iter()
                    .map(|event| Output::Event(event.with(rtc.conn)));
                self.out.extend(events);
            }
            Next::End(reason) => self.failed(now, rtc, reason),
            Next::Vanish => self.end(rtc),
        }
    }

    fn command(&mut self, rtc: RtcId, commands: Vec<RtcCommand>) {
        let commands = commands.into_iter();
        self.out
            .extend(commands.map(|command| Output::Rtc(rtc, command)));
    }

    /// Closes the other attempts of what has opened.
    fn won(&mut self, rtc: RtcId) {
        if self.races.remove(&rtc.conn).is_none() {
            return;
        }
        for other in self.attempts(rtc.conn).collect::<Vec<_>>() {
            if other != rtc {
                self.end(other);
            }
        }
    }

    /// Ends a connection, which the owner learns if no other attempt is left.
    fn failed(&mut self, now: Duration, rtc: RtcId, reason: Closed) {
        self.end(rtc);
        let Some(race) = self.races.get_mut(&rtc.conn) else {
            return self.closed(rtc.conn, reason);
        };
        race.failed(now, reason);
        if race.due().is_some_and(|due| due <= now) {
            self.try_beside(now, rtc.conn);
        }
        if self.first_attempt(rtc.conn).is_none()
            && let Some(race) = self.races.remove(&rtc.conn)
        {
            self.closed(rtc.conn, race.verdict());
        }
    }

    fn closed(&mut self, conn: ConnId, reason: Closed) {
        self.out
            .push_back(Output::Event(Event::Closed(conn, reason)));
    }

    fn end(&mut self, rtc: RtcId) {
        if let Some(connection) = self.connections.remove(&rtc) {
            self.signalling.forget(connection.local(), rtc);
            self.out.push_back(Output::Rtc(rtc, RtcCommand::Close));
        }
    }
}

#[cfg(test)]
mod tests;
