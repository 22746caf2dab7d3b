//! Answers, reactions, changes and deletions in the open chat.

use crate::state::alerts::Problem;
use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::pages::{ComposedAbout, DELETE, Menu, MessageEdit, Sought, Stretch};
use ipc::{Act, Command, Message, Reference, Refusal};
use std::rc::Rc;

impl State {
    pub(super) fn edit_message(&mut self, edit: MessageEdit) -> Vec<Effect> {
        match edit {
            MessageEdit::Menu(number) => self.open_menu(number),
            MessageEdit::Leave => self.leave_menu(),
            MessageEdit::Answer(number) => self.begin(Act::Reply, number),
            MessageEdit::Change(number) => self.begin(Act::Edit, number),
            MessageEdit::ChangeLast => self.change_last(),
            MessageEdit::Cancel => self.leave_about(),
            MessageEdit::React(number, sign) => self.react(number, sign),
            MessageEdit::TakeBack(number) => self.refer(number, Act::TakeBack, ""),
            MessageEdit::Copy(number) => self.copy_message(number),
            MessageEdit::AskToDelete(number) => {
                if let Some(chat) = self.chat_mut() {
                    chat.menu = Some((number, Menu::Asking));
                }
                vec![Effect::Focus(Target::Field(DELETE.to_owned()))]
            }
            MessageEdit::Delete(number) => self.refer(number, Act::Delete, ""),
            MessageEdit::Show(id) => self.show_message(&id),
        }
    }

    fn message_at(&self, number: u64) -> Option<Rc<Message>> {
        self.chat()?.messages.get(&number).cloned()
    }

    fn open_menu(&mut self, number: u64) -> Vec<Effect> {
        if let Some(chat) = self.chat_mut() {
            let is_open = chat.menu.is_some_and(|(open, _)| open == number);
            chat.menu = (!is_open).then_some((number, Menu::Open));
        }
        Vec::new()
    }

    /// Closes the menu, and gives the focus back to its button.
    fn leave_menu(&mut self) -> Vec<Effect> {
        let menu = self.chat_mut().and_then(|chat| chat.menu.take());
        menu.map(|(number, _)| Effect::Focus(Target::Menu(number)))
            .into_iter()
            .collect()
    }

    fn begin(&mut self, act: Act, number: u64) -> Vec<Effect> {
        let Some(message) = self.message_at(number) else {
            return Vec::new();
        };
        let mut effects = self.leave_change();
        let Some(chat) = self.chat_mut() else {
            return effects;
        };
        chat.menu = None;
        chat.error = None;
        let before = chat.draft.clone();
        if act == Act::Edit {
            chat.draft.clone_from(&message.text);
        }
        chat.about = Some(ComposedAbout::new(act, &message, before));
        effects.push(Effect::Focus(Target::Composer));
        effects
    }

    fn change_last(&mut self) -> Vec<Effect> {
        let now = self.now;
        let last = self.chat().and_then(|chat| {
            let mut newest_first = chat.messages.values().rev();
            newest_first.find(|message| message.file.is_none() && message.may_change(now))
        });
        let number = last.map(|message| message.number);
        number.map_or_else(Vec::new, |number| self.begin(Act::Edit, number))
    }

    fn leave_about(&mut self) -> Vec<Effect> {
        let mut effects = self.leave_change();
        if let Some(chat) = self.chat_mut() {
            chat.about = None;
            chat.error = None;
        }
        effects.extend(self.take_next_change());
        effects.push(Effect::Focus(Target::Composer));
        effects
    }

    fn react(&mut self, number: u64, sign: &'static str) -> Vec<Effect> {
        let message = self.message_at(number);
        let own = message.and_then(|message| message.marks.own_reaction.clone());
        if own.as_deref() == Some(sign) {
            self.refer(number, Act::TakeBack, "")
        } else {
            self.refer(number, Act::Reaction, sign)
        }
    }

    fn copy_message(&mut self, number: u64) -> Vec<Effect> {
        let text = self.message_at(number).map(|message| message.text.clone());
        let mut effects: Vec<Effect> = text.map(Effect::CopyText).into_iter().collect();
        effects.extend(self.leave_menu());
        effects
    }

    /// Does something with a message, and closes its menu.
    fn refer(&mut self, number: u64, act: Act, text: &str) -> Vec<Effect> {
        let message = self.message_at(number);
        // With what was deleted its menu goes.
        let mut effects = self.leave_menu();
        if act == Act::Delete {
            effects = vec![Effect::Focus(Target::Composer)];
        }
        if let Some(message) = message {
            effects.extend(self.command(Command::Refer {
                contact: message.contact.clone(),
                reference: Reference {
                    act,
                    about: message.id.clone(),
                },
                text: text.to_owned(),
            }));
        }
        effects
    }

    /// Shows a message; one that is further up is loaded before.
    pub(super) fn show_message(&mut self, id: &str) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        let found = chat.messages.values().find(|message| message.id == id);
        if let Some(number) = found.map(|message| message.number) {
            chat.shows = None;
            chat.light(number);
            return vec![Effect::Focus(Target::Message(number))];
        }
        if chat.more {
            chat.shows = Some(Sought::Id(id.to_owned()));
            return self.load_older();
        }
        chat.shows = None;
        self.alerts.raise(Problem::Refused(Refusal::MessageGone))
    }

    /// Shows a message that was found; what is around it is loaded before, unless that was just done.
    pub(super) fn show_number(&mut self, number: u64, was_loaded: bool) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        if chat
            .messages
            .get(&number)
            .is_some_and(|message| message.has_line())
        {
            chat.light(number);
            return vec![Effect::Focus(Target::Message(number))];
        }
        if was_loaded {
            return self.alerts.raise(Problem::Refused(Refusal::MessageGone));
        }
        chat.shows = Some(Sought::Number(number));
        // A page that is on its way may have it.
        self.load(Stretch::Around(number))
    }

    /// Takes a message as it is now, where it is loaded, and with it what is quoted of it.
    pub(super) fn amended(&mut self, message: Message) -> Vec<Effect> {
        let contact = &message.contact;
        let Some(chat) = self.chat_mut().filter(|chat| chat.contact == *contact) else {
            return Vec::new();
        };
        chat.amend(message);
        self.mark_read()
    }
}
