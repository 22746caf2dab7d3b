//! Export and import of identity, contacts and messages.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{BackupEdit, BackupError, BackupState, EXPORT, FILE, IMPORT, PREVIEW};
use crate::state::view::View;
use ipc::{Answer, Command, Hidden, Refusal, ToEngine, TransferId};

impl State {
    pub(super) fn edit_backup(&mut self, edit: BackupEdit) -> Vec<Effect> {
        let form = &mut self.backup;
        if form.state == BackupState::Busy && !matches!(edit, BackupEdit::Held(_)) {
            return Vec::new();
        }
        match edit {
            BackupEdit::Show(shown) => {
                form.shown = shown;
                return Vec::new();
            }
            BackupEdit::Messages(messages) => form.messages = messages,
            BackupEdit::ExportPassphrase(text) => form.export = text,
            BackupEdit::ImportPassphrase(text) => form.import = text,
            BackupEdit::Chosen => {}
            BackupEdit::Export => return self.export_backup(),
            BackupEdit::Import => {
                form.state = BackupState::Busy;
                return vec![Effect::HandBackup];
            }
            BackupEdit::Held(file) => return self.look_at_backup(file),
            BackupEdit::Confirm => return self.take_backup(),
            BackupEdit::Cancel => {
                let mut effects = self.drop_backup();
                effects.push(Effect::Focus(Target::Field(FILE.to_owned())));
                return effects;
            }
        }
        self.backup.state = BackupState::Idle;
        Vec::new()
    }

    fn export_backup(&mut self) -> Vec<Effect> {
        self.backup.state = BackupState::Busy;
        let passphrase = take(&mut self.backup.export);
        if !self.backup.messages {
            return self.ask(Purpose::Backup, Command::Export { passphrase });
        }
        self.ask_for_backup(Purpose::Backup, |id| ToEngine::SaveBackup {
            id,
            passphrase,
        })
    }

    fn look_at_backup(&mut self, file: Result<TransferId, BackupError>) -> Vec<Effect> {
        if self.backup.state != BackupState::Busy {
            return Vec::new();
        }
        let file = match file {
            Ok(file) => file,
            Err(error) => return self.backup.refuse(FILE, error),
        };
        let passphrase = take(&mut self.backup.import);
        self.ask_for_backup(Purpose::OpenBackup, |id| ToEngine::OpenBackup {
            id,
            file,
            passphrase,
        })
    }

    fn take_backup(&mut self) -> Vec<Effect> {
        if !matches!(self.backup.state, BackupState::Opened(_)) {
            return Vec::new();
        }
        self.backup.state = BackupState::Busy;
        self.ask_for_backup(Purpose::Import, |id| ToEngine::TakeBackup { id })
    }

    /// Forgets what was opened, where something is.
    pub(in crate::state) fn drop_backup(&mut self) -> Vec<Effect> {
        if !matches!(self.backup.state, BackupState::Opened(_)) {
            return Vec::new();
        }
        self.backup.state = BackupState::Idle;
        vec![Effect::Post(ToEngine::DropBackup)]
    }

    fn ask_for_backup(
        &mut self,
        purpose: Purpose,
        message: impl FnOnce(u32) -> ToEngine,
    ) -> Vec<Effect> {
        self.outbox.ask(purpose, self.engine.is_ready(), message)
    }

    pub(super) fn export_replied(&mut self, result: Result<Answer, Refusal>) -> Vec<Effect> {
        match result {
            Ok(Answer::Backup { text }) => {
                self.backup.state = BackupState::Exported;
                vec![Effect::Download(Hidden(text))]
            }
            Ok(Answer::Saved {
                messages,
                bytes,
                incomplete,
            }) => {
                self.backup.state = BackupState::Saved {
                    messages,
                    bytes,
                    incomplete,
                };
                Vec::new()
            }
            Ok(Answer::Done | Answer::Opened(_) | Answer::Imported { .. }) => {
                self.backup.interrupt();
                Vec::new()
            }
            Err(refusal) => self.backup.refuse(EXPORT, BackupError::Refused(refusal)),
        }
    }

    pub(super) fn opened_replied(&mut self, result: Result<Answer, Refusal>) -> Vec<Effect> {
        match result {
            // Who has gone elsewhere meanwhile does not want it.
            Ok(Answer::Opened(_)) if self.backup.state != BackupState::Busy => {
                vec![Effect::Post(ToEngine::DropBackup)]
            }
            Ok(Answer::Opened(seen)) => {
                self.backup.state = BackupState::Opened(Box::new(seen));
                vec![Effect::Focus(Target::Field(PREVIEW.to_owned()))]
            }
            result => self.import_replied(result),
        }
    }

    pub(super) fn import_replied(&mut self, result: Result<Answer, Refusal>) -> Vec<Effect> {
        match result {
            Ok(Answer::Imported { contacts }) => {
                self.backup.state = BackupState::Imported(contacts);
                self.leave_first_run()
            }
            Ok(Answer::Done | Answer::Backup { .. } | Answer::Saved { .. } | Answer::Opened(_)) => {
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
