//! What a machine may ask about another one: borrowed for one call.

use crate::clock::Mono;
use crate::contacts::{Contact, Contacts, Ways};
use crate::crypto::{Key, PublicKey};
use crate::directory::Directory;
use crate::fact::{Purpose, Showing, Shown};
use crate::handshakes::{Book, Caller, Handshakes, Saved};
use crate::ids::Stranger;
use crate::introductions::Introductions;
use crate::values::ContactId;

/// The people saved here, for the handshakes.
pub(super) struct Known<'a> {
    pub(super) contacts: &'a Contacts,
    pub(super) introductions: &'a Introductions,
}

impl Book for Known<'_> {
    fn showing(&self, purpose: &Purpose) -> Option<Showing> {
        match purpose {
            Purpose::Ask(stranger) => Some(self.introductions.showing(stranger)),
            Purpose::Meet(contact) => {
                let secret = self.contacts.get(contact)?.pair_secret();
                Some(Showing::Required(secret))
            }
        }
    }

    fn callers_at(&self, remote: &str) -> Vec<(Caller, Key)> {
        let contacts = self.contacts.all().filter(|c| c.is_recognised());
        let contacts = contacts.filter(|contact| contact.is_known_at(remote));
        let contacts = contacts.map(|c| (Caller::Contact(c.id().clone()), c.pair_secret()));
        let asked = self.introductions.secrets().filter(
            |(shown, _)| matches!(shown, Shown::CallBack(stranger) if stranger.is_at(remote)),
        );
        let asked = asked.map(|(shown, secret)| (Caller::Stranger(shown), secret));
        contacts.chain(asked).collect()
    }

    fn invited_at(&self, local: &str) -> Vec<(Caller, Key)> {
        let invited = self.introductions.secrets_at(local);
        invited
            .map(|(shown, secret)| (Caller::Stranger(shown), secret))
            .collect()
    }

    /// Returns the secrets that a caller may hint at. Blocked contacts are strangers.
    fn callers(&self) -> Vec<(Caller, Key)> {
        let contacts = self.contacts.all().filter(|c| c.is_recognised());
        let contacts = contacts.map(|c| (Caller::Contact(c.id().clone()), c.pair_secret()));
        let strangers = self.introductions.secrets();
        let strangers = strangers.map(|(shown, secret)| (Caller::Stranger(shown), secret));
        contacts.chain(strangers).collect()
    }

    fn rejected(&self) -> Vec<(Caller, Key)> {
        let rejected = self.introductions.rejected_secrets();
        rejected
            .map(|(shown, secret)| (Caller::Stranger(shown), secret))
            .collect()
    }

    fn note_for(&self, stranger: &Stranger) -> Option<String> {
        self.introductions.note_for(stranger)
    }

    fn identity(&self, contact: &ContactId) -> Option<Option<PublicKey>> {
        Some(self.contacts.get(contact)?.expected_key())
    }

    fn awaits_card(&self, contact: &ContactId) -> bool {
        let saved = self.contacts.get(contact);
        saved.is_some_and(Contact::awaits_card)
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

    fn blacklisted_until(&self, id: &str, contact: &ContactId) -> Option<Mono> {
        self.handshakes
            .blacklisted_until(self.server, id, contact, self.now)
    }
}
