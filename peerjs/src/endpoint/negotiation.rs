//! How the two ends of a connection agree on descriptions and candidates.
//!
//! Ours wait until our description has been sent, theirs until theirs has been applied.

use super::connection::{Connection, Next, State};
use crate::candidate::Candidate;
use crate::event::Closed;
use crate::frame;
use crate::io::RtcCommand;
use crate::limits::CANDIDATES_MAX;
use crate::sdp::{Description, SdpError, SdpRole};

/// What the other end sends through the server.
impl Connection {
    pub(super) fn answered(&mut self, description: Result<Description, SdpError>) -> Next {
        let State::Asking(waiting) = &mut self.state else {
            return Next::Nothing;
        };
        let description = match description {
            Ok(description) => description,
            Err(error) => {
                tracing::info!(%error, "answer refused");
                return Next::End(Closed::Refused);
            }
        };
        let candidates = waiting
            .drain(..)
            .map(|c| RtcCommand::Candidate(c.to_string()));
        let mut commands = vec![RtcCommand::Accept(description.to_string())];
        commands.extend(candidates);
        self.state = State::Connecting;
        Next::Rtc(commands)
    }

    pub(super) fn candidate(&mut self, candidate: Candidate) -> Next {
        self.received += 1;
        if self.received > CANDIDATES_MAX {
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
                Next::Rtc(vec![RtcCommand::Candidate(candidate.to_string())])
            }
        }
    }
}

/// What the browser of this end has for the other.
impl Connection {
    pub(super) fn described(&mut self, sdp: &str) -> Next {
        let (role, frame): (_, fn(&str, &str, &str) -> String) = match self.state {
            State::Offering(_) => (SdpRole::Offer, frame::offer),
            State::Answering(_) => (SdpRole::Answer, frame::answer),
            State::Asking(_) | State::Connecting | State::Open | State::Closing => {
                return Next::Nothing;
            }
        };
        match Description::parse(sdp, role) {
            Ok(description) => self.mid = description.mid().to_owned(),
            Err(error) => {
                tracing::error!(%error, "own description not understood");
                return Next::End(Closed::Refused);
            }
        }
        let next = match role {
            SdpRole::Offer => State::Asking(Vec::new()),
            SdpRole::Answer => State::Connecting,
        };
        let mut frames = vec![frame(&self.remote, &self.label, sdp)];
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

    pub(super) fn own_candidate(&mut self, text: &str) -> Next {
        // Firefox ends with an empty one.
        let Ok(candidate) = Candidate::parse(text) else {
            return Next::Nothing;
        };
        self.sent += 1;
        if self.sent > CANDIDATES_MAX {
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

    fn candidate_frame(&self, candidate: &Candidate) -> String {
        frame::candidate(&self.remote, &self.label, &self.mid, &candidate.to_string())
    }
}
