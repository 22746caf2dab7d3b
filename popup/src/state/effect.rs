//! What the reducer asks its adapter to do.

use ipc::{ContactId, Hidden, InviteId, Message, PersonId, RequestId, ToEngine, TransferId};

/// A text that was sent and is not known to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The highest number that its chat had then.
    pub(crate) after: u64,
    /// The text.
    pub(crate) text: String,
    /// The id of the message that it changes.
    pub(crate) changes: Option<String>,
}

/// What the adapter has to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Open a port to the engine.
    Connect {
        /// Wait so long first, in milliseconds.
        after: u32,
        /// Ask the background to start the engine first.
        wake: bool,
    },
    /// Send on the port.
    Post(ToEngine),
    /// Ask the background to start the engine again.
    Restart,
    /// Dispatch `Action::Slow` after 300 ms.
    SlowTimer,
    /// Read the unsent texts of a contact and dispatch `Action::DraftLoaded`.
    LoadDraft(ContactId),
    /// Add what was chosen for a contact in the menu of another page to the unsent text for them, and dispatch
    /// `Action::Handed`.
    TakeHanded(ContactId),
    /// Ask the browser for the keys of its commands, and dispatch `OverlayEdit::Shortcuts`.
    ReadShortcuts,
    /// Keep the texts to a contact that were sent and are not known to be stored; none forgets them.
    SaveUnsent(ContactId, Vec<Kept>),
    /// Keep the unsent text of a contact; empty forgets it.
    SaveDraft(ContactId, String),
    /// Put an invite on the clipboard and dispatch `InvitesEdit::Copied`.
    Copy(InviteId, Hidden),
    /// Put the text of a message on the clipboard.
    CopyText(String),
    /// Give the person a file with this backup.
    Download(Hidden),
    /// Go on with the export of chats.
    Export(ExportStep),
    /// Hand the chosen file to the engine, and dispatch `BackupEdit::Held`.
    HandBackup,
    /// Hand a file that was chosen to the engine, where it has so many bytes, and dispatch `FileEdit::Held` or
    /// `FileEdit::NotHeld`.
    HandOver {
        /// Under which name it was chosen.
        transfer: TransferId,
        /// How many bytes it had when it was offered, where it was.
        size: Option<u64>,
        /// Whether what a picture says of itself is left out.
        clean: bool,
    },
    /// Find the copy of a picture, and dispatch `PictureEdit::Read`.
    ReadPicture {
        /// Which.
        transfer: TransferId,
        /// How many bytes it has.
        size: u64,
    },
    /// Let go of what can be read at this address.
    LetGo(String),
    /// Find out how much room files take, where `emptied` after the copies of pictures were removed, and dispatch
    /// `FileEdit::Room`.
    Measure {
        /// Remove them.
        emptied: bool,
    },
    /// Look whether this host may be read, and dispatch `Action::HostAllowed`.
    LookUpHost(String),
    /// Empty the message field: what was in it is with the engine, and is painted with its answer.
    EmptyComposer,
    /// Put the keyboard focus here once the view is painted.
    Focus(Target),
}

/// A step of an export.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExportStep {
    /// Begin.
    Begin {
        /// The own name.
        by: String,
    },
    /// Begin with the next chat.
    Chat {
        /// The name of the contact.
        name: String,
    },
    /// Keep the page of it before those that are there.
    Page {
        /// Oldest first.
        messages: Vec<Message>,
        /// Some could not be read.
        damaged: bool,
    },
    /// Put the file together, give it to the browser, and dispatch `ExportEdit::Made`.
    Finish,
    /// Forget it.
    Drop,
}

/// Where the keyboard focus goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The heading of the lists.
    Lists,
    /// The heading of the page that has just been opened.
    Page,
    /// The message field.
    Composer,
    /// The button that says how much of the network one is on.
    Choices,
    /// An entry of its menu.
    Choice(usize),
    /// The field of the palette.
    Palette,
    /// The name field of the first-run page.
    JoinName,
    /// A person's row.
    Person(PersonId),
    /// The button of a stranger's row that opens the form for a note.
    NoteButton(String),
    /// A request.
    Request(RequestId),
    /// A file.
    File(TransferId),
    /// The picture of a message.
    Picture(TransferId),
    /// A message, by its number.
    Message(u64),
    /// The button that opens the menu of a message, by its number.
    Menu(u64),
    /// A field of the settings.
    Field(String),
}
