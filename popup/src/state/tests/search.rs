//! Messages in the palette: asked for with each key, shown in their chat.

use super::*;
use ipc::{Hit, Piece, Spot};

/// Asks and says with which number.
fn type_in(view: &mut Sut, query: &str) -> Option<u32> {
    let query = OverlayEdit::Query(query.to_owned());
    asked(&view.act(Action::Overlay(query)))
}

fn asked(effects: &[Effect]) -> Option<u32> {
    posts(effects).into_iter().rev().find_map(|post| {
        if let ToEngine::Search { id, .. } = post {
            return Some(*id);
        }
        None
    })
}

fn hit(number: u64) -> Hit {
    Hit {
        contact: contact("a"),
        number,
        at: number,
        own: false,
        pieces: vec![Piece {
            text: "word".to_owned(),
            marked: true,
        }],
    }
}

fn found(numbers: &[u64], next: Option<u64>) -> ipc::Found {
    ipc::Found {
        hits: numbers.iter().copied().map(hit).collect(),
        next: next.map(|number| Spot { at: number, number }),
        ..ipc::Found::default()
    }
}

fn answer(view: &mut Sut, id: u32, found: ipc::Found) -> Vec<Effect> {
    view.act(Action::Engine(FromEngine::Found { id, found }))
}

