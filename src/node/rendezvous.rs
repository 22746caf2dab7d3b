//! Meeting special contacts again at the ids that only the two of them can compute.

use super::contacts::Contact;
use super::links::Stage;
use super::{LinkId, Node};
use crate::clock::Mono;
use crate::crypto;
use crate::limits::SEATS;
use crate::rendezvous::{Candidate, Seat, Trigger, after, plan, step};
use crate::view::{ContactId, Reach};
use std::time::Duration;

/// How Router IDs of a meeting point end.
const FIRST: &str = "-1";
const SECOND: &str = "-2";

/// The places taken, and the plan they follow.
#[derive(Debug, Default)]
pub(super) struct Rendezvous {
    seats: Vec<(ContactId, Seat)>,
    /// What the present plan was made for.
    planned: Planned,
}

/// The step of time, the candidates, and the Router IDs whose holders may be ghosts.
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

    /// Whether an id is a meeting point held here.
    pub(super) fn holds(&self, id: &str) -> bool {
        let mut seats = self.seats.iter().map(|(_, seat)| seat);
        seats.any(|seat| seat.id() == id && seat.is_holding())
    }
}

impl Node {
    /// Something happened to the way to a contact.
    pub(super) fn reach(&mut self, id: &ContactId, trigger: Trigger) {
        if let Some(contact) = self.contacts.get_mut(id) {
            contact.reach = after(contact.reach, trigger);
        }
    }

    /// The own Transport ID changed: who is not connected must be told where it is met.
    pub(super) fn moved(&mut self) {
        for (_, contact) in self.contacts.iter_mut() {
            contact.reach = after(contact.reach, Trigger::Moved);
        }
    }

    pub(super) fn rendezvous_timeout(&mut self) {
        let (step, _) = step(self.ctx.now.unix);
        let planned = Planned {
            step,
            wanted: self.to_be_met(),
            doubtful: self.doubtful_points(),
        };
        if self.rendezvous.planned != planned {
            self.take_seats(&planned);
            self.rendezvous.planned = planned;
        }
        let Rendezvous { seats, .. } = &mut self.rendezvous;
        seats
            .iter_mut()
            .for_each(|(_, seat)| seat.timeout(&mut self.ctx));
        self.call();
    }

    /// Special contacts that are not connected, the most recently met first.
    fn to_be_met(&self) -> Vec<ContactId> {
        if !self.network.transport_held {
            return Vec::new();
        }
        let now = self.ctx.now.mono;
        let wanted = |contact: &&Contact| {
            let away = contact.session.is_none() && contact.rests.is_none_or(|at| now >= at);
            contact.is_special() && away && !contact.record.care.paused
        };
        let mut found: Vec<&Contact> = self.contacts.values().filter(wanted).collect();
        found.sort_by_key(|contact| std::cmp::Reverse(contact.record.last_seen));
        found
            .into_iter()
            .map(|contact| contact.record.id.clone())
            .collect()
    }

    /// First Router IDs whose holders have not answered. Such an election goes on at the second one
    /// too, until the first is held or its holder answers.
    fn doubtful_points(&self) -> Vec<String> {
        let seats = self.rendezvous.seats.iter().map(|(_, seat)| seat);
        let first = |seat: &&Seat| seat.id().ends_with(FIRST) && seat.is_doubtful();
        seats
            .filter(first)
            .map(|seat| seat.id().to_owned())
            .collect()
    }

    fn take_seats(&mut self, planned: &Planned) {
        let planned = self.plan(planned);
        let seats = std::mem::take(&mut self.rendezvous.seats);
        for (contact, seat) in seats {
            if planned.iter().any(|(_, id)| id == seat.id()) {
                self.rendezvous.seats.push((contact, seat));
            } else if let Some(link) = seat.leave(&mut self.ctx)
                && self.links.contains_key(&link)
            {
                // What is a session by now stays.
                self.remove_link(link);
            }
        }
        for (contact, id) in planned {
            if self.rendezvous.seat(&id).is_none() {
                let recovering = |c: &Contact| c.reach == Reach::Recovering;
                let at_once = self.contacts.get(&contact).is_some_and(recovering);
                let seat = Seat::new(&mut self.ctx, id, at_once);
                self.rendezvous.seats.push((contact, seat));
            }
        }
    }

    /// Router IDs, always under the configured root: a beacon's changes, and meeting must not.
    fn plan(&self, planned: &Planned) -> Vec<(ContactId, String)> {
        let candidate = |id: &ContactId| {
            let contact = self.contacts.get(id)?;
            Some(Candidate {
                contact: id.clone(),
                secret: crypto::rendezvous_secret(&contact.pair_secret),
            })
        };
        let candidates: Vec<_> = planned.wanted.iter().filter_map(candidate).collect();
        let root = self.defaults.with(&self.settings).root;
        let first: Vec<_> = plan(self.ctx.now.unix, &candidates)
            .into_iter()
            .map(|(contact, namespace)| (contact, format!("{root}-{namespace}{FIRST}")))
            .collect();
        let doubtful = first.iter().filter(|(_, id)| planned.doubtful.contains(id));
        let second = doubtful.filter_map(|(contact, id)| {
            let namespace = id.strip_suffix(FIRST)?;
            Some((contact.clone(), format!("{namespace}{SECOND}")))
        });
        first.iter().cloned().chain(second).take(SEATS).collect()
    }

    /// Dials from the Transport ID whoever holds a meeting point.
    fn call(&mut self) {
        let seats = self.rendezvous.seats.iter();
        let calls = seats.filter(|(_, seat)| seat.wants_to_call());
        let calls: Vec<(ContactId, String)> = calls
            .map(|(contact, seat)| (contact.clone(), seat.id().to_owned()))
            .collect();
        for (contact, id) in calls {
            let Some(own) = self.own_transport().map(str::to_owned) else {
                return;
            };
            let link = self.dial(&own, &id, Stage::Knowing(contact));
            let seat = self.rendezvous.seat(&id);
            seat.into_iter().for_each(|seat| seat.dialled(link));
        }
    }

    /// An id is held. Gives whether it is a meeting point.
    pub(super) fn seat_registered(&mut self, id: &str) -> bool {
        let seat = self.rendezvous.seat(id);
        seat.map(Seat::registered).is_some()
    }

    /// An id is held by somebody else. Gives whether it is a meeting point.
    pub(super) fn seat_taken(&mut self, id: &str) -> bool {
        let seat = self.rendezvous.seat(id);
        seat.map(Seat::taken).is_some()
    }

    /// A connection until authentication has ended.
    pub(super) fn seat_link_closed(&mut self, link: LinkId) {
        let Rendezvous { seats, .. } = &mut self.rendezvous;
        let seats = seats.iter_mut().map(|(_, seat)| seat);
        seats.for_each(|seat| seat.closed(&mut self.ctx, link));
    }

    pub(super) fn rendezvous_due(&self) -> impl Iterator<Item = Mono> {
        let (_, next) = step(self.ctx.now.unix);
        let wait = Duration::from_millis(next.saturating_sub(self.ctx.now.unix));
        let waiting = !self.rendezvous.planned.wanted.is_empty();
        let step = waiting.then_some(self.ctx.now.mono + wait);
        let seats = self.rendezvous.seats.iter();
        seats.filter_map(|(_, seat)| seat.due()).chain(step)
    }
}
