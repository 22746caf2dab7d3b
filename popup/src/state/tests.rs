//! The reducer, told what happens and asked what it shows and does.

mod backup;
mod beacon;
mod contact;
mod invites;

use super::*;
use ipc::{
    Answer, Asked, Config, Event, Message, MessageState, Notice, Person, Phase, Presence, Profile,
    Progress, Refusal, SettingsView, SignallingServer, Switch,
};

const NOW: UnixMillis = 1_000_000;

fn contact(id: &str) -> ContactId {
    ContactId(id.to_owned())
}

fn person(id: PersonId, name: &str, presence: Presence) -> Person {
    Person {
        id,
        name: name.to_owned(),
        presence,
        resembles: None,
        asked: Asked::No,
        last_seen: None,
        unread: 0,
        ping: None,
        care: None,
    }
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
        view
    }

    /// Joined, attached, with Anna.
    fn with_anna() -> Self {
        let mut view = Self::new();
        view.attach();
        view
    }

    fn attach(&mut self) -> Vec<Effect> {
        let settings = SettingsView {
            settings: ipc::Settings::default(),
            defaults: packed(),
            config_error: None,
        };
        let name = Some("Me".to_owned());
        self.event(Event::Profile(Profile { name }));
        self.event(Event::Settings(settings));
        self.event(Event::Person(anna()));
        self.event(Event::Ready)
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        self.state.apply(NOW, action)
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        self.act(Action::Engine(FromEngine::Event { event }))
    }

    fn reply(&mut self, id: u32, refusal: Option<Refusal>) -> Vec<Effect> {
        self.answer(id, refusal.map_or(Ok(Answer::Done), Err))
    }

    fn answer(&mut self, id: u32, result: Result<Answer, Refusal>) -> Vec<Effect> {
        self.act(Action::Engine(FromEngine::Reply { id, result }))
    }

    /// Opens Anna's chat and answers its first page.
    fn open_chat(&mut self, page: Vec<Message>, more: bool) -> Vec<Effect> {
        let effects = self.act(Action::OpenChat(contact("a")));
        self.page(&effects, page, more)
    }

    fn page(&mut self, asked: &[Effect], messages: Vec<Message>, more: bool) -> Vec<Effect> {
        let id = history_id(asked).expect("a page was asked for");
        self.act(Action::Engine(FromEngine::History { id, messages, more }))
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

fn names(state: &State, place: Place) -> Vec<&str> {
    let people = list(&state.people, place, str::to_lowercase);
    people.into_iter().map(|person| &*person.name).collect()
}

#[test]
fn starting_is_said_only_when_it_takes_long() {
    let mut view = Sut::new();
    assert_eq!(view.state.shell(), Shell::Blank);
    view.act(Action::Slow);
    assert_eq!(view.state.shell(), Shell::Starting);
    view.attach();
    assert_eq!(view.state.shell(), Shell::Lists);
}

#[test]
fn without_a_name_the_first_run_page_is_shown_until_join_is_answered() {
    let mut view = Sut::new();
    view.event(Event::Profile(Profile { name: None }));
    let effects = view.event(Event::Ready);
    assert_eq!(view.state.shell(), Shell::FirstRun);
    assert!(effects.contains(&Effect::Focus(Target::JoinName)));

    assert_eq!(commands(&view.act(Action::Join)), Vec::<&Command>::new());
    assert_eq!(view.state.join.refusal, Some(Refusal::NameEmpty));

    view.act(Action::JoinName("  Ada ".to_owned()));
    let sent = view.act(Action::Join);
    let name = "Ada".to_owned();
    assert_eq!(commands(&sent), [&Command::Join { name: name.clone() }]);
    assert_eq!(commands(&view.act(Action::Join)), Vec::<&Command>::new());

    view.reply(command_id(&sent).unwrap(), Some(Refusal::NameCharacters));
    assert_eq!(view.state.join.refusal, Some(Refusal::NameCharacters));

    let sent = view.act(Action::Join);
    view.event(Event::Profile(Profile { name: Some(name) }));
    view.reply(command_id(&sent).unwrap(), None);
    assert_eq!(view.state.shell(), Shell::Lists);
}

#[test]
fn a_lost_port_is_opened_again_with_growing_waits_and_reported_in_the_end() {
    let mut view = Sut::with_anna();
    let first = view.act(Action::Closed);
    assert!(first.contains(&Effect::SlowTimer));
    assert!(first.contains(&Effect::Connect {
        after: 0,
        wake: true
    }));
    assert_eq!(view.state.shell(), Shell::Lists, "the lists stay meanwhile");
    let second = view.act(Action::Closed);
    assert_eq!(
        second,
        [Effect::Connect {
            after: 100,
            wake: true
        }]
    );
    for _ in 0..5 {
        view.act(Action::Closed);
    }
    assert_eq!(view.state.shell(), Shell::Down(None));
    view.attach();
    assert_eq!(view.state.shell(), Shell::Lists);
}

#[test]
fn an_engine_that_cannot_run_says_why() {
    let mut view = Sut::new();
    let reason = "the keys cannot be read".to_owned();
    view.act(Action::Engine(FromEngine::Failed { reason }));
    assert_eq!(
        view.state.shell(),
        Shell::Down(Some("the keys cannot be read"))
    );
}

#[test]
fn contacts_come_before_strangers_and_each_by_name() {
    let mut view = Sut::with_anna();
    let stranger = |id: &str| PersonId::Stranger(id.to_owned());
    let saved = |id: &str| PersonId::Contact(contact(id));
    for new in [
        person(stranger("s1"), "aaron", Presence::ClaimsNetwork),
        person(stranger("s2"), "Zoe", Presence::OnNetwork),
        person(saved("b"), "berta", Presence::ClaimsNetwork),
        person(saved("c"), "Cem", Presence::Offline),
        person(saved("d"), "Dora", Presence::Online),
        person(stranger("s3"), "Gone", Presence::Offline),
    ] {
        view.event(Event::Person(new));
    }
    assert_eq!(
        names(&view.state, Place::Network),
        ["Anna", "berta", "aaron", "Zoe"]
    );
    assert_eq!(names(&view.state, Place::Saved), ["Dora", "Cem"]);
}

#[test]
fn who_is_not_sent_again_after_a_restart_of_the_engine_is_gone() {
    let mut view = Sut::with_anna();
    let berta = PersonId::Contact(contact("b"));
    view.event(Event::Person(person(berta, "Berta", Presence::Online)));
    view.act(Action::Closed);
    assert_eq!(names(&view.state, Place::Saved), ["Berta"], "not before");
    view.attach();
    assert_eq!(names(&view.state, Place::Saved), Vec::<&str>::new());
    assert_eq!(names(&view.state, Place::Network), ["Anna"]);
}

#[test]
fn opening_a_chat_watches_it_and_asks_for_its_newest_page() {
    let mut view = Sut::with_anna();
    let effects = view.act(Action::OpenChat(contact("a")));
    let contact = contact("a");
    assert!(posts(&effects).contains(&&ToEngine::Watching {
        contact: Some(contact.clone())
    }));
    assert!(posts(&effects).iter().any(|post| matches!(
        post,
        ToEngine::History {
            before: None,
            limit: 50,
            ..
        }
    )));
    assert!(effects.contains(&Effect::LoadDraft(contact)));

    let back = view.act(Action::Back);
    assert!(posts(&back).contains(&&ToEngine::Watching { contact: None }));
}

#[test]
fn a_page_keeps_what_was_heard_before_it_and_is_newer() {
    let mut view = Sut::with_anna();
    let asked = view.act(Action::OpenChat(contact("a")));
    view.event(Event::Message(message(2, MessageState::Sent, "two")));
    view.event(Event::Message(message(3, MessageState::Received, "three")));
    let page = vec![
        message(1, MessageState::Received, "one"),
        message(2, MessageState::Waiting, "two"),
    ];
    view.page(&asked, page, false);
    assert_eq!(view.numbers(), [1, 2, 3]);
    assert_eq!(view.states()[1], MessageState::Waiting);
}

#[test]
fn own_messages_are_as_far_as_the_progress_says_and_can_wait_again() {
    use MessageState::{Delivered, Read, Received, Sent, Waiting};
    let mut view = Sut::with_anna();
    let own = |number, place| Message {
        place: Some(place),
        ..message(number, Waiting, "own")
    };
    let page = vec![own(1, 1), message(2, Received, "x"), own(3, 2), own(4, 3)];
    view.open_chat(page, false);
    let progress = |who: &str, sent| {
        Event::Progress(Progress {
            contact: contact(who),
            sent,
            delivered: 2,
            read: 1,
        })
    };
    view.event(progress("a", 3));
    assert_eq!(view.states(), [Read, Received, Delivered, Sent]);
    view.event(progress("a", 2));
    assert_eq!(view.states(), [Read, Received, Delivered, Waiting]);
    view.event(progress("b", 3));
    assert_eq!(view.states()[3], Waiting, "another chat");
}

#[test]
fn older_messages_are_asked_for_once_at_a_time() {
    let mut view = Sut::with_anna();
    view.open_chat(vec![message(10, MessageState::Sent, "ten")], true);

    let asked = view.act(Action::LoadOlder);
    assert!(posts(&asked).iter().any(|post| matches!(
        post,
        ToEngine::History {
            before: Some(10),
            ..
        }
    )));
    assert_eq!(view.act(Action::LoadOlder), [], "once at a time");
    view.page(&asked, vec![message(9, MessageState::Sent, "nine")], false);
    assert_eq!(view.numbers(), [9, 10]);
    assert_eq!(view.act(Action::LoadOlder), [], "there are no more");
}

#[test]
fn the_newest_received_message_is_reported_as_read_once_and_only_while_visible() {
    let mut view = Sut::with_anna();
    view.act(Action::Visible(false));
    let page = vec![message(1, MessageState::Received, "one")];
    let effects = view.open_chat(page, false);
    assert_eq!(commands(&effects), Vec::<&Command>::new());

    let read = |number| Command::Read {
        contact: contact("a"),
        number,
    };
    assert_eq!(commands(&view.act(Action::Visible(true))), [&read(1)]);
    assert_eq!(
        commands(&view.act(Action::Visible(true))),
        Vec::<&Command>::new()
    );
    let heard = view.event(Event::Message(message(2, MessageState::Received, "two")));
    assert_eq!(commands(&heard), [&read(2)]);
    let own = view.event(Event::Message(message(3, MessageState::Waiting, "own")));
    assert_eq!(commands(&own), Vec::<&Command>::new());
}

#[test]
fn sending_empties_the_field_and_a_refusal_brings_the_text_back() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let (id, effects) = view.send("hello\n");
    let (contact, text) = (contact("a"), "hello".to_owned());
    assert_eq!(
        commands(&effects),
        [&Command::Send {
            contact: contact.clone(),
            text
        }]
    );
    assert!(effects.contains(&Effect::SaveDraft(contact, String::new())));
    assert_eq!(view.draft(), "");

    view.act(Action::Draft("next".to_owned()));
    view.reply(id, Some(Refusal::OutboxFull));
    assert_eq!(view.draft(), "hello\nnext");
    assert_eq!(
        view.state.chat().unwrap().error,
        Some(ComposerError::Refused(Refusal::OutboxFull))
    );
}

