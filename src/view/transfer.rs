//! Files on their way, and what came of them.

use super::{ContactId, TransferId};
use crate::clock::UnixMillis;
use serde::{Deserialize, Serialize};

/// How far a file is that is offered in a chat. What no [`Event::Transfer`](crate::view::Event::Transfer) speaks of
/// waits for the person who was offered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    /// Which file.
    pub transfer: TransferId,
    /// In whose chat.
    pub contact: ContactId,
    /// Whether it was offered from here.
    pub own: bool,
    /// What it is called.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// Of a folder, or of many files at once: how many are in it.
    pub folder: Option<u32>,
    /// When it was offered or accepted here.
    pub began: UnixMillis,
    /// The person of this device chooses where it is saved.
    pub asks: bool,
    /// How far it is.
    pub state: TransferState,
    /// How many bytes are on the disk of whoever gets them.
    pub bytes: u64,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TransferState {
    /// Own: the other person has not decided.
    Offered,
    /// It goes on when the two are connected.
    Waiting,
    /// Its bytes are on their way.
    Running,
    /// A person has stopped it for now, `there` or here.
    Paused {
        /// The other person.
        there: bool,
    },
    /// The browser cannot read it any more: the sender has to choose it again.
    NeedsFile,
    /// All of it is here, and it is being handed to the browser's downloads.
    Saving,
    /// All of it is here, and the browser has not saved it: it can be asked again.
    Unsaved,
    /// It is saved on the device of whoever gets it.
    Saved,
    /// Whoever was offered it does not want it.
    Declined,
    /// It was given up, `there` or here.
    Cancelled {
        /// By the other person.
        there: bool,
    },
    /// It could not be sent or saved, and was given up.
    Failed {
        /// Why.
        why: Failure,
    },
}

impl TransferState {
    /// Returns whether nothing follows.
    pub fn has_ended(self) -> bool {
        match self {
            Self::Saved | Self::Declined | Self::Cancelled { .. } | Self::Failed { .. } => true,
            Self::Offered
            | Self::Waiting
            | Self::Running
            | Self::Paused { .. }
            | Self::NeedsFile
            | Self::Saving
            | Self::Unsaved => false,
        }
    }

    /// Returns whether whoever was offered a file that has ended so did that and can accept it again: as it is shown to them,
    /// or to whoever offers it, whose `own` it is.
    pub fn may_be_accepted_again(self, own: bool) -> bool {
        match self {
            Self::Declined => true,
            Self::Cancelled { there } => there == own,
            Self::Failed {
                why: Failure::Changed,
            } => false,
            Self::Failed { why } => (why == Failure::There) == own,
            Self::Offered
            | Self::Waiting
            | Self::Running
            | Self::Paused { .. }
            | Self::NeedsFile
            | Self::Saving
            | Self::Unsaved
            | Self::Saved => false,
        }
    }
}

/// Why a file could not be sent or saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// It was changed, moved or deleted while it was sent.
    Changed,
    /// There is not enough room on the disk.
    NoRoom,
    /// The browser keeps no files here, as in some private windows.
    NoStorage,
    /// What arrives is not what was sent, again and again.
    Damaged,
    /// What arrived is no folder as one is sent: a path in it could lead elsewhere, or it can be read in two ways.
    Unsafe,
    /// It failed on the other device.
    There,
    /// Nobody fetched it for 30 days.
    TooOld,
}
