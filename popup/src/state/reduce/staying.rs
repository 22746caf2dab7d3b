//! How long the messages of the open chat stay, and that it is cleared.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::pages::{CHAT_MENU, ChatEdit, UNDO_CLEAR};
use ipc::{Command, ContactCommand, ContactId, Person, PersonId, RuleStep, Staying};

impl State {
    /// Returns how long the messages of a chat stay.
    pub(crate) fn staying(&self, contact: &ContactId) -> Staying {
        let person = self.people.get(&PersonId::Contact(contact.clone()));
        person.map_or_else(Staying::default, |person| person.staying.clone())
    }

    pub(super) fn edit_chat(&mut self, edit: ChatEdit) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        let contact = chat.contact.clone();
        match edit {
            ChatEdit::Menu => {
                chat.options = !chat.options;
                Vec::new()
            }
            ChatEdit::Leave => leave(&mut chat.options),
            ChatEdit::Stay(lifetime) => {
                let step = lifetime.map_or(RuleStep::Off, RuleStep::Propose);
                let mut effects = leave(&mut chat.options);
                effects.extend(self.say_rule(contact, step));
                effects
            }
            ChatEdit::Agree(id) => self.answer_proposal(contact, RuleStep::Agree(id)),
            ChatEdit::Decline(id) => self.answer_proposal(contact, RuleStep::Decline(id)),
            ChatEdit::Clear => {
                chat.options = false;
                chat.clears = true;
                self.command(Command::Contact(contact, ContactCommand::Clear(true)))
            }
            ChatEdit::BringBack => {
                chat.clears = false;
                let mut effects = vec![Effect::Focus(Target::Composer)];
                let command = Command::Contact(contact, ContactCommand::Clear(false));
                effects.extend(self.command(command));
                effects
            }
        }
    }

    fn say_rule(&mut self, contact: ContactId, step: RuleStep) -> Vec<Effect> {
        self.command(Command::Rule { contact, step })
    }

    /// Answers a proposal: with that, its buttons go.
    fn answer_proposal(&mut self, contact: ContactId, step: RuleStep) -> Vec<Effect> {
        let mut effects = vec![Effect::Focus(Target::Composer)];
        effects.extend(self.say_rule(contact, step));
        effects
    }

    /// Goes on once the engine has cleared the chat: the focus goes where it is brought back, in the view that has cleared it.
    pub(super) fn begin_clearing(&self, person: &Person) -> Vec<Effect> {
        let PersonId::Contact(contact) = &person.id else {
            return Vec::new();
        };
        let chat = self.chat().filter(|chat| chat.contact == *contact);
        let begins = person.staying.clearing != self.staying(contact).clearing;
        let is_here = chat.is_some_and(|chat| chat.clears);
        (begins && is_here && person.staying.clearing.is_some())
            .then(|| Effect::Focus(Target::Field(UNDO_CLEAR.to_owned())))
            .into_iter()
            .collect()
    }

    /// Takes that a chat was cleared for good.
    pub(super) fn cleared(&mut self, contact: &ContactId, upto: u64) -> Vec<Effect> {
        let Some(chat) = self.chat_mut().filter(|chat| chat.contact == *contact) else {
            return Vec::new();
        };
        let came_back = chat.came_back().count();
        chat.clear_upto(upto);
        let is_less = chat.came_back().count() < came_back;
        // The button that had the focus is gone.
        let had_focus = std::mem::take(&mut chat.clears);
        let focus = had_focus.then_some(Effect::Focus(Target::Composer));
        let keep = is_less.then(|| self.keep_unsent(contact));
        keep.into_iter().chain(focus).collect()
    }
}

/// Closes the menu, and gives the focus back to its button.
fn leave(is_open: &mut bool) -> Vec<Effect> {
    let was_open = std::mem::take(is_open);
    was_open
        .then(|| Effect::Focus(Target::Field(CHAT_MENU.to_owned())))
        .into_iter()
        .collect()
}