#[test]
fn nothing_empty_and_nothing_too_long_is_sent() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let (_, effects) = view.send(" \n ");
    assert_eq!(commands(&effects), Vec::<&Command>::new());

    let fits = "ü".repeat(4_000);
    let long = format!("{fits}!");
    let (_, effects) = view.send(&long);
    assert_eq!(commands(&effects), Vec::<&Command>::new());
    assert_eq!(view.draft(), long, "the text stays");
    assert_eq!(view.state.chat().unwrap().room(), -1);
    let (_, effects) = view.send(&fits);
    assert_eq!(commands(&effects).len(), 1);
}

#[test]
fn a_message_in_flight_at_a_crash_is_restored_only_if_it_was_not_stored() {
    for stored in [true, false] {
        let mut view = Sut::with_anna();
        let page = vec![message(1, MessageState::Sent, "hello")];
        view.open_chat(page.clone(), false);
        view.send("hello");
        view.act(Action::Closed);
        let again = view.attach();
        let mut page = page;
        if stored {
            page.push(message(2, MessageState::Waiting, "hello"));
        }
        view.page(&again, page, false);
        let (draft, error) = if stored {
            ("", None)
        } else {
            ("hello", Some(ComposerError::NotSent))
        };
        assert_eq!(view.draft(), draft);
        assert_eq!(view.state.chat().unwrap().error, error);
    }
}

