//! The secrets by which those who are asked are known: before they have answered, and later.

use crate::clock::UnixMillis;
use crate::crypto::Key;
use crate::ids::{Stranger, is_transport_id};
use crate::io::CommandId;
use crate::records::AskedRecord;
use crate::values::RequestId;

/// A secret that a stranger who is dialled must know, until they have answered: that of an invite, or
/// that of their own request.
pub(super) struct Pass {
    pub(super) secret: Key,
    /// The own id that was made to use an invite.
    pub(super) from: Option<String>,
    /// The command to answer when the other person is being asked.
    pub(super) command: Option<CommandId>,
    /// The request that is answered, by whoever is looked for: what comes of that is for the answers.
    pub(super) answers: Option<RequestId>,
}

/// What shows that somebody is the one who was asked, as it is stored.
#[derive(Clone)]
pub(super) struct CallBack {
    pub(super) secret: Key,
    pub(super) record: AskedRecord,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pass(…)")
    }
}

impl std::fmt::Debug for CallBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallBack(…)")
    }
}

impl Pass {
    /// Returns the pass of whoever made an invite.
    pub(super) fn invite(secret: Key, from: &str, command: CommandId) -> Self {
        Self {
            secret,
            from: Some(from.to_owned()),
            command: Some(command),
            answers: None,
        }
    }

    /// Returns the pass of whoever made a request that is answered.
    pub(super) fn answering(request: &RequestId, secret: Key) -> Self {
        Self {
            secret,
            from: None,
            command: None,
            answers: Some(request.clone()),
        }
    }
}

impl CallBack {
    /// Returns whether they were asked from an id that was made for this, and is held for their answer.
    pub(super) fn is_invite(&self) -> bool {
        is_transport_id(&self.record.from)
    }

    pub(super) fn until(&self) -> UnixMillis {
        self.record.until
    }

    pub(super) fn is_before(&self, stranger: &Stranger) -> bool {
        self.record.before.as_deref() == Some(stranger.as_str())
    }
}
