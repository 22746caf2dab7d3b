//! Texts that were sent and are not known to be stored.

use super::*;
use ipc::{Act, Entry, Outcome, Reference};

#[test]
fn a_text_is_kept_until_it_is_stored() {
    let mut view = Sut::with_anna();
    view.open_chat(vec![message(1, MessageState::Sent, "one")], false);
    let (first, effects) = view.send("hello");
    let place = |wanted: &Effect| effects.iter().position(|effect| effect == wanted);
    let gone = Effect::SaveDraft(contact("a"), String::new());
    assert!(place(&kept(&["hello"])).unwrap() < place(&gone).unwrap());
    let (second, effects) = view.send("again");
    assert!(effects.contains(&kept(&["hello", "again"])));
    assert_eq!(view.reply(first, None), [kept(&["again"])]);
    assert_eq!(view.reply(second, None), [kept(&[])]);
}

#[test]
fn a_text_that_waits_for_the_engine_is_shown_as_waiting() {
    let mut view = engine_away();
    view.send("hello");
    assert_eq!(view.draft(), "");
    assert_eq!(waiting(&view), ["hello"]);
    let effects = view.attach();
    assert_eq!(commands(&effects).len(), 1);
    assert_eq!(waiting(&view), Vec::<String>::new(), "it is on its way");
}

#[test]
fn a_text_of_a_view_that_was_closed_comes_back_unless_it_was_stored() {
    for stored in [true, false] {
        let mut view = Sut::with_anna();
        let asked = view.act(Action::OpenChat(contact("a")));
        let sent = vec![text("two"), text("three")];
        view.act(Action::DraftLoaded(contact("a"), "four".to_owned(), sent));
        let mut page = vec![message(1, MessageState::Sent, "one")];
        if stored {
            page.push(message(2, MessageState::Waiting, "two"));
            page.push(message(3, MessageState::Waiting, "three"));
        }
        let effects = view.page(&asked, page, false);
        let all = if stored { "four" } else { "two\nthree\nfour" };
        assert_eq!(view.draft(), all);
        assert_eq!(
            effects
                .iter()
                .rfind(|e| matches!(e, Effect::SaveUnsent(..))),
            Some(&kept(&[]))
        );
    }
}

#[test]
fn more_texts_than_can_wait_stay_in_the_field() {
    let mut view = engine_away();
    let texts: Vec<String> = (0..40).map(|number| format!("text {number}")).collect();
    let mut left = Vec::new();
    for text in &texts {
        view.send(text);
        if !view.draft().is_empty() {
            left.push(view.draft().to_owned());
            assert_eq!(
                view.state.chat().unwrap().error,
                Some(ComposerError::NotSent)
            );
        }
    }
    let sent = waiting(&view);
    assert_eq!([sent, left].concat(), texts);
}

#[test]
fn texts_that_are_refused_after_the_chat_was_left_come_back_before_what_was_written_since() {
    let mut view = Sut::with_anna();
    let page = vec![message(1, MessageState::Sent, "one")];
    view.open_chat(page.clone(), false);
    let (second, _) = view.send("two");
    let (third, _) = view.send("three");
    view.act(Action::Draft("four".to_owned()));
    view.act(Action::Back);
    let refusal = || Some(Refusal::TextEmpty);
    let mut effects = view.reply(second, refusal());
    effects.extend(view.reply(third, refusal()));
    assert_eq!(effects.last(), Some(&kept(&["two", "three"])));
    let is_draft = |effect: &&Effect| matches!(effect, Effect::SaveDraft(..));
    assert_eq!(effects.iter().find(is_draft), None, "there is another one");

    let asked = view.act(Action::OpenChat(contact("a")));
    let sent = vec![text("two"), text("three")];
    view.act(Action::DraftLoaded(contact("a"), "four".to_owned(), sent));
    view.page(&asked, page, false);
    assert_eq!(view.draft(), "two\nthree\nfour");
}

