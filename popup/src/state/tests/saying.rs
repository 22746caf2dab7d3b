//! Answers, reactions, changes and deletions.

use super::*;
use ipc::{Act, Entry, Outcome, Quoted, Reference};

fn own(number: u64, text: &str) -> Message {
    Message {
        place: Some(number),
        ..message(number, MessageState::Delivered, text)
    }
}

fn about(number: u64, act: Act, of: u64, text: &str) -> Message {
    let reference = Reference {
        act,
        about: format!("id of {of}"),
    };
    let outcome = Outcome::Counts;
    Message {
        entry: Some(Entry { reference, outcome }),
        ..message(number, MessageState::Received, text)
    }
}

fn answer(number: u64, of: u64, quoted: &str) -> Message {
    Message {
        quoted: Some(Quoted {
            own: true,
            text: quoted.to_owned(),
            goes: false,
        }),
        ..about(number, Act::Reply, of, "yes")
    }
}

fn chat(messages: Vec<Message>) -> Sut {
    let mut view = Sut::with_anna();
    view.open_chat(messages, false);
    view
}

fn edit(view: &mut Sut, edit: MessageEdit) -> Vec<Effect> {
    view.act(Action::Message(edit))
}

/// Returns what the engine is asked to do with a message.
fn asked(effects: &[Effect]) -> Option<(Act, String, String)> {
    commands(effects).into_iter().find_map(|command| {
        let Command::Refer {
            reference, text, ..
        } = command
        else {
            return None;
        };
        Some((reference.act, reference.about.clone(), text.clone()))
    })
}

fn composed(view: &Sut) -> Option<Act> {
    let about = view.state.chat()?.about.as_ref()?;
    Some(about.act)
}

#[test]
fn an_answer_is_sent_with_what_it_answers() {
    let mut view = chat(vec![message(1, MessageState::Received, "shall we?")]);
    view.act(Action::Draft("yes".to_owned()));
    let effects = edit(&mut view, MessageEdit::Answer(1));
    assert_eq!(effects, [Effect::Focus(Target::Composer)]);
    assert_eq!((composed(&view), view.draft()), (Some(Act::Reply), "yes"));
    let effects = view.act(Action::Send);
    let expected = (Act::Reply, "id of 1".to_owned(), "yes".to_owned());
    assert_eq!(asked(&effects), Some(expected));
    assert_eq!((composed(&view), view.draft()), (None, ""));
}

#[test]
fn a_change_leaves_the_draft_as_it_was() {
    let mut view = chat(vec![own(1, "one")]);
    view.act(Action::Draft("later".to_owned()));
    edit(&mut view, MessageEdit::Change(1));
    assert_eq!(view.draft(), "one");
    let effects = view.act(Action::Draft("two".to_owned()));
    let saves = |effect: &Effect| matches!(effect, Effect::SaveDraft(..));
    assert!(
        !effects.iter().any(saves),
        "the draft that is kept is the other one"
    );
    let effects = view.act(Action::Send);
    let expected = (Act::Edit, "id of 1".to_owned(), "two".to_owned());
    assert_eq!(asked(&effects), Some(expected));
    assert_eq!((composed(&view), view.draft()), (None, "later"));
    edit(&mut view, MessageEdit::Change(1));
    edit(&mut view, MessageEdit::Cancel);
    assert_eq!((composed(&view), view.draft()), (None, "later"));
}

#[test]
fn the_last_own_message_that_may_be_changed_is_changed() {
    let deleted = |number| {
        let mut message = own(number, "");
        message.marks.deleted = true;
        message
    };
    let theirs = message(4, MessageState::Received, "theirs");
    let mut view = chat(vec![own(1, "one"), own(2, "two"), deleted(3), theirs]);
    edit(&mut view, MessageEdit::ChangeLast);
    assert_eq!(view.draft(), "two");
    let mut old = own(1, "one");
    old.at = 0;
    let mut view = chat(vec![old]);
    view.state.now = 25 * 3_600_000;
    view.state
        .apply(25 * 3_600_000, Action::Message(MessageEdit::ChangeLast));
    assert_eq!(composed(&view), None);
}

#[test]
fn a_sign_is_put_and_taken_back() {
    let mut view = chat(vec![message(1, MessageState::Received, "one")]);
    edit(&mut view, MessageEdit::Menu(1));
    let effects = edit(&mut view, MessageEdit::React(1, "👍"));
    assert_eq!(effects[0], Effect::Focus(Target::Menu(1)));
    let expected = (Act::Reaction, "id of 1".to_owned(), "👍".to_owned());
    assert_eq!(asked(&effects), Some(expected));
    let mut with_it = message(1, MessageState::Received, "one");
    with_it.marks.own_reaction = Some("👍".to_owned());
    view.event(Event::Amended(with_it));
    let effects = edit(&mut view, MessageEdit::React(1, "👍"));
    assert_eq!(asked(&effects).unwrap().0, Act::TakeBack);
    let effects = edit(&mut view, MessageEdit::React(1, "🎉"));
    assert_eq!(asked(&effects).unwrap().0, Act::Reaction);
}

