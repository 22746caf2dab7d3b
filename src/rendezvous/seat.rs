//! The election at one meeting point: whoever holds the id waits, the other one dials it.

use crate::clock::Mono;
use crate::context::Context;
use crate::io::LinkId;
use crate::routes::IdOwner;
use std::time::Duration;

/// The shortest and the longest wait before the id is claimed.
const JITTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3));

/// The longest further wait after each dial that led nowhere: the other side has left, or its id
/// outlives it.
const RETRY_SPREAD: Duration = Duration::from_secs(4);

/// A place at a meeting point.
#[derive(Debug)]
pub(crate) struct Seat {
    id: String,
    failed_dials: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting(Mono),
    /// The id was asked for.
    Claiming,
    /// It is held here: the other one will dial.
    Holding,
    /// The other one holds it and is to be dialled.
    Calling,
    Dialling(LinkId),
}

impl Seat {
    /// Takes a seat at this Router ID of a rendezvous namespace; `at_once` leaves out the pause.
    pub(crate) fn new(ctx: &mut Context, id: String, at_once: bool) -> Self {
        let wait = if at_once { Duration::ZERO } else { pause(ctx) };
        Self {
            id,
            failed_dials: 0,
            state: State::Waiting(ctx.now.mono + wait),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Returns whether dials to the id are to be answered.
    pub(crate) fn is_holding(&self) -> bool {
        self.state == State::Holding
    }

    /// Returns whether the id's holder has not answered: the id may have outlived its holder, the
    /// other side or this one.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.failed_dials > 0 && !self.is_holding()
    }

    /// Returns whether the id's holder is to be dialled now; the caller then reports the dial with
    /// [`Seat::dialled`].
    pub(crate) fn wants_to_call(&self) -> bool {
        self.state == State::Calling
    }

    pub(crate) fn dialled(&mut self, link: LinkId) {
        self.state = State::Dialling(link);
    }

    pub(crate) fn due(&self) -> Option<Mono> {
        match self.state {
            State::Waiting(at) => Some(at),
            State::Claiming | State::Holding | State::Calling | State::Dialling(_) => None,
        }
    }

    pub(crate) fn timeout(&mut self, ctx: &mut Context) {
        if matches!(self.state, State::Waiting(at) if ctx.now.mono >= at) {
            self.state = State::Claiming;
            ctx.register(&self.id, IdOwner::Rendezvous);
        }
    }

    pub(crate) fn registered(&mut self) {
        self.state = State::Holding;
    }

    pub(crate) fn taken(&mut self) {
        self.state = State::Calling;
    }

    /// Claims the id again where the connection that ended was the one to its holder.
    pub(crate) fn closed(&mut self, ctx: &mut Context, link: LinkId) {
        if self.state == State::Dialling(link) {
            let longer = ctx.jitter(RETRY_SPREAD * self.failed_dials.min(4));
            self.failed_dials = self.failed_dials.saturating_add(1);
            self.state = State::Waiting(ctx.now.mono + pause(ctx) + longer);
        }
    }

    /// Gives up the place. Returns the connection under way, which is to be closed.
    pub(crate) fn leave(self, ctx: &mut Context) -> Option<LinkId> {
        match self.state {
            State::Claiming | State::Holding => {
                ctx.release(&self.id);
                None
            }
            State::Dialling(link) => Some(link),
            State::Waiting(_) | State::Calling => None,
        }
    }
}

fn pause(ctx: &mut Context) -> Duration {
    JITTER.0 + ctx.jitter(JITTER.1 - JITTER.0)
}
