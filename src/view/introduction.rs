//! Introductions, as they are shown in the chats.

use super::ContactId;
use serde::{Deserialize, Serialize};

/// An introduction in a chat: of the contact there to somebody else by the person on this device, or of somebody by
/// the contact. The key is the message that introduces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Introduction {
    /// In whose chat.
    pub contact: ContactId,
    /// The id of the message that introduces.
    pub message: String,
    /// Whom, as the introducer calls them.
    pub name: String,
    /// What the introducer wrote with it; only text.
    pub note: Option<String>,
    /// Of one by the contact that is not met: the contact whose name it looks like.
    pub resembles: Option<String>,
    /// The person on this device introduces.
    pub own: bool,
    /// How far it is.
    pub state: IntroductionState,
}

/// How far an introduction is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum IntroductionState {
    /// The person on this device is asked.
    Asked,
    /// They said yes; the other one has not, as far as is known.
    Agreed,
    /// They said no.
    Declined,
    /// Own: neither of the two has answered.
    WaitsForBoth,
    /// Own: the contact in this chat has not answered.
    WaitsForContact,
    /// Own: the other one has not answered.
    WaitsForOther,
    /// Both said yes, and this device looks for the other one.
    Looking,
    /// They are introduced.
    Introduced {
        /// Of one by a contact: who they are here.
        contact: Option<ContactId>,
    },
    /// Nobody else has said yes in time.
    Expired,
    /// Nothing comes of it any more.
    Over,
}
