//! The ids of elements that take the focus or are pointed to.

use crate::state::Target;
use ipc::{ContactId, PersonId, RequestId, TransferId};

/// Returns the id of the element that a focus target stands for.
pub(crate) fn target_id(target: &Target) -> String {
    match target {
        Target::Lists => "lists".to_owned(),
        Target::Page => "page".to_owned(),
        Target::Composer => "composer".to_owned(),
        Target::Choices => "availability".to_owned(),
        Target::Choice(index) => choice_id(*index),
        Target::Palette => "palette".to_owned(),
        Target::JoinName => "your-name".to_owned(),
        Target::Person(id) => person_id(id),
        Target::NoteButton(stranger) => note_button_id(stranger),
        Target::Request(id) => request_id(id),
        Target::Field(path) => field_id(path),
        Target::File(id) => file_id(id),
        Target::Picture(id) => picture_id(id),
        Target::Message(number) => message_id(*number),
        Target::Menu(number) => menu_id(*number),
    }
}

/// Returns the id of an entry of the menu in the head.
pub(super) fn choice_id(index: usize) -> String {
    format!("choice-{index}")
}

pub(super) fn person_id(id: &PersonId) -> String {
    match id {
        PersonId::Contact(ContactId(id)) => format!("contact-{}", plain(id)),
        PersonId::Stranger(id) => format!("stranger-{}", plain(id)),
    }
}

pub(super) fn message_id(number: u64) -> String {
    format!("message-{number}")
}

/// Returns the id of the button that opens the menu of a message.
pub(super) fn menu_id(number: u64) -> String {
    format!("menu-{number}")
}

/// Returns the id of the button that opens the form for a note to a stranger.
pub(super) fn note_button_id(stranger: &str) -> String {
    format!("note-{}", plain(stranger))
}

pub(super) fn request_id(RequestId(id): &RequestId) -> String {
    format!("request-{}", plain(id))
}

pub(super) fn file_id(TransferId(id): &TransferId) -> String {
    format!("file-{}", plain(id))
}

/// Returns the id of the button that opens a picture.
pub(super) fn picture_id(TransferId(id): &TransferId) -> String {
    format!("picture-{}", plain(id))
}

/// Returns the id of an entry of the palette.
pub(super) fn found_id(index: usize) -> String {
    format!("found-{index}")
}

pub(super) fn field_id(path: &str) -> String {
    format!("field-{}", plain(path))
}

/// Returns an id without spaces, as lists of ids in attributes need it.
fn plain(id: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    id.chars().map(keep).collect()
}
