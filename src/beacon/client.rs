//! When a client asks its beacon, and in which roots it is.
//!
//! Around a boundary every device is in the old root and in the new one, long enough that a peer met
//! under one of them is never out of sight. The new root is joined in [-lead/2, lead/2], the old one
//! left in [0.9, 1.3] lead where all peers have moved. For a peer that has not moved, because the
//! beacon failed it, the old root is kept until there are more than [`ROOTS`].

use super::{Answer, BeaconFault, Pin, Response, SignedSlot};
use crate::clock::{Mono, Now, UnixMillis, millis};
use crate::config;
use crate::context::Context;
use crate::io::{BeaconAnswer, BeaconFailure, Output};
use crate::view::{BeaconStatus, BeaconTrouble};
use pace::Backoff;
use std::time::Duration;

/// The wait after a failure.
const RETRY: Backoff = Backoff::new(Duration::from_secs(5), Duration::from_mins(5));

/// The most roots that a device is in: those of two answers, as each can bring two. During a long
/// failure of the beacon one device may get an answer and others none; with fewer roots its next
/// answer would leave those behind alone.
const ROOTS: usize = 4;

/// When to ask again where no outcome of a request is reported at all.
const NO_ANSWER: Duration = Duration::from_mins(1);

/// A `Date` has whole seconds, cut off.
const HALF_SECOND: u64 = 500;

/// What one device knows from its beacon. All moments are by the beacon's clock, as far as it is
/// known: a slot is current when the beacon says so.
#[derive(Debug)]
pub(crate) struct Client {
    config: config::Beacon,
    pin: Pin,
    /// By how much the beacon's clock is ahead of this one.
    ahead: i64,
    /// The slots in whose roots this device is, oldest first: one, or two around a boundary, or
    /// more while a peer is behind.
    joined: Vec<Joined>,
    next: Option<Move>,
    /// Not before this one: until then a peer was behind. By the clock that nobody sets.
    kept_until: Mono,
    ask_at: Option<Mono>,
    asking: bool,
    failures: u32,
    trouble: Option<BeaconTrouble>,
}

/// A slot that was joined.
#[derive(Debug)]
struct Joined {
    slot: SignedSlot,
    /// From this moment on the one before may be left.
    leave: UnixMillis,
}

/// A slot that is to be joined.
#[derive(Debug)]
struct Move {
    slot: SignedSlot,
    join: UnixMillis,
    leave: UnixMillis,
}

impl Client {
    /// Returns a client that asks at once; `None` where the configuration is wrong.
    pub(crate) fn new(config: &config::Beacon, now: Mono) -> Option<Self> {
        Some(Self {
            config: config.clone(),
            pin: config.pin().ok()?,
            ahead: 0,
            joined: Vec::new(),
            next: None,
            kept_until: now,
            ask_at: Some(now),
            asking: false,
            failures: 0,
            trouble: None,
        })
    }

