//! The open chat: its messages as far as they are loaded, and the composer.

use super::{ComposedAbout, Menu};
use crate::state::effect::Kept;
use ipc::limits::TEXT_BYTES;
use ipc::{ContactId, Message, MessageState, Progress, Quoted, Refusal, UnixMillis};
use litemap::LiteMap;
use std::rc::Rc;

/// Why the text in the composer was not sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ComposerError {
    /// It was refused.
    Refused(Refusal),
    /// The engine went away before it had stored it.
    NotSent,
}

/// Which messages of a chat were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::state) enum Stretch {
    /// The newest.
    Newest,
    /// Those before the first one that is loaded.
    Older,
    /// Those after the last one that is loaded.
    Newer,
    /// Those around this one, in the place of what is loaded.
    Around(u64),
}

/// A page of messages.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    /// The messages, oldest first.
    pub(crate) messages: Vec<Message>,
    /// There are older ones.
    pub(crate) more: bool,
    /// Some could not be read.
    pub(crate) damaged: bool,
}

/// What is not loaded behind what is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Newer {
    /// How many messages of the contact have come meanwhile.
    pub(crate) came: usize,
}

/// A message that is to be shown, once it is loaded.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::state) enum Sought {
    /// By its id, wherever it is among the older ones.
    Id(String),
    /// By its number.
    Number(u64),
}

/// What was unread when a chat was opened.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Unread {
    /// How many messages.
    count: usize,
    /// The newest message of the chat then.
    upto: u64,
}

/// The open chat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chat {
    /// Whose.
    pub(crate) contact: ContactId,
    /// What is loaded, by number.
    pub(crate) messages: LiteMap<u64, Rc<Message>>,
    /// There are older ones.
    pub(crate) more: bool,
    /// There are newer ones: what is loaded is around a message that was found.
    pub(crate) newer: Option<Newer>,
    /// The greatest number that is known, loaded or not.
    last: u64,
    /// How often what is loaded was replaced by the newest messages.
    pub(crate) returned: u32,
    /// The message that is lit up, and how many were before it.
    pub(crate) lit: Option<(u64, u32)>,
    /// Some messages could not be read.
    pub(crate) damaged: bool,
    /// The end of the messages is in sight.
    pub(crate) at_end: bool,
    /// The newest message when the end was last in sight; before that, the one before the first unread one.
    pub(in crate::state) seen: u64,
    /// What was unread when the chat was opened; `None` until that is known.
    unread: Option<Unread>,
    /// The newest page has arrived, and every message that was unread.
    pub(crate) loaded: bool,
    /// A page is on its way.
    pub(crate) loading: bool,
    /// What is loaded is from before the connection was lost: it may be gone since, or have another number.
    pub(in crate::state) stale: bool,
    /// The text in the composer.
    pub(crate) draft: String,
    /// What is to be shown once it is loaded.
    pub(in crate::state) shows: Option<Sought>,
    /// The message that it is about.
    pub(crate) about: Option<ComposedAbout>,
    /// Changes of messages that came back while another one was in the composer.
    pub(in crate::state) waiting_changes: Vec<Kept>,
    /// The message whose menu is open.
    pub(crate) menu: Option<(u64, Menu)>,
    /// Its menu is open.
    pub(crate) options: bool,
    /// This view has cleared it, and shows how it is brought back.
    pub(in crate::state) clears: bool,
    /// Why it was not sent.
    pub(crate) error: Option<ComposerError>,
    /// The newest message reported as read.
    pub(in crate::state) reported: u64,
    /// When the engine was last told that the person is writing.
    pub(in crate::state) typed: Option<UnixMillis>,
}

impl Chat {
    pub(in crate::state) fn new(contact: ContactId) -> Self {
        Self {
            contact,
            messages: LiteMap::new(),
            more: false,
            newer: None,
            last: 0,
            returned: 0,
            lit: None,
            damaged: false,
            at_end: false,
            seen: 0,
            unread: None,
            loaded: false,
            loading: true,
            stale: false,
            draft: String::new(),
            shows: None,
            about: None,
            waiting_changes: Vec::new(),
            menu: None,
            options: false,
            clears: false,
            error: None,
            reported: 0,
            typed: None,
        }
    }

