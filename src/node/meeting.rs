//! Meeting a contact again: both prove that they still are who they were.

use super::{LinkId, Node};
use crate::crypto;
use crate::handshake::{Exchange, Fault, Role, Step};
use crate::rendezvous::Trigger;
use crate::view::{ContactId, Notice, Ping};
use crate::wire::{HandshakeFrame, Proof};

impl Node {
    pub(super) fn send_auth(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        contact: &ContactId,
    ) -> Result<(), Fault> {
        let Some(me) = &self.me else { return Ok(()) };
        let other = self
            .contacts
            .get(contact)
            .and_then(|contact| contact.identity);
        let proof = exchange.prove(Step::Auth, &me.identity, other);
        self.ctx.transmit(link, &HandshakeFrame::Auth { proof });
        Ok(())
    }

    pub(super) fn take_auth(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        id: &ContactId,
        proof: &Proof,
    ) -> Result<(), Fault> {
        let Some(me) = &self.me else { return Ok(()) };
        // A dialling side that has not been confirmed to yet signs without our key unknown to it:
        // it always has ours from the acceptance.
        let own = me.identity.public();
        let Some(contact) = self.contacts.get(id) else {
            return Err(Fault::SomebodyElse);
        };
        let unfinished = contact.identity.is_none();
        let theirs_known_us = if exchange.role() == Role::Initiator && unfinished {
            None
        } else {
            Some(own)
        };
        let key = exchange.verify(Step::Auth, proof, theirs_known_us)?;
        match contact.identity {
            Some(identity) if identity != key => return Err(Fault::SomebodyElse),
            Some(_) => {}
            None if key == own => return Err(Fault::Proof("it is one's own key")),
            None => {}
        }
        let id = &if unfinished {
            self.complete(id, key)?
        } else {
            id.clone()
        };
        if exchange.role() == Role::Responder {
            self.send_auth(link, exchange, id)?;
        }
        let Some(pending) = self.links.remove(&link) else {
            return Ok(());
        };
        self.establish(link, id, exchange.role(), pending.path);
        Ok(())
    }

    /// The missing end of an acceptance: the pair secret was shown, now the key is too. Gives whose
    /// it is: somebody saved already has a new pair secret by it.
    fn complete(&mut self, id: &ContactId, key: crypto::PublicKey) -> Result<ContactId, Fault> {
        let mut saved = self.contacts.values().filter(|c| c.identity == Some(key));
        let saved = saved.next().map(|saved| saved.record.id.clone());
        let id = match saved {
            Some(saved) => {
                self.take_secret(&saved, id);
                saved
            }
            None => {
                let contact = self.contacts.get_mut(id).into_iter();
                contact.for_each(|contact| contact.prove(key));
                self.store_contact(id);
                id.clone()
            }
        };
        let contact = self.contacts.get(&id);
        if contact.is_some_and(|contact| contact.record.care.blocked) {
            return Err(Fault::Blocked);
        }
        Ok(id)
    }

    /// An acceptance of somebody saved was finished on the other side only.
    fn take_secret(&mut self, saved: &ContactId, unfinished: &ContactId) {
        let Some(fresh) = self.contacts.get(unfinished) else {
            return;
        };
        let (key, record) = (fresh.pair_secret, fresh.record.pair_secret.clone());
        if let Some(contact) = self.contacts.get_mut(saved) {
            (contact.pair_secret, contact.record.pair_secret) = (key, record);
        }
        // In this order: of two writes a crash may leave the first.
        self.store_contact(saved);
        self.forget_contact(unfinished.clone());
    }

    /// Whatever was dialled is not the contact. Only a completed exchange with a wrong proof says
    /// that somebody else has its address.
    pub(super) fn not_the_contact(
        &mut self,
        id: &ContactId,
        link: LinkId,
        remote: &str,
        fault: Fault,
    ) {
        if fault == Fault::SomebodyElse && matches!(link, LinkId::Dialled(_)) {
            self.blacklist_id(remote);
        }
        let Some(contact) = self.contacts.get(id) else {
            return;
        };
        let name = contact.name().to_owned();
        let asked = contact.ping == Some(Ping::Trying);
        let is_address = contact.record.transport_id == remote;
        if is_address && fault == Fault::SomebodyElse {
            self.reach(id, Trigger::Imposter);
        }
        if self
            .contacts
            .get(id)
            .is_some_and(|contact| contact.dialling == Some(link))
        {
            self.dial_failed(id, Ping::SomebodyElse);
        }
        match fault {
            Fault::SomebodyElse if asked => self.notice(Notice::SomebodyElse { name }),
            Fault::SomebodyElse | Fault::Blocked => {}
            Fault::Frame(_) | Fault::Malformed(_) | Fault::Version | Fault::Proof(_) => {
                self.notice(Notice::Misbehaved {
                    name,
                    reason: fault.to_string(),
                });
            }
        }
    }
}