#[test]
fn what_is_asked_without_a_connection_is_sent_once_there_is_one() {
    let mut view = Sut::with_anna();
    view.act(Action::Closed);
    let ping = Command::Ping {
        contact: contact("a"),
    };
    assert_eq!(view.act(Action::Ping(contact("a"))), []);
    view.act(Action::Closed);
    let effects = view.attach();
    assert_eq!(commands(&effects), [&ping]);
    assert_eq!(commands(&view.event(Event::Ready)), Vec::<&Command>::new());

    view.act(Action::Closed);
    for _ in 0..100 {
        view.act(Action::Ping(contact("a")));
    }
    assert_eq!(commands(&view.attach()).len(), 32, "bounded");
}

#[test]
fn the_engine_hears_of_writing_at_most_every_three_seconds() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let mut typed = |at: UnixMillis, text: &str| {
        let effects = view.state.apply(at, Action::Draft(text.to_owned()));
        !commands(&effects).is_empty()
    };
    assert!(typed(NOW, "h"));
    assert!(!typed(NOW + 2_999, "he"));
    assert!(typed(NOW + 3_000, "hel"));
    assert!(!typed(NOW + 9_000, ""), "emptying is not writing");
}

#[test]
fn somebody_writing_is_forgotten_after_six_seconds_or_with_the_message() {
    let mut view = Sut::with_anna();
    view.event(Event::Typing(contact("a")));
    assert!(view.state.is_typing(&contact("a")));
    view.state.apply(NOW + 6_000, Action::Tick);
    assert!(!view.state.is_typing(&contact("a")));

    view.event(Event::Typing(contact("a")));
    view.event(Event::Message(message(1, MessageState::Received, "one")));
    assert!(!view.state.is_typing(&contact("a")));
}

