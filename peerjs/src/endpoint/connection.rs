//! One connection, from the dial or the offer to its end.
//!
//! ```text
//! dial    ──▶ Offering ──described──▶ Asking ──answered──▶ Connecting ──▶ Open ──▶ Closing
//! offered ──▶ Answering ──described──────────────────────▶ Connecting
//! ```
//! A step returns one [`Next`]; the connection itself touches nothing outside. How the two ends agree
//! on descriptions and candidates is in `negotiation`, whose packets set out first in `turn`.

use super::turn::{Order, Turn};
use crate::candidate::Candidate;
use crate::event::{Closed, ConnId, Event, Path};
use crate::io::{RtcCommand, RtcInput};
use crate::limits::{DIAL_WITHIN, EARLY_FRAMES_MAX, LINGER, MESSAGE_MAX};
use crate::path::RemoteCandidate;
use crate::reach::Reach;
use crate::sdp::{Description, SdpRole};
use nojson::RawJson;
use std::time::Duration;

/// One connection.
pub(super) struct Connection {
    local: String,
    pub(super) remote: String,
    /// The label of the channel, which is also PeerJS's connection id.
    pub(super) label: String,
    pub(super) state: State,
    /// Until when it must be open.
    opens_by: Duration,
    pub(super) deadline: Option<Duration>,
    pub(super) reach: Reach,
    /// What of the other end's addresses is within the reach.
    pub(super) addresses: Addresses,
    /// Whose packets set out first.
    pub(super) order: Order,
    /// The media id, once the local description is there.
    pub(super) mid: String,
    /// Candidates received and sent, for the bound on both.
    pub(super) received: usize,
    pub(super) sent: usize,
    /// Messages that came before the connection was reported open.
    early: Vec<Vec<u8>>,
}

/// The addresses that the other end has told so far.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Addresses {
    None,
    /// All of them are beyond the reach.
    Beyond,
    /// One at least is within.
    Within,
}

pub(super) enum State {
    /// Our offer is being made; our candidates wait for it.
    Offering(Vec<Candidate>),
    /// Our offer is sent; their candidates wait for their answer.
    Asking(Vec<Candidate>),
    /// Our answer is being made; our candidates wait for it.
    Answering(Vec<Candidate>),
    /// Both descriptions are there.
    Connecting,
    Open,
    /// Closed by the owner; the last messages are under way.
    Closing,
}

/// What follows from a step.
pub(super) enum Next {
    Nothing,
    /// The browser is to do this.
    Rtc(Vec<RtcCommand>),
    /// The other end has answered, and the browser is to do this.
    Answered(Vec<RtcCommand>),
    /// The server is to relay these frames to the other end.
    Signal(Vec<String>),
    /// The owner is to learn of this.
    Report(Vec<Report>),
    /// The connection has ended, and the owner is to learn of it.
    End(Closed),
    /// The connection has ended, and the owner knows.
    Vanish,
}

/// An event of a connection that does not know its own number.
pub(super) enum Report {
    Open {
        local: [u8; 32],
        remote: [u8; 32],
        path: Path,
    },
    Frame(Vec<u8>),
    Suspect,
}

impl Report {
    pub(super) fn with(self, conn: ConnId) -> Event {
        match self {
            Self::Open {
                local,
                remote,
                path,
            } => Event::Open {
                conn,
                local_fingerprint: local,
                remote_fingerprint: remote,
                path,
            },
            Self::Frame(message) => Event::Frame(conn, message),
            Self::Suspect => Event::Suspect(conn),
        }
    }
}

/// What it is.
impl Connection {
    /// Returns a dial that must be open in time.
    pub(super) fn dial(
        opens_by: Duration,
        (local, remote): (String, String),
        label: String,
        reach: Reach,
        turn: Turn,
    ) -> Self {
        let state = State::Offering(Vec::new());
        Self::new(opens_by, (local, remote), label, reach, state, turn)
    }

    pub(super) fn accept(
        now: Duration,
        local: String,
        remote: String,
        label: String,
        reach: Reach,
    ) -> Self {
        let state = State::Answering(Vec::new());
        let (opens_by, turn) = (now + DIAL_WITHIN, Turn::AsTheyCome);
        Self::new(opens_by, (local, remote), label, reach, state, turn)
    }

    fn new(
        opens_by: Duration,
        (local, remote): (String, String),
        label: String,
        reach: Reach,
        state: State,
        turn: Turn,
    ) -> Self {
        let (mid, early) = (String::new(), Vec::new());
        Self {
            local,
            remote,
            label,
            state,
            opens_by,
            deadline: Some(opens_by),
            reach,
            addresses: Addresses::None,
            order: Order::new(turn),
            mid,
            received: 0,
            sent: 0,
            early,
        }
    }

    pub(super) fn local(&self) -> &str {
        &self.local
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.deadline.into_iter().chain(self.order.until).min()
    }

    pub(super) fn is_between(&self, local: &str, remote: &str) -> bool {
        self.local == local && self.remote == remote
    }

    /// Returns whether this is a dial of ours that has not been answered yet.
    pub(super) fn is_unanswered(&self) -> bool {
        matches!(self.state, State::Offering(_) | State::Asking(_))
    }

    /// Returns whether it is open, or has been.
    pub(super) fn is_established(&self) -> bool {
        matches!(self.state, State::Open | State::Closing)
    }
}

