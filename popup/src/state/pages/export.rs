//! The export of chats: which are read, and how far it is.

use ipc::ContactId;
use std::collections::VecDeque;

/// What is done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExportEdit {
    /// Export was pressed, for this chat or for all.
    Begin(Option<ContactId>),
    /// Cancel was pressed.
    Cancel,
    /// The file was made and given to the browser, or not.
    Made(bool),
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Exporting {
    /// Nothing to say.
    #[default]
    No,
    /// Messages are read.
    Reading(Reading),
    /// All are read, and the file is put together.
    Making,
    /// The browser has the file.
    Done,
    /// It was not made: the engine went away, or the browser took no file.
    Failed,
}

/// The chats that are being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// That of the present one, and the first message that is read of it.
    pub(in crate::state) chat: (ContactId, Option<u64>),
    /// Those to come, with the names of the contacts.
    pub(in crate::state) left: VecDeque<(ContactId, String)>,
    /// How many messages were read.
    pub(crate) messages: u64,
}
