//! Which page is open.

use super::pages::{Chat, ContactPage, InvitesPage, SettingsForm};

/// Which page is shown beside (or, in a narrow window, instead of) the lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum View {
    /// The lists alone.
    #[default]
    Lists,
    /// A chat.
    Chat(Box<Chat>),
    /// What is wrong with the connection, and where.
    Connection,
    /// All files.
    Files,
    /// The settings.
    Settings(Box<SettingsForm>),
    /// A contact.
    Contact(Box<ContactPage>),
    /// The invites.
    Invites(Box<InvitesPage>),
}
