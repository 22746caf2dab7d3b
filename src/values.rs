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
    /// It says how long messages are to stay, and is about none. That holds once the other person agrees.
    Propose,
    /// It agrees to that proposal.
    Agree,
    /// It turns that proposal down.
    Decline,
    /// Messages stay from now on, and no earlier proposal can be agreed to. It is about none.
    Off,
    /// Its writer wants to meet whom that one introduces.
    Meet,
    /// Whom that one introduces wants it too: their key comes with it.
    Introduced,
}

impl Act {
    /// All of them.
    const ALL: [Self; 11] = [
        Self::Reply,
        Self::Reaction,
        Self::TakeBack,
        Self::Edit,
        Self::Delete,
        Self::Propose,
        Self::Agree,
        Self::Decline,
        Self::Off,
        Self::Meet,
        Self::Introduced,
    ];

    /// Returns how it is called between devices.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Reaction => "reaction",
            Self::TakeBack => "takeback",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Propose => "propose",
            Self::Agree => "agree",
            Self::Decline => "decline",
            Self::Off => "off",
            Self::Meet => "meet",
            Self::Introduced => "introduced",
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
            Self::Reaction
            | Self::TakeBack
            | Self::Edit
            | Self::Delete
            | Self::Propose
            | Self::Agree
            | Self::Decline
            | Self::Off
            | Self::Meet
            | Self::Introduced => false,
        }
    }

    /// Returns whether it is a step of an introduction: what that is at stands in the head of the chat.
    pub fn is_of_introduction(self) -> bool {
        match self {
            Self::Meet | Self::Introduced => true,
            Self::Reply
            | Self::Reaction
            | Self::TakeBack
            | Self::Edit
            | Self::Delete
            | Self::Propose
            | Self::Agree
            | Self::Decline
            | Self::Off => false,
        }
    }

    /// Returns whether it is about how long messages stay, and not about one message.
    pub fn is_about_rule(self) -> bool {
        matches!(
            self,
            Self::Propose | Self::Agree | Self::Decline | Self::Off
        )
    }

    /// Returns whether it names an earlier entry.
    pub(crate) fn names_one(self) -> bool {
        !matches!(self, Self::Propose | Self::Off)
    }
}

/// How long a message stays after it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lifetime {
    /// 1 hour.
    Hour,
    /// 1 day.
    Day,
    /// 1 week.
    Week,
    /// 4 weeks.
    FourWeeks,
}

impl Lifetime {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::FourWeeks];

    /// Returns it in seconds, as it is said between devices.
    pub fn seconds(self) -> u64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 24 * 3_600,
            Self::Week => 7 * 24 * 3_600,
            Self::FourWeeks => 28 * 24 * 3_600,
        }
    }

    /// Returns it in milliseconds.
    pub fn millis(self) -> u64 {
        self.seconds() * 1_000
    }

    /// Returns the one of exactly so many seconds.
    pub(crate) fn of_seconds(seconds: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.seconds() == seconds)
    }

    /// Returns the shortest one that is not shorter; a later program may have further ones.
    pub(crate) fn at_least(seconds: u64) -> Self {
        let mut longer = Self::ALL.into_iter().filter(|one| one.seconds() >= seconds);
        longer.next().unwrap_or(Self::FourWeeks)
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
    /// What it says is no sign, no text for a file, or no lifetime.
    Unfit,
    /// The proposal does not stand any more.
    Overtaken,
}

impl Outcome {
    /// Returns whether what did this with another message has a line of its own in the chat: what counts shows in that
    /// message. Where nothing came of it, what was said is shown.
    pub fn has_line(self, act: Act) -> bool {
        match self {
            // It is seen in the message that introduces.
            _ if act.is_of_introduction() => false,
            // What changes how long messages stay is to be seen where it does.
            _ if act.is_about_rule() => true,
            Self::Counts => false,
            Self::NotTheirs | Self::TooLate | Self::Unfit | Self::Overtaken => true,
            Self::NotHere | Self::Deleted => act == Act::Edit,
        }
    }
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
