//! What a person decides about a contact: its name, Special contact, muting, blocking, removing.

use super::contacts::Contact;
use super::{LinkId, Node};
use crate::chat::Chat;
use crate::crypto;
use crate::encoding::b64;
use crate::limits::LONG_UNSEEN;
use crate::records::{CareRecord, Change, Secret};
use crate::rendezvous::{Trigger, after};
use crate::view::{Care, ContactCommand, ContactId, Refusal, Special};

impl Contact {
    /// The name as shown: the one the person gave, else the one the contact gives itself.
    pub(super) fn name(&self) -> &str {
        let given = self.record.care.given_name.as_deref();
        given.unwrap_or(&self.record.name)
    }

    /// Whether both sides want to find each other anywhere.
    pub(super) fn is_special(&self) -> bool {
        let care = &self.record.care;
        care.special && care.special_there && !care.blocked
    }

    /// As it is: with somebody blocked nothing is on, whatever is switched on for later.
    fn special(&self) -> Special {
        let care = &self.record.care;
        match (care.special, care.special_there) {
            _ if care.blocked => Special::Off,
            (true, true) => Special::On,
            (true, false) => Special::Wanted,
            (false, true) => Special::Offered,
            (false, false) => Special::Off,
        }
    }
}

impl Node {
    /// Carries out a command about one contact.
    pub(super) fn contact_command(
        &mut self,
        contact: &ContactId,
        command: ContactCommand,
    ) -> Result<(), Refusal> {
        match command {
            ContactCommand::Rename(name) => self.rename(contact, &name),
            ContactCommand::Verify(verified) => {
                self.decide(contact, |care| care.verified = verified)
            }
            ContactCommand::Mute(muted) => self.decide(contact, |care| care.muted = muted),
            ContactCommand::Special(on) => self.make_special(contact, on),
            ContactCommand::Pause(paused) => self.pause(contact, paused),
            ContactCommand::Block(blocked) => self.block(contact, blocked),
            ContactCommand::Remove => self.remove_contact(contact),
        }
    }

    fn decide(
        &mut self,
        id: &ContactId,
        decision: impl FnOnce(&mut CareRecord),
    ) -> Result<(), Refusal> {
        let contact = self.contacts.get_mut(id).filter(|c| c.is_complete());
        decision(&mut contact.ok_or(Refusal::Gone)?.record.care);
        self.store_contact(id);
        Ok(())
    }

    fn rename(&mut self, id: &ContactId, name: &str) -> Result<(), Refusal> {
        let given = if name.trim().is_empty() {
            None
        } else {
            Some(self.ctx.names.parse(name)?)
        };
        self.decide(id, |care| care.given_name = given)
    }

    fn make_special(&mut self, id: &ContactId, on: bool) -> Result<(), Refusal> {
        self.decide(id, |care| care.special = on)?;
        self.send_profile(id);
        Ok(())
    }

    fn pause(&mut self, id: &ContactId, paused: bool) -> Result<(), Refusal> {
        let (now, unix) = (self.ctx.now.mono, self.ctx.now.unix);
        self.decide(id, |care| {
            care.paused = paused;
            care.looked_for = (!paused).then_some(unix);
        })?;
        let contact = self.contacts.get_mut(id).filter(|_| !paused);
        contact.into_iter().for_each(|contact| contact.hurry(now));
        Ok(())
    }

    /// A blocked contact must not recognise this device any longer: it gets no new discoveryUUID.
    fn block(&mut self, id: &ContactId, blocked: bool) -> Result<(), Refusal> {
        let now = self.ctx.now.mono;
        self.decide(id, |care| care.blocked = blocked)?;
        if blocked {
            self.part_from(id);
            self.replace_discovery_uuid();
        } else if let Some(contact) = self.contacts.get_mut(id) {
            // Who blocks does not know its contact's hint, and is taken for somebody else: both may
            // have done that.
            self.blacklist.forget(&contact.record.transport_id);
            contact.tries = 0;
            contact.hurry(now);
        }
        Ok(())
    }

    fn remove_contact(&mut self, id: &ContactId) -> Result<(), Refusal> {
        if !self.contacts.contains_key(id) {
            return Err(Refusal::Gone);
        }
        self.part_from(id);
        self.forget_contact(id.clone());
        self.chats.remove(id);
        self.insist(Change::ForgetThread(id.clone()));
        self.replace_discovery_uuid();
        Ok(())
    }

    /// Ends every connection with a contact, those under way too.
    fn part_from(&mut self, id: &ContactId) {
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        if let Some(session) = contact.session.take() {
            self.ctx.bye(session.link);
            let chat = self.chats.get_mut(id);
            chat.into_iter().for_each(Chat::interrupted);
        }
        contact.reach = after(contact.reach, Trigger::Lost);
        contact.dialling = None;
        contact.next_try = None;
        let of = self.links.iter().filter(|(_, link)| link.meets(id));
        let links: Vec<LinkId> = of.map(|(link, _)| *link).collect();
        links.into_iter().for_each(|link| self.remove_link(link));
    }

    /// Hands a new discoveryUUID to the contacts that stay: the connected ones at once, the others
    /// when they are met.
    pub(super) fn replace_discovery_uuid(&mut self) {
        let fresh = self.ctx.random();
        let Some(me) = &mut self.me else { return };
        me.discovery_uuid = fresh;
        me.record.discovery_uuid = Secret(b64(&fresh));
        self.store_profile();
        self.announce_profile();
    }

    /// Stores the profile under its next number.
    pub(super) fn store_profile(&mut self) {
        let last = self.me.as_ref().map_or(0, |me| me.record.profile_number);
        let next = self.next_profile_number(last);
        let Some(me) = &mut self.me else { return };
        me.record.profile_number = next;
        let record = me.record.clone();
        self.insist(Change::Profile(record));
    }

    /// What the page of a contact shows.
    pub(super) fn care(&self, contact: &Contact) -> Care {
        let record = &contact.record.care;
        let other = record.given_name.as_ref().map(|_| &contact.record.name);
        let seen = contact.record.last_seen.max(record.looked_for);
        let away = seen.map_or(0, |at| self.ctx.now.unix.saturating_sub(at));
        let long = u128::from(away) > LONG_UNSEEN.as_millis();
        Care {
            calls_itself: other.filter(|name| *name != contact.name()).cloned(),
            safety_number: contact.safety_number.clone(),
            verified: record.verified,
            special: contact.special(),
            reach: contact.is_special().then_some(contact.reach),
            muted: record.muted,
            blocked: record.blocked,
            long_unseen: contact.is_special() && contact.session.is_none() && long,
            paused: record.paused,
        }
    }

    /// Computes the safety numbers that are missing: once for each contact.
    pub(super) fn number_contacts(&mut self) {
        let Some(own) = self.me.as_ref().map(|me| me.identity.public()) else {
            return;
        };
        let new = |contact: &&mut Contact| contact.safety_number.is_empty();
        let contacts = self.contacts.iter_mut().map(|(_, contact)| contact);
        for contact in contacts.filter(new) {
            if let Some(identity) = contact.identity {
                contact.safety_number = crypto::safety_number(own, identity);
            }
        }
    }
}
