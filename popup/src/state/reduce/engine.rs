//! What the engine says, and the connection to it coming and going.

use crate::state::alerts::Problem;
use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{FileError, Page, Stretch};
use crate::state::view::View;
use ipc::{Answer, Event, FromEngine, Message, PersonId, Place, Progress, Refusal};

/// How long somebody who was writing counts as writing, in milliseconds.
const TYPING: u64 = 6_000;

impl State {
    pub(super) fn start(&mut self) -> Vec<Effect> {
        self.begin_again();
        vec![
            Effect::SlowTimer,
            Effect::Connect {
                after: 0,
                wake: false,
            },
        ]
    }

    pub(super) fn closed(&mut self) -> Vec<Effect> {
        self.begin_again();
        self.outbox.lost();
        self.join.busy = false;
        if let View::Settings(form) = &mut self.view {
            form.saved.interrupt();
        }
        self.interrupt_contact();
        self.interrupt_invites();
        self.backup.interrupt();
        let mut effects = self.interrupt_export();
        effects.extend(self.engine.set_closed());
        effects
    }

    /// Has the engine started again. The port that is open, if one is, ends by that.
    pub(super) fn restart(&mut self) -> Vec<Effect> {
        self.engine.begin_again();
        vec![Effect::Restart, Effect::SlowTimer]
    }

    /// Begins a round: the engine is about to send everything.
    fn begin_again(&mut self) {
        self.people.begin_again();
        self.requests.begin_again();
        self.invites.begin_again();
        self.introductions.begin_again();
        self.files.all.begin_again();
    }

