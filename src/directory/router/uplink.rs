//! A later router's connection to the first one, over which they exchange what they know.

use crate::clock::Mono;
use crate::context::Context;
use crate::ids::Namespace;
use crate::io::LinkId;
use crate::limits::{ANSWER_WITHIN, ROUTER_IDS};
use pace::Backoff;
use std::time::Duration;

/// The longest wait after a failure; the wait itself is drawn between nothing and this.
const RETRY: Backoff = Backoff::new(Duration::from_secs(2), Duration::from_secs(60));

/// A connection that lived this long ends a series of failures.
const GOOD: Duration = Duration::from_secs(60);

/// When to try the first router again after every earlier one was passed over.
const START_OVER: Duration = Duration::from_mins(10);

/// Who is above, and how it goes.
#[derive(Debug)]
pub(super) struct Uplink {
    /// The own index: every router above has a smaller one.
    own: u32,
    target: u32,
    tries: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The first router has nobody above it.
    Top,
    Waiting(Mono),
    /// Until when it is to be open.
    Dialling(LinkId, Mono),
    /// Open; its registry has not come yet.
    Open(LinkId),
    Joined(LinkId, Mono),
}

impl Uplink {
    pub(super) fn new(own: u32, now: Mono) -> Self {
        let state = if own == 1 {
            State::Top
        } else {
            State::Waiting(now)
        };
        Self {
            own,
            target: 1,
            tries: 0,
            state,
        }
    }

    fn link(&self) -> Option<LinkId> {
        match self.state {
            State::Dialling(link, _) | State::Open(link) | State::Joined(link, _) => Some(link),
            State::Top | State::Waiting(_) => None,
        }
    }

    pub(super) fn is(&self, link: LinkId) -> bool {
        self.link() == Some(link)
    }

    /// Returns whether the other router's registry has come.
    pub(super) fn is_joined(&self) -> bool {
        matches!(self.state, State::Joined(..))
    }

    pub(super) fn timeout(&mut self, ctx: &mut Context, namespace: &Namespace) {
        if matches!(self.state, State::Waiting(at) if ctx.now.mono >= at) {
            let own = namespace.router_id(self.own);
            let link = ctx.dial(&own, &namespace.router_id(self.target));
            self.state = State::Dialling(link, ctx.now.mono + ANSWER_WITHIN);
        }
        if let State::Dialling(link, until) = self.state
            && ctx.now.mono >= until
        {
            ctx.close(link);
            self.gone(ctx, link);
        }
    }

    pub(super) fn due(&self) -> Option<Mono> {
        match self.state {
            State::Waiting(at) | State::Dialling(_, at) => Some(at),
            State::Top | State::Open(_) | State::Joined(..) => None,
        }
    }

    /// Tries a Router ID at once: it is held, perhaps by another router than last time.
    pub(super) fn try_again(&mut self, target: u32, now: Mono) {
        if matches!(self.state, State::Waiting(_)) {
            self.target = target;
            self.state = State::Waiting(now);
        }
    }

    /// Tries a Router ID whose holder has just said that it is there.
    pub(super) fn answer(&mut self, ctx: &mut Context, target: u32) {
        if let State::Dialling(link, _) = self.state {
            ctx.close(link);
            self.state = State::Waiting(ctx.now.mono);
        }
        self.try_again(target, ctx.now.mono);
    }

    /// Handles a dial that has opened. Returns the index of the router; `None` for another
    /// connection.
    pub(super) fn opened(&mut self, link: LinkId) -> Option<u32> {
        let dialled = matches!(self.state, State::Dialling(dialled, _) if dialled == link);
        dialled.then(|| {
            self.state = State::Open(link);
            self.target
        })
    }

    /// Handles the registry of the other router. Returns whether it is the first on this
    /// connection.
    pub(super) fn joined(&mut self, link: LinkId, now: Mono) -> bool {
        let opened = matches!(self.state, State::Open(open) if open == link);
        if opened {
            self.state = State::Joined(link, now);
        }
        opened
    }

    /// Handles the end of a connection. One that opened and sent no registry leads to no router. Where nobody
    /// answers, the next one is tried: whoever has the others now is at a later id.
    pub(super) fn gone(&mut self, ctx: &mut Context, link: LinkId) {
        if !self.is(link) {
            return;
        }
        let now = ctx.now.mono;
        match self.state {
            State::Open(_) => self.next_target(),
            State::Dialling(..) if self.target < ROUTER_IDS.min(self.own - 1) => {
                self.target += 1;
                self.state = State::Waiting(now);
                return;
            }
            // Everybody is at one of the first ids when the first router is gone.
            State::Dialling(..) => self.target = 1,
            State::Joined(_, at) if now >= at + GOOD => self.tries = 0,
            State::Joined(..) | State::Waiting(_) | State::Top => {}
        }
        self.wait(ctx);
    }

    /// Has nobody above any more: the own id is the first now.
    pub(super) fn rise(&mut self, ctx: &mut Context) {
        self.close(ctx);
        *self = Self::new(1, ctx.now.mono);
    }

    /// Passes over what was reached: it is no router of this network.
    pub(super) fn pass_over(&mut self, ctx: &mut Context, link: LinkId) {
        if self.is(link) {
            self.next_target();
            self.wait(ctx);
        }
    }

    fn next_target(&mut self) {
        self.tries = 0;
        self.target += 1;
    }

    fn wait(&mut self, ctx: &mut Context) {
        let mut wait = ctx.jitter(RETRY.doubled(self.tries));
        self.tries = self.tries.saturating_add(1);
        if self.target >= self.own {
            self.target = 1;
            wait += START_OVER;
        }
        self.state = State::Waiting(ctx.now.mono + wait);
    }

    /// Ends a dial; an open connection is closed with the others.
    pub(super) fn close(&self, ctx: &mut Context) {
        if let State::Dialling(link, _) = self.state {
            ctx.close(link);
        }
    }
}
