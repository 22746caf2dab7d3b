//! What the server relays to our ids: which connection it is for, and whether it is believed.

use super::Endpoint;
use super::connection::{Connection, Next};
use super::early::Key;
use super::offers::Offer;
use crate::candidate::Candidate;
use crate::event::{Closed, ConnId, Event};
use crate::frame::Relayed;
use crate::io::{Output, RtcId};
use crate::limits::{ANSWERING_MAX, CONNECTIONS_MAX};
use crate::reach::Reach;
use crate::sdp::{Description, SdpError};
use crate::signalling::Received;
use std::time::Duration;

impl Endpoint {
    /// Handles what was relayed to one of our ids.
    pub(super) fn received(&mut self, now: Duration, received: Received) {
        let Received {
            local,
            src: remote,
            message,
        } = received;
        match message {
            Relayed::Offer {
                connection: label,
                description,
            } => {
                self.offered(
                    now,
                    Key {
                        local,
                        remote,
                        label,
                    },
                    description,
                );
            }
            Relayed::Answer {
                connection: label,
                description,
            } => {
                if let Some(conn) = self.find(&Key {
                    local,
                    remote,
                    label,
                }) {
                    self.step(now, conn, |c| c.answered(now, description));
                }
            }
            Relayed::Candidate {
                connection: label,
                candidate,
            } => {
                self.candidate(
                    now,
                    Key {
                        local,
                        remote,
                        label,
                    },
                    candidate,
                );
            }
            Relayed::Absent => self.absent(now, &local, &remote),
            Relayed::Echo(_) => {
                let knocked = Event::Knocked { local, remote };
                self.out.push_back(Output::Event(knocked));
            }
        }
    }

    fn offered(&mut self, now: Duration, key: Key, description: Result<Description, SdpError>) {
        let description = match description {
            Ok(description) => description,
            Err(error) => {
                tracing::info!(%error, "offer refused");
                return;
            }
        };
        if let Some(known) = self.find(&key) {
            // A second offer replaces the first, as in stock peerjs; never a dial of ours.
            if matches!(known.conn, ConnId::Dialled(_)) && !planted!(DialReplaced) {
                return;
            }
            self.step(now, known, |_| Next::End(Closed::Gone));
        }
        if let Some(replaced) = self.offers.replace(&key) {
            self.closed(replaced, Closed::Gone);
        }
        if !self.offers.have_room(&key.remote) {
            tracing::info!("offer passed over: too many wait for a decision");
            return;
        }
        let conn = ConnId::Accepted(self.next_accepted);
        self.next_accepted += 1;
        self.out.push_back(Output::Event(Event::Incoming {
            conn,
            local: key.local.clone(),
            remote: key.remote.clone(),
            label: key.label.clone(),
        }));
        self.offers.keep(now, conn, key, description);
    }

    /// Answers an offer, as the owner decided. One that is not there any more was reported as
    /// closed.
    pub(super) fn answer(&mut self, now: Duration, conn: ConnId, reach: Reach) {
        let Some(Offer {
            key, description, ..
        }) = self.offers.take(conn)
        else {
            return;
        };
        if !self.can_accept() {
            tracing::info!("offer passed over: too many connections");
            self.closed(conn, Closed::Unreachable);
            return;
        }
        let early = self.early.take(&key);
        let Key {
            local,
            remote,
            label,
        } = key;
        let mut connection = Connection::accept(now, local, remote, label, reach);
        let command = connection.offered(now, description);
        let rtc = RtcId::from(conn);
        self.connections.insert(rtc, connection);
        self.out.push_back(Output::Rtc(rtc, command));
        for candidate in early {
            self.step(now, rtc, |c| c.candidate(now, candidate));
        }
    }

    fn can_accept(&self) -> bool {
        let answering = |(rtc, c): &(&RtcId, &Connection)| {
            matches!(rtc.conn, ConnId::Accepted(_)) && !c.is_established()
        };
        let answering = self.connections.iter().filter(answering).count();
        self.connections.len() < CONNECTIONS_MAX && answering < ANSWERING_MAX
    }

    fn candidate(&mut self, now: Duration, key: Key, candidate: Candidate) {
        match self.find(&key) {
            Some(conn) => self.step(now, conn, |c| c.candidate(now, candidate)),
            None => self.early.keep(now, key, candidate),
        }
    }

    /// Ends the dials to an id that is absent. Only our own dials: anybody may say of itself that
    /// it is gone.
    fn absent(&mut self, now: Duration, local: &str, remote: &str) {
        let is_dial = |c: &Connection| {
            c.is_between(local, remote) && (c.is_unanswered() || planted!(AbsentForAll))
        };
        let found = self
            .connections
            .iter()
            .filter(|(_, c)| is_dial(c))
            .map(|(rtc, _)| *rtc);
        for rtc in found.collect::<Vec<_>>() {
            self.step(now, rtc, |_| Next::End(Closed::Unreachable));
        }
    }

    fn find(&self, key: &Key) -> Option<RtcId> {
        let is_it =
            |c: &Connection| c.is_between(&key.local, &key.remote) && c.label() == key.label;
        self.connections
            .iter()
            .find(|(_, c)| is_it(c))
            .map(|(rtc, _)| *rtc)
    }
}
