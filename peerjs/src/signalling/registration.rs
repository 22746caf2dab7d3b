//! One id at the signalling server: its socket, and whether the id is held.
//!
//! ```text
//! Waiting ──connect──▶ Opening ──open──▶ Proving ──OPEN, echo, or anything relayed──▶ Held
//!    ▲                    │                 │                                           │
//!    └────────────────────┴─────────────────┴────────── closed, late, refused ──────────┘
//! ```
//! A server that still has this id with this token takes the new socket without an OPEN, so an
//! echo is sent at once: it comes back only while the id is held by this very socket.

use crate::frame;
use crate::io::{Output, RtcId, SocketId};
use crate::limits::{
    ECHO_EVERY, ECHO_WAIT, HEARTBEAT_EVERY, HELD_LONG, PROBE_WAIT, QUEUED_FRAMES_MAX,
    SOCKET_OPENS_WITHIN,
};
use crate::random::Random;
use crate::signalling::servers::Attempt;
use std::collections::VecDeque;
use std::time::Duration;

/// One id.
pub(super) struct Registration {
    id: String,
    phase: Phase,
    /// How often in a row the id was lost soon after it was held.
    losses: u32,
    /// Frames for when the id is held, with the connection they are for.
    queue: VecDeque<(RtcId, String)>,
}

#[derive(Clone, Debug)]
enum Phase {
    Waiting {
        not_before: Duration,
    },
    Opening {
        socket: SocketId,
        attempt: Attempt,
        deadline: Duration,
    },
    Proving {
        socket: SocketId,
        attempt: Attempt,
        deadline: Duration,
    },
    Held {
        socket: SocketId,
        since: Duration,
        heartbeat: Duration,
        echo: Echo,
    },
}

#[derive(Clone, Debug)]
enum Echo {
    /// When to send the next.
    Due(Duration),
    /// Until when it must be back.
    Awaited { nonce: String, deadline: Duration },
}

/// Whether a registration has a socket, and whether the id is held by it.
pub(super) enum Status {
    /// No socket.
    Idle,
    /// The id is not held yet.
    Trying(SocketId, Attempt),
    /// The id is held.
    Held(SocketId),
}

/// What has become due.
pub(super) enum Due {
    /// Nothing.
    Nothing,
    /// The socket did not open, or the server did not speak, in time.
    TooSlow,
    /// The echo did not come back: the socket is dead, or another has taken its place.
    Silent,
}

impl Registration {
    pub(super) fn new(id: String, now: Duration) -> Self {
        let phase = Phase::Waiting { not_before: now };
        Self {
            id,
            phase,
            losses: 0,
            queue: VecDeque::new(),
        }
    }

    /// Returns since when it waits to be connected.
    pub(super) fn waiting(&self) -> Option<Duration> {
        match self.phase {
            Phase::Waiting { not_before } => Some(not_before),
            Phase::Opening { .. } | Phase::Proving { .. } | Phase::Held { .. } => None,
        }
    }

    pub(super) fn is_trying(&self) -> bool {
        matches!(self.phase, Phase::Opening { .. } | Phase::Proving { .. })
    }

    pub(super) fn is_held(&self) -> bool {
        matches!(self.phase, Phase::Held { .. })
    }

    pub(super) fn losses(&self) -> u32 {
        self.losses
    }

    pub(super) fn connect(&mut self, now: Duration, socket: SocketId, attempt: Attempt) {
        self.phase = Phase::Opening {
            socket,
            attempt,
            deadline: now + SOCKET_OPENS_WITHIN,
        };
    }

    /// Handles the opening of the socket. The heartbeat tells a server that had this id all along
    /// that it is still in use: taking a new socket does not.
    pub(super) fn opened(
        &mut self,
        now: Duration,
        random: &mut Random,
        out: &mut VecDeque<Output>,
    ) {
        let Phase::Opening {
            socket, attempt, ..
        } = self.phase
        else {
            return;
        };
        self.phase = Phase::Proving {
            socket,
            attempt,
            deadline: now + ECHO_WAIT,
        };
        out.push_back(Output::Transmit(socket, frame::heartbeat()));
        out.push_back(Output::Transmit(
            socket,
            frame::echo(&self.id, &random.nonce()),
        ));
    }

    /// Marks the id as held. Returns whether it was not before.
    pub(super) fn proven(&mut self, now: Duration, out: &mut VecDeque<Output>) -> bool {
        let Phase::Proving { socket, .. } = self.phase else {
            return false;
        };
        let heartbeat = now + HEARTBEAT_EVERY;
        self.phase = Phase::Held {
            socket,
            since: now,
            heartbeat,
            echo: Echo::Due(now + ECHO_EVERY),
        };
        for (_, text) in self.queue.drain(..) {
            out.push_back(Output::Transmit(socket, text));
        }
        true
    }