/// What the owner wants, and time.
impl Connection {
    pub(super) fn send(&self, message: String) -> Next {
        if !matches!(self.state, State::Open) {
            return Next::Nothing;
        }
        // A message that is left out would leave a gap of which nobody knows.
        if message.is_empty() || message.len() > MESSAGE_MAX {
            tracing::error!(
                bytes = message.len(),
                "connection closed: size of a message"
            );
            return Next::End(Closed::Refused);
        }
        Next::Rtc(vec![RtcCommand::Send(message.into_bytes())])
    }

    /// Closes it. An open channel first sends a goodbye, and stays open until that has arrived.
    pub(super) fn close(&mut self, now: Duration) -> Next {
        match self.state {
            State::Open => {
                self.state = State::Closing;
                self.deadline = Some(now + LINGER);
                Next::Rtc(vec![RtcCommand::Send(CLOSE.to_vec())])
            }
            State::Closing => Next::Nothing,
            State::Offering(_) | State::Asking(_) | State::Answering(_) | State::Connecting => {
                Next::Vanish
            }
        }
    }

    pub(super) fn timeout(&mut self, now: Duration) -> Next {
        if self.deadline.is_none_or(|deadline| deadline > now) {
            return self.take_turn();
        }
        self.over(match self.addresses {
            Addresses::Beyond => Closed::Elsewhere,
            Addresses::None | Addresses::Within => Closed::Unreachable,
        })
    }

    /// Returns until when it must be open.
    pub(super) fn opens_by(&self) -> Duration {
        self.opens_by
    }

    /// Ends it. A closing connection ends without an event: its owner considers it closed already.
    fn over(&self, reason: Closed) -> Next {
        match self.state {
            State::Closing => Next::Vanish,
            State::Open if reason != Closed::Refused => Next::End(Closed::Gone),
            State::Connecting if reason == Closed::Unreachable => Next::End(Closed::NoPath),
            State::Open
            | State::Offering(_)
            | State::Asking(_)
            | State::Answering(_)
            | State::Connecting => Next::End(reason),
        }
    }
}

/// What the browser reports.
impl Connection {
    pub(super) fn rtc(&mut self, now: Duration, input: RtcInput) -> Next {
        match input {
            RtcInput::Described(sdp) => self.described(now, &sdp),
            RtcInput::Candidate(candidate) => self.own_candidate(now, &candidate),
            RtcInput::Open {
                local,
                remote,
                selected,
            } => self.opened(&local, &remote, selected),
            RtcInput::Data(message) => self.data(message),
            RtcInput::Suspect if matches!(self.state, State::Open) => {
                Next::Report(vec![Report::Suspect])
            }
            RtcInput::Suspect => Next::Nothing,
            RtcInput::Closed => self.over(Closed::Unreachable),
            RtcInput::Rejected => self.over(Closed::Refused),
        }
    }

    fn opened(&mut self, local: &str, remote: &str, selected: Option<RemoteCandidate>) -> Next {
        if !matches!(self.state, State::Connecting) {
            return Next::Nothing;
        }
        // The roles do not matter here: what is asked of both is the one fingerprint.
        let fingerprint = |sdp| Description::parse(sdp, SdpRole::Offer).map(|d| d.fingerprint().0);
        let (Ok(local), Ok(remote)) = (fingerprint(local), fingerprint(remote)) else {
            tracing::error!("description in force not understood");
            return Next::End(Closed::Refused);
        };
        let path = selected.map_or(Path::Unknown, RemoteCandidate::path);
        self.state = State::Open;
        self.deadline = None;
        self.order = Order::new(Turn::AsTheyCome);
        let mut reports = vec![Report::Open {
            local,
            remote,
            path,
        }];
        reports.extend(self.early.drain(..).map(Report::Frame));
        Next::Report(reports)
    }

    fn data(&mut self, message: Vec<u8>) -> Next {
        if matches!(self.state, State::Closing) {
            return if is_close(&message) {
                Next::Vanish
            } else {
                Next::Nothing
            };
        }
        if message.is_empty() || message.len() > MESSAGE_MAX {
            tracing::info!(
                bytes = message.len(),
                "connection refused: size of a message"
            );
            return Next::End(Closed::Refused);
        }
        if matches!(self.state, State::Open) {
            return match is_close(&message) {
                true => Next::End(Closed::Gone),
                false => Next::Report(vec![Report::Frame(message)]),
            };
        }
        if is_close(&message) {
            return Next::End(Closed::Unreachable);
        }
        if self.early.len() >= EARLY_FRAMES_MAX {
            return Next::End(Closed::Refused);
        }
        self.early.push(message);
        Next::Nothing
    }
}

/// What stock peerjs sends last before it closes.
const CLOSE: &[u8] = br#"{"__peerData":{"type":"close"}}"#;

/// Returns whether this is the goodbye. Only short messages are examined, so that no message of the
/// owner is parsed twice.
fn is_close(message: &[u8]) -> bool {
    const LONGEST: usize = 64;
    message.len() <= LONGEST
        && message.windows(10).any(|part| part == b"__peerData")
        && std::str::from_utf8(message).is_ok_and(says_close)
}

fn says_close(message: &str) -> bool {
    let json = RawJson::parse(message);
    let kind = json.as_ref().map(|json| {
        let path = ["__peerData", "type"];
        let member = json.value().to_path_member(&path).ok()?.optional()?;
        member.to_unquoted_string_str().ok()
    });
    matches!(kind, Ok(Some(kind)) if kind == "close")
}
