//! The values that every part passes around: names of things on this device, and secrets.
//!
//! A leaf: it knows nothing else of the core.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a contact on this device, stable for as long as it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(pub String);

/// Names a waiting request on this device.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub String);

/// Names an open invite on this device.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InviteId(pub String);

/// Names a file that is offered, on both devices: the id of the message with the offer, 32 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransferId(pub String);

/// What an entry of a chat does with an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Act {
    /// It is a message of its own, in answer to that one.
    Reply,
    /// Its text is a sign that stands under that one, in the place of an earlier sign of the same person.
    Reaction,
    /// That sign goes.
    TakeBack,
    /// Its text takes the place of the text of that one.
    Edit,
    /// Nothing stays of that one.
    Delete,
}

impl Act {
    /// All of them.
    const ALL: [Self; 5] = [
        Self::Reply,
        Self::Reaction,
        Self::TakeBack,
        Self::Edit,
        Self::Delete,
    ];

    /// Returns how it is called between devices.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Reaction => "reaction",
            Self::TakeBack => "takeback",
            Self::Edit => "edit",
            Self::Delete => "delete",
        }
    }

    /// Returns what a word stands for; a later program may have further ones.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    /// Returns whether an entry is a message of its own.
    pub fn is_message(self) -> bool {
        match self {
            Self::Reply => true,
            Self::Reaction | Self::TakeBack | Self::Edit | Self::Delete => false,
        }
    }
}

/// An earlier entry of a chat, and what is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// What is done.
    pub act: Act,
    /// The id of the earlier one.
    pub about: String,
}

/// What has come of an entry about an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It counts.
    Counts,
    /// The earlier one is not here.
    NotHere,
    /// The earlier one is somebody else's.
    NotTheirs,
    /// The earlier one is too old.
    TooLate,
    /// The earlier one was deleted.
    Deleted,
    /// What it says is no sign, or no text for a file.
    Unfit,
}

/// Text that must not be shown or logged: a key as base64url, a passphrase, an invite code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret("correct horse".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