    /// Handles an echo that has come back.
    pub(super) fn echoed(&mut self, now: Duration, back: &str) {
        if let Phase::Held { echo, .. } = &mut self.phase
            && let Echo::Awaited { nonce, .. } = echo
            && nonce == back
        {
            *echo = Echo::Due(now + ECHO_EVERY);
        }
    }

    /// Checks at once that the id is held.
    pub(super) fn probe(&mut self, now: Duration, random: &mut Random, out: &mut VecDeque<Output>) {
        let soon = now + PROBE_WAIT;
        match &mut self.phase {
            Phase::Waiting { not_before } => *not_before = now.min(*not_before),
            Phase::Opening { deadline, .. } | Phase::Proving { deadline, .. } => {
                *deadline = soon.min(*deadline);
            }
            Phase::Held { socket, echo, .. } => {
                *echo = send_echo(&self.id, *socket, soon, random, out);
            }
        }
    }

    /// Sends what is due, and returns what has not come in time.
    pub(super) fn timeout(
        &mut self,
        now: Duration,
        random: &mut Random,
        out: &mut VecDeque<Output>,
    ) -> Due {
        match &mut self.phase {
            Phase::Opening { deadline, .. } | Phase::Proving { deadline, .. } => {
                if now >= *deadline {
                    Due::TooSlow
                } else {
                    Due::Nothing
                }
            }
            Phase::Held {
                socket,
                heartbeat,
                echo,
                since,
            } => {
                if now >= *heartbeat {
                    *heartbeat = now + HEARTBEAT_EVERY;
                    out.push_back(Output::Transmit(*socket, frame::heartbeat()));
                }
                if now >= *since + HELD_LONG {
                    self.losses = 0;
                }
                match echo {
                    Echo::Due(when) if now >= *when => {
                        *echo = send_echo(&self.id, *socket, now + ECHO_WAIT, random, out);
                        Due::Nothing
                    }
                    Echo::Awaited { deadline, .. } if now >= *deadline && !planted!(NoEcho) => {
                        Due::Silent
                    }
                    Echo::Due(_) | Echo::Awaited { .. } => Due::Nothing,
                }
            }
            Phase::Waiting { .. } => Due::Nothing,
        }
    }

    /// Returns when [`Registration::timeout`] is due; never while waiting.
    pub(super) fn deadline(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Waiting { .. } => None,
            Phase::Opening { deadline, .. } | Phase::Proving { deadline, .. } => Some(*deadline),
            Phase::Held {
                heartbeat, echo, ..
            } => match echo {
                Echo::Due(when) => Some(*when.min(heartbeat)),
                Echo::Awaited { deadline, .. } => Some(*deadline.min(heartbeat)),
            },
        }
    }

    /// Takes the socket away; the next may be opened at `again`. Returns what it was before.
    pub(super) fn reset(&mut self, again: Duration) -> Status {
        let former = self.status();
        if let Status::Held(_) = former {
            self.losses += 1;
        }
        self.phase = Phase::Waiting { not_before: again };
        former
    }

    /// Returns whether `socket` is its present one.
    pub(super) fn owns(&self, socket: SocketId) -> bool {
        match self.status() {
            Status::Idle => false,
            Status::Trying(own, _) | Status::Held(own) => own == socket,
        }
    }

    /// Returns what it is now.
    pub(super) fn status(&self) -> Status {
        match self.phase {
            Phase::Waiting { .. } => Status::Idle,
            Phase::Opening {
                socket, attempt, ..
            }
            | Phase::Proving {
                socket, attempt, ..
            } => Status::Trying(socket, attempt),
            Phase::Held { socket, .. } => Status::Held(socket),
        }
    }

    /// Sends a frame of a connection, now or when the id is held.
    pub(super) fn send(&mut self, rtc: RtcId, text: String, out: &mut VecDeque<Output>) {
        match self.phase {
            Phase::Held { socket, .. } => out.push_back(Output::Transmit(socket, text)),
            Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Proving { .. } => {
                if self.queue.len() < QUEUED_FRAMES_MAX {
                    self.queue.push_back((rtc, text));
                } else {
                    tracing::debug!("frame dropped: too many wait for the id");
                }
            }
        }
    }

    /// Drops what still waits for a connection.
    pub(super) fn forget(&mut self, rtc: RtcId) {
        self.queue.retain(|(of, _)| *of != rtc);
    }
}

fn send_echo(
    id: &str,
    socket: SocketId,
    deadline: Duration,
    random: &mut Random,
    out: &mut VecDeque<Output>,
) -> Echo {
    let nonce = random.nonce();
    out.push_back(Output::Transmit(socket, frame::echo(id, &nonce)));
    Echo::Awaited { nonce, deadline }
}
