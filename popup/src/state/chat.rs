//! The open chat: its messages as far as they are loaded, and the composer.

use super::outbox::{Purpose, Unsent};
use super::{Effect, Problem, State, Target, View};
use ipc::limits::TEXT_BYTES;
use ipc::{
    Command, ContactId, Message, MessageState, PersonId, Progress, Refusal, ToEngine, UnixMillis,
};
use litemap::LiteMap;

/// Messages asked for at a time.
const PAGE: u32 = 50;

/// The shortest time between two words to the engine that the person is writing, in milliseconds.
const TYPING_EVERY: u64 = 3_000;

/// Why the text in the composer was not sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ComposerError {
    /// It was refused.
    Refused(Refusal),
    /// The engine went away before it had stored it.
    NotSent,
}

/// The open chat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chat {
    /// Whose.
    pub(crate) contact: ContactId,
    /// What is loaded, by number.
    pub(crate) messages: LiteMap<u64, Message>,
    /// There are older ones.
    pub(crate) more: bool,
    /// The newest page has arrived.
    pub(crate) loaded: bool,
    /// A page is on its way.
    pub(crate) loading: bool,
    /// The text in the composer.
    pub(crate) draft: String,
    /// Why it was not sent.
    pub(crate) error: Option<ComposerError>,
    /// The newest message reported as read.
    reported: u64,
    /// When the engine was last told that the person is writing.
    typed: Option<UnixMillis>,
}

impl Chat {
    fn new(contact: ContactId) -> Self {
        Self {
            contact,
            messages: LiteMap::new(),
            more: false,
            loaded: false,
            loading: true,
            draft: String::new(),
            error: None,
            reported: 0,
            typed: None,
        }
    }

    /// Bytes over (negative) or left until the limit.
    pub(crate) fn room(&self) -> i64 {
        let limit = i64::try_from(TEXT_BYTES).unwrap_or(i64::MAX);
        let used = i64::try_from(self.draft.len()).unwrap_or(i64::MAX);
        limit.saturating_sub(used)
    }

    /// A message appeared.
    pub(super) fn take_in(&mut self, message: Message) {
        self.messages.insert(message.number, message);
    }

    /// Own messages are further, or wait again.
    pub(super) fn take_progress(&mut self, progress: &Progress) {
        for (_, message) in self.messages.iter_mut() {
            if let Some(place) = message.place {
                message.state = progress.state(place);
            }
        }
    }

    /// A page arrived. The engine says nothing of messages while one is on its way, so that it is
    /// newer than what is held.
    fn take_page(&mut self, newest: bool, page: Vec<Message>, more: bool) {
        if newest && more {
            let first = page.first().map_or(0, |message| message.number);
            self.messages.retain(|number, _| *number >= first);
        }
        for message in page {
            self.messages.insert(message.number, message);
        }
        self.more = more;
        self.loaded = true;
        self.loading = false;
    }

    fn newest_received(&self) -> Option<u64> {
        let mut newest_first = self.messages.values().rev();
        newest_first
            .find(|message| message.state == MessageState::Received)
            .map(|message| message.number)
    }

    fn newest(&self) -> u64 {
        self.messages.last().map_or(0, |(number, _)| *number)
    }
}

impl State {
    /// The open chat.
    pub(crate) fn chat(&self) -> Option<&Chat> {
        if let View::Chat(chat) = &self.view {
            Some(chat)
        } else {
            None
        }
    }

    pub(super) fn chat_mut(&mut self) -> Option<&mut Chat> {
        if let View::Chat(chat) = &mut self.view {
            Some(chat)
        } else {
            None
        }
    }

    pub(super) fn open_chat(&mut self, contact: ContactId) -> Vec<Effect> {
        if self
            .people
            .get(&PersonId::Contact(contact.clone()))
            .is_none()
        {
            return Vec::new();
        }
        if self.chat().is_some_and(|chat| chat.contact == contact) {
            return Vec::new();
        }
        let mut effects = self.open(View::Chat(Box::new(Chat::new(contact.clone()))));
        effects.push(Effect::LoadDraft(contact.clone()));
        effects.extend(self.ask_history(contact, None));
        effects
    }

