//! How long the messages of the open chat stay: what its menu offers.

use ipc::Lifetime;

/// The button that opens the menu of a chat, and the one that brings a cleared chat back.
pub(crate) const CHAT_MENU: &str = "chat-menu";
pub(crate) const UNDO_CLEAR: &str = "undo-clear";

/// What the person does with a chat as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChatEdit {
    /// The menu was opened, or closed.
    Menu,
    /// The menu is left.
    Leave,
    /// Messages are to go so long after they were read; `None` stands for never.
    Stay(Option<Lifetime>),
    /// The proposal of this id is agreed to.
    Agree(String),
    /// It is turned down.
    Decline(String),
    /// The chat is cleared.
    Clear,
    /// It is brought back.
    BringBack,
}