    /// Returns the bytes left until the limit; negative beyond it.
    pub(crate) fn room(&self) -> i64 {
        let limit = i64::try_from(TEXT_BYTES).unwrap_or(i64::MAX);
        let used = i64::try_from(self.draft.len()).unwrap_or(i64::MAX);
        limit.saturating_sub(used)
    }

    /// Takes in a message that appeared.
    pub(in crate::state) fn take_in(&mut self, message: Message) {
        self.last = self.last.max(message.number);
        let Some(newer) = &mut self.newer else {
            self.messages.insert(message.number, Rc::new(message));
            return;
        };
        // Those between are not loaded.
        if !message.state.is_own() && message.state != MessageState::Arriving && message.has_line()
        {
            newer.came += 1;
        }
    }

    /// Takes a message as it is now, where it is here, and with it what is quoted of it.
    pub(in crate::state) fn amend(&mut self, message: Message) {
        for (_, answer) in self.messages.iter_mut() {
            let entry = answer.entry.as_ref().filter(|_| answer.is_message());
            if entry.is_some_and(|entry| entry.reference.about == message.id) {
                Rc::make_mut(answer).quoted = (!message.gone).then(|| Quoted::from(&message));
            }
        }
        if let Some(about) = self.about.as_mut().filter(|about| about.id == message.id) {
            about.text.clone_from(&message.text);
        }
        if let Some(known) = self.messages.get_mut(&message.number) {
            let quoted = known.quoted.clone().filter(|_| message.entry.is_some());
            *known = Rc::new(Message { quoted, ..message });
        }
    }

    /// Forgets what was cleared: all up to this number, but what waits to be delivered.
    pub(in crate::state) fn clear_upto(&mut self, upto: u64) {
        self.more = false;
        self.damaged = false;
        self.messages
            .retain(|_, message| !is_cleared(message, Some(upto)));
        let ids: Vec<String> = self.messages.values().map(|one| one.id.clone()).collect();
        for (_, answer) in self.messages.iter_mut() {
            let about = answer.entry.as_ref().map(|entry| &entry.reference.about);
            if answer.quoted.is_some() && about.is_some_and(|about| !ids.contains(about)) {
                Rc::make_mut(answer).quoted = None;
            }
        }
        let is_gone = |id: Option<&String>| id.is_some_and(|id| !ids.contains(id));
        self.waiting_changes
            .retain(|kept| !is_gone(kept.changes.as_ref()));
        if is_gone(self.about.as_ref().map(|about| &about.id)) {
            self.leave_change();
            self.about = None;
        }
    }

    /// Forgets the messages from this number on: they were arriving, and could not be stored.
    pub(in crate::state) fn end_before(&mut self, from: u64) {
        self.messages.retain(|number, _| *number < from);
        self.last = self.last.min(from.saturating_sub(1));
    }

    /// Takes in how far own messages are, which may also be less far than before.
    pub(in crate::state) fn take_progress(&mut self, progress: &Progress) {
        for (_, message) in self.messages.iter_mut() {
            let state = message.place.map(|place| progress.state(place));
            // Only what has changed is painted again.
            if let Some(state) = state.filter(|state| *state != message.state) {
                Rc::make_mut(message).state = state;
            }
            let goes_at = progress.goes_at(message);
            if goes_at != message.goes_at {
                Rc::make_mut(message).goes_at = goes_at;
            }
        }
    }

    /// Takes in a page of messages. While a page is on its way the engine sends no events about
    /// messages, so a page is newer than what is here.
    pub(in crate::state) fn take_page(&mut self, stretch: Stretch, page: Page) {
        let last = self.newest();
        match stretch {
            Stretch::Newest => self.take_newest(&page),
            Stretch::Older => self.more = page.more,
            Stretch::Newer => self.newer = self.newer.filter(|_| page.more),
            Stretch::Around(_) => {
                self.messages.clear();
                self.stale = false;
                self.more = page.more;
                self.loaded = true;
                self.at_end = false;
                let end = page.messages.last().map_or(0, |message| message.number);
                self.newer = (end < last).then(Newer::default);
            }
        }
        for message in page.messages {
            self.messages.insert(message.number, Rc::new(message));
        }
        self.last = self.newest();
        self.damaged |= page.damaged;
        self.loading = false;
    }

