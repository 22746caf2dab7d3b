//! Files: offering them, deciding about them, and the list of all.

use crate::state::alerts::Problem;
use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{FileEdit, FileError};
use crate::state::transfers::{FileShown, Pending, Stage};
use crate::state::view::View;
use ipc::{
    Command, ContactId, FileChoice, FileCommand, FileOffer, Message, Offered, Transfer, TransferId,
};

impl State {
    pub(super) fn edit_files(&mut self, edit: FileEdit) -> Vec<Effect> {
        match edit {
            FileEdit::Chosen(contact, files) => self.files_chosen(&contact, files),
            FileEdit::ChosenAgain(contact, transfer) => self.chosen_again(contact, transfer),
            FileEdit::Held {
                transfer,
                offer,
                cleaned,
            } => self.held(transfer, offer, cleaned),
            FileEdit::NotHeld(transfer, why) => {
                let pending = self.files.chosen.remove(&transfer);
                let name = pending.map(|pending| pending.name);
                name.map(|name| self.not_offered(name, why))
                    .unwrap_or_default()
            }
            FileEdit::Decide(contact, transfer, choice) => {
                self.decide_file(contact, transfer, choice)
            }
            FileEdit::Room(room) => {
                self.files.room = Some(room);
                Vec::new()
            }
            FileEdit::DropPictures => {
                // The button goes away.
                let measure = Effect::Measure { emptied: true };
                vec![measure, Effect::Focus(Target::Page)]
            }
            FileEdit::Command(transfer, command) => {
                let mut effects = self.command(Command::File(transfer.clone(), command));
                // These go away, and had the focus.
                let gone = matches!(command, FileCommand::Cancel | FileCommand::Save);
                effects.extend(gone.then_some(Effect::Focus(Target::File(transfer))));
                effects
            }
        }
    }

    fn files_chosen(
        &mut self,
        contact: &ContactId,
        files: Vec<(TransferId, String)>,
    ) -> Vec<Effect> {
        let clean = self.leaves_details_out();
        // Dropped on the row of somebody: what becomes of it is in the chat.
        let mut effects = self.open_chat(contact.clone());
        for (transfer, name) in files {
            let pending = Pending {
                name,
                contact: contact.clone(),
                again: false,
            };
            self.files.chosen.insert(transfer.clone(), pending);
            effects.push(Effect::HandOver {
                transfer,
                size: None,
                clean,
            });
        }
        effects
    }

    fn chosen_again(&mut self, contact: ContactId, transfer: TransferId) -> Vec<Effect> {
        let Some(file) = self.files.get(&transfer) else {
            return Vec::new();
        };
        let (name, size) = (file.name.clone(), Some(file.size));
        let pending = Pending {
            name,
            contact,
            again: true,
        };
        self.files.chosen.insert(transfer.clone(), pending);
        let clean = self.leaves_details_out();
        vec![Effect::HandOver {
            transfer,
            size,
            clean,
        }]
    }

    /// Whether what pictures say of themselves is left out, also where it is not known what the person wants.
    fn leaves_details_out(&self) -> bool {
        let settings = self.settings.as_ref();
        settings.is_none_or(|view| view.settings.leave_out_details)
    }

    fn held(&mut self, transfer: TransferId, mut offer: FileOffer, cleaned: bool) -> Vec<Effect> {
        let Some(pending) = self.files.chosen.remove(&transfer) else {
            return Vec::new();
        };
        if pending.again {
            // The button goes away, and had the focus.
            let mut effects = vec![Effect::Focus(Target::File(transfer.clone()))];
            effects.extend(self.command(Command::File(transfer, FileCommand::Choose)));
            return effects;
        }
        if cleaned {
            // Mostly when it was taken.
            offer.modified = None;
            self.files.cleaned.insert(transfer.clone(), ());
        }
        let command = Command::Offer {
            contact: pending.contact,
            transfer,
            offer,
        };
        self.ask(Purpose::Offer(pending.name), command)
    }

    pub(super) fn not_offered(&mut self, name: String, why: FileError) -> Vec<Effect> {
        self.alerts.raise(Problem::File { name, why })
    }

    fn decide_file(
        &mut self,
        contact: ContactId,
        transfer: TransferId,
        choice: FileChoice,
    ) -> Vec<Effect> {
        let purpose = Purpose::Decide(transfer.clone());
        if self.outbox.awaits(&purpose) {
            return Vec::new();
        }
        // The buttons go away, and one had the focus.
        let mut effects = vec![Effect::Focus(Target::File(transfer.clone()))];
        let command = Command::Decide {
            contact,
            transfer,
            choice,
        };
        effects.extend(self.ask(purpose, command));
        effects
    }

    pub(super) fn open_files(&mut self) -> Vec<Effect> {
        let mut effects = self.open(View::Files);
        effects.push(Effect::Measure { emptied: false });
        effects
    }

    pub(super) fn transfer(&mut self, transfer: Transfer) -> Vec<Effect> {
        let ended = transfer.state.has_ended();
        self.files.take(self.now, transfer);
        let measures = ended && self.view == View::Files && self.engine.is_ready();
        let measure = Effect::Measure { emptied: false };
        measures.then_some(measure).into_iter().collect()
    }

    /// Returns how far the file of a message is.
    pub(crate) fn file_of(&self, message: &Message) -> Option<FileShown> {
        let Offered { transfer, offer } = message.file.as_ref()?;
        let none = if message.state.is_own() {
            Stage::Forgotten
        } else if self.outbox.awaits(&Purpose::Decide(transfer.clone())) {
            Stage::Deciding
        } else {
            Stage::Undecided
        };
        Some(self.files.shown(self.now, transfer, offer.size, none))
    }

    /// Returns how far a file of the list of all is.
    pub(crate) fn file_at(&self, file: &Transfer) -> FileShown {
        let none = Stage::Forgotten;
        self.files.shown(self.now, &file.transfer, file.size, none)
    }
}
