//! The messages of the open chat: asked for in pages, and taken in.

use crate::state::alerts::Problem;
use crate::state::effect::Effect;
use crate::state::model::State;
use crate::state::outbox::{Purpose, Unsent};
use crate::state::pages::{Chat, Page, Sought, Stretch};
use ipc::{Act, ContactId, HistoryFrom, Message, PersonId, Refusal, ToEngine};

/// Messages asked for at a time.
const PAGE_SIZE: u32 = 50;

/// Messages asked for at a time until all unread ones are there: as many as an answer has.
const LARGEST_PAGE: u32 = 200;

impl State {
    /// Goes on after a lost connection: reads the newest messages of the chat again, and forgets what else is loaded.
    pub(super) fn resume_chat(&mut self) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        chat.reported = 0;
        chat.loading = true;
        chat.stale = true;
        let contact = chat.contact.clone();
        self.ask_history(contact, Stretch::Newest)
    }

    /// Asks for a page, unless the same one is on its way.
    pub(super) fn ask_history(&mut self, contact: ContactId, stretch: Stretch) -> Vec<Effect> {
        let purpose = Purpose::History(contact.clone(), stretch);
        if !self.engine.is_ready() || self.outbox.awaits(&purpose) {
            return Vec::new();
        }
        let (first, last) = self.chat().map_or((None, None), Chat::ends);
        let from = match stretch {
            Stretch::Newest => HistoryFrom::Newest,
            Stretch::Older => first.map_or(HistoryFrom::Newest, HistoryFrom::Before),
            Stretch::Newer => last.map_or(HistoryFrom::Newest, HistoryFrom::After),
            Stretch::Around(number) => {
                HistoryFrom::Before(number.saturating_add(u64::from(PAGE_SIZE / 2)))
            }
        };
        let limit = match stretch {
            Stretch::Newest | Stretch::Older => self.page_size(&contact),
            Stretch::Newer | Stretch::Around(_) => PAGE_SIZE,
        };
        self.outbox.ask(purpose, true, |id| ToEngine::History {
            id,
            contact,
            from,
            limit,
        })
    }

    /// Returns how many messages to ask for: of a chat with more unread ones, or with more of them to be read again, as many
    /// as an answer has.
    fn page_size(&self, contact: &ContactId) -> u32 {
        let person = self.people.get(&PersonId::Contact(contact.clone()));
        let unread = person.map_or(0, |person| person.unread);
        let again = self.chat().filter(|chat| chat.stale);
        let again = again.map_or(0, |chat| chat.messages.len());
        if unread < PAGE_SIZE && again <= PAGE_SIZE as usize {
            PAGE_SIZE
        } else {
            LARGEST_PAGE
        }
    }

    pub(super) fn load_older(&mut self) -> Vec<Effect> {
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        if !chat.more || chat.messages.is_empty() {
            return Vec::new();
        }
        self.load(Stretch::Older)
    }

    pub(super) fn load_newer(&mut self) -> Vec<Effect> {
        if self.chat().is_some_and(|chat| chat.newer.is_some()) {
            self.load(Stretch::Newer)
        } else {
            Vec::new()
        }
    }

    /// Goes back to the newest messages, which are not loaded.
    pub(super) fn load_newest(&mut self) -> Vec<Effect> {
        self.load(Stretch::Newest)
    }

    /// Asks for messages of the open chat, unless some are on their way.
    pub(super) fn load(&mut self, stretch: Stretch) -> Vec<Effect> {
        let Some(chat) = self.chat_mut().filter(|chat| !chat.loading) else {
            return Vec::new();
        };
        chat.loading = true;
        let contact = chat.contact.clone();
        self.ask_history(contact, stretch)
    }

    pub(super) fn history(
        &mut self,
        contact: &ContactId,
        stretch: Stretch,
        page: Page,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let unsure = self.outbox.take_unsure(contact);
        let was_unsure = !unsure.is_empty();
        // Before those that are stored are left out: what a stored one has changed again does not come back.
        let mut unsure = last_changes(unsure);
        unsure.retain(|unsent| !page.messages.iter().any(|one| is_stored(unsent, one)));
        if self.is_open(contact) {
            // Each is put before what is in the field.
            unsure.reverse();
        }
        effects.extend(self.take_page(contact, stretch, page));
        for unsent in unsure {
            effects.extend(self.restore(unsent, None));
        }
        effects.extend(was_unsure.then(|| self.keep_unsent(contact)));
        effects.extend(self.mark_read());
        effects
    }

    /// Shows a page. Older ones are asked for until all are there that were unread when the chat was opened.
    fn take_page(&mut self, contact: &ContactId, stretch: Stretch, page: Page) -> Vec<Effect> {
        let person = self.people.get(&PersonId::Contact(contact.clone()));
        let unread = person.map_or(0, |person| person.unread);
        let Some(chat) = self.chat_mut().filter(|chat| chat.contact == *contact) else {
            return Vec::new();
        };
        // One of which nothing could be read would be asked for without end.
        let is_empty = page.messages.is_empty();
        chat.take_page(stretch, page);
        let is_short = chat.begin_at_unread(unread, is_empty) || !is_empty && chat.is_short();
        match chat.shows.take() {
            Some(Sought::Id(_)) if is_empty => {
                self.alerts.raise(Problem::Refused(Refusal::MessageGone))
            }
            Some(Sought::Id(id)) => self.show_message(&id),
            Some(Sought::Number(number)) => {
                self.show_number(number, stretch == Stretch::Around(number))
            }
            None if is_short => self.load_older(),
            None => Vec::new(),
        }
    }
}

fn is_stored(unsent: &Unsent, message: &Message) -> bool {
    let is_since = message.state.is_own() && message.number > unsent.after;
    let is_it = match unsent.changes() {
        // The message may be further up; that it was changed is an entry of its own.
        Some(id) => message.id == id || is_since && is_change(message, id),
        None => is_since,
    };
    is_it && message.text == unsent.text
}

fn is_change(message: &Message, of: &str) -> bool {
    let entry = message.entry.as_ref().map(|entry| &entry.reference);
    entry.is_some_and(|reference| reference.act == Act::Edit && reference.about == of)
}

/// Leaves out changes of a message that a later one changes again.
fn last_changes(unsent: Vec<Unsent>) -> Vec<Unsent> {
    let mut left: Vec<Unsent> = Vec::new();
    for one in unsent {
        left.retain(|earlier| one.changes().is_none() || earlier.changes() != one.changes());
        left.push(one);
    }
    left
}
