//! Becoming contacts: the proofs of an acceptance, and storing the contact on both sides.

use super::contacts::Contact;
use super::links::{Pending, Stage};
use super::storage::Write;
use super::{Link, LinkId, Node};
use crate::encoding::{b64, hex, unb64};
use crate::handshake::{Exchange, Fault, Role, Step};
use crate::ids::{self, rootless};
use crate::records::{Change, Secret};
use crate::view::{Asked, ContactId, Notice, Notification};
use crate::wire::{Card, HandshakeFrame, Proof};
use crate::{Mono, crypto};

impl Node {
    pub(super) fn card(&self) -> Option<Card> {
        let me = self.me.as_ref()?;
        Some(Card {
            transport_id: me.record.transport_id.clone(),
            discovery_uuid: b64(&me.discovery_uuid),
        })
    }

    /// The provisional contact is stored: say yes.
    pub(super) fn send_acceptance(&mut self, link: LinkId) {
        let (Some(card), Some(me)) = (self.card(), &self.me) else {
            return;
        };
        let Some(pending) = self.links.get_mut(&link) else {
            return;
        };
        let Stage::Accepting(exchange, contact) =
            std::mem::replace(&mut pending.stage, Stage::Arriving)
        else {
            return;
        };
        let proof = exchange.prove(Step::Accepted, &me.identity, None);
        let friendlyname = me.record.name.clone();
        self.ctx.transmit(
            link,
            &HandshakeFrame::Accepted {
                proof,
                card,
                friendlyname,
            },
        );
        pending.stage = Stage::ExpectConfirm(exchange, contact);
    }

    pub(super) fn take_acceptance(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        proof: &Proof,
        card: &Card,
        friendlyname: String,
    ) -> Result<(), Fault> {
        let key = exchange.verify(Step::Accepted, proof, None)?;
        let Some(me) = &self.me else { return Ok(()) };
        if key == me.identity.public() {
            return Err(Fault::Proof("it is one's own key"));
        }
        if !self.ctx.names.accept(&friendlyname) {
            return Err(Fault::Malformed("friendlyname"));
        }
        let confirm = exchange.prove(Step::Confirm, &me.identity, Some(key));
        let id = ContactId(hex(&self.ctx.random::<8>()));
        let fresh =
            Contact::provisional(id, &friendlyname, exchange.pair_secret(), self.ctx.now.unix);
        self.begin_finish(link, exchange.role(), fresh, key, card, Some(confirm))
    }

    pub(super) fn take_confirmation(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        contact: Contact,
        proof: &Proof,
        card: &Card,
    ) -> Result<(), Fault> {
        let Some(me) = &self.me else { return Ok(()) };
        let own = me.identity.public();
        let key = exchange.verify(Step::Confirm, proof, Some(own))?;
        if key == own {
            return Err(Fault::Proof("it is one's own key"));
        }
        self.begin_finish(link, exchange.role(), contact, key, card, None)
    }

    /// The key is proven: store the contact, or the new pair secret of one who is saved already.
    pub(super) fn begin_finish(
        &mut self,
        link: LinkId,
        role: Role,
        fresh: Contact,
        key: crypto::PublicKey,
        card: &Card,
        confirm: Option<Proof>,
    ) -> Result<(), Fault> {
        let uuid: [u8; 16] =
            unb64(&card.discovery_uuid).ok_or(Fault::Malformed("discoveryUUID"))?;
        if !ids::is_transport_id(&card.transport_id) {
            return Err(Fault::Malformed("transportID"));
        }
        let finishing = self.links.values().filter_map(Pending::finishing);
        let mut known = self.contacts.values().chain(finishing);
        let mut record = fresh.record.clone();
        let saved = known.find(|contact| contact.identity == Some(key));
        let known_already = saved.is_some();
        if let Some(saved) = saved {
            record.id.clone_from(&saved.record.id);
            record.care.clone_from(&saved.record.care);
            record.name.clone_from(&saved.record.name);
            // Both asked, where the connection of the second acceptance opened before the first was
            // finished: both sides keep the smaller secret. A later one replaces.
            let opened = self.links.get(&link).and_then(|pending| pending.opened);
            let at_once = |(opened, finished): (Mono, Mono)| opened < finished;
            if opened.zip(saved.accepted_at).is_some_and(at_once)
                && saved.pair_secret < fresh.pair_secret
            {
                record.pair_secret.clone_from(&saved.record.pair_secret);
            }
        }
        record.identity = Some(key.encode());
        record.transport_id.clone_from(&card.transport_id);
        record.discovery_uuid = Some(Secret(b64(&uuid)));
        record.last_seen = Some(self.ctx.now.unix);
        let mut contact = Contact::restore(record).ok_or(Fault::Malformed("contact"))?;
        contact.accepted_at = Some(self.ctx.now.mono);
        let result = if contact.record.care.blocked {
            self.refuse_blocked(role, contact);
            Err(Fault::Blocked)
        } else {
            let store = self.ctx.store(Change::Contact(contact.record.clone()));
            self.writes.insert(store, Write::Finishing(link));
            self.set_stage(link, Stage::Finishing(role, Box::new(contact), confirm));
            Ok(())
        };
        // Only after what takes its place: of two writes a crash may leave the first.
        if known_already {
            self.insist(Change::ForgetContact(fresh.record.id));
        }
        result
    }

    /// Whoever was accepted turns out to be blocked, and stays so. One whose request was accepted has
    /// stored the new pair secret, which counts once it is unblocked, and has seen the discoveryUUID.
    fn refuse_blocked(&mut self, role: Role, mut contact: Contact) {
        let (id, name) = (contact.record.id.clone(), contact.name().to_owned());
        if role == Role::Responder {
            contact.accepted_at = None;
            self.keep(contact);
            self.store_contact(&id);
            self.replace_discovery_uuid();
        }
        self.notice(Notice::Blocked { name });
    }

    /// The contact could not be stored, so there is none: whoever has stored one asks back.
    pub(super) fn not_finished(&mut self, link: LinkId) {
        let Some(pending) = self.links.remove(&link) else {
            return;
        };
        self.ctx.close(link);
        let Stage::Finishing(role, mut contact, _) = pending.stage else {
            return;
        };
        if role == Role::Initiator {
            self.set_asked(rootless(&pending.remote).to_owned(), Asked::Unreachable);
        } else {
            // What was stored before the acceptance was sent is there.
            contact.unprove();
            if self.contacts.contains_key(&contact.record.id) {
                contact.record.id = ContactId(hex(&self.ctx.random::<8>()));
            }
            self.keep_unfinished(*contact, pending.remote);
        }
    }

    /// The contact is stored: the session begins.
    pub(super) fn finish(&mut self, link: LinkId) {
        let card = self.card();
        let Some(pending) = self.links.remove(&link) else {
            return;
        };
        let Stage::Finishing(role, contact, confirm) = pending.stage else {
            return;
        };
        let id = contact.record.id.clone();
        self.give_up_asking(rootless(&pending.remote));
        self.invitations.remove(&pending.remote);
        let asked = confirm.is_some();
        if let (Some(proof), Some(card)) = (confirm, card) {
            self.ctx
                .transmit(link, &HandshakeFrame::Confirm { proof, card });
        }
        let name = contact.name().to_owned();
        self.end_session(&id);
        self.keep(*contact);
        self.forget_unfinished(&pending.remote);
        self.establish(link, &id, role, pending.path);
        for frame in pending.early {
            self.session(&id, Link::Frame(frame));
        }
        if asked {
            self.notify(Notification::Accepted { contact: id, name });
        }
    }
}
