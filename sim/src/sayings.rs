//! What people do with messages that are there: they answer, react, change and delete.

use crate::random::Random;
use mesh_chat::records::{MessageRecord, Origin};
use mesh_chat::view::{Act, Reference};
use std::collections::BTreeSet;

/// Of so many messages at the end of a chat one is chosen.
const LAST: usize = 12;

/// What people have done with messages.
#[derive(Debug)]
pub struct Sayings {
    /// In worlds in which people do: the source of chance for that.
    pub random: Option<Random>,
    count: u64,
    changed: BTreeSet<String>,
}

impl Sayings {
    /// People do something with messages in three of ten worlds.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed.rotate_left(24) ^ 4);
        let has_sayings = random.chance(30);
        Self {
            random: Some(random).filter(|_| has_sayings),
            count: 0,
            changed: BTreeSet::new(),
        }
    }

    /// Returns what a person does next with a message of a chat, and what they say.
    pub fn next(&mut self, chat: &[&MessageRecord]) -> Option<(Reference, String)> {
        let random = self.random.as_mut()?;
        let last = chat.get(chat.len().saturating_sub(LAST)..)?;
        let record = last.get(random.index(last.len()))?;
        let (act, says) = match random.within(0, 100) {
            0..35 => (
                Act::Reaction,
                ["👍", "❤️", "🎉"].get(random.index(3))?.to_string(),
            ),
            35..45 => (Act::TakeBack, String::new()),
            45..60 => (Act::Reply, String::new()),
            60..85 => {
                self.count += 1;
                (Act::Edit, format!("changed {}", self.count))
            }
            _ => (Act::Delete, String::new()),
        };
        if matches!(act, Act::Edit | Act::Delete) && record.message.origin == Origin::Own {
            self.changed.insert(record.message.text.clone());
        }
        let about = record.id.clone();
        Some((Reference { act, about }, says))
    }

    /// Whether a text is what has become of another one that was changed or deleted before it was sent.
    #[must_use]
    pub fn is_changed(&self, text: &str) -> bool {
        self.random.is_some() && (text.starts_with("changed ") || text.starts_with('\u{1f5d1}'))
    }

    /// Whether a text was perhaps changed or deleted by who wrote it.
    #[must_use]
    pub fn changed(&self, text: &str) -> bool {
        self.changed.contains(text)
    }
}
