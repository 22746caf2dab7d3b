//! Export and import of identity and contacts, in the settings and on the first-run page.
//!
//! A passphrase is here only while it is typed: it goes with the command that needs it.

use crate::state::effect::{Effect, Target};
use ipc::{BackupView, Hidden, Refusal, TransferId};

/// The passphrase of an export.
pub(crate) const EXPORT: &str = "backup.export";

/// The passphrase of an import.
pub(crate) const IMPORT: &str = "backup.import";

/// The file of an import.
pub(crate) const FILE: &str = "backup.file";

/// What is in an opened backup.
pub(crate) const PREVIEW: &str = "backup.preview";

/// What is done there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BackupEdit {
    /// The passphrase for an export was edited.
    ExportPassphrase(Hidden),
    /// The passphrase for an import was edited.
    ImportPassphrase(Hidden),
    /// Passphrases are shown or not.
    Show(bool),
    /// Another file was chosen.
    Chosen,
    /// Export was pressed.
    Export,
    /// Messages are to be in it, or not.
    Messages(bool),
    /// Import was pressed: to see what is in the file.
    Import,
    /// The file was handed to the engine, or not.
    Held(Result<TransferId, BackupError>),
    /// Import was pressed once more: to take it over.
    Confirm,
    /// What is in it is not wanted.
    Cancel,
}

/// Why nothing was exported or imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BackupError {
    /// No file is chosen.
    Missing,
    /// The browser did not read it, or the engine did not take it.
    Unreadable,
    /// Refused by the engine.
    Refused(Refusal),
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum BackupState {
    /// Nothing to say.
    #[default]
    Idle,
    /// The answer is awaited.
    Busy,
    /// The file has been given to the browser.
    Exported,
    /// The browser has a file.
    Saved {
        /// With so many messages.
        messages: u64,
        /// Of so many bytes.
        bytes: u64,
        /// Without what cannot be read of the chats with these contacts.
        incomplete: Vec<String>,
    },
    /// The person looks at what is in a backup.
    Opened(Box<BackupView>),
    /// So many contacts were taken over.
    Imported(u32),
    /// It was refused, at this field.
    Refused(&'static str, BackupError),
    /// The engine went away before it had answered.
    Interrupted,
}

/// The two small forms.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BackupForm {
    /// For an export.
    pub(crate) export: Hidden,
    /// For an import.
    pub(crate) import: Hidden,
    /// Messages are to be in an export.
    pub(crate) messages: bool,
    /// On the first-run page: shown from the beginning.
    pub(crate) opened: bool,
    /// The passphrases can be read on the screen.
    pub(crate) shown: bool,
    /// How far it is.
    pub(crate) state: BackupState,
}

impl Default for BackupForm {
    fn default() -> Self {
        Self {
            export: Hidden(String::new()),
            import: Hidden(String::new()),
            messages: false,
            opened: false,
            shown: false,
            state: BackupState::Idle,
        }
    }
}

impl BackupForm {
    /// Returns why a field was refused.
    pub(crate) fn error_at(&self, field: &str) -> Option<&BackupError> {
        let BackupState::Refused(at, error) = &self.state else {
            return None;
        };
        (*at == field).then_some(error)
    }

    pub(in crate::state) fn refuse(
        &mut self,
        field: &'static str,
        error: BackupError,
    ) -> Vec<Effect> {
        self.state = BackupState::Refused(field, error);
        vec![Effect::Focus(Target::Field(field.to_owned()))]
    }

    /// Notes that the engine went away; what it did is not known.
    pub(in crate::state) fn interrupt(&mut self) {
        if matches!(self.state, BackupState::Busy | BackupState::Opened(_)) {
            self.state = BackupState::Interrupted;
        }
    }
}