    pub(super) fn engine_says(&mut self, message: FromEngine) -> Vec<Effect> {
        match message {
            FromEngine::Events(events) => {
                let effects = events.into_iter().flat_map(|event| self.event(event));
                effects.collect()
            }
            FromEngine::Reply { id, result } => match self.outbox.answered(id) {
                Some(purpose) => self.replied(purpose, result),
                None => Vec::new(),
            },
            FromEngine::History {
                id,
                messages,
                more,
                damaged,
            } => {
                let page = Page {
                    messages,
                    more,
                    damaged,
                };
                match self.outbox.answered(id) {
                    Some(Purpose::History(contact, stretch)) => {
                        self.history(&contact, stretch, page)
                    }
                    Some(Purpose::Export(contact, before)) => {
                        self.export_page(&contact, before, page)
                    }
                    _ => Vec::new(),
                }
            }
            FromEngine::Found { id, found } => match self.outbox.answered(id) {
                Some(Purpose::Search) => self.take_found(found),
                _ => Vec::new(),
            },
            FromEngine::Tested { id, trial } => {
                if self.outbox.answered(id) == Some(Purpose::Test) {
                    self.trial = Some(trial);
                }
                Vec::new()
            }
            FromEngine::Failed { reason } => {
                self.engine.set_failed(reason);
                Vec::new()
            }
        }
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Profile(profile) => {
                self.name = profile.name;
                self.follow_settings();
                if self.engine.is_ready() {
                    return self.follow_joined();
                }
            }
            Event::Status(status) => self.status = Some(status),
            Event::Person(person) => return self.take_person(person),
            Event::PersonGone(id) => return self.person_gone(&id),
            Event::Request(request) => self.requests.insert(request.id.clone(), request),
            Event::RequestGone(id) => self.requests.remove(&id),
            Event::Invite(invite) => self.invites.insert(invite.id.clone(), invite),
            Event::InviteGone(id) => self.invites.remove(&id),
            Event::Introduction(one) => {
                let key = (one.contact.clone(), one.message.clone());
                self.introductions.insert(key, one);
            }
            Event::IntroductionGone { contact, message } => {
                self.introductions.remove(&(contact, message));
            }
            Event::Message(message) => return self.message(message),
            Event::Amended(message) => return self.amended(message),
            Event::MessagesGone { contact, from } => {
                let chat = self.chat_mut().filter(|chat| chat.contact == contact);
                if let Some(chat) = chat {
                    chat.end_before(from);
                }
            }
            Event::Cleared { contact, upto } => return self.cleared(&contact, upto),
            Event::Progress(progress) => self.progress(&progress),
            Event::Transfer(transfer) => return self.transfer(transfer),
            Event::TransferGone(id) => self.files.all.remove(&id),
            Event::Typing(contact) => {
                self.typing.insert(contact, self.now.saturating_add(TYPING));
            }
            Event::Settings(settings) => {
                self.settings = Some(settings);
                self.follow_settings();
            }
            Event::Alert(alert) => return self.alerts.raise(Problem::Alert(alert)),
            Event::Ready => return self.ready(),
            // For the supervisor.
            Event::Notify(_) | Event::Withdraw(_) | Event::Badge(_) | Event::Recent(_) => {}
        }
        Vec::new()
    }

    fn ready(&mut self) -> Vec<Effect> {
        self.people.end_again();
        self.requests.end_again();
        self.invites.end_again();
        self.introductions.end_again();
        self.files.all.end_again();
        self.engine.set_ready();
        let mut effects = self.outbox.flush();
        effects.extend(self.leave_gone_note());
        effects.extend(self.resume_left_note());
        effects.extend(self.resume_page());
        effects.extend(self.resume_search());
        // Everything has been painted with this: what waited for a view has been shown.
        effects.extend(self.watch());
        for contact in self.outbox.unsure_contacts() {
            effects.extend(self.ask_history(contact, Stretch::Newest));
        }
        if self.name.is_none() {
            self.backup.opened = self.follow == Some(Place::Backup);
            // Every other place is of somebody who has joined.
            self.follow
                .take_if(|place| !matches!(place, Place::Invite(_)));
            effects.push(Effect::Focus(Target::JoinName));
        } else {
            effects.extend(self.follow_joined());
        }
        effects
    }

    fn person_gone(&mut self, id: &PersonId) -> Vec<Effect> {
        self.people.remove(id);
        let PersonId::Contact(contact) = id else {
            return self.leave_gone_note();
        };
        self.typing.remove(contact);
        self.leave_gone_contact().unwrap_or_default()
    }

    /// Leaves the page of somebody who is not a contact any more.
    fn leave_gone_contact(&mut self) -> Option<Vec<Effect>> {
        let shown = match &self.view {
            View::Chat(chat) => &chat.contact,
            View::Contact(page) => &page.contact,
            View::Lists | View::Connection | View::Files | View::Settings(_) | View::Invites(_) => {
                return None;
            }
        };
        let gone = self.people.get(&PersonId::Contact(shown.clone())).is_none();
        gone.then(|| self.open(View::Lists))
    }

    /// Goes on after a lost connection: what is open stays open, unless its contact is gone.
    fn resume_page(&mut self) -> Vec<Effect> {
        self.leave_gone_contact()
            .unwrap_or_else(|| self.resume_chat())
    }

    fn message(&mut self, message: Message) -> Vec<Effect> {
        if !message.state.is_own() {
            self.typing.remove(&message.contact);
        }
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        if chat.contact != message.contact {
            return Vec::new();
        }
        let is_own = message.state.is_own();
        chat.take_in(message);
        // Who writes is at the end again.
        if is_own && chat.newer.is_some() {
            return self.load_newest();
        }
        self.mark_read()
    }

    fn progress(&mut self, progress: &Progress) {
        let chat = self.chat_mut();
        if let Some(chat) = chat.filter(|chat| chat.contact == progress.contact) {
            chat.take_progress(progress);
        }
    }

    fn replied(&mut self, purpose: Purpose, result: Result<Answer, Refusal>) -> Vec<Effect> {
        match purpose {
            Purpose::Note(stranger) => self.note_replied(&stranger, result),
            Purpose::Join => self.join_replied(result.err()),
            Purpose::SettingsName => self.settings_replied(true, result.err()),
            Purpose::Settings => self.settings_replied(false, result.err()),
            Purpose::Rename(contact) => self.rename_replied(&contact, result),
            Purpose::Preferences(contact) => self.preferences_replied(&contact, result),
            Purpose::Introduce(contact) => self.introduce_replied(&contact, result),
            Purpose::Invite => self.invite_replied(result),
            Purpose::UseInvite => self.use_replied(result),
            Purpose::Backup => self.export_replied(result),
            Purpose::OpenBackup => self.opened_replied(result),
            Purpose::Import => self.import_replied(result),
            Purpose::Answer(_)
            | Purpose::Send(_)
            | Purpose::Offer(_)
            | Purpose::Decide(_)
            | Purpose::Plain => match result {
                Ok(_) => self.done(&purpose),
                Err(refusal) => self.refused(purpose, refusal),
            },
            Purpose::Silent
            | Purpose::Test
            | Purpose::Search
            | Purpose::History(..)
            | Purpose::Export(..) => Vec::new(),
        }
    }

    fn done(&self, purpose: &Purpose) -> Vec<Effect> {
        if let Purpose::Send(unsent) = purpose {
            return self.sent(unsent);
        }
        // The row of a request that was answered is gone, and had the focus.
        let answered = matches!(purpose, Purpose::Answer(_));
        let focus = answered.then_some(Effect::Focus(Target::Lists));
        focus.into_iter().collect()
    }

    fn refused(&mut self, purpose: Purpose, refusal: Refusal) -> Vec<Effect> {
        if let Purpose::Send(unsent) = purpose {
            return self.restore(unsent, Some(refusal));
        }
        if let Purpose::Offer(name) = purpose {
            return self.not_offered(name, FileError::Refused(refusal));
        }
        self.alerts.raise(Problem::Refused(refusal))
    }
}
