//! Introducing a contact to another one: chosen in the palette, asked with a note; and the card of an introduction.

use super::*;
use ipc::{Introduction, IntroductionState, Preferences, Special};

fn preferences(blocked: bool) -> Preferences {
    Preferences {
        calls_itself: None,
        new_name: None,
        safety_number: String::new(),
        safety_code: String::new(),
        introduced_by: None,
        verified: false,
        special: Special::Off,
        reach: None,
        muted: false,
        notification_text: None,
        pictures: false,
        blocked,
        long_unseen: false,
        paused: false,
    }
}

/// Returns a contact of this id and name.
fn saved(id: &str, name: &str, blocked: bool) -> Event {
    Event::Person(Person {
        preferences: Some(preferences(blocked)),
        ..person(PersonId::Contact(contact(id)), name, Presence::Online)
    })
}

/// On the page of Anna, who has Bob beside her.
fn on_page() -> Sut {
    let mut view = Sut::with_anna();
    view.event(saved("a", "Anna", false));
    view.event(saved("b", "Bob", false));
    view.act(Action::OpenContact(contact("a")));
    view
}

fn edit(view: &mut Sut, edit: IntroduceEdit) -> Vec<Effect> {
    view.act(Action::Contact(ContactEdit::Introduce(edit)))
}

fn go(view: &mut Sut, id: &str) -> Vec<Effect> {
    let goal = Goal::Person(PersonId::Contact(contact(id)));
    view.act(Action::Overlay(OverlayEdit::Go(goal)))
}

fn introducing(view: &Sut) -> &Introducing {
    &view
        .state
        .contact_page()
        .expect("the page is open")
        .0
        .introducing
}

fn focus(field: &str) -> Effect {
    Effect::Focus(Target::Field(field.to_owned()))
}

#[test]
fn another_contact_is_chosen_and_both_are_asked_with_the_note() {
    let mut view = on_page();
    edit(&mut view, IntroduceEdit::Choose);
    let effects = go(&mut view, "b");
    assert_eq!(view.state.overlay, None);
    assert!(effects.contains(&focus(INTRODUCE_NOTE)));
    edit(&mut view, IntroduceEdit::Note(" you both sing ".to_owned()));
    let sent = edit(&mut view, IntroduceEdit::Send);
    let introduce = Command::Introduce {
        contact: contact("a"),
        other: contact("b"),
        note: Some("you both sing".to_owned()),
    };
    assert_eq!(commands(&sent), [&introduce]);
    assert_eq!(edit(&mut view, IntroduceEdit::Send), [], "once");
    let effects = view.reply(command_id(&sent).unwrap(), None);
    assert_eq!(*introducing(&view), Introducing::Asked);
    assert!(effects.contains(&focus(INTRODUCE)));
}

#[test]
fn a_refusal_and_a_note_that_is_too_long_are_shown_in_the_form() {
    let mut view = on_page();
    edit(&mut view, IntroduceEdit::Choose);
    go(&mut view, "b");
    edit(&mut view, IntroduceEdit::Note("x".repeat(281)));
    assert_eq!(
        edit(&mut view, IntroduceEdit::Send),
        [focus(INTRODUCE_NOTE)]
    );
    let refusal = |view: &Sut| match introducing(view) {
        Introducing::Form(form) => form.refusal.clone(),
        Introducing::No | Introducing::Asked => None,
    };
    assert_eq!(refusal(&view), Some(Refusal::NoteTooLong));
    edit(&mut view, IntroduceEdit::Note(String::new()));
    let sent = edit(&mut view, IntroduceEdit::Send);
    view.reply(command_id(&sent).unwrap(), Some(Refusal::Introduced));
    assert_eq!(refusal(&view), Some(Refusal::Introduced));
    let effects = view.act(Action::Back);
    assert_eq!(
        *introducing(&view),
        Introducing::No,
        "Escape closes the form"
    );
    assert!(effects.contains(&focus(INTRODUCE)));
}

#[test]
fn from_the_palette_both_are_chosen_one_after_the_other() {
    let mut view = on_page();
    view.act(Action::Back);
    view.act(Action::Overlay(OverlayEdit::Find));
    view.act(Action::Overlay(OverlayEdit::Go(Goal::Introduce)));
    go(&mut view, "b");
    let Some(Overlay::Palette(palette)) = &view.state.overlay else {
        panic!("the other one is chosen next");
    };
    assert_eq!(palette.choosing, Choosing::Other(contact("b")));
    go(&mut view, "a");
    let Introducing::Form(form) = introducing(&view) else {
        panic!("the form is open");
    };
    assert_eq!(form.other, contact("a"));
}

#[test]
fn nobody_is_chosen_who_is_blocked_a_stranger_or_the_same() {
    let of = |id: &str| PersonId::Contact(contact(id));
    let other = Choosing::Other(contact("a"));
    let stranger = PersonId::Stranger("s".to_owned());
    for (choosing, id, blocked, may) in [
        (&other, of("b"), false, true),
        (&other, of("a"), false, false),
        (&other, of("b"), true, false),
        (&other, stranger.clone(), false, false),
        (&Choosing::One, stranger.clone(), false, false),
        (&Choosing::One, of("a"), false, true),
        (&Choosing::Goal, stranger, false, true),
    ] {
        assert_eq!(choosing.may_be(&id, blocked), may, "{choosing:?} {id:?}");
    }
}

#[test]
fn an_introduction_is_shown_with_its_message_until_it_is_gone_and_answered_by_a_command() {
    let mut view = Sut::with_anna();
    let one = Introduction {
        contact: contact("a"),
        message: "m".to_owned(),
        name: "Carol".to_owned(),
        note: None,
        resembles: None,
        own: false,
        state: IntroductionState::Asked,
    };
    view.event(Event::Introduction(one.clone()));
    let message = Message {
        id: "m".to_owned(),
        ..message(1, MessageState::Received, "Carol")
    };
    assert_eq!(view.state.introduction(&message), Some(&one));
    let sent = view.act(Action::Introduced {
        contact: contact("a"),
        message: "m".to_owned(),
        agree: true,
    });
    let answer = Command::AnswerIntroduction {
        contact: contact("a"),
        message: "m".to_owned(),
        agree: true,
    };
    assert_eq!(commands(&sent), [&answer]);
    view.event(Event::IntroductionGone {
        contact: contact("a"),
        message: "m".to_owned(),
    });
    assert_eq!(view.state.introduction(&message), None);
}
