//! What each page holds: forms and lists with what is typed in them and how far they are.
//!
//! A page changes itself only; what that means for the engine and for other pages is up to the
//! reducer.

mod backup;
mod changing;
mod chat;
mod contact;
mod export;
mod field_error;
mod files;
mod introduce;
mod invites;
mod join;
mod note;
mod picture;
mod quiet;
mod rows;
mod saved;
mod saying;
mod settings;
mod staying;

pub(crate) use backup::{
    BackupEdit, BackupError, BackupForm, BackupState, EXPORT, FILE, IMPORT, PREVIEW,
};
pub(crate) use chat::{Chat, ComposerError, Page, is_cleared};
pub(in crate::state) use chat::{Sought, Stretch};
pub(crate) use contact::{ContactEdit, ContactPage, KEEP, NAME, REMOVE};
pub(crate) use export::{ExportEdit, Exporting, Reading};
pub(crate) use field_error::FieldError;
pub(crate) use files::{FileEdit, FileError, Room};
pub(crate) use introduce::{INTRODUCE, INTRODUCE_NOTE, IntroduceEdit, IntroduceForm, Introducing};
pub(crate) use invites::{INVITE, InvitesEdit, InvitesPage, Using};
pub(crate) use join::JoinForm;
pub(crate) use note::{NOTE, NoteEdit, NoteForm};
pub(crate) use picture::{Picture, PictureEdit, PictureError, PictureShown};
pub(crate) use quiet::QuietEdit;
pub(crate) use rows::{IceEdit, IceRow, ServerEdit, ServerRow};
pub(crate) use saved::Saved;
pub(crate) use saying::{ComposedAbout, DELETE, Menu, MessageEdit, SIGNS};
pub(crate) use settings::{SettingsEdit, SettingsForm};
pub(crate) use staying::{CHAT_MENU, ChatEdit, UNDO_CLEAR};
