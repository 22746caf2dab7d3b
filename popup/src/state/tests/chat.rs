//! The open chat and its composer.

use super::*;

#[test]
fn opening_a_chat_watches_it_and_asks_for_its_newest_page() {
    let mut view = Sut::with_anna();
    let effects = view.act(Action::OpenChat(contact("a")));
    let contact = contact("a");
    assert!(posts(&effects).contains(&&ToEngine::Watching {
        contact: Some(contact.clone()),
        visible: true,
        focused: true,
    }));
    assert!(posts(&effects).iter().any(|post| matches!(
        post,
        ToEngine::History {
            from: HistoryFrom::Newest,
            limit: 50,
            ..
        }
    )));
    assert!(effects.contains(&Effect::LoadDraft(contact)));

    let back = view.act(Action::Back);
    assert!(posts(&back).contains(&&ToEngine::Watching {
        contact: None,
        visible: true,
        focused: true,
    }));
}

#[test]
fn a_view_says_whether_it_is_seen_and_whether_the_person_is_before_it() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenChat(contact("a")));
    for sight in [HIDDEN, BESIDE, LOOKED_AT] {
        let effects = view.act(Action::Seen(sight));
        let Sight { visible, focused } = sight;
        assert!(posts(&effects).contains(&&ToEngine::Watching {
            contact: visible.then(|| contact("a")),
            visible,
            focused,
        }));
    }
}

#[test]
fn a_view_says_whether_it_is_seen_once_it_has_everything() {
    let mut view = Sut::new();
    let said = |effects: &[Effect]| {
        let said = |post: &&&ToEngine| matches!(post, ToEngine::Watching { .. });
        posts(effects).iter().filter(said).count()
    };
    assert_eq!(said(&view.act(Action::Seen(LOOKED_AT))), 0, "too early");
    assert_eq!(said(&view.attach()), 1);
    view.act(Action::Closed);
    assert_eq!(said(&view.attach()), 1, "to a new engine too");
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
            going: Vec::new(),
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
            from: HistoryFrom::Before(10),
            ..
        }
    )));
    assert_eq!(view.act(Action::LoadOlder), [], "once at a time");
    view.page(&asked, vec![message(9, MessageState::Sent, "nine")], false);
    assert_eq!(view.numbers(), [9, 10]);
    assert_eq!(view.act(Action::LoadOlder), [], "there are no more");
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
    // The engine is given the text first; only then is the field touched.
    assert_eq!(effects.last(), Some(&Effect::EmptyComposer));
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
    let colours = "\u{1b}[0m".repeat(2_000);
    let (_, effects) = view.send(&colours);
    assert_eq!(commands(&effects), Vec::<&Command>::new());
    let refused = crate::state::pages::ComposerError::Refused(Refusal::TextControls);
    assert_eq!(view.state.chat().unwrap().error, Some(refused));
    assert_eq!(view.draft(), colours, "the text stays");
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
fn a_message_that_could_not_be_stored_is_not_left_in_the_chat() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    for number in [1, 2] {
        view.event(Event::Message(message(
            number,
            MessageState::Arriving,
            "one",
        )));
    }
    let gone = |whose, from| Event::MessagesGone {
        contact: contact(whose),
        from,
    };
    let shown = |view: &Sut| {
        view.state
            .chat()
            .map(|chat| chat.messages.len())
            .unwrap_or(0)
    };
    view.event(gone("b", 1));
    assert_eq!(shown(&view), 2, "that was another chat");
    view.event(gone("a", 2));
    assert_eq!(shown(&view), 1);
}

#[test]
fn a_contact_that_is_gone_takes_its_chat_with_it() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    view.event(Event::PersonGone(PersonId::Contact(contact("a"))));
    assert_eq!(view.state.view, View::Lists);
}
