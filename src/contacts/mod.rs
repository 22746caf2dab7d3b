//! Saved contacts: who they are, where they are, and when to dial them.
//!
//! [`Contact`] is one of them. [`dialling`] says when to dial it, [`sighting`] and [`seen`] where it is seen,
//! [`reach`] how a special contact is being found. What the person decides about a contact is in
//! [`preferences`], how an acceptance is completed later in [`unfinished`], what a backup makes of them in [`merging`],
//! who was introduced in [`introduced`].
//!
//! Not here: connections ([`handshakes`](crate::handshakes)) and what is said on them
//! ([`conversations`](crate::conversations)).

mod contact;
mod dialling;
mod introduced;
mod merging;
mod preferences;
mod profile;
mod reach;
pub(crate) mod safety;
mod seen;
mod sighting;
#[cfg(test)]
mod tests;
mod unfinished;

pub(crate) use contact::Contact;
pub(crate) use introduced::Introduced;
pub(crate) use unfinished::Proven;

use crate::clock::Mono;
use crate::context::Context;
use crate::crypto::{Key, PublicKey};
use crate::fact::Purpose;
use crate::ids;
use crate::io::LinkId;
use crate::limits::CONTACTS;
use crate::misbehaviour::Fault;
use crate::records::{Change, ContactRecord};
use crate::store::{WRITE_AGAIN, Write};
use crate::values::ContactId;
use crate::view::{Alert, Ping, Refusal};
use crate::why::{Deadline, Why};
use litemap::LiteMap;
use reach::Trigger;
use std::time::Duration;

/// Dials to contacts under way at once: a network change must not become a storm.
const DIALS_AT_ONCE: usize = 8;

/// When to look again where too many dials are under way.
const NEXT_ROUND: Duration = Duration::from_secs(1);

/// Over which time the dials are spread when all contacts are dialled again.
const REDIAL_SPREAD: Duration = Duration::from_secs(2);

/// The ways to a contact, as far as other machines know them.
pub(crate) trait Ways {
    /// Returns the own Discovery ID from which an entry of a registry can be dialled.
    fn near(&self, discovery_id: &str) -> Option<&str>;
    /// Returns the own Transport ID, if it is held.
    fn own_transport(&self) -> Option<&str>;
    /// Returns until when an id is not to be dialled for a contact.
    fn blacklisted_until(&self, id: &str, contact: &ContactId) -> Option<Mono>;
}

/// Everybody saved.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    book: LiteMap<ContactId, Contact>,
    /// Somebody was saved or replaced: where they are seen is not known yet.
    unsighted: bool,
    /// When the person was last told of a clock that differs.
    clock_announced: Option<Mono>,
    /// By how many milliseconds the clocks of contacts are ahead, where they differ.
    clocks: LiteMap<ContactId, i64>,
}

impl Contacts {
    /// Takes the stored contacts. Those that cannot be read stay where they are.
    pub(crate) fn restore(&mut self, ctx: &mut Context, records: Vec<ContactRecord>) {
        for record in records {
            let key = format!("contact/{}", record.id.0);
            match Contact::restore(record) {
                Some(contact) => self.keep(contact),
                None => ctx.alert(Alert::StorageDamaged { key }),
            }
        }
    }

    /// Takes a contact from a backup, in place of what was known of it before.
    pub(crate) fn replace(&mut self, record: ContactRecord) {
        if let Some(contact) = Contact::restore(record) {
            self.keep(contact);
        }
    }

    /// Adds a contact, in place of what was known of it before.
    pub(crate) fn keep(&mut self, mut contact: Contact) {
        if let Some(before) = self.book.get(contact.id()) {
            contact.sighting.stay_as(&before.sighting);
            if before.is_connected() {
                contact.reach_after(Trigger::Met);
            }
        }
        self.unsighted = true;
        self.book.insert(contact.id().clone(), contact);
    }

