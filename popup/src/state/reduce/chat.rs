//! The open chat: reading, writing, sending.

use crate::state::alerts::Problem;
use crate::state::effect::{Effect, Kept, Target};
use crate::state::model::{Sight, State};
use crate::state::outbox::{Purpose, Unsent};
use crate::state::pages::{Chat, ComposedAbout, ComposerError, Stretch};
use crate::state::view::View;
use ipc::{
    Command, ContactId, Marks, Message, MessageState, PersonId, Reference, Refusal, check_text,
};

/// The shortest time between two words to the engine that the person is writing, in milliseconds.
const TYPING_EVERY: u64 = 3_000;

impl State {
    pub(super) fn open_chat(&mut self, contact: ContactId) -> Vec<Effect> {
        if self
            .people
            .get(&PersonId::Contact(contact.clone()))
            .is_none()
        {
            return Vec::new();
        }
        if self.is_open(&contact) {
            let mut effects = self.close_overlay();
            effects.extend(self.uncover());
            return effects;
        }
        let mut effects = self.open(View::Chat(Box::new(Chat::new(contact.clone()))));
        effects.push(Effect::LoadDraft(contact.clone()));
        effects.extend(self.ask_history(contact, Stretch::Newest));
        effects
    }

    /// Reports the newest message as seen, once the person has its end before them.
    pub(super) fn mark_read(&mut self) -> Vec<Effect> {
        let Sight { visible, focused } = self.sight;
        if !visible || !focused || self.is_covered() || !self.engine.is_ready() {
            return Vec::new();
        }
        let chat = self.chat_mut();
        let at_end = |chat: &&mut Chat| chat.loaded && chat.at_end && chat.newer.is_none();
        let Some(chat) = chat.filter(at_end) else {
            return Vec::new();
        };
        let Some(number) = chat.newest_received().filter(|n| *n > chat.reported) else {
            return Vec::new();
        };
        chat.reported = number;
        let contact = chat.contact.clone();
        self.ask(Purpose::Silent, Command::Read { contact, number })
    }

    pub(super) fn draft_loaded(
        &mut self,
        contact: &ContactId,
        text: String,
        sent: Vec<Kept>,
    ) -> Vec<Effect> {
        let Some(chat) = self.chat_mut().filter(|c| c.contact == *contact) else {
            return Vec::new();
        };
        if chat.draft.is_empty() {
            chat.draft = text;
        }
        if sent.is_empty() {
            return Vec::new();
        }
        self.outbox.take_over(contact, sent);
        self.ask_history(contact.clone(), Stretch::Newest)
    }

    /// Keeps the texts to a contact that are not known to be stored, for when this view is closed.
    pub(super) fn keep_unsent(&self, contact: &ContactId) -> Effect {
        let chat = self.chat().filter(|chat| chat.contact == *contact);
        let came_back = chat.into_iter().flat_map(Chat::came_back).cloned();
        let unsent = self.outbox.unsent_to(contact).map(Unsent::kept);
        Effect::SaveUnsent(contact.clone(), unsent.chain(came_back).collect())
    }

    /// Notes that a text is stored.
    pub(super) fn sent(&self, unsent: &Unsent) -> Vec<Effect> {
        vec![self.keep_unsent(&unsent.contact)]
    }

    /// Returns the texts that wait for the engine, as messages at the end of the chat.
    pub(crate) fn waiting_texts(&self, chat: &Chat) -> Vec<Message> {
        // What changes a message shows in that.
        let waiting = self.outbox.waiting_for(&chat.contact);
        let waiting = waiting.filter(|unsent| unsent.changes().is_none());
        let numbered = waiting.zip(chat.newest() + 1..);
        let message = |(unsent, number): (&Unsent, u64)| Message {
            contact: chat.contact.clone(),
            number,
            at: self.now,
            text: unsent.text.clone(),
            state: MessageState::Waiting,
            place: None,
            file: None,
            id: String::new(),
            entry: None,
            quoted: None,
            marks: Marks::default(),
            lifetime: None,
            goes_at: None,
            gone: false,
        };
        numbered.map(message).collect()
    }

    /// Takes the unsent text as another window has left it.
    pub(super) fn follow_draft(&mut self, contact: &ContactId, text: String) -> Vec<Effect> {
        if let Some(chat) = self.chat_mut().filter(|chat| chat.contact == *contact) {
            // The text of a message that is being changed is no draft.
            let changing = chat.about.as_mut().filter(|about| about.is_change());
            *changing.map_or(&mut chat.draft, |about| &mut about.before) = text;
        }
        Vec::new()
    }

    /// Takes the unsent text with what was chosen in the menu of another page, which the person now goes on with; with a
    /// change of a message that they have begun to write, they do first.
    pub(super) fn take_handed(&mut self, contact: &ContactId, text: String) -> Vec<Effect> {
        if !self.is_open(contact) {
            return Vec::new();
        }
        let chat = self.chat_mut();
        if let Some(chat) = chat.filter(|chat| !chat.is_changed()) {
            chat.leave_change();
        }
        let mut effects = self.follow_draft(contact, text);
        effects.push(Effect::Focus(Target::Composer));
        effects
    }