#[test]
fn a_link_to_a_chat_is_followed_once_the_lists_are_there() {
    let mut view = Sut::new();
    view.act(Action::Follow(DeepLink::Chat(contact("a"))));
    assert_eq!(view.state.address(), "#chat=a");
    view.attach();
    assert_eq!(view.state.chat().unwrap().contact, contact("a"));
    view.act(Action::Back);
    assert_eq!(view.state.address(), "");
    view.act(Action::Follow(DeepLink::Chat(contact("nobody"))));
    assert_eq!(view.state.view, View::Lists);
}

#[test]
fn a_link_to_a_request_focuses_it() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let request = RequestId("r".to_owned());
    let effects = view.act(Action::Follow(DeepLink::Request(request.clone())));
    assert_eq!(view.state.view, View::Lists);
    assert_eq!(
        effects.last(),
        Some(&Effect::Focus(Target::Request(request)))
    );
}

#[test]
fn a_request_is_answered_once() {
    let mut view = Sut::with_anna();
    let request = RequestId("r".to_owned());
    let sent = view.act(Action::Accept(request.clone()));
    assert_eq!(commands(&sent).len(), 1);
    assert!(view.state.is_answering(&request));
    assert_eq!(view.act(Action::Reject(request.clone())), []);
    view.reply(command_id(&sent).unwrap(), Some(Refusal::Gone));
    assert!(!view.state.is_answering(&request));
    assert_eq!(view.state.alerts.shown().len(), 1);
}

#[test]
fn a_contact_that_is_gone_takes_its_chat_with_it() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    view.event(Event::PersonGone(PersonId::Contact(contact("a"))));
    assert_eq!(view.state.view, View::Lists);
}

#[test]
fn alerts_are_shown_once_bounded_and_dismissed() {
    let mut view = Sut::with_anna();
    for number in 0..10 {
        let key = format!("k{}", number / 2);
        view.event(Event::Notice(Notice::StorageDamaged { key }));
    }
    assert_eq!(view.state.alerts.shown().len(), 4);
    let first = view.state.alerts.shown()[0].id;
    view.act(Action::Dismiss(first));
    assert!(view.state.alerts.shown().iter().all(|a| a.id != first));
}

