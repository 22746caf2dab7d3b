//! The form below a stranger's row, for a note that is sent with the request.

use ipc::Refusal;
use ipc::limits::NOTE_BYTES;

/// The field for the note.
pub(crate) const NOTE: &str = "note";

/// What is done with the form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NoteEdit {
    /// Add a note was pressed on this stranger: opens the form there, or closes it.
    Toggle(String),
    /// Escape was pressed.
    Close,
    /// The note was edited.
    Text(String),
    /// Connect was pressed in the form.
    Send,
}

/// The form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NoteForm {
    /// The stranger in whose row it is.
    pub(crate) stranger: String,
    /// The stranger's name.
    pub(in crate::state) name: String,
    /// What is typed.
    pub(crate) text: String,
    /// Why the stranger was not asked.
    pub(crate) refusal: Option<Refusal>,
}

impl NoteForm {
    pub(in crate::state) fn new(stranger: String, name: String) -> Self {
        Self {
            stranger,
            name,
            text: String::new(),
            refusal: None,
        }
    }

    /// Returns the bytes left until the limit; negative beyond it.
    pub(crate) fn room(&self) -> i64 {
        note_room(&self.text)
    }
}

/// Returns the bytes left of a note until the limit; negative beyond it.
pub(super) fn note_room(text: &str) -> i64 {
    let limit = i64::try_from(NOTE_BYTES).unwrap_or(i64::MAX);
    let used = i64::try_from(text.trim().len()).unwrap_or(i64::MAX);
    limit.saturating_sub(used)
}
