//! Messages of a chat, and how far they are.

use super::{ContactId, Lifetime, Outcome, Reference, Refusal, TransferId};
use crate::clock::UnixMillis;
use crate::limits::{CHANGE_WITHIN, QUOTED_CHARS, REACTION_BYTES, TEXT_BYTES, TEXT_ESCAPED_BYTES};
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
    /// Names it in commands; empty where it is not stored.
    #[serde(default)]
    pub id: String,
    /// What it does with an earlier one, and what has come of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
    /// Of an answer: the message that it answers, where that is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quoted>,
    /// What later ones have done with it.
    #[serde(default)]
    pub marks: Marks,
    /// How long it stays after it was read, or of a proposal is to stay; `None` stands for ever.
    #[serde(default)]
    pub lifetime: Option<Lifetime>,
    /// When it goes, where it was read.
    #[serde(default)]
    pub goes_at: Option<UnixMillis>,
    /// It has disappeared, or was cleared.
    #[serde(default)]
    pub gone: bool,
}

impl Message {
    /// Returns whether it is a message of its own, and not only something about another one.
    pub fn is_message(&self) -> bool {
        let entry = self.entry.as_ref();
        entry.is_none_or(|entry| entry.reference.act.is_message())
    }

    /// Returns how long it stays after it was read.
    pub fn stays(&self) -> Option<Lifetime> {
        let entry = self.entry.as_ref();
        let is_about_rule = entry.is_some_and(|entry| entry.reference.act.is_about_rule());
        self.lifetime.filter(|_| !is_about_rule)
    }

    /// Returns whether it has a line of its own in the chat. What has done something with another message shows there;
    /// where nothing came of that, what was said is shown.
    pub fn has_line(&self) -> bool {
        if self.gone {
            return false;
        }
        let Some(entry) = self.entry.as_ref().filter(|_| !self.is_message()) else {
            return true;
        };
        entry.outcome.has_line(entry.reference.act)
    }

    /// Returns whether its text may be changed or it may be deleted by who wrote it, as far as its age goes.
    pub fn may_change(&self, now: UnixMillis) -> bool {
        let own = self.state.is_own() && self.place.is_some();
        own && self.is_message() && !self.marks.deleted && is_young(self.at, now)
    }
}

/// Returns whether what was written then may still be changed by who wrote it.
pub(crate) fn is_young(at: UnixMillis, now: UnixMillis) -> bool {
    u128::from(now.saturating_sub(at)) <= CHANGE_WITHIN.as_millis()
}

/// What a message does with an earlier one, and what has come of that here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Which one, and what it does.
    pub reference: Reference,
    /// What has come of it.
    pub outcome: Outcome,
}

/// What was done with a message after it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Marks {
    /// Its text was changed.
    pub edited: bool,
    /// It was deleted.
    pub deleted: bool,
    /// The sign of the person on this device.
    pub own_reaction: Option<String>,
    /// The sign of the contact.
    pub their_reaction: Option<String>,
}

/// What is shown of a message in an answer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quoted {
    /// The person on this device has written it.
    pub own: bool,
    /// How it begins; empty where it was deleted.
    pub text: String,
    /// It stays only for a time.
    #[serde(default)]
    pub goes: bool,
}

impl Quoted {
    pub(crate) fn new(own: bool, text: &str, goes: bool) -> Self {
        let text = text.chars().take(QUOTED_CHARS).collect();
        Self { own, text, goes }
    }
}

impl From<&Message> for Quoted {
    fn from(message: &Message) -> Self {
        Self::new(
            message.state.is_own(),
            &message.text,
            message.stays().is_some(),
        )
    }
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
    /// When messages go that were read, of either.
    #[serde(default)]
    pub going: Vec<Going>,
}

/// When messages of one of the two go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Going {
    /// They are own ones, and meant by their [`Message::place`]; else by their numbers.
    pub own: bool,
    /// The first one.
    pub first: u64,
    /// The last one.
    pub last: u64,
    /// When.
    pub at: UnixMillis,
}

impl Progress {
    /// Returns when a message goes, where it does and was read.
    pub fn goes_at(&self, message: &Message) -> Option<UnixMillis> {
        message.stays()?;
        let at = message.place.unwrap_or(message.number);
        let is_in = |going: &&Going| {
            going.own == message.place.is_some() && (going.first..=going.last).contains(&at)
        };
        Some(self.going.iter().find(is_in)?.at)
    }

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
    /// Own; from a backup, in which it was not on the other device. It is not sent any more.
    NotSent,
}

impl MessageState {
    /// Returns whether it is that of an own message.
    pub fn is_own(self) -> bool {
        match self {
            Self::Arriving | Self::Received => false,
            Self::Waiting | Self::Sent | Self::Delivered | Self::Read | Self::NotSent => true,
        }
    }
}

/// Returns whether a text is one sign that can stand under a message: an emoji, also one made of several. Which these are
/// is said by ranges, as no table of Unicode is at hand; letters and digits are in none of them.
pub fn is_sign(text: &str) -> bool {
    let mut before = None;
    text.len() <= REACTION_BYTES
        && !text.is_empty()
        && text.chars().enumerate().all(|(at, c)| {
            let before = before.replace(c);
            let joins = before == Some(JOINER);
            match c {
                JOINER | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => at > 0,
                '\u{1f1e6}'..='\u{1f1ff}' => {
                    at == 0 || at == 1 && matches!(before, Some('\u{1f1e6}'..='\u{1f1ff}'))
                }
                '\u{203c}'
                | '\u{2049}'
                | '\u{2122}'
                | '\u{2190}'..='\u{23ff}'
                | '\u{25a0}'..='\u{27bf}'
                | '\u{2900}'..='\u{297f}'
                | '\u{2b00}'..='\u{2bff}'
                | '\u{1f000}'..='\u{1f0ff}'
                | '\u{1f200}'..='\u{1faff}' => at == 0 || joins,
                _ => false,
            }
        })
}

const JOINER: char = '\u{200d}';

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_one_emoji_and_nothing_else() {
        for sign in ["👍", "❤️", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "☹️", "⭐"]
        {
            assert!(is_sign(sign), "{sign}");
        }
        for text in [
            "",
            "a",
            "1",
            "ä",
            "!",
            " ",
            "👍👍",
            "👍 ",
            "\u{202e}👍",
            "🇩🇪🇫🇷",
            "👍🇩",
            "\u{fe0f}",
            "\u{200d}👍",
            "漢",
        ] {
            assert!(!is_sign(text), "{text:?}");
        }
        assert!(!is_sign(&"👍\u{200d}".repeat(9)));
    }
}
