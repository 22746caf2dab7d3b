//! Export and import of identity and contacts.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{BackupEdit, BackupError, BackupState, EXPORT, FILE, IMPORT};
use crate::state::view::View;
use ipc::{Answer, Command, Hidden, Refusal};

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
        self.ask(Purpose::Backup, Command::Export { passphrase })
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

    /// Leaves the first-run page, where an import stands for Join.
    fn leave_first_run(&self) -> Vec<Effect> {
        let first_run = !matches!(self.view, View::Settings(_));
        let lists = first_run.then_some(Effect::Focus(Target::Lists));
        lists.into_iter().collect()
    }
}

fn take(text: &mut Hidden) -> Hidden {
    Hidden(std::mem::take(&mut text.0))
}
