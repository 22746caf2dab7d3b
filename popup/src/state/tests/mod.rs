//! The reducer, told what happens and asked what it shows and does: here what all tests share.

mod availability;
mod backup;
mod beacon;
mod chat;
mod connection;
mod contact;
mod engine;
mod export;
mod files;
mod introduce;
mod invites;
mod lists;
mod note;
mod overlay;
mod picture;
mod places;
mod reading;
mod saying;
mod search;
mod settings;
mod unread;
mod unsent;

use super::*;
use ipc::{
    Alert, Answer, Asked, Command, Config, ContactId, Event, FromEngine, Hidden, HistoryFrom,
    Invite, InviteId, Marks, Message, MessageState, Person, PersonId, Phase, Place, Presence,
    Profile, Progress, Refusal, Request, RequestId, SettingsView, SignallingServer, Status, Switch,
    ToEngine, UnixMillis,
};

const NOW: UnixMillis = 1_000_000;

/// The person is before the page.
const LOOKED_AT: Sight = Sight {
    visible: true,
    focused: true,
};

/// The page is on the screen, and the person is elsewhere.
const BESIDE: Sight = Sight {
    visible: true,
    focused: false,
};

/// The page is in a background tab.
const HIDDEN: Sight = Sight {
    visible: false,
    focused: false,
};

fn contact(id: &str) -> ContactId {
    ContactId(id.to_owned())
}

fn person(id: PersonId, name: &str, presence: Presence) -> Person {
    Person::new(id, name.to_owned(), presence)
}

fn anna() -> Person {
    person(PersonId::Contact(contact("a")), "Anna", Presence::OnNetwork)
}

fn message(number: u64, state: MessageState, text: &str) -> Message {
    Message {
        contact: contact("a"),
        number,
        at: NOW,
        text: text.to_owned(),
        state,
        place: None,
        file: None,
        id: format!("id of {number}"),
        entry: None,
        quoted: None,
        marks: Marks::default(),
        lifetime: None,
        goes_at: None,
        gone: false,
    }
}

fn packed() -> Config {
    Config {
        root: "myapp".to_owned(),
        signalling: vec![SignallingServer {
            host: "packed.example".to_owned(),
            port: 443,
            path: "/".to_owned(),
            key: "peerjs".to_owned(),
            secure: true,
        }],
        ice_servers: Vec::new(),
        ip_echo: None,
        beacon: None,
        page: None,
        extension: None,
    }
}

/// A reducer with what tests ask of it.
struct Sut {
    state: State,
}

impl Sut {
    fn new() -> Self {
        let mut view = Self {
            state: State::default(),
        };
        view.act(Action::Started);
        view.act(Action::Seen(LOOKED_AT));
        view
    }

    /// Joined, attached, with Anna.
    fn with_anna() -> Self {
        let mut view = Self::new();
        view.attach();
        view
    }

    fn attach(&mut self) -> Vec<Effect> {
        self.attach_as(Some("Me"))
    }

    /// Attaches to the engine of somebody with this name, or of nobody yet.
    fn attach_as(&mut self, name: Option<&str>) -> Vec<Effect> {
        let settings = SettingsView {
            settings: ipc::Settings::default(),
            defaults: packed(),
            config_error: None,
        };
        let name = name.map(str::to_owned);
        self.event(Event::Profile(Profile { name }));
        self.event(Event::Settings(settings));
        self.event(Event::Person(anna()));
        self.event(Event::Ready)
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        self.state.apply(NOW, action)
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        self.act(Action::Engine(FromEngine::Events(vec![event])))
    }

    fn reply(&mut self, id: u32, refusal: Option<Refusal>) -> Vec<Effect> {
        self.answer(id, refusal.map_or(Ok(Answer::Done), Err))
    }

    fn answer(&mut self, id: u32, result: Result<Answer, Refusal>) -> Vec<Effect> {
        self.act(Action::Engine(FromEngine::Reply { id, result }))
    }

    /// Opens Anna's chat and answers its first page, all of which is in sight.
    fn open_chat(&mut self, page: Vec<Message>, more: bool) -> Vec<Effect> {
        let effects = self.act(Action::OpenChat(contact("a")));
        let mut effects = self.page(&effects, page, more);
        effects.extend(self.act(Action::AtEnd(true)));
        effects
    }

    fn page(&mut self, asked: &[Effect], messages: Vec<Message>, more: bool) -> Vec<Effect> {
        let id = history_id(asked).expect("a page was asked for");
        self.act(Action::Engine(FromEngine::History {
            id,
            messages,
            more,
            damaged: false,
        }))
    }

    fn send(&mut self, text: &str) -> (u32, Vec<Effect>) {
        self.act(Action::Draft(text.to_owned()));
        let effects = self.act(Action::Send);
        (command_id(&effects).unwrap_or(0), effects)
    }

    fn numbers(&self) -> Vec<u64> {
        let chat = self.state.chat().expect("a chat is open");
        chat.messages.values().map(|m| m.number).collect()
    }

    fn states(&self) -> Vec<MessageState> {
        let chat = self.state.chat().expect("a chat is open");
        chat.messages.values().map(|m| m.state).collect()
    }

    fn draft(&self) -> &str {
        &self.state.chat().expect("a chat is open").draft
    }

    fn form(&self) -> &SettingsForm {
        let View::Settings(form) = &self.state.view else {
            panic!("the settings are open");
        };
        form
    }
}

fn posts(effects: &[Effect]) -> Vec<&ToEngine> {
    let mut posted = Vec::new();
    for effect in effects {
        if let Effect::Post(message) = effect {
            posted.push(message);
        }
    }
    posted
}

fn sent(effects: &[Effect]) -> Vec<(u32, &Command)> {
    let mut sent = Vec::new();
    for message in posts(effects) {
        if let ToEngine::Command { id, command } = message {
            sent.push((*id, command));
        }
    }
    sent
}

fn commands(effects: &[Effect]) -> Vec<&Command> {
    sent(effects)
        .into_iter()
        .map(|(_, command)| command)
        .collect()
}

fn command_id(effects: &[Effect]) -> Option<u32> {
    sent(effects).first().map(|(id, _)| *id)
}

fn history_id(effects: &[Effect]) -> Option<u32> {
    let mut asked = None;
    for message in posts(effects) {
        if let ToEngine::History { id, .. } = message {
            asked = asked.or(Some(*id));
        }
    }
    asked
}

fn names(state: &State, section: Section) -> Vec<String> {
    let sort = |names: Vec<&str>| {
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        names.sort_by_key(|name| name.to_lowercase().replace('ä', "a"));
        names
    };
    let mut lists = Lists::default();
    lists.follow(&state.people, &state.requests, sort);
    let people = lists.of(section).iter();
    people.map(|person| person.name.clone()).collect()
}
