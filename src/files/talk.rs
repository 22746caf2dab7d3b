//! What two contacts say about a file in their session.

use crate::records::End;

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
    /// It is on the disk.
    Saved,
    /// Its sender has to choose it again.
    Lacking,
    /// The sender has done so.
    Ready,
    /// What ended a file was heard.
    Noted,
}

const WORDS: [(Word, &str); 9] = [
    (Word::Offered, "offered"),
    (Word::Want, "want"),
    (Word::Declined, "declined"),
    (Word::Cancelled, "cancelled"),
    (Word::Failed, "failed"),
    (Word::Saved, "saved"),
    (Word::Lacking, "lacking"),
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

    /// Returns what says that a file has ended so.
    pub(super) fn of(how: End) -> Self {
        match how {
            End::Saved => Self::Saved,
            End::Declined => Self::Declined,
            End::Cancelled { .. } => Self::Cancelled,
            End::Failed(_) => Self::Failed,
        }
    }
}
