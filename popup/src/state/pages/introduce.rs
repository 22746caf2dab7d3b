//! The form on the page of a contact by which it is introduced to another one.

use super::note::note_room;
use ipc::{ContactId, Refusal};

/// The button that opens the choice of the other one, and has the focus again afterwards.
pub(crate) const INTRODUCE: &str = "contact.introduce";

/// The field for the note.
pub(crate) const INTRODUCE_NOTE: &str = "contact.introduceNote";

/// What is done with the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IntroduceEdit {
    /// Introduce was pressed: somebody else is to be chosen.
    Choose,
    /// The note was edited.
    Note(String),
    /// Introduce was pressed in the form.
    Send,
    /// Cancel was pressed.
    Cancel,
}

/// How far an introduction is on the page of a contact.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Introducing {
    /// Nobody was chosen.
    #[default]
    No,
    /// Somebody was.
    Form(IntroduceForm),
    /// Both were asked.
    Asked,
}

/// The form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IntroduceForm {
    /// To whom.
    pub(crate) other: ContactId,
    /// What both read with it, as typed.
    pub(crate) note: String,
    /// Why nobody was asked.
    pub(crate) refusal: Option<Refusal>,
}

impl IntroduceForm {
    pub(in crate::state) fn new(other: ContactId) -> Self {
        Self {
            other,
            note: String::new(),
            refusal: None,
        }
    }

    /// Returns the bytes left until the limit; negative beyond it.
    pub(crate) fn room(&self) -> i64 {
        note_room(&self.note)
    }
}
