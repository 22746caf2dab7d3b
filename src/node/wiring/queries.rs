//! What a machine may ask about another one: borrowed for one call.

use crate::clock::Mono;
use crate::contacts::{Contacts, Ways};
use crate::crypto::{Key, PublicKey};
use crate::directory::Directory;
use crate::fact::{Invited, Purpose};
use crate::handshakes::{Book, Caller, Handshakes, Saved};
use crate::introductions::Introductions;
use crate::values::{ContactId, InviteId};

/// The people saved here, for the handshakes.
pub(super) struct Known<'a> {
    pub(super) contacts: &'a Contacts,
    pub(super) introductions: &'a Introductions,
}

impl Book for Known<'_> {
    fn secret_for(&self, purpose: &Purpose) -> Option<Option<Key>> {
        match purpose {
            Purpose::Ask(stranger) => Some(self.introductions.secret_for(stranger)),
            Purpose::Meet(contact) => Some(Some(self.contacts.get(contact)?.pair_secret())),
        }
    }

    /// Returns the secrets that a caller may hint at. Blocked contacts are strangers.
    fn callers(&self, remote: &str) -> Vec<(Caller, Key)> {
        let contacts = self.contacts.all().filter(|contact| !contact.is_blocked());
        let contacts = contacts.map(|c| (Caller::Contact(c.id().clone()), c.pair_secret()));
        let by_us = |id: &InviteId| Caller::Invited(Invited::ByUs(id.clone()));
        let invites = self.introductions.invite_secrets();
        let invites = invites.map(|(id, secret)| (by_us(id), secret));
        let maker = self.introductions.secret_for(remote);
        let maker = maker.map(|secret| (Caller::Invited(Invited::ByThem), secret));
        contacts.chain(invites).chain(maker).collect()
    }

    fn note_for(&self, stranger: &str) -> Option<String> {
        self.introductions.note_for(stranger)
    }

    fn identity(&self, contact: &ContactId) -> Option<Option<PublicKey>> {
        Some(self.contacts.get(contact)?.identity())
    }

    fn saved(&self, key: PublicKey) -> Option<Saved> {
        let contact = self.contacts.by_key(key)?;
        Some(Saved {
            record: contact.record().clone(),
            accepted_at: contact.accepted_at(),
        })
    }
}

/// The ways to contacts, as far as they are known here.
pub(super) struct KnownWays<'a> {
    pub(super) directory: &'a Directory,
    pub(super) handshakes: &'a Handshakes,
    pub(super) server: &'a str,
    pub(super) own: Option<&'a str>,
    pub(super) held: bool,
    pub(super) now: Mono,
}

impl Ways for KnownWays<'_> {
    fn near(&self, discovery_id: &str) -> Option<&str> {
        self.directory.id_to_dial_from(discovery_id)
    }

    fn own_transport(&self) -> Option<&str> {
        self.own.filter(|_| self.held)
    }

    fn blacklisted_until(&self, id: &str) -> Option<Mono> {
        self.handshakes.blacklisted_until(self.server, id, self.now)
    }
}
