//! How the connection to the engine comes and goes, and what is asked over it.

use super::*;

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
fn a_person_can_start_an_engine_again_that_is_not_running() {
    let mut view = Sut::new();
    let reason = "the stored chats cannot be read".to_owned();
    view.act(Action::Engine(FromEngine::Failed { reason }));
    let effects = view.act(Action::Restart);
    assert_eq!(effects, [Effect::Restart, Effect::SlowTimer]);
    assert_eq!(view.state.shell(), Shell::Blank);
    view.act(Action::Slow);
    assert_eq!(view.state.shell(), Shell::Starting);
    for _ in 0..8 {
        view.act(Action::Closed);
    }
    assert_eq!(view.state.shell(), Shell::Down(None), "in vain");
    view.act(Action::Restart);
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
fn answers_to_nothing_are_ignored() {
    let mut view = Sut::with_anna();
    assert_eq!(view.reply(77, Some(Refusal::Gone)), []);
    let (messages, more) = (vec![message(1, MessageState::Sent, "x")], true);
    let history = FromEngine::History {
        id: 78,
        messages,
        more,
        damaged: false,
    };
    assert_eq!(view.act(Action::Engine(history)), []);
    assert_eq!(view.state.alerts.shown(), []);
    let phase = Phase::Cellular;
    view.event(Event::Status(Status {
        availability: ipc::Availability::Here,
        phase,
        networks: Vec::new(),
        more_people: 0,
        server: None,
        server_up: true,
        beacon: None,
    }));
    assert!(view.state.status.is_some());
}