    /// Puts back what was in the composer before the text of a message was changed there. A change that came back is not
    /// kept any more.
    pub(super) fn leave_change(&mut self) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        let came_back = chat
            .about
            .as_ref()
            .is_some_and(|about| about.kept.is_some());
        let contact = chat.contact.clone();
        chat.leave_change();
        let forget = came_back.then(|| self.keep_unsent(&contact));
        forget.into_iter().collect()
    }

    /// Puts the next change that came back into the composer, which has none any more.
    pub(super) fn take_next_change(&mut self) -> Vec<Effect> {
        let next = self.chat_mut().and_then(|chat| {
            let next = (!chat.waiting_changes.is_empty()).then(|| chat.waiting_changes.remove(0));
            Some((chat.contact.clone(), next?))
        });
        next.map_or_else(Vec::new, |(contact, kept)| {
            self.restore(Unsent::of(contact, kept), None)
        })
    }

    pub(super) fn edit_draft(&mut self, text: String) -> Vec<Effect> {
        let now = self.now;
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        chat.error = None;
        chat.draft.clone_from(&text);
        let contact = chat.contact.clone();
        let silent = chat
            .typed
            .is_none_or(|at| now.saturating_sub(at) >= TYPING_EVERY);
        let is_change = chat.about.as_ref().is_some_and(ComposedAbout::is_change);
        let draft = Effect::SaveDraft(contact.clone(), text.clone());
        let mut effects: Vec<Effect> = (!is_change).then_some(draft).into_iter().collect();
        if silent && !text.is_empty() && self.engine.is_ready() {
            if let Some(chat) = self.chat_mut() {
                chat.typed = Some(now);
            }
            effects.extend(self.ask(Purpose::Silent, Command::Typing { contact }));
        }
        effects
    }

    pub(super) fn send_message(&mut self) -> Vec<Effect> {
        let is_full = !self.engine.is_ready() && self.outbox.is_full();
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        let text = chat.draft.trim_end().to_owned();
        if text.trim().is_empty() {
            return Vec::new();
        }
        if let Err(refusal) = check_text(&text) {
            chat.error = Some(ComposerError::Refused(refusal));
            return Vec::new();
        }
        if is_full {
            chat.error = Some(ComposerError::NotSent);
            return Vec::new();
        }
        let about = chat.about.clone();
        if about.as_ref().is_none_or(|about| !about.is_change()) {
            chat.about = None;
        }
        let unsent = Unsent {
            contact: chat.contact.clone(),
            text: text.clone(),
            about: about.clone(),
            after: chat.newest(),
        };
        chat.draft.clear();
        chat.leave_change();
        let draft = chat.draft.clone();
        chat.error = None;
        chat.typed = None;
        let contact = chat.contact.clone();
        let to = contact.clone();
        let given = self.engine.is_ready() && draft.is_empty();
        let command = match about {
            None => Command::Send { contact, text },
            Some(ComposedAbout { act, id, .. }) => Command::Refer {
                contact,
                reference: Reference { act, about: id },
                text,
            },
        };
        let send = self.ask(Purpose::Send(unsent), command);
        // Kept in the one place before it goes from the other.
        let mut effects = vec![
            self.keep_unsent(&to),
            Effect::SaveDraft(to, draft),
            Effect::Focus(Target::Composer),
        ];
        effects.extend(send);
        let next = self.take_next_change();
        effects.extend((given && next.is_empty()).then_some(Effect::EmptyComposer));
        effects.extend(next);
        effects
    }

    /// Puts a text that was not stored back into the composer. Where the chat is not open, it is kept for
    /// when it is, beside what was written there since.
    pub(super) fn restore(&mut self, unsent: Unsent, refusal: Option<Refusal>) -> Vec<Effect> {
        let contact = unsent.contact.clone();
        let mut effects = Vec::new();
        if let Some(chat) = self.chat_mut().filter(|chat| chat.contact == contact) {
            chat.error = Some(refusal.map_or(ComposerError::NotSent, ComposerError::Refused));
            // A change that was begun meanwhile stays.
            let is_free = chat.about.as_ref().is_none_or(|about| !about.is_change());
            let kept = unsent.kept();
            if kept.changes.is_some() && !is_free {
                chat.waiting_changes.push(kept);
                effects.push(self.keep_unsent(&contact));
                return effects;
            }
            if let Some(mut about) = unsent.about.filter(ComposedAbout::is_change) {
                about.kept = Some(kept);
                about.before = std::mem::replace(&mut chat.draft, unsent.text);
                if let Some(text) = chat.text_of(&about.id) {
                    about.text = text;
                }
                chat.about = Some(about);
                effects.push(self.keep_unsent(&contact));
                return effects;
            }
            let changing = chat.about.as_mut().filter(|about| about.is_change());
            let draft = changing.map_or(&mut chat.draft, |about| &mut about.before);
            let mut text = unsent.text;
            if !draft.is_empty() {
                text.push('\n');
                text.push_str(draft);
            }
            draft.clone_from(&text);
            effects.push(Effect::SaveDraft(contact.clone(), text));
        } else {
            self.outbox.take(unsent);
            let alert = refusal.map(|refusal| self.alerts.raise(Problem::Refused(refusal)));
            effects.extend(alert.into_iter().flatten());
        }
        effects.push(self.keep_unsent(&contact));
        effects
    }

    pub(super) fn is_open(&self, contact: &ContactId) -> bool {
        self.chat().is_some_and(|chat| chat.contact == *contact)
    }

    pub(super) fn set_sight(&mut self, sight: Sight) -> Vec<Effect> {
        self.sight = sight;
        let mut effects = self.watch();
        effects.extend(self.mark_read());
        effects
    }

    pub(super) fn set_at_end(&mut self, at_end: bool) -> Vec<Effect> {
        if let Some(chat) = self.chat_mut() {
            chat.set_at_end(at_end);
        }
        self.mark_read()
    }

    pub(super) fn forget_typing(&mut self) -> Vec<Effect> {
        let now = self.now;
        self.typing.retain(|_, until| *until > now);
        Vec::new()
    }
}
