//! Export and import of identity and contacts, in the settings and on the first-run page.
//!
//! A passphrase is here only while it is typed: it goes with the command that needs it.

use crate::state::effect::{Effect, Target};
use ipc::{Hidden, Refusal};

/// The largest file that is read, in bytes: 500 contacts take a third of it.
pub(crate) const FILE_BYTES: u32 = 1_000_000;

/// The passphrase of an export.
pub(crate) const EXPORT: &str = "backup.export";

/// The passphrase of an import.
pub(crate) const IMPORT: &str = "backup.import";

/// The file of an import.
pub(crate) const FILE: &str = "backup.file";

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
    /// Import was pressed.
    Import,
    /// The file has been read, or not.
    Read(Result<Hidden, BackupError>),
}

/// Why nothing was exported or imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BackupError {
    /// No file is chosen.
    Missing,
    /// No backup is as large.
    TooLarge,
    /// The browser did not read it.
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
        if self.state == BackupState::Busy {
            self.state = BackupState::Interrupted;
        }
    }
}
