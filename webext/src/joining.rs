//! A backup with chats that is being taken over: what of it waits beside the stored chats, and in which steps they are joined.
//!
//! The chats of a backup are kept in a database of their own while the person looks at what is in it. Import writes one
//! [`Task`] to `storage.local`, together with profile and contacts: before that, nothing of the backup counts; after that, all
//! of it does. The page begins anew, and a start with tasks joins the chats before it reads them. Where that is broken off,
//! or one of them cannot be joined, the next start does it again: a chat that was joined does not wait any more. Another
//! backup that is imported meanwhile has a task of its own.

use ipc::ContactId;
use mesh_chat::records::WaitingChats;
use serde::{Deserialize, Serialize};

/// The key of a task, before the name of it.
pub const TASK: &str = "import/";

/// The version of it that this program reads and writes.
const VERSION: u32 = 1;

/// Messages that are read or moved at once.
pub const BATCH: u32 = 500;

/// Chats that are to be joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    version: u32,
    /// The name under which they wait.
    pub name: String,
    /// Whose chats they are in the backup, and here.
    pub chats: Vec<(ContactId, ContactId)>,
}

impl Task {
    /// Returns the task for these chats.
    #[must_use]
    pub fn new(waiting: WaitingChats) -> Self {
        Self {
            version: VERSION,
            name: waiting.name,
            chats: waiting.chats,
        }
    }

    /// Returns the key under which it is stored.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{TASK}{}", self.name)
    }

    /// Returns whether it is one of this program.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.version == VERSION
    }
}

/// Returns in which parts messages move up: the last ones first, so that none takes the number of another one.
pub fn moves(moved: &[(u64, u64)]) -> impl Iterator<Item = &[(u64, u64)]> {
    moved.rchunks(usize::try_from(BATCH).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::moves;
    use std::collections::BTreeSet;

    #[test]
    fn no_message_takes_the_number_of_one_that_is_still_there() {
        let moved: Vec<(u64, u64)> = (1..=1_234).map(|old| (old, old + 3)).collect();
        let mut there: BTreeSet<u64> = (1..=1_234).collect();
        for part in moves(&moved) {
            for (old, _) in part {
                there.remove(old);
            }
            for (_, new) in part {
                assert!(there.insert(*new), "{new}");
            }
        }
        assert!(there.iter().copied().eq(4..=1_237));
    }
}
