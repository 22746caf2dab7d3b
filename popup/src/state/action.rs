//! What happens to a view.

use super::effect::Kept;
use super::model::Sight;
use super::overlay::OverlayEdit;
use super::pages::{
    BackupEdit, ChatEdit, ContactEdit, ExportEdit, FileEdit, InvitesEdit, MessageEdit, NoteEdit,
    PictureEdit, SettingsEdit,
};
use super::people::Section;
use ipc::{Choice, ContactId, FromEngine, PersonId, Place, RequestId};
use std::ops::Range;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// The page has started.
    Started,
    /// The port to the engine is gone, or never came up.
    Closed,
    /// The engine says.
    Engine(FromEngine),
    /// The lists have been awaited for long enough to say so.
    Slow,
    /// A second has passed.
    Tick,
    /// Whether the page is seen has changed.
    Seen(Sight),
    /// These rows of a list are in sight, and this person's row is in use.
    InSight(Section, Range<usize>, Option<PersonId>),
    /// The end of the open chat is in sight, or no longer.
    AtEnd(bool),
    /// The address of the page asks for a place.
    Follow(Place),
    /// Show the chat with a contact.
    OpenChat(ContactId),
    /// Show the page of a contact.
    OpenContact(ContactId),
    /// Show the invites.
    OpenInvites,
    /// Show the Connection page.
    OpenConnection,
    /// The browser says whether what the beacon's host answers may be read.
    HostAllowed(bool),
    /// Show all files.
    OpenFiles,
    /// Show the settings.
    OpenSettings,
    /// Back to the lists.
    Back,
    /// The name on the first-run page was edited.
    JoinName(String),
    /// Join was pressed.
    Join,
    /// Connect was pressed on a stranger.
    Connect(String),
    /// In the form for a note to a stranger.
    Note(NoteEdit),
    /// Accept was pressed.
    Accept(RequestId),
    /// Reject was pressed.
    Reject(RequestId),
    /// Ignore was pressed.
    Ignore(RequestId),
    /// Yes or no was pressed on an introduction by a contact.
    Introduced {
        /// By whom.
        contact: ContactId,
        /// The id of the message that introduces.
        message: String,
        /// Yes.
        agree: bool,
    },
    /// Ping was pressed.
    Ping(ContactId),
    /// Try now was pressed.
    Retry,
    /// The menu of how much of the network to be on is opened, or closed.
    ShowChoices(bool),
    /// The focus has left it.
    LeaveChoices,
    /// One of its choices was pressed.
    Choose(Choice),
    /// Test was pressed.
    Test,
    /// Use the built-in servers was pressed.
    UseBuiltIn,
    /// Start again was pressed.
    Restart,
    /// An alert was dismissed.
    Dismiss(u32),
    /// The unsent texts kept for the contact of the open chat: what was in the field, and what was
    /// sent and is not known to be stored.
    DraftLoaded(ContactId, String, Vec<Kept>),
    /// Another window has changed the unsent text for a contact.
    DraftElsewhere(ContactId, String),
    /// The text in the composer was edited.
    Draft(String),
    /// Send was pressed.
    Send,
    /// Load older messages was pressed.
    LoadOlder,
    /// With the open chat as a whole.
    Chat(ChatEdit),
    /// Load newer messages was pressed.
    LoadNewer,
    /// The newest messages are to be shown, which are not loaded.
    LoadNewest,
    /// With a message of the open chat.
    Message(MessageEdit),
    /// A setting was edited.
    Edit(SettingsEdit),
    /// Save was pressed.
    Save,
    /// On the page of a contact.
    Contact(ContactEdit),
    /// On the page with the invites.
    Invites(InvitesEdit),
    /// With files.
    File(FileEdit),
    /// With the picture that is shown in full.
    Picture(PictureEdit),
    /// With a dialog over the page.
    Overlay(OverlayEdit),
    /// What was chosen in the menu of another page was added to the unsent text for this contact, which is now this.
    Handed(ContactId, String),
    /// In the backup forms.
    Backup(BackupEdit),
    /// With the export of chats.
    Export(ExportEdit),
}
