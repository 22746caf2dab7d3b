//! What comes of a transaction of a chat that has ended, and of what was read to be taken off the disk.

use crate::io::CommandId;
use crate::records::Query;
use crate::values::TransferId;
use crate::view::Message;

/// What became durable, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Durable {
    /// Own messages, now to be shown and sent; and the commands they answer.
    pub(crate) own: Vec<Message>,
    pub(crate) commands: Vec<CommandId>,
    /// The other's messages, now to be shown and acknowledged.
    pub(crate) received: Vec<Message>,
    /// Earlier messages as they are now.
    pub(crate) amended: Vec<Message>,
    /// Nothing is left of the newest message of the other side.
    pub(crate) newest_gone: bool,
    /// The chat was cleared up to this number.
    pub(crate) cleared: Option<u64>,
    /// The files that were offered in messages that are deleted.
    pub(crate) withdrawn: Vec<(TransferId, bool)>,
}

/// What a transaction that failed leaves to be done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Failed {
    /// The commands to refuse.
    pub(crate) commands: Vec<CommandId>,
    /// The files that were offered in what is not sent.
    pub(crate) offers: Vec<TransferId>,
    /// There were messages of the other side, shown from this number on: the connection has to be closed, so
    /// that they are sent again.
    pub(crate) received: Option<u64>,
}

/// What follows at once from messages that go.
#[derive(Debug, Default)]
pub(crate) struct Erasing {
    /// What has to be read before.
    pub(crate) query: Option<Query>,
    /// The files that were offered in them, and whether from here.
    pub(crate) withdrawn: Vec<(TransferId, bool)>,
    /// Of a chat that is cleared: the files that are offered in what stays.
    pub(crate) kept: Option<Vec<TransferId>>,
}
