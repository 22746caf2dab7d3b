//! Texts that were sent and are not known to be stored.

use super::*;

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
        let sent = vec![(1, "two".to_owned()), (1, "three".to_owned())];
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
    let sent = vec![(1, "two".to_owned()), (1, "three".to_owned())];
    view.act(Action::DraftLoaded(contact("a"), "four".to_owned(), sent));
    view.page(&asked, page, false);
    assert_eq!(view.draft(), "two\nthree\nfour");
}

fn kept(texts: &[&str]) -> Effect {
    let texts = texts.iter().map(|text| (1, (*text).to_owned()));
    Effect::SaveUnsent(contact("a"), texts.collect())
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
