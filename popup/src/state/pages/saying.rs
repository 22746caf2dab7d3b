//! What is being done with a message of the open chat.

use crate::state::effect::Kept;
use ipc::{Act, Message};

/// The signs that are offered for a reaction.
pub(crate) const SIGNS: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

/// The element with the question whether to delete a message.
pub(crate) const DELETE: &str = "delete-message";

/// What the person does with a message, which its number names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MessageEdit {
    /// The menu of a message was opened, or closed.
    Menu(u64),
    /// The menu is left.
    Leave,
    /// The message is to be answered.
    Answer(u64),
    /// Its text is to be changed.
    Change(u64),
    /// The text of the last own message that may be changed is to be changed.
    ChangeLast,
    /// What is in the composer is no answer and no change any more.
    Cancel,
    /// A sign was chosen: it is put under the message, or taken back where it is there.
    React(u64, &'static str),
    /// The own sign under a message is taken back.
    TakeBack(u64),
    /// Its text is to be on the clipboard.
    Copy(u64),
    /// It is to be deleted, which is asked once.
    AskToDelete(u64),
    /// It is deleted.
    Delete(u64),
    /// The message of this id is to be shown.
    Show(String),
}

/// The menu of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Menu {
    /// What can be done with it.
    Open,
    /// Whether it is to be deleted.
    Asking,
}

/// The message that the text in the composer is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComposedAbout {
    /// An answer or a change.
    pub(crate) act: Act,
    /// The id of the message.
    pub(in crate::state) id: String,
    /// Its text as it was.
    pub(crate) text: String,
    /// The person has written it.
    pub(crate) own: bool,
    /// What was in the composer before a change was begun.
    pub(in crate::state) before: String,
    /// A change that was sent and came back: kept for when this view is closed, until it is sent again or left.
    pub(in crate::state) kept: Option<Kept>,
}

impl ComposedAbout {
    pub(in crate::state) fn new(act: Act, message: &Message, before: String) -> Self {
        Self {
            act,
            id: message.id.clone(),
            text: message.text.clone(),
            own: message.state.is_own(),
            before,
            kept: None,
        }
    }

    /// Returns a change of a message of which only the id is known.
    pub(in crate::state) fn change(id: String) -> Self {
        Self {
            act: Act::Edit,
            id,
            text: String::new(),
            own: true,
            before: String::new(),
            kept: None,
        }
    }

    /// Returns whether the text in the composer is that of a message, and no draft.
    pub(crate) fn is_change(&self) -> bool {
        self.act == Act::Edit
    }
}
