//! What a person does with files, and what comes of it in the browser.

use ipc::{ContactId, FileCommand, FileOffer, Refusal, TransferId};

/// Something about a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FileEdit {
    /// These were chosen, dropped or pasted for a contact: the name of each.
    Chosen(ContactId, Vec<(TransferId, String)>),
    /// One that was offered was chosen again.
    ChosenAgain(ContactId, TransferId),
    /// The engine holds it.
    Held {
        /// Which.
        transfer: TransferId,
        /// What is said of it.
        offer: FileOffer,
        /// Something was left out of the photograph.
        cleaned: bool,
    },
    /// The engine does not hold it.
    NotHeld(TransferId, FileError),
    /// Accept or Decline was pressed.
    Decide(ContactId, TransferId, bool),
    /// Pause, Resume or Cancel was pressed.
    Command(TransferId, FileCommand),
}

/// Why a file was not sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FileError {
    /// The browser cannot read it.
    Unreadable,
    /// It is another one than was offered.
    Another,
    /// Nothing is in the folder.
    Empty,
    /// It has more files than one offer may have.
    TooMany,
    /// A path in it is too long.
    TooLong,
    /// The engine has not taken it.
    NoAnswer,
    /// It was refused.
    Refused(Refusal),
}
