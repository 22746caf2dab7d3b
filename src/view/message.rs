//! Messages of a chat, and how far they are.

use super::{ContactId, Refusal, TransferId};
use crate::clock::UnixMillis;
use crate::limits::{TEXT_BYTES, TEXT_ESCAPED_BYTES};
use crate::offer::FileOffer;
use crate::wire::escaped_len;
use serde::{Deserialize, Serialize};

/// A chat message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Whose chat.
    pub contact: ContactId,
    /// Its place in the chat, rising from 1.
    pub number: u64,
    /// When it was written (own clock) or received.
    pub at: UnixMillis,
    /// The text; only text.
    pub text: String,
    /// From whom, and how far it is.
    pub state: MessageState,
    /// Of an own one that is shown: its place among the own ones, rising from 1, by which
    /// [`Progress`] speaks of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
    /// The file that is offered with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Offered>,
}

/// A file that is offered in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offered {
    /// Names it in commands and events.
    pub transfer: TransferId,
    /// What is said of it.
    pub offer: FileOffer,
}

/// How far the own messages of a chat are, by [`Message::place`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Whose chat.
    pub contact: ContactId,
    /// Up to this one they were handed to the present connection.
    pub sent: u64,
    /// Up to this one they are stored on the other device.
    pub delivered: u64,
    /// Up to this one they were shown to the other person.
    pub read: u64,
}

impl Progress {
    /// Returns how far the own message at a place is.
    pub fn state(&self, place: u64) -> MessageState {
        if place <= self.read {
            MessageState::Read
        } else if place <= self.delivered {
            MessageState::Delivered
        } else if place <= self.sent {
            MessageState::Sent
        } else {
            MessageState::Waiting
        }
    }
}

/// From whom a message is, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MessageState {
    /// From the contact; not stored here yet, and so not acknowledged.
    Arriving,
    /// From the contact; stored here.
    Received,
    /// Own; stored here, not sent yet.
    Waiting,
    /// Own; handed to the connection.
    Sent,
    /// Own; stored on the other device.
    Delivered,
    /// Own; shown to the other person.
    Read,
}

impl MessageState {
    /// Returns whether it is that of an own message.
    pub fn is_own(self) -> bool {
        match self {
            Self::Arriving | Self::Received => false,
            Self::Waiting | Self::Sent | Self::Delivered | Self::Read => true,
        }
    }
}

/// Checks that a text can be sent: the composer and the core ask this.
///
/// # Errors
/// Where it is empty, too long, or too long as JSON.
pub fn check_text(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::TextEmpty);
    }
    if text.len() > TEXT_BYTES {
        return Err(Refusal::TextTooLong);
    }
    if escaped_len(text) > TEXT_ESCAPED_BYTES {
        return Err(Refusal::TextControls);
    }
    Ok(())
}