#[test]
fn saving_stores_only_what_differs_from_the_packed_values() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    let row = ServerRow {
        host: " own.example ".to_owned(),
        port: "9000".to_owned(),
        ..view.form().signalling[0].clone()
    };
    view.act(Action::Edit(SettingsEdit::Server(0, row)));
    view.act(Action::Edit(SettingsEdit::Switch(Switch::Cellular, true)));
    let effects = view.act(Action::Save);
    let [Command::Configure { settings }] = commands(&effects)[..] else {
        panic!("one command, and no Join without a new name: {effects:?}");
    };
    let servers = settings.signalling.as_ref().unwrap();
    assert_eq!((&*servers[0].host, servers[0].port), ("own.example", 9000));
    assert_eq!(settings.root, None);
    assert_eq!(settings.ice_servers, None);
    assert!(settings.cellular);

    view.reply(command_id(&effects).unwrap(), None);
    assert_eq!(view.form().saved, Saved::Yes);
    view.act(Action::Edit(SettingsEdit::Defaults));
    let effects = view.act(Action::Save);
    let settings = ipc::Settings::default();
    assert_eq!(commands(&effects), [&Command::Configure { settings }]);
}

#[test]
fn a_wrong_setting_is_refused_at_its_field() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    let wrong = ServerRow {
        port: "70000".to_owned(),
        ..view.form().signalling[0].clone()
    };
    let right = view.form().signalling[0].clone();
    view.act(Action::Edit(SettingsEdit::Server(0, wrong)));
    let effects = view.act(Action::Save);
    assert_eq!(commands(&effects), Vec::<&Command>::new());
    assert_eq!(
        view.form().error_at("signalling.0.port"),
        Some(&FieldError::Port)
    );

    view.act(Action::Edit(SettingsEdit::Server(0, right)));
    assert_eq!(view.form().error_at("signalling.0.port"), None);
    let effects = view.act(Action::Save);
    let refusal = Refusal::Setting {
        field: "iceServers.0.urls.1".to_owned(),
        reason: "not a STUN or TURN address".to_owned(),
    };
    let focus = view.reply(command_id(&effects).unwrap(), Some(refusal));
    assert!(view.form().error_at("iceServers.0.urls").is_some());
    assert!(view.form().error_at("iceServers.0.url").is_none());
    assert_eq!(view.form().saved, Saved::No);
    assert!(matches!(&focus[..], [Effect::Focus(Target::Field(_))]));
}

#[test]
fn a_new_name_is_joined_with_and_its_refusal_shown_at_the_name() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    view.act(Action::Edit(SettingsEdit::Name("You".to_owned())));
    let effects = view.act(Action::Save);
    let name = "You".to_owned();
    assert_eq!(commands(&effects)[0], &Command::Join { name });
    assert_eq!(commands(&effects).len(), 2);
    let id = command_id(&effects).unwrap();
    view.reply(id, Some(Refusal::NameTooLong));
    view.reply(id + 1, None);
    assert!(view.form().error_at("name").is_some());
    assert_ne!(view.form().saved, Saved::Yes, "not all was saved");
}

#[test]
fn a_crash_while_saving_is_said() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    view.act(Action::Save);
    view.act(Action::Closed);
    assert_eq!(view.form().saved, Saved::Interrupted);
}

#[test]
fn answers_to_nothing_are_ignored() {
    let mut view = Sut::with_anna();
    assert_eq!(view.reply(77, Some(Refusal::Gone)), []);
    let (messages, more) = (vec![message(1, MessageState::Sent, "x")], true);
    let history = FromEngine::History {
        id: 78,
        messages,
        more,
    };
    assert_eq!(view.act(Action::Engine(history)), []);
    assert_eq!(view.state.alerts.shown(), []);
    let phase = Phase::Cellular;
    view.event(Event::Status(Status {
        phase,
        networks: Vec::new(),
        server: None,
        server_up: true,
        beacon: None,
    }));
    assert!(view.state.status.is_some());
}
