//! The first-run form: a name, and Join.

use ipc::Refusal;

/// The first-run form.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct JoinForm {
    /// What is typed.
    pub(crate) name: String,
    /// Why it was refused.
    pub(crate) refusal: Option<Refusal>,
    /// The answer is awaited.
    pub(crate) busy: bool,
}