    /// After a lost connection: the engine is told again which chat is shown, and its newest
    /// messages are read again.
    pub(super) fn resume_chat(&mut self) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        chat.reported = 0;
        chat.loading = true;
        let contact = chat.contact.clone();
        let mut effects = self.watch();
        effects.extend(self.ask_history(contact, None));
        effects
    }

    /// Tells the engine which chat is shown now.
    pub(super) fn watch(&self) -> Vec<Effect> {
        if !self.engine.is_ready() {
            return Vec::new();
        }
        let shown = self.chat().filter(|_| !self.hidden);
        let contact = shown.map(|chat| chat.contact.clone());
        vec![Effect::Post(ToEngine::Watching { contact })]
    }

    /// Asks for a page, unless the same one is on its way.
    pub(super) fn ask_history(&mut self, contact: ContactId, before: Option<u64>) -> Vec<Effect> {
        let purpose = Purpose::History {
            contact: contact.clone(),
            newest: before.is_none(),
        };
        if !self.engine.is_ready() || self.outbox.awaits(&purpose) {
            return Vec::new();
        }
        self.outbox.ask(purpose, true, |id| ToEngine::History {
            id,
            contact,
            before,
            limit: PAGE,
        })
    }

    pub(super) fn load_older(&mut self) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        let first = chat.messages.first().map(|(number, _)| *number);
        if !chat.more || chat.loading || first.is_none() {
            return Vec::new();
        }
        chat.loading = true;
        let contact = chat.contact.clone();
        self.ask_history(contact, first)
    }

    pub(super) fn history(
        &mut self,
        contact: &ContactId,
        newest: bool,
        page: Vec<Message>,
        more: bool,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        for unsent in self.outbox.take_unsure(contact) {
            if !page.iter().any(|message| is_stored(&unsent, message)) {
                effects.extend(self.restore(unsent, None));
            }
        }
        if let Some(chat) = self.chat_mut().filter(|chat| chat.contact == *contact) {
            chat.take_page(newest, page, more);
        }
        effects.extend(self.mark_read());
        effects
    }

    /// Reports the newest message on the screen as seen.
    pub(super) fn mark_read(&mut self) -> Vec<Effect> {
        if self.hidden || !self.engine.is_ready() {
            return Vec::new();
        }
        let Some(chat) = self.chat_mut().filter(|chat| chat.loaded) else {
            return Vec::new();
        };
        let Some(number) = chat.newest_received().filter(|n| *n > chat.reported) else {
            return Vec::new();
        };
        chat.reported = number;
        let contact = chat.contact.clone();
        self.ask(Purpose::Silent, Command::Read { contact, number })
    }

    pub(super) fn draft_loaded(&mut self, contact: &ContactId, text: String) -> Vec<Effect> {
        let chat = self.chat_mut();
        if let Some(chat) = chat.filter(|c| c.contact == *contact && c.draft.is_empty()) {
            chat.draft = text;
        }
        Vec::new()
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
        let mut effects = vec![Effect::SaveDraft(contact.clone(), text.clone())];
        if silent && !text.is_empty() && self.engine.is_ready() {
            if let Some(chat) = self.chat_mut() {
                chat.typed = Some(now);
            }
            effects.extend(self.ask(Purpose::Silent, Command::Typing { contact }));
        }
        effects
    }

    pub(super) fn send_message(&mut self) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        let text = chat.draft.trim_end().to_owned();
        if text.trim().is_empty() {
            return Vec::new();
        }
        if text.len() > TEXT_BYTES {
            chat.error = Some(ComposerError::Refused(Refusal::TextTooLong));
            return Vec::new();
        }
        let unsent = Unsent {
            contact: chat.contact.clone(),
            text: text.clone(),
            after: chat.newest(),
        };
        chat.draft.clear();
        chat.error = None;
        chat.typed = None;
        let contact = chat.contact.clone();
        let mut effects = vec![
            Effect::SaveDraft(contact.clone(), String::new()),
            Effect::Focus(Target::Composer),
        ];
        effects.extend(self.ask(Purpose::Send(unsent), Command::Send { contact, text }));
        effects
    }

    /// A text that was not stored goes back to where it was written.
    pub(super) fn restore(&mut self, unsent: Unsent, refusal: Option<Refusal>) -> Vec<Effect> {
        let mut text = unsent.text;
        if let Some(chat) = self.chat_mut().filter(|c| c.contact == unsent.contact) {
            if !chat.draft.is_empty() {
                text.push('\n');
                text.push_str(&chat.draft);
            }
            chat.draft.clone_from(&text);
            chat.error = Some(refusal.map_or(ComposerError::NotSent, ComposerError::Refused));
        } else if let Some(refusal) = refusal {
            self.alerts.raise(Problem::Refused(refusal));
        }
        vec![Effect::SaveDraft(unsent.contact, text)]
    }
}

fn is_stored(unsent: &Unsent, message: &Message) -> bool {
    message.state != MessageState::Received
        && message.number > unsent.after
        && message.text == unsent.text
}
