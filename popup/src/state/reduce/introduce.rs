//! Introducing a contact to another one, and the answer to an introduction.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::overlay::{Choosing, Overlay, Palette};
use crate::state::pages::{
    ContactPage, INTRODUCE, INTRODUCE_NOTE, IntroduceEdit, IntroduceForm, Introducing,
};
use crate::state::view::View;
use ipc::{Answer, Command, ContactId, Introduction, Message, Refusal};

impl State {
    /// Returns the introduction that a message of the open chat makes, where it is known how far that is.
    pub(crate) fn introduction(&self, message: &Message) -> Option<&Introduction> {
        let key = (message.contact.clone(), message.id.clone());
        self.introductions
            .get(&key)
            .filter(|_| !message.marks.deleted)
    }

    fn introducing(&mut self) -> Option<&mut ContactPage> {
        if let View::Contact(page) = &mut self.view {
            Some(page)
        } else {
            None
        }
    }

    fn form(&mut self) -> Option<&mut IntroduceForm> {
        match &mut self.introducing()?.introducing {
            Introducing::Form(form) => Some(form),
            Introducing::No | Introducing::Asked => None,
        }
    }

    /// Asks whom to introduce, and then to whom.
    pub(super) fn choose_for(&mut self, choosing: Choosing) -> Vec<Effect> {
        self.open_overlay(Overlay::Palette(Palette {
            choosing,
            ..Palette::default()
        }))
    }

    /// Goes on with who was chosen.
    pub(super) fn chosen(&mut self, choosing: Choosing, chosen: ContactId) -> Vec<Effect> {
        if let Choosing::Other(contact) = choosing {
            return self.begin_to_introduce(&contact, chosen);
        }
        let mut effects = self.open_contact(chosen.clone());
        effects.extend(self.choose_for(Choosing::Other(chosen)));
        effects
    }

    fn begin_to_introduce(&mut self, contact: &ContactId, other: ContactId) -> Vec<Effect> {
        let page = self.introducing();
        let Some(page) = page.filter(|page| page.contact == *contact) else {
            return Vec::new();
        };
        page.introducing = Introducing::Form(IntroduceForm::new(other));
        focus(INTRODUCE_NOTE)
    }

    pub(super) fn edit_introducing(&mut self, edit: IntroduceEdit) -> Vec<Effect> {
        match edit {
            IntroduceEdit::Choose => {
                let contact = self.introducing().map(|page| page.contact.clone());
                let choosing = contact.map(Choosing::Other);
                choosing.map_or_else(Vec::new, |choosing| self.choose_for(choosing))
            }
            IntroduceEdit::Note(note) => {
                if let Some(form) = self.form() {
                    form.note = note;
                    form.refusal = None;
                }
                Vec::new()
            }
            IntroduceEdit::Send => self.introduce(),
            IntroduceEdit::Cancel => self.stop_introducing(),
        }
    }

    pub(super) fn stop_introducing(&mut self) -> Vec<Effect> {
        if let Some(page) = self.introducing() {
            page.introducing = Introducing::No;
        }
        focus(INTRODUCE)
    }

    fn introduce(&mut self) -> Vec<Effect> {
        let Some(form) = self.form() else {
            return Vec::new();
        };
        if form.room() < 0 {
            form.refusal = Some(Refusal::NoteTooLong);
            return focus(INTRODUCE_NOTE);
        }
        let note = Some(form.note.trim().to_owned()).filter(|note| !note.is_empty());
        let other = form.other.clone();
        let Some(contact) = self.introducing().map(|page| page.contact.clone()) else {
            return Vec::new();
        };
        let purpose = Purpose::Introduce(contact.clone());
        if self.outbox.awaits(&purpose) {
            return Vec::new();
        }
        let command = Command::Introduce {
            contact,
            other,
            note,
        };
        self.ask(purpose, command)
    }

    pub(super) fn introduce_replied(
        &mut self,
        contact: &ContactId,
        result: Result<Answer, Refusal>,
    ) -> Vec<Effect> {
        let is_open = |page: &&mut ContactPage| page.contact == *contact;
        let Some(page) = self.introducing().filter(is_open) else {
            return self.alert(result);
        };
        match (result, &mut page.introducing) {
            (Ok(_), introducing) => {
                *introducing = Introducing::Asked;
                focus(INTRODUCE)
            }
            (Err(refusal), Introducing::Form(form)) => {
                form.refusal = Some(refusal);
                focus(INTRODUCE_NOTE)
            }
            (result, Introducing::No | Introducing::Asked) => self.alert(result),
        }
    }

    /// Says yes or no to an introduction by a contact.
    pub(super) fn answer_introduction(
        &mut self,
        contact: ContactId,
        message: String,
        agree: bool,
    ) -> Vec<Effect> {
        // The buttons go, and with them the focus.
        let mut effects = self.command(Command::AnswerIntroduction {
            contact,
            message,
            agree,
        });
        effects.push(Effect::Focus(Target::Composer));
        effects
    }
}

fn focus(field: &str) -> Vec<Effect> {
    vec![Effect::Focus(Target::Field(field.to_owned()))]
}
