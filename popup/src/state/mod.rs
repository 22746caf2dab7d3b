//! What the views show and how it changes: a pure reducer.
//!
//! [`State::apply`] takes what happened ([`Action`]) and the time, and answers with what the
//! adapter has to do ([`Effect`]). No clock, no storage, no JavaScript value: everything here runs
//! in native tests.

mod action;
mod alerts;
mod connection;
mod effect;
mod model;
mod outbox;
mod overlay;
mod pages;
mod people;
mod reduce;
mod resync;
mod transfers;
mod trouble;
mod view;
mod window;

#[cfg(test)]
mod tests;

pub(crate) use action::Action;
pub(crate) use alerts::Problem;
pub(crate) use connection::Shell;
pub(crate) use effect::{Effect, ExportStep, Kept, Target};
pub(crate) use model::{Sight, State};
pub(crate) use overlay::{
    BESIDE, Choosing, FOUND, Found, Goal, Overlay, OverlayEdit, Palette, Shortcut, everybody,
};
pub(crate) use pages::{
    BackupEdit, BackupError, BackupForm, BackupState, CHAT_MENU, Chat, ChatEdit, ComposedAbout,
    ComposerError, ContactEdit, ContactPage, DELETE, EXPORT, ExportEdit, Exporting, FILE,
    FieldError, FileEdit, FileError, IMPORT, INTRODUCE, INTRODUCE_NOTE, INVITE, IceEdit, IceRow,
    IntroduceEdit, IntroduceForm, Introducing, InvitesEdit, InvitesPage, KEEP, Menu, MessageEdit,
    NAME, NOTE, NoteEdit, NoteForm, PREVIEW, Picture, PictureEdit, PictureError, PictureShown,
    QuietEdit, REMOVE, Room, SIGNS, Saved, ServerEdit, ServerRow, SettingsEdit, SettingsForm,
    UNDO_CLEAR, Using, is_cleared,
};
pub(crate) use people::{Lists, Section, has_contacts};
pub(crate) use reduce::availability::{CHOICES, choices_offered};
pub(crate) use transfers::{FileShown, Stage};
pub(crate) use trouble::Trouble;
pub(crate) use view::View;
pub(crate) use window::{Piece, WHOLE};
