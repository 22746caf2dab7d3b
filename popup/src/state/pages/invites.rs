//! The page with the invites: those that are open, and using one.

use ipc::{Hidden, InviteId, Refusal};

/// The field for somebody else's invite.
pub(crate) const INVITE: &str = "invite";

/// What is done on the page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum InvitesEdit {
    /// New invite was pressed.
    Make,
    /// Cancel was pressed.
    Cancel(InviteId),
    /// Copy was pressed.
    Copy(InviteId),
    /// The clipboard has it, or not.
    Copied(InviteId, bool),
    /// The field for an invite was edited.
    Text(Hidden),
    /// Connect was pressed.
    Use,
}

/// How far using an invite is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Using {
    /// Nothing to say.
    #[default]
    No,
    /// Their device is being dialled.
    Asking,
    /// The other person has been asked.
    Asked,
    /// It was refused.
    Refused(Refusal),
    /// The engine went away before it had answered.
    Interrupted,
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InvitesPage {
    /// What was pasted.
    pub(crate) text: Hidden,
    /// How far using it is.
    pub(crate) using: Using,
    /// Why no invite was made, or none cancelled.
    pub(crate) refusal: Option<Refusal>,
    /// The last that was to be copied, and whether it was.
    pub(crate) copied: Option<(InviteId, bool)>,
}

impl InvitesPage {
    pub(in crate::state) fn new() -> Self {
        Self {
            text: Hidden(String::new()),
            using: Using::No,
            refusal: None,
            copied: None,
        }
    }
}
