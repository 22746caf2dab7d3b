//! What a person does with files, and what comes of it in the browser.

use ipc::{ContactId, FileChoice, FileCommand, FileOffer, Refusal, TransferId};

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
    /// Accept, Save as… or Decline was pressed.
    Decide(ContactId, TransferId, FileChoice),
    /// So much room is taken on this device.
    Room(Room),
    /// The copies of pictures are to be removed.
    DropPictures,
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

/// How many bytes the extension keeps of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// Of pictures, to show them.
    pub(crate) pictures: u64,
    /// Of files that are not whole.
    pub(crate) parts: u64,
}
