//! What comes of what a person asks for.

use super::BackupView;
use serde::{Deserialize, Serialize};

/// The answer to a command that was not refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Answer {
    /// It is done, or begun.
    Done,
    /// The content of a backup file.
    Backup {
        /// JSON text, encrypted under the passphrase.
        text: String,
    },
    /// A backup with the chats was given to the browser.
    Saved {
        /// How many messages are in it.
        messages: u64,
        /// How large it is.
        bytes: u64,
        /// The names of contacts whose chats are damaged on this device: what cannot be read is not in it.
        incomplete: Vec<String>,
    },
    /// A backup was opened, and nothing of it taken over.
    Opened(BackupView),
    /// A backup was taken over.
    Imported {
        /// How many contacts it had.
        contacts: u32,
    },
}