    /// Makes room for the newest page. What is older stays, unless there is a gap between the two.
    fn take_newest(&mut self, page: &Page) {
        self.last = 0;
        if std::mem::take(&mut self.stale) {
            self.messages.clear();
        }
        // It is stored and in the page, or the engine that knew it is gone and it comes again.
        self.messages
            .retain(|_, message| message.state != MessageState::Arriving);
        let first = page.messages.first().map_or(0, |message| message.number);
        let older = self
            .messages
            .first()
            .is_some_and(|(oldest, _)| *oldest < first);
        let joins = older
            && [first, first.saturating_sub(1)]
                .iter()
                .any(|number| self.messages.contains_key(number));
        if page.more && !joins {
            self.messages.retain(|number, _| *number >= first);
        }
        if !joins {
            self.more = page.more;
        }
        if self.newer.take().is_some() {
            self.returned = self.returned.wrapping_add(1);
        }
    }

    /// Returns the numbers of the first and the last message that is loaded.
    pub(in crate::state) fn ends(&self) -> (Option<u64>, Option<u64>) {
        let number = |(number, _): (&u64, &Rc<Message>)| *number;
        (
            self.messages.first().map(number),
            self.messages.last().map(number),
        )
    }

    /// Lights a message up.
    pub(in crate::state) fn light(&mut self, number: u64) {
        let before = self.lit.map_or(0, |(_, before)| before);
        self.lit = Some((number, before.wrapping_add(1)));
    }

    /// Takes how many messages are unread, with the first page; a later one may bring those that were not in it. Returns
    /// whether older ones are needed to show them all, and may be there: the last page was not empty (`ended`).
    pub(in crate::state) fn begin_at_unread(&mut self, unread: u32, ended: bool) -> bool {
        let upto = self.newest();
        let count = usize::try_from(unread).unwrap_or(usize::MAX);
        let unread = *self.unread.get_or_insert(Unread { count, upto });
        let first = self.first_unread();
        if !self.loaded && (unread.count == 0 || first.is_some() || ended || !self.more) {
            self.loaded = true;
            self.seen = first.map_or(upto, |first| first - 1);
        }
        !self.loaded
    }

    /// Returns the first message that was unread when the chat was opened.
    pub(crate) fn first_unread(&self) -> Option<u64> {
        let Unread { count, upto } = self.unread?;
        let newest_first = self.messages.values().rev();
        // Only messages count as unread, not what is done with them.
        let mut received = newest_first.filter(|message| {
            let received = message.is_message() && message.state == MessageState::Received;
            let received = received && !message.gone;
            received && message.number <= upto
        });
        received
            .nth(count.checked_sub(1)?)
            .map(|message| message.number)
    }

    /// Takes whether the end of the messages is in sight.
    pub(in crate::state) fn set_at_end(&mut self, at_end: bool) {
        if self.at_end && !at_end {
            self.seen = self.newest();
        }
        self.at_end = at_end;
    }

    /// Returns how many messages came since the end was in sight.
    pub(crate) fn below(&self) -> usize {
        if let Some(newer) = self.newer {
            return newer.came;
        }
        if self.at_end {
            return 0;
        }
        let newer = self.messages.values().rev();
        let newer = newer.take_while(|message| message.number > self.seen);
        newer
            .filter(|message| !message.state.is_own() && message.has_line())
            .count()
    }

    /// Returns the newest message of the contact that is stored: of others there is nothing to report.
    pub(in crate::state) fn newest_received(&self) -> Option<u64> {
        let mut newest_first = self.messages.values().rev();
        newest_first
            .find(|message| message.state == MessageState::Received)
            .map(|message| message.number)
    }

    /// Returns whether nothing that is loaded is shown, and there may be more.
    pub(in crate::state) fn is_short(&self) -> bool {
        self.more && !self.messages.values().any(|message| message.has_line())
    }

    pub(in crate::state) fn newest(&self) -> u64 {
        let loaded = self.messages.last().map_or(0, |(number, _)| *number);
        loaded.max(self.last)
    }
}

/// Returns whether a message is one of those that were cleared.
pub(crate) fn is_cleared(message: &Message, upto: Option<u64>) -> bool {
    let waits = matches!(message.state, MessageState::Waiting | MessageState::Sent);
    upto.is_some_and(|upto| message.number <= upto) && !waits
}
