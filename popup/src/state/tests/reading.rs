//! What of a chat is seen: what counts as read, what came below, what stays loaded.

use super::*;

fn read(number: u64) -> Command {
    Command::Read {
        contact: contact("a"),
        number,
    }
}

fn received(number: u64) -> Event {
    Event::Message(message(number, MessageState::Received, "text"))
}

#[test]
fn a_message_is_reported_as_read_once_and_only_while_the_person_is_before_it() {
    let mut view = Sut::with_anna();
    let nothing = Vec::<&Command>::new();
    view.act(Action::Seen(HIDDEN));
    let page = vec![message(1, MessageState::Received, "one")];
    let effects = view.open_chat(page, false);
    assert_eq!(commands(&effects), nothing);
    assert_eq!(commands(&view.act(Action::Seen(BESIDE))), nothing);
    assert_eq!(commands(&view.act(Action::Seen(LOOKED_AT))), [&read(1)]);
    assert_eq!(commands(&view.act(Action::Seen(LOOKED_AT))), nothing);
    assert_eq!(commands(&view.event(received(2))), [&read(2)]);
    let own = view.event(Event::Message(message(3, MessageState::Waiting, "own")));
    assert_eq!(commands(&own), nothing);
}

#[test]
fn a_message_is_reported_as_read_once_it_is_stored_and_forgotten_with_an_engine_that_was_storing_it()
 {
    let mut view = Sut::with_anna();
    view.act(Action::Seen(LOOKED_AT));
    view.open_chat(Vec::new(), false);
    let arriving = |number| Event::Message(message(number, MessageState::Arriving, "text"));
    assert_eq!(commands(&view.event(arriving(1))), Vec::<&Command>::new());
    assert_eq!(commands(&view.event(received(1))), [&read(1)]);
    view.event(arriving(2));
    assert_eq!(
        view.states(),
        [MessageState::Received, MessageState::Arriving]
    );
    view.act(Action::Closed);
    let again = view.attach();
    let page = vec![message(1, MessageState::Received, "text")];
    view.page(&again, page, false);
    assert_eq!(view.states(), [MessageState::Received]);
}

#[test]
fn a_message_below_what_is_in_sight_is_counted_and_read_only_at_the_end() {
    let mut view = Sut::with_anna();
    let below = |view: &Sut| view.state.chat().unwrap().below();
    let page = vec![message(1, MessageState::Received, "one")];
    view.open_chat(page, false);
    assert_eq!(view.act(Action::AtEnd(false)), []);
    assert_eq!(below(&view), 0, "nothing has come");
    for number in 2..=4 {
        assert_eq!(
            commands(&view.event(received(number))),
            Vec::<&Command>::new()
        );
    }
    view.event(Event::Message(message(5, MessageState::Waiting, "own")));
    assert_eq!(below(&view), 3);
    assert_eq!(commands(&view.act(Action::AtEnd(true))), [&read(4)]);
    assert_eq!(below(&view), 0);
}

#[test]
fn what_came_while_the_engine_was_away_is_counted_too_and_not_read_above_the_end() {
    let mut view = Sut::with_anna();
    let page = vec![message(1, MessageState::Received, "one")];
    view.open_chat(page.clone(), false);
    view.act(Action::AtEnd(false));
    view.act(Action::Closed);
    let again = view.attach();
    let mut page = page;
    page.push(message(2, MessageState::Received, "two"));
    let effects = view.page(&again, page, false);
    assert_eq!(commands(&effects), Vec::<&Command>::new());
    assert_eq!(view.state.chat().unwrap().below(), 1);
}

#[test]
fn what_was_loaded_is_read_again_when_the_engine_comes_back_and_nothing_else_stays() {
    let page = |numbers: std::ops::RangeInclusive<u64>| {
        let page = numbers.map(|number| message(number, MessageState::Sent, "text"));
        page.collect::<Vec<_>>()
    };
    for (older, limit) in [(8..=9, 50), (8..=99, 200)] {
        let mut view = Sut::with_anna();
        view.open_chat(page(100..=100), true);
        let asked = view.act(Action::LoadOlder);
        view.page(&asked, page(older), false);
        view.act(Action::Closed);
        let again = view.attach();
        assert_eq!(history_limit(&again), Some(limit));
        // An import gave numbers to others, 8 was cleared.
        view.page(&again, page(90..=103), true);
        assert!(view.numbers().into_iter().eq(90..=103));
        assert!(view.state.chat().unwrap().more);
        let asked = view.act(Action::LoadOlder);
        view.page(&asked, page(9..=89), false);
        assert!(
            view.numbers().into_iter().eq(9..=103),
            "no more than that goes"
        );
    }
}

fn history_limit(effects: &[Effect]) -> Option<u32> {
    posts(effects).into_iter().find_map(|message| {
        let ToEngine::History { limit, .. } = message else {
            return None;
        };
        Some(*limit)
    })
}

#[test]
fn a_chat_that_could_not_be_read_does_not_look_empty() {
    let mut view = Sut::with_anna();
    let asked = view.act(Action::OpenChat(contact("a")));
    view.act(Action::Engine(FromEngine::History {
        id: history_id(&asked).unwrap(),
        messages: Vec::new(),
        more: false,
        damaged: true,
    }));
    assert!(view.state.chat().unwrap().damaged);
}

#[test]
fn an_unsent_text_follows_what_another_window_makes_of_it() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let elsewhere = |who: &str, text: &str| Action::DraftElsewhere(contact(who), text.to_owned());
    assert_eq!(
        view.act(elsewhere("a", "half a sen")),
        [],
        "it is kept there"
    );
    assert_eq!(view.draft(), "half a sen");
    view.act(elsewhere("b", "to somebody else"));
    assert_eq!(view.draft(), "half a sen");
    view.act(elsewhere("a", ""));
    assert_eq!(view.draft(), "", "it was sent there");
}