#[test]
fn a_change_of_a_view_that_was_closed_comes_back_as_one_unless_it_was_stored() {
    for stored in [true, false] {
        let mut view = engine_away();
        view.act(Action::Message(MessageEdit::Change(1)));
        let (_, effects) = view.send("two");
        let sent = saved(&effects).unwrap();
        assert_eq!(sent, [change("two")]);

        let mut view = Sut::with_anna();
        let now = if stored { "two" } else { "one" };
        reopen(
            &mut view,
            "draft",
            sent,
            vec![message(1, MessageState::Sent, now)],
        );
        let about = view.state.chat().unwrap().about.clone();
        if stored {
            assert_eq!((view.draft(), about), ("draft", None));
            continue;
        }
        let about = about.unwrap();
        assert!(about.is_change() && about.own && about.text == "one");
        assert_eq!(view.draft(), "two");
        let (_, effects) = view.send("two");
        assert_eq!(changed(&effects), "id of 1");
        assert_eq!(view.draft(), "draft");
    }
}

#[test]
fn a_change_that_came_back_is_kept_until_it_is_sent_again_or_left() {
    for leave in [
        MessageEdit::Cancel,
        MessageEdit::Answer(1),
        MessageEdit::Change(1),
    ] {
        let mut view = Sut::with_anna();
        let effects = reopen(
            &mut view,
            "",
            vec![change("two")],
            vec![message(1, MessageState::Sent, "one")],
        );
        assert_eq!(saved(&effects).unwrap(), [change("two")]);
        let effects = view.act(Action::Message(leave));
        assert_eq!(saved(&effects).unwrap(), []);
    }
}

#[test]
fn of_changes_of_one_message_the_last_comes_back() {
    let mut view = Sut::with_anna();
    let sent = vec![change("two"), text("between"), change("three")];
    reopen(
        &mut view,
        "",
        sent,
        vec![message(1, MessageState::Sent, "one")],
    );
    assert_eq!(view.draft(), "three");
    view.act(Action::Message(MessageEdit::Cancel));
    assert_eq!(view.draft(), "between");
}

#[test]
fn a_change_that_is_known_already_does_not_come_back_twice() {
    let mut view = engine_away();
    view.act(Action::Draft("draft".to_owned()));
    view.act(Action::Message(MessageEdit::Change(1)));
    view.send("two");
    view.act(Action::Back);
    view.act(Action::OpenChat(contact("a")));
    let effects = view.act(Action::DraftLoaded(
        contact("a"),
        "draft".to_owned(),
        vec![change("two")],
    ));
    assert_eq!(saved(&effects), None);
    assert_eq!(view.state.outbox.unsent_to(&contact("a")).count(), 1);
}

#[test]
fn a_change_does_not_come_back_where_a_later_one_was_stored() {
    let mut view = Sut::with_anna();
    let sent = vec![change("two"), change("three")];
    let now = message(1, MessageState::Sent, "three");
    let effects = reopen(&mut view, "", sent, vec![now]);
    assert_eq!((view.draft(), saved(&effects)), ("", Some(Vec::new())));
}

#[test]
fn a_stored_change_of_a_message_further_up_does_not_come_back() {
    let mut view = Sut::with_anna();
    let asked = view.act(Action::OpenChat(contact("a")));
    let sent = vec![change("two")];
    view.act(Action::DraftLoaded(contact("a"), String::new(), sent));
    let reference = Reference {
        act: Act::Edit,
        about: "id of 1".to_owned(),
    };
    let entry = Message {
        entry: Some(Entry {
            reference,
            outcome: Outcome::Counts,
        }),
        ..message(60, MessageState::Waiting, "two")
    };
    view.page(&asked, vec![entry], true);
    assert_eq!(view.draft(), "");
}

#[test]
fn changes_of_two_messages_come_back_one_after_the_other_also_where_the_chat_was_closed_between() {
    for closed in [false, true] {
        let mut view = Sut::with_anna();
        let one = || message(1, MessageState::Sent, "one");
        let other = || message(2, MessageState::Sent, "other");
        let sent = vec![change("first"), change_of(2, "second")];
        let effects = reopen(&mut view, "draft", sent.clone(), vec![one(), other()]);
        assert_eq!(in_order(saved(&effects).unwrap()), sent);
        assert_eq!(view.draft(), "second");
        if closed {
            view.act(Action::Back);
            let effects = reopen(&mut view, "draft", sent.clone(), vec![one(), other()]);
            assert_eq!(in_order(saved(&effects).unwrap()), sent);
            assert_eq!(view.draft(), "second");
        }
        view.act(Action::Message(MessageEdit::Cancel));
        assert_eq!(view.draft(), "first");
        let (_, effects) = view.send("first");
        assert_eq!(changed(&effects), "id of 1");
        assert_eq!(view.draft(), "draft");
    }
}

