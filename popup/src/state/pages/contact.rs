//! The page of a contact: what the person decides about them.

use super::introduce::{IntroduceEdit, Introducing};
use super::saved::Saved;
use ipc::{ContactCommand, ContactId, Refusal};

/// Where the name is refused.
pub(crate) const NAME: &str = "contact.name";

/// The button that asks whether to remove, and has the focus again when the person does not.
pub(crate) const REMOVE: &str = "contact.remove";

/// The button that keeps the contact, which has the focus while that is asked.
pub(crate) const KEEP: &str = "contact.keep";

/// What is done on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ContactEdit {
    /// The name was edited.
    Name(String),
    /// Save was pressed.
    SaveName,
    /// Remove was pressed, or taken back.
    AskRemove(bool),
    /// A code was scanned on the page of this contact, which may not be the one that is open any more.
    Scanned(ContactId, String),
    /// In the form that introduces the contact to another one.
    Introduce(IntroduceEdit),
    /// A decision was made: a switch, a button, or Remove pressed once more.
    Decide(ContactCommand),
}

impl ContactEdit {
    /// Returns whether this is a switch or a choice: the browser has moved it already, and it must show what the
    /// engine says.
    pub(crate) fn is_switch(&self) -> bool {
        let Self::Decide(command) = self else {
            return false;
        };
        match command {
            ContactCommand::Verify(_)
            | ContactCommand::Special(_)
            | ContactCommand::Mute(_)
            | ContactCommand::NotificationText(_)
            | ContactCommand::Pictures(_)
            | ContactCommand::Block(_) => true,
            ContactCommand::Rename(_)
            | ContactCommand::Scan(_)
            | ContactCommand::Pause(_)
            | ContactCommand::Clear(_)
            | ContactCommand::Remove => false,
        }
    }
}

/// The page of a contact.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ContactPage {
    /// Whose.
    pub(crate) contact: ContactId,
    /// The name as typed.
    pub(crate) name: String,
    /// How far saving the name is.
    pub(crate) saved: Saved,
    /// Why the name was refused.
    pub(crate) name_refusal: Option<Refusal>,
    /// Why something else was refused.
    pub(crate) refusal: Option<Refusal>,
    /// The person is asked whether to remove the contact.
    pub(crate) removing: bool,
    /// The person wants to go on looking and is not asked again here.
    pub(crate) keeps_looking: bool,
    /// How far introducing them to somebody is.
    pub(crate) introducing: Introducing,
    /// Back leads to the chat.
    pub(in crate::state) from_chat: bool,
}
