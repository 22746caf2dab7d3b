//! How the two ends of a connection agree on descriptions and candidates.
//!
//! Ours wait until our description has been sent, theirs until theirs has been applied.

use super::connection::{Addresses, Connection, Next, State};
use super::turn::Turn;
use crate::candidate::Candidate;
use crate::event::Closed;
use crate::frame;
use crate::io::RtcCommand;
use crate::limits::{CANDIDATES_MAX, ELSEWHERE_AFTER, MESSAGE_MAX};
use crate::sdp::{Description, SdpError, SdpRole};
use std::time::Duration;

/// What the other end sends through the server.
impl Connection {
    /// Takes the offer that the owner answers.
    pub(super) fn offered(&mut self, now: Duration, mut description: Description) -> RtcCommand {
        self.take_near(now, &mut description);
        RtcCommand::Answer(description.to_string())
    }

    pub(super) fn answered(
        &mut self,
        now: Duration,
        description: Result<Description, SdpError>,
    ) -> Next {
        if !matches!(self.state, State::Asking(_)) {
            return Next::Nothing;
        }
        let mut description = match description {
            Ok(description) => description,
            Err(error) => {
                tracing::info!(%error, "answer refused");
                return Next::End(Closed::Refused);
            }
        };
        self.take_near(now, &mut description);
        let before = std::mem::replace(&mut self.state, State::Connecting);
        self.order.set(now);
        description.retain(|candidate| self.uses(now, candidate));
        let mut commands = vec![RtcCommand::Accept(description.to_string())];
        if let State::Asking(mut waiting) = before {
            waiting.retain(|candidate| self.uses(now, candidate));
            commands.extend(waiting.iter().map(|c| RtcCommand::Candidate(c.to_string())));
        }
        Next::Answered(commands)
    }

    pub(super) fn candidate(&mut self, now: Duration, candidate: Candidate) -> Next {
        self.received += 1;
        if self.received > CANDIDATES_MAX || !self.takes(now, &candidate) {
            return Next::Nothing;
        }
        match &mut self.state {
            // Nobody can answer an offer that was not sent.
            State::Offering(_) | State::Closing => Next::Nothing,
            State::Asking(waiting) => {
                waiting.push(candidate);
                Next::Nothing
            }
            State::Answering(_) | State::Connecting | State::Open => {
                if !self.uses(now, &candidate) {
                    return Next::Nothing;
                }
                Next::Rtc(vec![RtcCommand::Candidate(candidate.to_string())])
            }
        }
    }

    /// Returns whether a candidate of the other end is used now; else it is held back.
    fn uses(&mut self, now: Duration, candidate: &Candidate) -> bool {
        self.note_turn(now, Turn::OursFirst, candidate);
        !self.order.holds_theirs(candidate)
    }
}

/// What is within the reach.
impl Connection {
    /// Leaves out of a description of the other end what is beyond the reach.
    fn take_near(&mut self, now: Duration, description: &mut Description) {
        description.retain(|candidate| self.takes(now, candidate));
    }

    /// Returns whether a candidate of the other end is used. Where none of them is, not much time is
    /// lost on it.
    fn takes(&mut self, now: Duration, candidate: &Candidate) -> bool {
        let taken = self.reach.takes(candidate);
        match (self.addresses, taken) {
            (Addresses::Within, _) | (Addresses::Beyond, false) => {}
            (Addresses::None | Addresses::Beyond, true) => {
                self.addresses = Addresses::Within;
                self.wait_until(self.opens_by());
            }
            (Addresses::None, false) => {
                self.addresses = Addresses::Beyond;
                self.wait_until(self.opens_by().min(now + ELSEWHERE_AFTER));
            }
        }
        taken
    }

    fn wait_until(&mut self, until: Duration) {
        if !self.is_established() {
            self.deadline = Some(until);
        }
    }
}

/// What the browser of this end has for the other.
impl Connection {
    pub(super) fn described(&mut self, now: Duration, sdp: &str) -> Next {
        let (role, frame): (_, fn(&str, &str, &str) -> String) = match self.state {
            State::Offering(_) => (SdpRole::Offer, frame::offer),
            State::Answering(_) => (SdpRole::Answer, frame::answer),
            State::Asking(_) | State::Connecting | State::Open | State::Closing => {
                return Next::Nothing;
            }
        };
        // Ours goes out rebuilt too: what else a browser writes there tells its make and version.
        let mut description = match Description::parse(sdp, role) {
            Ok(description) => description,
            Err(error) => {
                tracing::error!(%error, "own description not understood");
                return Next::End(Closed::Refused);
            }
        };
        description.retain(|candidate| self.reach.tells(candidate) && self.tells(now, candidate));
        description.limit_messages(MESSAGE_MAX);
        self.mid = description.mid().to_owned();
        let next = match role {
            SdpRole::Offer => State::Asking(Vec::new()),
            SdpRole::Answer => State::Connecting,
        };
        let sdp = description.to_string();
        let mut frames = vec![frame(&self.remote, &self.label, &sdp)];
        if let State::Offering(waiting) | State::Answering(waiting) =
            std::mem::replace(&mut self.state, next)
        {
            frames.extend(
                waiting
                    .iter()
                    .map(|candidate| self.candidate_frame(candidate)),
            );
        }
        Next::Signal(frames)
    }

    pub(super) fn own_candidate(&mut self, now: Duration, text: &str) -> Next {
        // Firefox ends with an empty one.
        let candidate = Candidate::parse(text).ok();
        let Some(candidate) = candidate.filter(|candidate| self.reach.tells(candidate)) else {
            return Next::Nothing;
        };
        self.sent += 1;
        if self.sent > CANDIDATES_MAX || !self.tells(now, &candidate) {
            return Next::Nothing;
        }
        match &mut self.state {
            State::Offering(waiting) | State::Answering(waiting) => {
                waiting.push(candidate);
                Next::Nothing
            }
            State::Asking(_) | State::Connecting => {
                Next::Signal(vec![self.candidate_frame(&candidate)])
            }
            State::Open | State::Closing => Next::Nothing,
        }
    }

    /// Returns whether an own candidate is told now; else it is held back.
    fn tells(&mut self, now: Duration, candidate: &Candidate) -> bool {
        self.note_turn(now, Turn::TheirsFirst, candidate);
        !self.order.holds_own(candidate)
    }

    fn candidate_frame(&self, candidate: &Candidate) -> String {
        frame::candidate(&self.remote, &self.label, &self.mid, &candidate.to_string())
    }
}

/// Whose packets set out first.
impl Connection {
    fn note_turn(&mut self, now: Duration, turn: Turn, candidate: &Candidate) {
        if self.order.note(turn, candidate) && matches!(self.state, State::Connecting) {
            self.order.set(now);
        }
    }

    /// Lets the end begin that comes second.
    pub(super) fn take_turn(&mut self) -> Next {
        let (turn, held) = self.order.end();
        match turn {
            Turn::AsTheyCome => Next::Nothing,
            Turn::OursFirst => {
                let frames = held.iter().map(|candidate| self.candidate_frame(candidate));
                Next::Signal(frames.collect())
            }
            Turn::TheirsFirst => {
                let commands = held.iter().map(|c| RtcCommand::Candidate(c.to_string()));
                Next::Rtc(commands.collect())
            }
        }
    }
}
