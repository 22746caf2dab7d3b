//! What the supervisor tells the person outside any view, and what that is about.

use super::{ContactId, RequestId};
use serde::{Deserialize, Serialize};

/// What the supervisor tells the person outside any view. A name or a text is there only where the
/// person wants it to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Notification {
    /// A contact joined this network.
    Joined {
        /// Who.
        contact: ContactId,
        /// The saved name.
        name: Option<String>,
    },
    /// A contact wrote.
    Message {
        /// Who.
        contact: ContactId,
        /// The saved name.
        name: Option<String>,
        /// The text, or its beginning.
        text: Option<String>,
    },
    /// Somebody asks to connect.
    Request {
        /// Which request.
        request: RequestId,
        /// The announced name.
        name: Option<String>,
        /// The contact whose name it looks like: then it is not to be accepted with one press.
        resembles: Option<String>,
    },
    /// Several people ask to connect.
    Requests {
        /// How many.
        count: u32,
    },
    /// Somebody accepted.
    Accepted {
        /// Who.
        contact: ContactId,
        /// The saved name.
        name: Option<String>,
    },
}

/// What a notification is about. A later one about the same replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum About {
    /// The chat with a contact.
    Chat(ContactId),
    /// One request.
    Request(RequestId),
    /// Several requests.
    Requests,
}

impl Notification {
    /// Returns what it is about.
    pub fn about(&self) -> About {
        match self {
            Self::Joined { contact, .. }
            | Self::Message { contact, .. }
            | Self::Accepted { contact, .. } => About::Chat(contact.clone()),
            Self::Request { request, .. } => About::Request(request.clone()),
            Self::Requests { .. } => About::Requests,
        }
    }
}
