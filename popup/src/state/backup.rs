//! Export and import of identity and contacts, in the settings and on the first-run page.
//!
//! A passphrase is here only while it is typed: it goes with the command that needs it.

use super::outbox::Purpose;
use super::{Effect, State, Target, View};
use ipc::{Answer, Command, Hidden, Refusal};

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
    /// Why a field was refused.
    pub(crate) fn error_at(&self, field: &str) -> Option<&BackupError> {
        let BackupState::Refused(at, error) = &self.state else {
            return None;
        };
        (*at == field).then_some(error)
    }

    fn refuse(&mut self, field: &'static str, error: BackupError) -> Vec<Effect> {
        self.state = BackupState::Refused(field, error);
        vec![Effect::Focus(Target::Field(field.to_owned()))]
    }

    /// The engine went away; what it did is not known.
    pub(super) fn interrupt(&mut self) {
        if self.state == BackupState::Busy {
            self.state = BackupState::Interrupted;
        }
    }
}

impl State {
    pub(super) fn edit_backup(&mut self, edit: BackupEdit) -> Vec<Effect> {
        let form = &mut self.backup;
        if form.state == BackupState::Busy && !matches!(edit, BackupEdit::Read(_)) {
            return Vec::new();
        }
        match edit {
            BackupEdit::Show(shown) => {
                form.shown = shown;
                return Vec::new();
            }
            BackupEdit::ExportPassphrase(text) => form.export = text,
            BackupEdit::ImportPassphrase(text) => form.import = text,
            BackupEdit::Chosen => {}
            BackupEdit::Export => return self.export_backup(),
            BackupEdit::Import => {
                form.state = BackupState::Busy;
                return vec![Effect::ReadBackup];
            }
            BackupEdit::Read(file) => return self.import_backup(file),
        }
        self.backup.state = BackupState::Idle;
        Vec::new()
    }

    fn export_backup(&mut self) -> Vec<Effect> {
        self.backup.state = BackupState::Busy;
        let passphrase = take(&mut self.backup.export);
        self.ask(Purpose::Export, Command::Export { passphrase })
    }

    fn import_backup(&mut self, file: Result<Hidden, BackupError>) -> Vec<Effect> {
        if self.backup.state != BackupState::Busy {
            return Vec::new();
        }
        let backup = match file {
            Ok(backup) => backup,
            Err(error) => return self.backup.refuse(FILE, error),
        };
        let passphrase = take(&mut self.backup.import);
        let command = Command::Import { passphrase, backup };
        self.ask(Purpose::Import, command)
    }

    pub(super) fn export_replied(&mut self, result: Result<Answer, Refusal>) -> Vec<Effect> {
        match result {
            Ok(Answer::Backup { text }) => {
                self.backup.state = BackupState::Exported;
                vec![Effect::Download(Hidden(text))]
            }
            Ok(Answer::Done | Answer::Imported { .. }) => {
                self.backup.interrupt();
                Vec::new()
            }
            Err(refusal) => self.backup.refuse(EXPORT, BackupError::Refused(refusal)),
        }
    }

    pub(super) fn import_replied(&mut self, result: Result<Answer, Refusal>) -> Vec<Effect> {
        match result {
            Ok(Answer::Imported { contacts }) => {
                self.backup.state = BackupState::Imported(contacts);
                self.leave_first_run()
            }
            Ok(Answer::Done | Answer::Backup { .. }) => {
                self.backup.interrupt();
                Vec::new()
            }
            Err(refusal) => {
                let passphrase = matches!(refusal, Refusal::BackupWrong | Refusal::PassphraseShort);
                let field = if passphrase { IMPORT } else { FILE };
                self.backup.refuse(field, BackupError::Refused(refusal))
            }
        }
    }

    /// On the first-run page an import stands for Join: the lists come.
    fn leave_first_run(&self) -> Vec<Effect> {
        let first_run = !matches!(self.view, View::Settings(_));
        let lists = first_run.then_some(Effect::Focus(Target::Lists));
        lists.into_iter().collect()
    }
}

fn take(text: &mut Hidden) -> Hidden {
    Hidden(std::mem::take(&mut text.0))
}