    pub(crate) fn get(&self, id: &ContactId) -> Option<&Contact> {
        self.book.get(id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Contact> + Clone {
        self.book.values()
    }

    /// Returns the contacts whose acceptance is finished on this side.
    pub(crate) fn complete(&self) -> impl Iterator<Item = &Contact> {
        self.all().filter(|contact| contact.is_complete())
    }

    /// Returns whether there is room for another contact, beside so many who may become one without a
    /// further question.
    pub(crate) fn has_room(&self, coming: usize) -> bool {
        self.complete().count() + coming < CONTACTS
    }

    pub(crate) fn by_key(&self, key: PublicKey) -> Option<&Contact> {
        self.all().find(|contact| contact.identity() == Some(key))
    }

    /// Returns the name as shown; empty for somebody who is not saved any more.
    pub(crate) fn name(&self, id: &ContactId) -> String {
        let contact = self.get(id);
        contact
            .map(|contact| contact.name().to_owned())
            .unwrap_or_default()
    }

    /// Returns the name of a contact without the one that the person gave.
    pub(crate) fn own_name(&self, id: &ContactId) -> String {
        let contact = self.get(id);
        contact
            .map(|contact| contact.record().name.clone())
            .unwrap_or_default()
    }

    /// Writes what is known of a contact.
    pub(crate) fn store(&self, ctx: &mut Context, id: &ContactId) {
        if let Some(contact) = self.get(id) {
            let change = Change::Contact(contact.to_write());
            ctx.store(Write::Contact(id.clone()), change);
        }
    }

    /// Notes that what is known of a contact is stored.
    pub(crate) fn stored(&mut self, id: &ContactId) {
        if let Some(contact) = self.book.get_mut(id) {
            contact.unfinished.unstored = false;
        }
    }

    /// Plans to write a contact again: the disk refused it, and may have room later.
    pub(crate) fn not_stored(&mut self, ctx: &Context, id: &ContactId) {
        if let Some(contact) = self.book.get_mut(id) {
            contact.write_at = Some(ctx.now.mono + WRITE_AGAIN);
        }
    }

    pub(crate) fn forget(&mut self, ctx: &mut Context, id: ContactId) {
        self.book.remove(&id);
        ctx.store_for_certain(Change::ForgetContact(id));
    }

    /// Dials who is due, and writes again what could not be stored.
    pub(crate) fn timeout(&mut self, ctx: &mut Context, ways: &dyn Ways) {
        for id in self.take_due(ctx.now.mono, |contact| &mut contact.write_at) {
            self.store(ctx, &id);
        }
        let now = ctx.now.mono;
        let is_due = |contact: &&Contact| {
            let idle = !contact.is_connected() && contact.is_wanted();
            idle && contact.dialling.is_due(now)
        };
        let due: Vec<ContactId> = self.all().filter(is_due).map(|c| c.id().clone()).collect();
        let under_way = |contact: &&Contact| contact.dialling.is_under_way();
        let mut under_way = self.all().filter(under_way).count();
        for id in due {
            let Some(contact) = self.book.get_mut(&id) else {
                continue;
            };
            // A person who asks for one of them is no storm.
            if under_way >= DIALS_AT_ONCE && !contact.dialling.is_pinging() {
                contact.dialling.postpone(now + NEXT_ROUND);
            } else if let Some((from, to)) = route(contact, ways) {
                let secret = Some(contact.pair_secret());
                let link = ctx.dial_for(&from, &to, Purpose::Meet(id), secret);
                contact.dialling.began(link);
                under_way += 1;
            } else {
                // Registering the own id, an entry in a registry, or the end of the blacklist's
                // time bring a new way.
                let address = contact.transport_id();
                let until =
                    address.and_then(|address| ways.blacklisted_until(address, contact.id()));
                contact.dialling.no_way(until);
            }
        }
    }

    /// Takes the moments that have come, and returns whose they were.
    fn take_due(
        &mut self,
        now: Mono,
        moment: fn(&mut Contact) -> &mut Option<Mono>,
    ) -> Vec<ContactId> {
        let due = self.book.iter_mut().filter_map(|(id, contact)| {
            let at = moment(contact).take_if(|at| now >= *at);
            at.map(|_| id.clone())
        });
        due.collect()
    }

    pub(crate) fn due(&self, now: Mono) -> Option<Deadline> {
        let of = |contact: &Contact| {
            let idle = !contact.is_connected() && contact.is_wanted();
            let dial = contact.dialling.due().filter(|_| idle);
            let rests = contact.dialling.rests().filter(|at| *at > now);
            [
                dial.map(|at| Why::Dial.at(at)),
                rests.map(|at| Why::Rest.at(at)),
                contact.unfinished.ask_back.map(|at| Why::AskBack.at(at)),
                contact.write_at.map(|at| Why::Write.at(at)),
            ]
        };
        self.all().flat_map(of).flatten().min()
    }

    /// Notes that a session has begun: both sides have proven who they are on this connection.
    pub(crate) fn met(&mut self, ctx: &mut Context, id: &ContactId, link: LinkId) {
        if let Some(contact) = self.book.get_mut(id) {
            contact.dialling.met(link);
            contact.preferences_mut().sought = false;
            contact.seen_at(ctx.now.unix);
            contact.reach_after(Trigger::Met);
        }
        self.store(ctx, id);
    }

    /// Notes that both sides have proven who they are, and that another connection between them is
    /// kept.
    pub(crate) fn met_twice(&mut self, id: &ContactId, link: LinkId) {
        if let Some(contact) = self.book.get_mut(id)
            && contact.dialling.is(link)
        {
            contact.dialling.needless();
        }
    }

    /// Notes that the session is gone, and plans the next dial.
    pub(crate) fn lost(&mut self, ctx: &mut Context, id: &ContactId, lasted: bool) {
        let Some(contact) = self.book.get_mut(id) else {
            return;
        };
        contact.reach_after(Trigger::Lost);
        contact.seen_at(ctx.now.unix);
        let within = contact.dialling.lost(lasted);
        let at = ctx.now.mono + ctx.jitter(within);
        contact.dialling.again(at, lasted);
        self.store(ctx, id);
    }

    /// Notes that this side ended the connection to the contact, and wants no new one.
    pub(crate) fn parted(&mut self, id: &ContactId) {
        if let Some(contact) = self.book.get_mut(id) {
            contact.reach_after(Trigger::Lost);
            contact.dialling.stop();
        }
    }

    /// Notes that a dial ended, and that neither side did anything wrong.
    pub(crate) fn not_met(&mut self, ctx: &mut Context, id: &ContactId, link: LinkId, ping: Ping) {
        let Some(contact) = self.book.get_mut(id) else {
            return;
        };
        if !contact.dialling.is(link) {
            return;
        }
        if contact.is_connected() {
            contact.dialling.needless();
        } else {
            let now = ctx.now.mono;
            contact.dialling.failed(now, ping, |most| ctx.jitter(most));
        }
    }

    /// Handles an answer that is not from the contact, or that breaks the protocol. Only a
    /// completed exchange with a wrong proof shows that somebody else has its address.
    pub(crate) fn not_the_contact(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        link: LinkId,
        remote: &str,
        fault: Fault,
    ) {
        let Some(contact) = self.book.get_mut(id) else {
            return;
        };
        let name = contact.name().to_owned();
        let asked = contact.dialling.is_pinging();
        if contact.transport_id() == Some(remote) && fault == Fault::SomebodyElse {
            contact.reach_after(Trigger::Imposter);
        }
        self.not_met(ctx, id, link, Ping::SomebodyElse);
        match fault {
            Fault::SomebodyElse if asked => ctx.alert(Alert::SomebodyElse { name }),
            Fault::SomebodyElse | Fault::Blocked => {}
            Fault::Frame(_) | Fault::Malformed(_) | Fault::Version | Fault::Proof(_) => {
                let reason = fault.to_string();
                ctx.alert(Alert::Misbehaved { name, reason });
            }
        }
    }

    /// Dials everybody again, spread over a moment.
    pub(crate) fn redial_all(&mut self, ctx: &mut Context) {
        for (_, contact) in self.book.iter_mut() {
            // Drawn for everybody, so that the others' moments do not depend on who is connected.
            let at = ctx.now.mono + ctx.jitter(REDIAL_SPREAD);
            if !contact.is_connected() && contact.is_complete() {
                contact.dialling.restart(at);
            }
        }
    }

    /// Notes that the own Transport ID changed: contacts that are not connected must learn the new
    /// one at a meeting point.
    pub(crate) fn moved(&mut self) {
        for (_, contact) in self.book.iter_mut() {
            contact.reach_after(Trigger::Moved);
        }
    }

    pub(crate) fn hurry(&mut self, id: &ContactId, now: Mono) {
        if let Some(contact) = self.book.get_mut(id) {
            contact.hurry(now);
        }
    }

    /// Finds out whether a contact can be reached, because the person asks.
    pub(crate) fn ping(&mut self, id: &ContactId, now: Mono) -> Result<(), Refusal> {
        let contact = self.book.get_mut(id).ok_or(Refusal::Gone)?;
        if contact.is_connected() {
            contact.dialling.ping_online();
        } else {
            contact.dialling.start_ping(now);
        }
        Ok(())
    }

    /// Computes the safety numbers that are missing: once for each contact.
    pub(crate) fn compute_safety_numbers(&mut self, own: PublicKey, shown: &Key) {
        for (_, contact) in self.book.iter_mut() {
            contact.compute_safety_number(own, shown);
        }
    }
}

/// Returns from where and to where a contact is dialled: where it is seen in a registry, at the Transport
/// ID that was sealed there, and at the one that it has proven, in turn, and of several of a kind another one each
/// time. Any of them may be stale, or somebody else's, and the sealed one is only as good as whoever sealed it. One
/// that has not said yet where it is can be where it was met.
fn route(contact: &Contact, ways: &dyn Ways) -> Option<(String, String)> {
    if !contact.is_complete() {
        return None;
    }
    let met_as = contact.unfinished.met_as.as_deref();
    let met_as = met_as.filter(|_| contact.awaits_card());
    let near = |seen: &str| Some((ways.near(seen)?.to_owned(), seen.to_owned()));
    let far = |address: &str| {
        let own = ways.own_transport()?;
        let blacklisted = ways.blacklisted_until(address, contact.id());
        let usable = ids::is_transport_id(address) && blacklisted.is_none();
        usable.then(|| (own.to_owned(), address.to_owned()))
    };
    let proven = contact.transport_id().or(met_as);
    let entries = contact.sighting.entries().iter();
    let sealed = entries.filter_map(|seen| seen.transport_id.as_deref());
    let sealed = sealed.filter(|sealed| Some(*sealed) != proven);
    let mut all: [Vec<(String, String)>; 3] = [
        contact.seen_as().chain(met_as).filter_map(near).collect(),
        sealed.filter_map(far).collect(),
        proven.into_iter().filter_map(far).collect(),
    ];
    let mut kinds: Vec<_> = all.iter_mut().filter(|kind| !kind.is_empty()).collect();
    let (turn, count) = (contact.dialling.turn(), kinds.len());
    let kind = kinds.get_mut(turn.checked_rem(count)?)?;
    let of_kind = turn / count % kind.len();
    Some(kind.swap_remove(of_kind))
}
