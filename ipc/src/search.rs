//! What is asked and answered where messages are searched.

use crate::{ContactId, UnixMillis};
use serde::{Deserialize, Serialize};

/// The longest query, in characters: nobody types more to find something. What follows is not looked for.
pub const QUERY: usize = 200;

/// Where an answer ended; the next one goes on with what is older.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spot {
    /// The time of the last message that was looked at.
    pub at: UnixMillis,
    /// Its number: of messages of the same time, the greater is the newer one.
    pub number: u64,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hit {
    /// Whose chat.
    pub contact: ContactId,
    /// Its place in the chat.
    pub number: u64,
    /// When it was written or received.
    pub at: UnixMillis,
    /// The person of this device has written it.
    pub own: bool,
    /// Its text around what was looked for.
    pub pieces: Vec<Piece>,
}

/// A part of the text of a hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Piece {
    /// The text, on one line.
    pub text: String,
    /// It was looked for.
    pub marked: bool,
}

/// What was found, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The messages. There may be none, and older ones nevertheless.
    pub hits: Vec<Hit>,
    /// Where to go on; `None` where everything was looked at.
    pub next: Option<Spot>,
    /// Messages of an earlier version are still being taken into the index: these are not found yet.
    pub filling: bool,
    /// The stored chats could not be read.
    pub failed: bool,
}
