//! What the engine says, and the connection to it coming and going.

use super::outbox::Purpose;
use super::{Effect, Problem, State, Target, View};
use ipc::{Event, FromEngine, Message, MessageState, PersonId, Refusal};

/// How long somebody who was writing counts as writing, in milliseconds.
const TYPING: u64 = 6_000;

impl State {
    pub(super) fn start(&mut self) -> Vec<Effect> {
        self.people.begin_again();
        self.requests.begin_again();
        vec![
            Effect::SlowTimer,
            Effect::Connect {
                after: 0,
                wake: false,
            },
        ]
    }

    pub(super) fn closed(&mut self) -> Vec<Effect> {
        self.people.begin_again();
        self.requests.begin_again();
        self.outbox.lost();
        self.join.busy = false;
        if let View::Settings(form) = &mut self.view {
            form.interrupted();
        }
        self.engine.set_closed()
    }

    pub(super) fn engine_says(&mut self, message: FromEngine) -> Vec<Effect> {
        match message {
            FromEngine::Event { event } => self.event(event),
            FromEngine::Reply { id, result } => match self.outbox.answered(id) {
                Some(purpose) => self.replied(purpose, result.err()),
                None => Vec::new(),
            },
            FromEngine::History { id, messages, more } => match self.outbox.answered(id) {
                Some(Purpose::History { contact, newest }) => {
                    self.history(&contact, newest, messages, more)
                }
                _ => Vec::new(),
            },
            FromEngine::Failed { reason } => {
                self.engine.set_failed(reason);
                Vec::new()
            }
        }
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Profile(profile) => self.name = profile.name,
            Event::Status(status) => self.status = Some(status),
            Event::Person(person) => self.people.insert(person.id.clone(), person),
            Event::PersonGone(id) => return self.person_gone(&id),
            Event::Request(request) => self.requests.insert(request.id.clone(), request),
            Event::RequestGone(id) => self.requests.remove(&id),
            Event::Message(message) => return self.message(message),
            Event::Typing(contact) => {
                self.typing.insert(contact, self.now.saturating_add(TYPING));
            }
            Event::Settings(settings) => self.settings = Some(settings),
            Event::Notice(notice) => return self.alerts.raise(Problem::Notice(notice)),
            Event::Ready => return self.ready(),
            // For the supervisor.
            Event::Notify(_) | Event::Badge { .. } => {}
            Event::Invite(_) | Event::InviteGone(_) => {}
        }
        Vec::new()
    }

    fn ready(&mut self) -> Vec<Effect> {
        self.people.end_again();
        self.requests.end_again();
        self.engine.set_ready();
        let mut effects = self.outbox.flush();
        effects.extend(self.resume_chat());
        for contact in self.outbox.unsure_contacts() {
            effects.extend(self.ask_history(contact, None));
        }
        if self.name.is_none() {
            effects.push(Effect::Focus(Target::JoinName));
        } else if let Some(link) = self.follow.take() {
            effects.extend(self.follow(link));
        }
        effects
    }

    fn person_gone(&mut self, id: &PersonId) -> Vec<Effect> {
        self.people.remove(id);
        let PersonId::Contact(contact) = id else {
            return Vec::new();
        };
        self.typing.remove(contact);
        if self.chat().is_some_and(|chat| chat.contact == *contact) {
            return self.open(View::Lists);
        }
        Vec::new()
    }

    fn message(&mut self, message: Message) -> Vec<Effect> {
        if message.state == MessageState::Received {
            self.typing.remove(&message.contact);
        }
        let Some(chat) = self.chat_mut() else {
            return Vec::new();
        };
        if chat.contact != message.contact {
            return Vec::new();
        }
        chat.take_in(message);
        self.mark_read()
    }

    fn replied(&mut self, purpose: Purpose, refusal: Option<Refusal>) -> Vec<Effect> {
        match (purpose, refusal) {
            (Purpose::Join, refusal) => self.join_replied(refusal),
            (Purpose::Answer(_), None) => vec![Effect::Focus(Target::Lists)],
            (Purpose::Send(unsent), Some(refusal)) => self.restore(unsent, Some(refusal)),
            (Purpose::SettingsName, refusal) => self.settings_replied(true, refusal),
            (Purpose::Settings, refusal) => self.settings_replied(false, refusal),
            (Purpose::Answer(_) | Purpose::Plain, Some(refusal)) => {
                self.alerts.raise(Problem::Refused(refusal))
            }
            (Purpose::Send(_) | Purpose::Plain, None)
            | (Purpose::Silent | Purpose::History { .. }, _) => Vec::new(),
        }
    }

    fn join_replied(&mut self, refusal: Option<Refusal>) -> Vec<Effect> {
        self.join.busy = false;
        match refusal {
            Some(refusal) => self.refuse_join(refusal),
            None => vec![Effect::Focus(Target::Lists)],
        }
    }
}
