//! What a handshake asks about the people saved here.

use crate::clock::Mono;
use crate::crypto::{Key, PublicKey};
use crate::fact::{Invited, Purpose};
use crate::records::ContactRecord;
use crate::values::ContactId;

/// Whom a caller's hint shows them to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A contact.
    Contact(ContactId),
    /// Somebody with an invite.
    Invited(Invited),
}

/// A contact that was accepted before.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) record: ContactRecord,
    pub(crate) accepted_at: Option<Mono>,
}

/// The people saved here, and the open invites.
pub(crate) trait Book {
    /// Returns the secret to show to whom is dialled: the outer `None` means that there is no such
    /// contact any more, the inner one that the stranger knows no secret.
    fn secret_for(&self, purpose: &Purpose) -> Option<Option<Key>>;
    /// Returns the note to send with the request to a stranger.
    fn note_for(&self, stranger: &str) -> Option<String>;
    /// Returns the secrets that a caller from this id may hint at.
    fn callers(&self, remote: &str) -> Vec<(Caller, Key)>;
    /// Returns the key of a contact. The outer `None` means that there is no such contact any
    /// more, the inner one that its key is not known yet.
    fn identity(&self, contact: &ContactId) -> Option<Option<PublicKey>>;
    /// Returns the contact with a key.
    fn saved(&self, key: PublicKey) -> Option<Saved>;
}
