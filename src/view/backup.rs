//! What is in a backup, before anything of it is taken over.

use crate::clock::UnixMillis;
use serde::{Deserialize, Serialize};

/// What is in a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupView {
    /// Whose it is.
    pub name: String,
    /// The names of the contacts.
    pub contacts: Vec<String>,
    /// How many of them are not here yet.
    pub new_contacts: u32,
    /// How many messages are in it; those that are here already, too.
    pub messages: u64,
    /// When the first of them was written, and the last one.
    pub period: Option<(UnixMillis, UnixMillis)>,
}
