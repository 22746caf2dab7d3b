//! What was unread when a chat was opened: where it begins, and that it is not read before it was seen.

use super::*;

fn received(numbers: std::ops::RangeInclusive<u64>) -> Vec<Message> {
    let received = numbers.map(|number| message(number, MessageState::Received, "text"));
    received.collect()
}

fn with_unread(unread: u32) -> Sut {
    let mut view = Sut::with_anna();
    let mut anna = anna();
    anna.unread = unread;
    view.event(Event::Person(anna));
    view
}

fn first_unread(view: &Sut) -> Option<u64> {
    view.state.chat().and_then(Chat::first_unread)
}

/// How many messages were asked for, before which.
fn asked(effects: &[Effect]) -> Option<(HistoryFrom, u32)> {
    posts(effects)
        .into_iter()
        .find_map(|message| match message {
            ToEngine::History { from, limit, .. } => Some((*from, *limit)),
            ToEngine::Command { .. }
            | ToEngine::Search { .. }
            | ToEngine::Test { .. }
            | ToEngine::Watching { .. }
            | ToEngine::SaveBackup { .. }
            | ToEngine::OpenBackup { .. }
            | ToEngine::TakeBackup { .. }
            | ToEngine::DropBackup => None,
        })
}

#[test]
fn the_line_stands_above_the_first_unread_message_and_stays_while_the_chat_is_open() {
    let mut view = with_unread(2);
    let mut page = received(1..=3);
    page.push(message(4, MessageState::Read, "own"));
    page.push(message(5, MessageState::Received, "text"));
    view.open_chat(page, false);
    assert_eq!(
        first_unread(&view),
        Some(3),
        "an own message does not count"
    );
    view.event(Event::Person(anna()));
    view.event(Event::Message(message(6, MessageState::Received, "text")));
    assert_eq!(first_unread(&view), Some(3));
    view.act(Action::Back);
    view.open_chat(received(1..=6), false);
    assert_eq!(first_unread(&view), None, "all is read");
}

#[test]
fn what_is_unread_is_not_read_before_its_end_was_in_sight() {
    let mut view = with_unread(3);
    let effects = view.act(Action::OpenChat(contact("a")));
    let effects = view.page(&effects, received(1..=5), false);
    assert_eq!(commands(&effects), Vec::<&Command>::new());
    assert_eq!(view.state.chat().unwrap().below(), 3);
    assert_eq!(view.act(Action::AtEnd(false)), []);
    assert_eq!(view.state.chat().unwrap().below(), 3);
    let read = Command::Read {
        contact: contact("a"),
        number: 5,
    };
    assert_eq!(commands(&view.act(Action::AtEnd(true))), [&read]);
    assert_eq!(view.state.chat().unwrap().below(), 0);
}

#[test]
fn nothing_is_read_while_a_dialog_is_over_the_chat() {
    let mut view = with_unread(1);
    let effects = view.act(Action::OpenChat(contact("a")));
    view.act(Action::Overlay(OverlayEdit::Find));
    view.page(&effects, received(1..=1), false);
    assert_eq!(
        commands(&view.act(Action::AtEnd(true))),
        Vec::<&Command>::new()
    );
    let read = Command::Read {
        contact: contact("a"),
        number: 1,
    };
    let closed = view.act(Action::Overlay(OverlayEdit::Close));
    assert_eq!(commands(&closed), [&read]);
}

#[test]
fn older_messages_are_asked_for_until_all_that_are_unread_are_there() {
    let mut view = with_unread(350);
    let first = view.act(Action::OpenChat(contact("a")));
    assert_eq!(asked(&first), Some((HistoryFrom::Newest, 200)));
    let second = view.page(&first, received(301..=500), true);
    assert_eq!(asked(&second), Some((HistoryFrom::Before(301), 200)));
    assert!(
        !view.state.chat().unwrap().loaded,
        "the person does not begin to read yet"
    );
    let rest = view.page(&second, received(101..=300), true);
    assert_eq!(asked(&rest), None);
    assert_eq!(first_unread(&view), Some(151));
    assert!(view.state.chat().unwrap().loaded);
    assert_eq!(view.state.chat().unwrap().below(), 350);
}

#[test]
fn what_cannot_be_read_is_not_asked_for_again_and_again() {
    let mut view = with_unread(9);
    let first = view.act(Action::OpenChat(contact("a")));
    let second = view.page(&first, received(8..=9), true);
    assert_eq!(asked(&second), Some((HistoryFrom::Before(8), 50)));
    let rest = view.page(&second, Vec::new(), true);
    assert_eq!(asked(&rest), None);
    assert!(view.state.chat().unwrap().loaded);
}

#[test]
fn a_chat_that_lacks_some_that_are_unread_begins_where_it_begins() {
    let mut view = with_unread(9);
    view.open_chat(received(1..=3), false);
    assert_eq!(first_unread(&view), None);
    assert!(view.state.chat().unwrap().loaded);
}