    /// Returns the roots to be in, the oldest first; none before the first good answer.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &str> {
        self.joined.iter().map(|joined| joined.slot.root.as_str())
    }

    /// Returns what views show of the beacon.
    pub(crate) fn status(&self, now: Now) -> BeaconStatus {
        let wait = self.ask_at.map(|at| at.since(now.mono));
        let retry_at = wait.map(|wait| now.unix.saturating_add(millis(wait)));
        BeaconStatus {
            trouble: self.trouble,
            retry_at: retry_at.filter(|_| self.trouble.is_some() && !self.asking),
            named: !self.joined.is_empty(),
        }
    }

    /// Makes the next request due now. What failed before a device slept, or on another network, says nothing
    /// of the next request: where that fails too, another one follows soon.
    pub(crate) fn hurry(&mut self, now: Mono) {
        self.ask_at = Some(now);
        self.failures = 0;
    }

    /// Notes that this clock was set back by so much: the beacon's goes on as it did.
    pub(crate) fn clock_set_back(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add_unsigned(millis(by));
    }

    /// Asks at once if the beacon could not be reached: the network is back.
    pub(crate) fn reconnected(&mut self, now: Mono) {
        if self.trouble == Some(BeaconTrouble::Unreachable) {
            self.hurry(now);
        }
    }

    /// Asks, joins and leaves what is due. `moved` returns whether every peer met under the oldest
    /// root is met under the newest too. Returns whether the roots have changed.
    pub(crate) fn timeout(&mut self, ctx: &mut Context, moved: impl FnOnce() -> bool) -> bool {
        if self.ask_at.take_if(|at| ctx.now.mono >= *at).is_some() {
            self.ask(ctx);
        }
        let now = self.clock(ctx.now.unix);
        let due = self.next.take_if(|next| now >= next.join);
        let joins = due.is_some();
        if let Some(Move { slot, leave, .. }) = due {
            self.join(slot, leave);
        }
        // The last peer to move has to learn of the others before they leave.
        let (settling, leave) = (self.pin.slots().lead() / 10, self.leave());
        if leave.is_some_and(|leave| now + settling >= leave) && !moved() {
            self.kept_until = ctx.now.mono + Duration::from_millis(settling);
        }
        let is_time = leave.is_some_and(|leave| now >= leave);
        let leaves = !joins && is_time && ctx.now.mono >= self.kept_until;
        if leaves {
            self.joined.remove(0);
        }
        joins || leaves
    }

    /// Returns when [`Client::timeout`] has something to do.
    pub(crate) fn due(&self, now: Now) -> Option<Mono> {
        let clock = self.clock(now.unix);
        let at = |moment: UnixMillis| now.mono + until(clock, moment);
        let leave = self.leave().map(|leave| at(leave).max(self.kept_until));
        let join = self.next.as_ref().map(|next| at(next.join));
        [join, leave, self.ask_at].into_iter().flatten().min()
    }

    /// Handles the outcome of a request. Returns whether the roots have changed.
    pub(crate) fn answered(
        &mut self,
        ctx: &mut Context,
        result: &Result<BeaconAnswer, BeaconFailure>,
    ) -> bool {
        self.asking = false;
        match self.read(result, ctx.now.unix) {
            Ok((answer, date)) => self.take(ctx, answer, date),
            Err(trouble) => {
                tracing::warn!(?trouble, "the beacon");
                self.fail(ctx, trouble);
                false
            }
        }
    }

    fn ask(&mut self, ctx: &mut Context) {
        self.asking = true;
        self.ask_at = Some(ctx.now.mono + NO_ANSWER);
        ctx.emit(Output::FetchBeacon {
            url: self.config.url.clone(),
            token: self.config.token.clone(),
        });
    }

    fn read(
        &self,
        result: &Result<BeaconAnswer, BeaconFailure>,
        now: UnixMillis,
    ) -> Result<(Answer, Option<UnixMillis>), BeaconTrouble> {
        let came = result.as_ref().map_err(|failure| match failure {
            BeaconFailure::Unreachable => BeaconTrouble::Unreachable,
            BeaconFailure::Redirected => BeaconTrouble::Redirected,
            // Success in other words than a beacon's.
            BeaconFailure::Status(200..=299) => BeaconTrouble::Malformed,
            BeaconFailure::Status(status) => BeaconTrouble::Refused { status: *status },
        })?;
        let response = Response {
            current: came.current.as_deref(),
            next: came.next.as_deref(),
            date: came.date,
        };
        let answer = self.pin.read(response, now).map_err(trouble)?;
        // A slot that was left is over, even if the beacon signs it again.
        let oldest = self.joined.first().map_or(0, |joined| joined.slot.number);
        if answer.current.number < oldest {
            return Err(BeaconTrouble::OldSlot);
        }
        Ok((answer, came.date))
    }

    fn take(&mut self, ctx: &mut Context, answer: Answer, date: Option<UnixMillis>) -> bool {
        (self.failures, self.trouble) = (0, None);
        // One that gives less than was known repeats an older one, and says nothing of now.
        let given = answer.next.as_ref().unwrap_or(&answer.current).number;
        if self.newest() <= Some(given) {
            self.set_clock(ctx.now.unix, &answer, date);
        }
        let Answer { current, next } = answer;
        let joins = self.newest() < Some(current.number);
        if joins {
            // This device is late, and so may be everybody who waited for the beacon as it did.
            let now = self.clock(ctx.now.unix);
            self.next = None;
            self.join(current, now);
        }
        if let Some(next) = next.filter(|next| self.newest() < Some(next.number)) {
            self.plan_move(ctx, next);
        }
        self.plan_ask(ctx);
        joins
    }

    /// Sets the beacon's clock. The beacon is in the slot that it signed as the current one; its
    /// `Date`, which counts for nothing else, or this clock says where in that slot. This clock counts
    /// as earlier answers have moved it, unless they are wrong by this one: where a cache repeats an
    /// old answer, each repetition moves it back further.
    fn set_clock(&mut self, unix: UnixMillis, answer: &Answer, date: Option<UnixMillis>) {
        let SignedSlot { from, until, .. } = answer.current;
        let near = until.saturating_sub(self.pin.slots().lead());
        let (first, last) = match answer.next {
            Some(_) => (near, until.saturating_sub(1)),
            None => (from, near.saturating_sub(1)),
        };
        let date = date.map(|date| date.saturating_add(HALF_SECOND));
        let moved = Some(self.clock(unix)).filter(|moved| (first..=last).contains(moved));
        let clock = date.or(moved).unwrap_or(unix);
        self.ahead = clock.clamp(first, last).cast_signed() - unix.cast_signed();
    }

    fn clock(&self, unix: UnixMillis) -> UnixMillis {
        unix.saturating_add_signed(self.ahead)
    }

    /// Returns the number of the newest slot that is known.
    fn newest(&self) -> Option<u64> {
        let next = self.next.as_ref().map(|next| &next.slot);
        let newest = next.or(self.joined.last().map(|joined| &joined.slot));
        newest.map(|slot| slot.number)
    }

    /// Returns from when on the oldest may be left, where there is another one.
    fn leave(&self) -> Option<UnixMillis> {
        self.joined.get(1).map(|joined| joined.leave)
    }

    fn join(&mut self, slot: SignedSlot, leave: UnixMillis) {
        self.joined.push(Joined { slot, leave });
        let surplus = self.joined.len().saturating_sub(ROOTS);
        self.joined.drain(..surplus);
    }

    fn plan_move(&mut self, ctx: &mut Context, slot: SignedSlot) {
        let lead = self.pin.slots().lead();
        let spread = |ctx: &mut Context, most| millis(ctx.jitter(Duration::from_millis(most)));
        self.next = Some(Move {
            join: slot.from.saturating_sub(lead / 2) + spread(ctx, lead),
            leave: slot.from + lead * 9 / 10 + spread(ctx, lead * 4 / 10),
            slot,
        });
    }

    /// Plans one request in each slot, after the next one is published: not all devices at once,
    /// and early enough to try again.
    fn plan_ask(&mut self, ctx: &mut Context) {
        let slots = self.pin.slots();
        let lead = slots.lead();
        let Some(newest) = self.newest() else { return };
        let jitter = ctx.jitter(Duration::from_millis(lead * 6 / 10));
        let given = slots.end(newest).saturating_sub(lead) + lead / 10;
        let wait = until(self.clock(ctx.now.unix), given) + jitter;
        self.ask_at = Some(ctx.now.mono + wait.max(Duration::from_millis(lead / 10)));
    }

    fn fail(&mut self, ctx: &mut Context, trouble: BeaconTrouble) {
        self.trouble = Some(trouble);
        let wait = RETRY.doubled(self.failures);
        self.failures = self.failures.saturating_add(1);
        self.ask_at = Some(ctx.now.mono + wait * 3 / 4 + ctx.jitter(wait / 4));
    }
}

fn trouble(fault: BeaconFault) -> BeaconTrouble {
    match fault {
        BeaconFault::Withheld => BeaconTrouble::Withheld,
        BeaconFault::Key | BeaconFault::Signature => BeaconTrouble::OtherKey,
        BeaconFault::ClockDiffers | BeaconFault::FutureSlot => BeaconTrouble::Clock,
        BeaconFault::OldSlot => BeaconTrouble::OldSlot,
        BeaconFault::Malformed | BeaconFault::Version | BeaconFault::NotNext => {
            BeaconTrouble::Malformed
        }
    }
}

fn until(clock: UnixMillis, moment: UnixMillis) -> Duration {
    Duration::from_millis(moment.saturating_sub(clock))
}