#[test]
fn a_deletion_is_asked_once() {
    let mut view = chat(vec![own(1, "one")]);
    edit(&mut view, MessageEdit::Menu(1));
    let effects = edit(&mut view, MessageEdit::AskToDelete(1));
    assert_eq!(asked(&effects), None);
    assert_eq!(view.state.chat().unwrap().menu, Some((1, Menu::Asking)));
    let effects = edit(&mut view, MessageEdit::Leave);
    assert_eq!(effects, [Effect::Focus(Target::Menu(1))]);
    edit(&mut view, MessageEdit::AskToDelete(1));
    let effects = edit(&mut view, MessageEdit::Delete(1));
    assert_eq!(asked(&effects).unwrap().0, Act::Delete);
    assert_eq!(view.state.chat().unwrap().menu, None);
}

#[test]
fn what_was_done_with_a_message_shows_there_and_in_answers() {
    let mut view = chat(vec![own(1, "one"), answer(2, 1, "one")]);
    let mut amended = own(1, "");
    amended.marks.deleted = true;
    view.event(Event::Amended(amended));
    let messages = &view.state.chat().unwrap().messages;
    assert!(messages.get(&1).unwrap().marks.deleted);
    assert_eq!(messages.get(&2).unwrap().quoted.clone().unwrap().text, "");
    // What is amended has no quotation with it: that stays.
    let mut reacted = answer(2, 1, "");
    reacted.quoted = None;
    reacted.marks.their_reaction = Some("👍".to_owned());
    view.event(Event::Amended(reacted));
    let answer = view.state.chat().unwrap().messages.get(&2).unwrap().clone();
    assert!(answer.quoted.is_some() && answer.marks.their_reaction.is_some());
    // What is not loaded is not put there.
    view.event(Event::Amended(own(9, "x")));
    assert!(!view.state.chat().unwrap().messages.contains_key(&9));
}

#[test]
fn what_is_about_a_message_is_no_line_and_no_news() {
    let mut view = chat(vec![own(1, "one")]);
    view.act(Action::AtEnd(false));
    view.event(Event::Message(about(2, Act::Reaction, 1, "👍")));
    let chat = view.state.chat().unwrap();
    assert_eq!(chat.below(), 0);
    assert!(!chat.messages.get(&2).unwrap().has_line());
}

#[test]
fn a_page_without_a_line_leads_to_the_one_before_it() {
    let mut view = Sut::with_anna();
    let effects = view.open_chat(vec![about(7, Act::Reaction, 1, "👍")], true);
    let asks = |effect: &Effect| {
        matches!(
            effect,
            Effect::Post(ToEngine::History {
                from: HistoryFrom::Before(7),
                ..
            })
        )
    };
    assert!(effects.iter().any(asks), "{effects:?}");
}

#[test]
fn a_quotation_leads_to_its_message_where_that_is_loaded() {
    let mut view = chat(vec![own(1, "one")]);
    let effects = edit(&mut view, MessageEdit::Show("id of 1".to_owned()));
    assert_eq!(effects, [Effect::Focus(Target::Message(1))]);
    edit(&mut view, MessageEdit::Show("id of 7".to_owned()));
    assert_eq!(view.state.alerts.shown().len(), 1);
}

#[test]
fn a_change_that_is_refused_is_back_in_the_composer() {
    let mut view = chat(vec![own(1, "one")]);
    edit(&mut view, MessageEdit::Change(1));
    view.act(Action::Draft("two".to_owned()));
    let effects = view.act(Action::Send);
    view.reply(command_id(&effects).unwrap(), Some(Refusal::MessageOld));
    assert_eq!(view.draft(), "two");
    let error = view.state.chat().unwrap().error.clone();
    assert_eq!(error, Some(ComposerError::Refused(Refusal::MessageOld)));

    // It is one still, and no new message.
    let again = view.act(Action::Send);
    assert_eq!(asked(&again).map(|(act, ..)| act), Some(Act::Edit));
}

#[test]
fn a_draft_of_elsewhere_is_not_the_text_of_a_change() {
    let mut view = chat(vec![own(1, "one")]);
    edit(&mut view, MessageEdit::Change(1));
    view.act(Action::DraftElsewhere(contact("a"), "elsewhere".to_owned()));
    assert_eq!(view.draft(), "one");
    edit(&mut view, MessageEdit::Cancel);
    assert_eq!(view.draft(), "elsewhere");

    edit(&mut view, MessageEdit::Change(1));
    view.act(Action::Handed(contact("a"), "handed".to_owned()));
    assert_eq!((view.draft(), composed(&view)), ("handed", None));
}

#[test]
fn a_quoted_message_that_is_further_up_is_loaded_and_shown() {
    let mut view = chat(vec![own(51, "newest")]);
    view.state.chat_mut().unwrap().more = true;
    let effects = edit(&mut view, MessageEdit::Show(own(7, "old").id));
    let asks = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Post(_)))
    };
    assert!(asks(&effects), "{effects:?}");
}

#[test]
fn the_text_of_a_message_is_copied_as_it_is() {
    let mut view = chat(vec![own(1, "`a`")]);
    edit(&mut view, MessageEdit::Menu(1));
    let effects = edit(&mut view, MessageEdit::Copy(1));
    let copied = Effect::CopyText("`a`".to_owned());
    assert_eq!(effects, [copied, Effect::Focus(Target::Menu(1))]);
}
