//! What two contacts say about a file in their session.

use crate::records::End;
use crate::view::Failure;

/// How far a file is, as one side tells the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// It is offered, and nothing was heard of it since the start: what has become of it?
    Offered,
    /// It was accepted, and is going to be fetched.
    Want,
    /// It was not.
    Declined,
    /// The person has given it up.
    Cancelled,
    /// It cannot be sent or saved.
    Failed,
    /// Its sender has another file by now.
    Changed,
    /// It is on the disk.
    Saved,
    /// Its sender has to choose it again.
    Lacking,
    /// The person of whoever says it has stopped it for now.
    Paused,
    /// It can be fetched again, after either.
    Ready,
    /// What ended a file was heard.
    Noted,
}

const WORDS: [(Word, &str); 11] = [
    (Word::Offered, "offered"),
    (Word::Want, "want"),
    (Word::Declined, "declined"),
    (Word::Cancelled, "cancelled"),
    (Word::Failed, "failed"),
    (Word::Changed, "changed"),
    (Word::Saved, "saved"),
    (Word::Lacking, "lacking"),
    (Word::Paused, "paused"),
    (Word::Ready, "ready"),
    (Word::Noted, "noted"),
];

impl Word {
    pub(super) fn as_str(self) -> &'static str {
        let mut words = WORDS.iter();
        words
            .find(|(word, _)| *word == self)
            .map_or("", |(_, text)| text)
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let mut words = WORDS.iter();
        let found = words.find(|(_, word)| *word == text);
        found.map(|(word, _)| *word)
    }

    /// Returns how a file has ended of which this is said; `None` where it has not.
    pub(super) fn end(self) -> Option<End> {
        match self {
            Self::Declined => Some(End::Declined),
            Self::Cancelled => Some(End::Cancelled { there: true }),
            Self::Failed => Some(End::Failed(Failure::There)),
            Self::Changed => Some(End::Failed(Failure::Changed)),
            Self::Saved => Some(End::Saved),
            Self::Offered
            | Self::Want
            | Self::Lacking
            | Self::Paused
            | Self::Ready
            | Self::Noted => None,
        }
    }

    /// Returns what says that a file has ended so.
    pub(super) fn of(how: End) -> Self {
        match how {
            End::Saved => Self::Saved,
            End::Declined => Self::Declined,
            End::Cancelled { .. } => Self::Cancelled,
            End::Failed(Failure::Changed) => Self::Changed,
            End::Failed(_) => Self::Failed,
        }
    }
}