fn hits(view: &Sut) -> Vec<u64> {
    match &view.state.overlay {
        Some(Overlay::Palette(palette)) => {
            let hits = palette.messages.hits.iter();
            hits.map(|hit| hit.number).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn with_palette() -> Sut {
    let mut view = Sut::with_anna();
    view.act(Action::Overlay(OverlayEdit::Find));
    view
}

#[test]
fn an_older_answer_never_takes_the_place_of_a_newer_one() {
    let mut view = with_palette();
    assert_eq!(
        type_in(&mut view, "  "),
        None,
        "there is nothing to look for"
    );
    let first = type_in(&mut view, "w").unwrap();
    let second = type_in(&mut view, "wo").unwrap();
    answer(&mut view, first, found(&[1], None));
    assert_eq!(hits(&view), [] as [u64; 0]);
    answer(&mut view, second, found(&[2], None));
    assert_eq!(hits(&view), [2]);
    answer(&mut view, first, found(&[1], None));
    assert_eq!(hits(&view), [2]);
    // What is there stays until the next answer, and goes with the words.
    type_in(&mut view, "wor");
    assert_eq!(hits(&view), [2]);
    type_in(&mut view, "");
    assert_eq!(hits(&view), [] as [u64; 0]);
}

#[test]
fn what_is_looked_for_is_asked_again_when_the_engine_comes_back() {
    let mut view = with_palette();
    let first = type_in(&mut view, "fog").unwrap();
    answer(&mut view, first, found(&[3, 2], Some(2)));
    view.act(Action::Closed);
    let again = asked(&view.attach()).unwrap();
    answer(&mut view, again, found(&[7, 6], None));
    assert_eq!(hits(&view), [7, 6]);
}

#[test]
fn a_hundred_keys_leave_one_question() {
    let mut view = with_palette();
    for length in 1..=100 {
        assert!(type_in(&mut view, &"x".repeat(length)).is_some());
    }
    view.act(Action::Closed);
    let again = view.attach();
    assert!(asked(&again).is_some(), "it is asked again");
    assert_eq!(
        answer(&mut view, asked(&again).unwrap(), found(&[1], None)),
        []
    );
    assert_eq!(hits(&view), [1]);
}

#[test]
fn older_messages_follow_on_demand_and_where_there_is_none_yet() {
    let mut view = with_palette();
    let id = type_in(&mut view, "word").unwrap();
    let effects = answer(&mut view, id, found(&[], Some(50)));
    let id = asked(&effects).expect("nothing was found so far");
    assert_eq!(answer(&mut view, id, found(&[40, 30], Some(30))), []);
    let more = view.act(Action::Overlay(OverlayEdit::Go(Goal::More)));
    let before = posts(&more).into_iter().find_map(|post| {
        if let ToEngine::Search { before, .. } = post {
            return *before;
        }
        None
    });
    assert_eq!(before, Some(Spot { at: 30, number: 30 }));
    answer(&mut view, asked(&more).unwrap(), found(&[20], None));
    assert_eq!(hits(&view), [40, 30, 20]);
    let Some(Overlay::Palette(palette)) = &view.state.overlay else {
        panic!("it stays open");
    };
    let first_new = Goal::Message(contact("a"), 20);
    assert_eq!(palette.active, Some(first_new));
    assert_eq!(palette.messages.next, None);
}

#[test]
fn within_a_chat_only_that_is_searched_until_all_are() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    view.act(Action::Overlay(OverlayEdit::FindHere));
    let within = |effects: &[Effect]| {
        posts(effects).into_iter().find_map(|post| {
            if let ToEngine::Search { contact, .. } = post {
                return Some(contact.clone());
            }
            None
        })
    };
    let query = OverlayEdit::Query("word".to_owned());
    let effects = view.act(Action::Overlay(query));
    assert_eq!(within(&effects), Some(Some(contact("a"))));
    let effects = view.act(Action::Overlay(OverlayEdit::Everywhere));
    assert_eq!(within(&effects), Some(None));
}

/// The numbers of a page around a message: it and its neighbours.
fn around(number: u64) -> Vec<Message> {
    let numbers = number - 2..=number + 2;
    numbers
        .map(|number| message(number, MessageState::Received, "text"))
        .collect()
}

fn go_to(view: &mut Sut, number: u64) -> Vec<Effect> {
    view.act(Action::Overlay(OverlayEdit::Find));
    let goal = Goal::Message(contact("a"), number);
    view.act(Action::Overlay(OverlayEdit::Go(goal)))
}

fn from(effects: &[Effect]) -> Option<HistoryFrom> {
    posts(effects).into_iter().find_map(|post| {
        if let ToEngine::History { from, .. } = post {
            return Some(*from);
        }
        None
    })
}

/// A chat with a thousand messages, at the hundredth, which was found.
fn at_the_hundredth() -> Sut {
    let mut view = Sut::with_anna();
    let effects = go_to(&mut view, 100);
    assert_eq!(from(&effects), Some(HistoryFrom::Newest));
    let newest = vec![message(1_000, MessageState::Received, "newest")];
    let effects = view.page(&effects, newest, true);
    assert_eq!(from(&effects), Some(HistoryFrom::Before(125)));
    let effects = view.page(&effects, around(100), true);
    assert!(effects.contains(&Effect::Focus(Target::Message(100))));
    view
}

#[test]
fn a_message_that_is_not_loaded_is_shown_with_what_is_around_it_and_lit_up() {
    let mut view = at_the_hundredth();
    assert_eq!(view.numbers(), [98, 99, 100, 101, 102]);
    let chat = view.state.chat().unwrap();
    assert!(chat.loaded && chat.newer.is_some());
    assert_eq!(chat.lit, Some((100, 1)));
    // One that is loaded needs no page; and again it is lit up anew.
    for turn in [2, 3] {
        let effects = go_to(&mut view, 101);
        assert_eq!(from(&effects), None);
        assert_eq!(view.state.chat().unwrap().lit, Some((101, turn)));
    }
}

#[test]
fn what_comes_meanwhile_is_counted_and_not_read_until_the_newest_are_shown() {
    let mut view = at_the_hundredth();
    assert_eq!(view.act(Action::AtEnd(true)), [], "that is not the end");
    view.event(Event::Message(message(
        1_001,
        MessageState::Received,
        "new",
    )));
    assert_eq!(view.numbers(), [98, 99, 100, 101, 102]);
    assert_eq!(view.state.chat().unwrap().below(), 1);
    let effects = view.act(Action::LoadNewest);
    assert_eq!(from(&effects), Some(HistoryFrom::Newest));
    let newest = vec![message(1_001, MessageState::Received, "new")];
    view.page(&effects, newest, true);
    assert_eq!(view.numbers(), [1_001]);
    let chat = view.state.chat().unwrap();
    assert_eq!((chat.newer, chat.returned), (None, 1));
}

#[test]
fn newer_messages_are_loaded_up_to_the_newest() {
    let mut view = at_the_hundredth();
    let effects = view.act(Action::LoadNewer);
    assert_eq!(from(&effects), Some(HistoryFrom::After(102)));
    let next = vec![message(103, MessageState::Received, "next")];
    view.page(&effects, next, true);
    assert!(view.state.chat().unwrap().newer.is_some());
    let effects = view.act(Action::LoadNewer);
    assert_eq!(from(&effects), Some(HistoryFrom::After(103)));
    let last = vec![message(1_000, MessageState::Received, "newest")];
    view.page(&effects, last, false);
    assert_eq!(view.state.chat().unwrap().newer, None);
    assert_eq!(view.numbers(), [98, 99, 100, 101, 102, 103, 1_000]);
    assert_eq!(view.act(Action::LoadNewer), []);
}

#[test]
fn who_writes_is_at_the_end_again() {
    let mut view = at_the_hundredth();
    let own = Message {
        place: Some(1),
        ..message(1_001, MessageState::Waiting, "own")
    };
    let effects = view.event(Event::Message(own));
    assert_eq!(from(&effects), Some(HistoryFrom::Newest));
}

#[test]
fn what_is_gone_meanwhile_is_said() {
    let mut view = Sut::with_anna();
    view.open_chat(vec![message(9, MessageState::Received, "there")], false);
    let effects = go_to(&mut view, 5);
    view.page(
        &effects,
        vec![message(9, MessageState::Received, "there")],
        false,
    );
    assert_eq!(view.state.alerts.shown().len(), 1);
    assert_eq!(view.state.chat().unwrap().shows, None);
}
