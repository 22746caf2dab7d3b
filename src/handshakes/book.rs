//! What a handshake asks about the people saved here.

use crate::clock::Mono;
use crate::crypto::{Key, PublicKey};
use crate::fact::{Purpose, Showing, Shown};
use crate::ids::Stranger;
use crate::records::ContactRecord;
use crate::values::ContactId;

/// Whom a caller's hint shows them to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A contact.
    Contact(ContactId),
    /// Somebody else who knows a secret.
    Stranger(Shown),
}

impl Caller {
    /// Returns whether this is a contact.
    pub(super) fn is_contact(&self) -> bool {
        matches!(self, Self::Contact(_))
    }
}

/// A contact that was accepted before.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) record: ContactRecord,
    pub(crate) accepted_at: Option<Mono>,
}

/// The people saved here, and the secrets that strangers may show.
pub(crate) trait Book {
    /// Returns what to show to whom is dialled; `None` where there is no such contact any more.
    fn showing(&self, purpose: &Purpose) -> Option<Showing>;
    /// Returns the note to send with the request to a stranger.
    fn note_for(&self, stranger: &Stranger) -> Option<String>;
    /// Returns the secrets of whom this id is known to be of: very few.
    fn callers_at(&self, remote: &str) -> Vec<(Caller, Key)>;
    /// Returns the secrets that a caller may show at an own id that is held for an invite.
    fn invited_at(&self, local: &str) -> Vec<(Caller, Key)>;
    /// Returns the secrets that a caller may hint at.
    fn callers(&self) -> Vec<(Caller, Key)>;
    /// Returns the secrets of strangers whom the person has rejected lately: they are no reason to let
    /// somebody in.
    fn rejected(&self) -> Vec<(Caller, Key)>;
    /// Returns the key of a contact. The outer `None` means that there is no such contact any
    /// more, the inner one that its key is not known yet.
    fn identity(&self, contact: &ContactId) -> Option<Option<PublicKey>>;
    /// Returns whether a contact has not said yet where it is.
    fn awaits_card(&self, contact: &ContactId) -> bool;
    /// Returns the contact with a key.
    fn saved(&self, key: PublicKey) -> Option<Saved>;
}
