//! What is wrong, told in a view without having been asked for.

use super::Refusal;
use serde::{Deserialize, Serialize};

/// A problem for the person to know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Alert {
    /// The browser's storage is full or failing: nothing new can be kept.
    StorageFailed {
        /// What the browser said.
        reason: String,
    },
    /// A stored item could not be read; it was left where it is.
    StorageDamaged {
        /// Its key.
        key: String,
    },
    /// The browser's storage did not answer, so the engine was started again.
    StorageSilent,
    /// The stored chats were removed, and with them what waited in them; contacts are still there.
    ChatsRemoved,
    /// Somebody answered at a contact's address but is not the contact.
    SomebodyElse {
        /// The contact's name.
        name: String,
    },
    /// Somebody's connection was closed because it broke the protocol.
    Misbehaved {
        /// Who, as far as is known.
        name: String,
        /// How, in English, for a bug report.
        reason: String,
    },
    /// A yes did not reach the other side, which was not found in a minute: its request waits again. Or it
    /// was found, and the acceptance could not be finished.
    AnswerTooLate {
        /// Who.
        name: String,
    },
    /// A yes did not reach the other side, which was not there for as long as its request counts.
    AnswerLost {
        /// Who.
        name: String,
    },
    /// Somebody was asked and has not answered for as long as a request counts.
    NotAnswered {
        /// Who; `None` of an invite that was used.
        name: Option<String>,
    },
    /// The clocks of the two devices differ: one of them is wrong, and times and meeting points
    /// with it.
    ClockDiffers {
        /// The contact's name.
        name: String,
        /// By how much.
        minutes: u64,
    },
    /// An invite led to nothing: the person who made it said no, or it broke the protocol.
    InviteNotAccepted,
    /// The same identity is in use on another device at this moment.
    TwoCopies,
    /// A contact says to have messages of this person that this device does not have: its data is
    /// older than it was, or a copy of it is used elsewhere.
    OlderDisk {
        /// The contact's name.
        name: String,
    },
    /// Somebody accepted under a new name turned out to be a blocked contact.
    Blocked {
        /// The contact's name.
        name: String,
    },
    /// What a button of a notification stands for could not be done.
    ButtonFailed {
        /// Why.
        refusal: Refusal,
    },
}