#[test]
fn a_change_that_came_back_stays_kept_when_another_text_is_stored_after_the_chat_was_left() {
    let mut view = Sut::with_anna();
    let sent = vec![change("two")];
    reopen(
        &mut view,
        "",
        sent.clone(),
        vec![message(1, MessageState::Sent, "one")],
    );
    view.act(Action::Back);
    view.act(Action::OpenChat(contact("a")));
    let (id, _) = view.send("text");
    view.act(Action::Back);
    let effects = view.reply(id, None);
    assert_eq!(saved(&effects), Some(sent));
}

#[test]
fn equal_texts_are_as_many_as_they_were() {
    let mut view = Sut::with_anna();
    let sent = vec![text("ok"), text("ok")];
    reopen(
        &mut view,
        "",
        sent,
        vec![message(1, MessageState::Sent, "one")],
    );
    assert_eq!(view.draft(), "ok\nok");
}

#[test]
fn what_another_page_hands_over_waits_for_a_change_that_was_begun() {
    let mut view = Sut::with_anna();
    view.open_chat(vec![message(1, MessageState::Sent, "one")], false);
    view.act(Action::Message(MessageEdit::Change(1)));
    view.act(Action::Draft("one more".to_owned()));
    view.act(Action::Handed(contact("a"), "handed".to_owned()));
    assert_eq!(view.draft(), "one more");
    view.act(Action::Message(MessageEdit::Cancel));
    assert_eq!(view.draft(), "handed");
}

#[test]
fn the_draft_is_there_again_when_the_message_that_is_being_changed_is_cleared() {
    let mut view = Sut::with_anna();
    view.open_chat(vec![message(1, MessageState::Delivered, "one")], false);
    view.act(Action::Draft("draft".to_owned()));
    view.act(Action::Message(MessageEdit::Change(1)));
    let contact = contact("a");
    view.event(Event::Cleared { contact, upto: 1 });
    assert_eq!(view.draft(), "draft");
    assert_eq!(view.state.chat().unwrap().about, None);
}

/// Opens the chat with what earlier views have left, and its newest page arrives.
fn reopen(view: &mut Sut, draft: &str, sent: Vec<Kept>, page: Vec<Message>) -> Vec<Effect> {
    let asked = view.act(Action::OpenChat(contact("a")));
    view.act(Action::DraftLoaded(contact("a"), draft.to_owned(), sent));
    view.page(&asked, page, false)
}

/// Returns the id of the message of which a change is sent.
fn changed(effects: &[Effect]) -> String {
    let [Command::Refer { reference, .. }] = commands(effects)[..] else {
        panic!("{effects:?}");
    };
    reference.about.clone()
}

fn text(text: &str) -> Kept {
    Kept {
        after: 1,
        text: text.to_owned(),
        changes: None,
    }
}

/// Returns a change of message 1.
fn change(to: &str) -> Kept {
    change_of(1, to)
}

fn change_of(number: u64, to: &str) -> Kept {
    Kept {
        changes: Some(format!("id of {number}")),
        ..text(to)
    }
}

fn in_order(mut kept: Vec<Kept>) -> Vec<Kept> {
    kept.sort_by(|one, other| one.changes.cmp(&other.changes));
    kept
}

fn kept(texts: &[&str]) -> Effect {
    let texts = texts.iter().map(|one| text(one));
    Effect::SaveUnsent(contact("a"), texts.collect())
}

fn saved(effects: &[Effect]) -> Option<Vec<Kept>> {
    let mut last_first = effects.iter().rev();
    last_first.find_map(|effect| {
        if let Effect::SaveUnsent(_, texts) = effect {
            Some(texts.clone())
        } else {
            None
        }
    })
}

/// Returns a view whose chat ends with message 1, and whose engine is away.
fn engine_away() -> Sut {
    let mut view = Sut::with_anna();
    view.open_chat(vec![message(1, MessageState::Sent, "one")], false);
    view.act(Action::Closed);
    view
}

fn waiting(view: &Sut) -> Vec<String> {
    let chat = view.state.chat().expect("a chat is open");
    let waiting = view.state.waiting_texts(chat).into_iter();
    waiting.map(|message| message.text).collect()
}
