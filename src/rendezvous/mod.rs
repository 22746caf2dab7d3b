//! Finding a contact again when nothing is left of the way to it: both compute the same id from
//! their secret and the clock, and the one who cannot register it dials it.
//!
//! [`mod@plan`] says at which ids to wait at a moment. A [`Seat`] is the election at one of them. How a
//! contact is being found is in [`contacts`](crate::contacts); what is met here is an ordinary
//! handshake between contacts.

pub(crate) mod plan;
mod seat;
#[cfg(test)]
mod tests;

use crate::context::Context;
use crate::crypto;
use crate::fact::{Fact, Missing, Purpose};
use crate::io::LinkId;
use crate::limits::SEATS;
use crate::routes::LinkOwner;
use crate::values::ContactId;
use crate::why::{Deadline, Why};
use plan::{Candidate, plan, step};
use seat::Seat;
use std::time::Duration;

/// How the Router IDs of a rendezvous end.
const FIRST: &str = "-1";
const SECOND: &str = "-2";

/// The places taken, and the plan they follow.
#[derive(Debug, Default)]
pub(crate) struct Rendezvous {
    seats: Vec<(ContactId, Seat)>,
    /// What the present plan was made for.
    planned: Planned,
}

/// The step of time, the contacts, and the Router IDs whose holders may be ghosts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Planned {
    step: u64,
    wanted: Vec<ContactId>,
    doubtful: Vec<String>,
}

impl Rendezvous {
    fn seat(&mut self, id: &str) -> Option<&mut Seat> {
        let mut seats = self.seats.iter_mut().map(|(_, seat)| seat);
        seats.find(|seat| seat.id() == id)
    }

    /// Returns who is waited for at an own id that is held.
    pub(crate) fn awaited_at(&self, id: &str) -> Option<&ContactId> {
        let mut seats = self.seats.iter();
        let found = seats.find(|(_, seat)| seat.id() == id && seat.is_holding());
        found.map(|(contact, _)| contact)
    }

    /// Notes that an own id is held.
    pub(crate) fn registered(&mut self, id: &str) {
        if let Some(seat) = self.seat(id) {
            seat.registered();
        }
    }

    /// Notes that somebody else holds an own id.
    pub(crate) fn taken(&mut self, id: &str) {
        if let Some(seat) = self.seat(id) {
            seat.taken();
        }
    }

    /// Notes that a connection has ended before the other side proved anything on it.
    pub(crate) fn link_ended(&mut self, ctx: &mut Context, link: LinkId) {
        for (_, seat) in &mut self.seats {
            seat.closed(ctx, link);
        }
    }

    /// Waits at the places of the moment. `missing` are the contacts to be met, `root` is always
    /// the configured one (a beacon's changes, and a rendezvous must not), and `own` is the
    /// Transport ID to dial from.
    pub(crate) fn timeout(
        &mut self,
        ctx: &mut Context,
        missing: &[Missing],
        root: &str,
        own: Option<&str>,
    ) {
        let planned = Planned {
            step: step(ctx.now.unix).0,
            wanted: missing
                .iter()
                .map(|missing| missing.contact.clone())
                .collect(),
            doubtful: self.doubtful(),
        };
        if self.planned != planned {
            self.take_seats(ctx, missing, root, &planned.doubtful);
            self.planned = planned;
        }
        for (_, seat) in &mut self.seats {
            seat.timeout(ctx);
        }
        if let Some(own) = own {
            self.call(ctx, missing, own);
        }
    }

    /// Gives up every place.
    pub(crate) fn leave(&mut self, ctx: &mut Context) {
        self.take_seats(ctx, &[], "", &[]);
        self.planned = Planned::default();
    }

    /// Returns the first Router IDs whose holders have not answered. Such an election goes on at
    /// the second one too, until the first is held or its holder answers.
    fn doubtful(&self) -> Vec<String> {
        let seats = self.seats.iter().map(|(_, seat)| seat);
        let first = |seat: &&Seat| seat.id().ends_with(FIRST) && seat.is_doubtful();
        seats
            .filter(first)
            .map(|seat| seat.id().to_owned())
            .collect()
    }

    fn take_seats(
        &mut self,
        ctx: &mut Context,
        missing: &[Missing],
        root: &str,
        doubtful: &[String],
    ) {
        let planned = places(ctx.now.unix, missing, root, doubtful);
        let seats = std::mem::take(&mut self.seats);
        for (contact, seat) in seats {
            if planned.iter().any(|(_, id)| id == seat.id()) {
                self.seats.push((contact, seat));
            } else if let Some(link) = seat.leave(ctx)
                && ctx.routes.link(link) == Some(&LinkOwner::Handshakes)
            {
                // What is a session by now stays.
                ctx.close(link);
                ctx.tell(Fact::LinkDropped(link));
            }
        }
        for (contact, id) in planned {
            if self.seat(&id).is_none() {
                let is_this = |missing: &&Missing| missing.contact == contact;
                let found = missing.iter().find(is_this);
                let at_once = found.is_some_and(|missing| missing.recovering);
                let seat = Seat::new(ctx, id, at_once);
                self.seats.push((contact, seat));
            }
        }
    }

    /// Dials those who hold a place.
    fn call(&mut self, ctx: &mut Context, missing: &[Missing], own: &str) {
        for (contact, seat) in &mut self.seats {
            if seat.wants_to_call() {
                let found = missing.iter().find(|missing| missing.contact == *contact);
                let secret = found.map(|missing| missing.pair_secret);
                let purpose = Purpose::Meet(contact.clone());
                let link = ctx.dial_for(own, seat.id(), purpose, secret);
                seat.dialled(link);
            }
        }
    }

    pub(crate) fn due(&self, ctx: &Context) -> Option<Deadline> {
        let (_, next) = step(ctx.now.unix);
        let wait = Duration::from_millis(next.saturating_sub(ctx.now.unix));
        let waiting = !self.planned.wanted.is_empty();
        let plan = waiting.then(|| Why::Plan.at(ctx.now.mono + wait));
        let seats = self.seats.iter().filter_map(|(_, seat)| seat.due());
        seats.map(|at| Why::Seat.at(at)).chain(plan).min()
    }
}

/// Returns the Router IDs to wait at, each with its contact.
fn places(
    unix: u64,
    missing: &[Missing],
    root: &str,
    doubtful: &[String],
) -> Vec<(ContactId, String)> {
    let candidate = |missing: &Missing| Candidate {
        contact: missing.contact.clone(),
        secret: crypto::rendezvous_secret(&missing.pair_secret),
    };
    let candidates: Vec<_> = missing.iter().map(candidate).collect();
    let first: Vec<_> = plan(unix, &candidates)
        .into_iter()
        .map(|(contact, namespace)| (contact, format!("{root}-{namespace}{FIRST}")))
        .collect();
    let in_doubt = first.iter().filter(|(_, id)| doubtful.contains(id));
    let second = in_doubt.filter_map(|(contact, id)| {
        let namespace = id.strip_suffix(FIRST)?;
        Some((contact.clone(), format!("{namespace}{SECOND}")))
    });
    first.iter().cloned().chain(second).take(SEATS).collect()
}
