//! What is in the index of one message.

use super::words::{folded, words};
use ipc::{ContactId, Spot};
use mesh_chat::clock::UnixMillis;
use mesh_chat::name::Unicode;
use mesh_chat::records::MessageRecord;
use std::collections::BTreeSet;

/// Different words of one message in the index: more than a text of 8,000 bytes has, where each has a letter and a space, or is
/// a pair of a script without spaces. Only single signs that stand for many letters can have more.
pub(super) const WORDS: usize = 4096;

/// What is in the index of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose chat.
    pub contact: ContactId,
    /// Its place in the chat.
    pub number: u64,
    /// When it was written or received.
    pub at: UnixMillis,
    /// The words under which it is in the index. The empty one has every message.
    pub words: BTreeSet<String>,
}

impl Entry {
    /// Returns what is in the index of a message; `None` where there is nothing to find in it.
    pub fn of(record: &MessageRecord, unicode: &dyn Unicode) -> Option<Self> {
        let message = &record.message;
        if message.text.is_empty() || !record.shows_text() {
            return None;
        }
        let words = words(&folded(&message.text, unicode));
        let mut stems: BTreeSet<String> = BTreeSet::from([String::new()]);
        let all = words.iter().flat_map(|word| word.stems());
        for stem in all {
            if stems.len() >= WORDS {
                break;
            }
            stems.insert(stem);
        }
        Some(Self {
            contact: message.contact.clone(),
            number: message.number,
            at: message.at,
            words: stems,
        })
    }

    /// Returns where it stands among all messages.
    pub fn spot(&self) -> Spot {
        Spot {
            at: self.at,
            number: self.number,
        }
    }
}
