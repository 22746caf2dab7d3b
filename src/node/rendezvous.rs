//! Meeting special contacts again at the ids that only the two of them can compute.

use super::contacts::Contact;
use super::links::Stage;
use super::{LinkId, Node};
use crate::clock::Mono;
use crate::crypto;
use crate::rendezvous::{Candidate, Seat, Trigger, after, plan, step};
use crate::view::{ContactId, Reach};
use std::time::Duration;

/// The places taken, and the plan they follow.
#[derive(Debug, Default)]
pub(super) struct Rendezvous {
    seats: Vec<(ContactId, Seat)>,
    /// The step of time and the candidates the present plan was made for.
    planned: (u64, Vec<ContactId>),
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
        let (now, _) = step(self.ctx.now.unix);
        let wanted = self.to_be_met();
        if self.rendezvous.planned != (now, wanted.clone()) {
            self.take_seats(&wanted);
            self.rendezvous.planned = (now, wanted);
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

    fn take_seats(&mut self, wanted: &[ContactId]) {
        let planned = self.plan(wanted);
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
    fn plan(&self, wanted: &[ContactId]) -> Vec<(ContactId, String)> {
        let candidate = |id: &ContactId| {
            let contact = self.contacts.get(id)?;
            Some(Candidate {
                contact: id.clone(),
                secret: crypto::rendezvous_secret(&contact.pair_secret),
            })
        };
        let candidates: Vec<_> = wanted.iter().filter_map(candidate).collect();
        let root = self.defaults.with(&self.settings).root;
        plan(self.ctx.now.unix, &candidates)
            .into_iter()
            .map(|(contact, namespace)| (contact, format!("{root}-{namespace}-1")))
            .collect()
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
        let waiting = !self.rendezvous.planned.1.is_empty();
        let step = waiting.then_some(self.ctx.now.mono + wait);
        let seats = self.rendezvous.seats.iter();
        seats.filter_map(|(_, seat)| seat.due()).chain(step)
    }
}
