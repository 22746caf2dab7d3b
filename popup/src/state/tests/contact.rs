//! The page of a contact.

use super::*;
use ipc::{ContactCommand, NotificationText, Preferences, Special};

fn preferences() -> Preferences {
    Preferences {
        calls_itself: None,
        new_name: None,
        safety_number: "12345".repeat(12),
        safety_code: "meshchat-safety:".to_owned(),
        introduced_by: None,
        verified: false,
        special: Special::Off,
        reach: None,
        muted: false,
        notification_text: None,
        pictures: false,
        blocked: false,
        long_unseen: false,
        paused: false,
    }
}

fn preferring(preferences: Preferences) -> Event {
    Event::Person(Person {
        preferences: Some(preferences),
        ..anna()
    })
}

/// On the page of Anna.
fn on_page() -> Sut {
    let mut view = Sut::with_anna();
    view.event(preferring(preferences()));
    let effects = view.act(Action::OpenContact(contact("a")));
    assert!(effects.contains(&Effect::Focus(Target::Page)));
    view
}

fn edit(view: &mut Sut, edit: ContactEdit) -> Vec<Effect> {
    view.act(Action::Contact(edit))
}

fn page(view: &Sut) -> &ContactPage {
    view.state.contact_page().expect("the page is open").0
}

#[test]
fn somebody_unknown_has_no_page() {
    let mut view = Sut::with_anna();
    assert_eq!(view.act(Action::OpenContact(contact("nobody"))), []);
    assert_eq!(
        view.act(Action::OpenContact(contact("a"))),
        [],
        "nothing to show yet"
    );
    assert_eq!(view.state.view, View::Lists);
}

#[test]
fn each_switch_asks_for_its_decision_and_waits_for_the_engine_to_show_it() {
    let mut view = on_page();
    for command in [
        ContactCommand::Verify(true),
        ContactCommand::Special(true),
        ContactCommand::Mute(true),
        ContactCommand::NotificationText(Some(NotificationText::NameOnly)),
        ContactCommand::NotificationText(None),
        ContactCommand::Block(true),
    ] {
        let edited = ContactEdit::Decide(command.clone());
        assert!(edited.is_switch());
        let sent = edit(&mut view, edited);
        assert_eq!(commands(&sent), [&Command::Contact(contact("a"), command)]);
    }
    assert!(!view.state.contact_page().unwrap().2.verified);
    let verified = true;
    view.event(preferring(Preferences {
        verified,
        ..preferences()
    }));
    assert!(view.state.contact_page().unwrap().2.verified);
}

#[test]
fn a_refused_decision_is_said_on_the_page_or_where_it_was_left_as_an_alert() {
    let mut view = on_page();
    let sent = edit(&mut view, ContactEdit::Decide(ContactCommand::Mute(true)));
    view.reply(command_id(&sent).unwrap(), Some(Refusal::Gone));
    assert_eq!(page(&view).refusal, Some(Refusal::Gone));

    let sent = edit(&mut view, ContactEdit::Decide(ContactCommand::Mute(true)));
    assert_eq!(page(&view).refusal, None);
    view.act(Action::Back);
    view.reply(command_id(&sent).unwrap(), Some(Refusal::Gone));
    assert_eq!(view.state.alerts.shown().len(), 1);
}

#[test]
fn a_name_is_saved_and_a_refused_one_said_at_the_field() {
    let mut view = on_page();
    edit(&mut view, ContactEdit::Name(" Anni ".to_owned()));
    let sent = edit(&mut view, ContactEdit::SaveName);
    let name = "Anni".to_owned();
    let contact = contact("a");
    assert_eq!(
        commands(&sent),
        [&Command::Contact(contact, ContactCommand::Rename(name))]
    );
    assert_eq!(edit(&mut view, ContactEdit::SaveName), [], "once");

    let refusal = Refusal::NameCharacters;
    let focus = view.reply(command_id(&sent).unwrap(), Some(refusal.clone()));
    assert_eq!(page(&view).name_refusal, Some(refusal));
    assert_eq!(page(&view).name, " Anni ", "what was typed stays");
    assert_eq!(focus, [Effect::Focus(Target::Field(NAME.to_owned()))]);

    edit(&mut view, ContactEdit::Name("Anni".to_owned()));
    assert_eq!(page(&view).name_refusal, None);
    let sent = edit(&mut view, ContactEdit::SaveName);
    view.reply(command_id(&sent).unwrap(), None);
    assert_eq!(page(&view).saved, Saved::Yes);
}

#[test]
fn the_name_that_a_contact_gave_itself_is_not_saved_as_ours() {
    let mut view = on_page();
    let renamed = Preferences {
        calls_itself: Some("Anna B.".to_owned()),
        ..preferences()
    };
    view.event(preferring(renamed));
    for typed in ["Anna B.", "", "  "] {
        edit(&mut view, ContactEdit::Name(typed.to_owned()));
        let sent = edit(&mut view, ContactEdit::SaveName);
        let (contact, name) = (contact("a"), String::new());
        assert_eq!(
            commands(&sent),
            [&Command::Contact(contact, ContactCommand::Rename(name))]
        );
        view.reply(command_id(&sent).unwrap(), None);
        assert_eq!(page(&view).name, "Anna B.", "the name in force");
    }
}

#[test]
fn removing_asks_first_and_escape_takes_only_the_question_back() {
    let mut view = on_page();
    let effects = edit(&mut view, ContactEdit::AskRemove(true));
    assert_eq!(effects, [Effect::Focus(Target::Field(KEEP.to_owned()))]);
    let effects = view.act(Action::Back);
    assert_eq!(effects, [Effect::Focus(Target::Field(REMOVE.to_owned()))]);
    assert!(!page(&view).removing);

    edit(&mut view, ContactEdit::AskRemove(true));
    let sent = edit(&mut view, ContactEdit::Decide(ContactCommand::Remove));
    let contact = contact("a");
    assert_eq!(
        commands(&sent),
        [&Command::Contact(contact.clone(), ContactCommand::Remove)]
    );
    assert_eq!(
        edit(&mut view, ContactEdit::Decide(ContactCommand::Remove)),
        [],
        "once"
    );
    let effects = view.event(Event::PersonGone(PersonId::Contact(contact)));
    assert_eq!(view.state.view, View::Lists);
    assert!(effects.contains(&Effect::Focus(Target::Lists)));
}

#[test]
fn a_contact_that_was_removed_while_the_engine_was_away_takes_its_page_with_it() {
    let mut view = on_page();
    view.act(Action::Closed);
    let name = Some("Me".to_owned());
    view.event(Event::Profile(Profile { name }));
    view.event(Event::Ready);
    assert_eq!(view.state.view, View::Lists);
}

#[test]
fn the_page_stays_while_the_engine_starts_again_and_says_what_is_not_known() {
    let mut view = on_page();
    edit(&mut view, ContactEdit::Name("Anni".to_owned()));
    edit(&mut view, ContactEdit::SaveName);
    view.act(Action::Closed);
    view.attach();
    view.event(preferring(preferences()));
    assert_eq!(page(&view).name, "Anni");
    assert_eq!(page(&view).saved, Saved::Interrupted);
}

#[test]
fn back_leads_where_the_page_was_opened_from() {
    let mut view = on_page();
    let effects = view.act(Action::Back);
    let row = Target::Person(PersonId::Contact(contact("a")));
    assert_eq!(effects.last(), Some(&Effect::Focus(row)));

    view.open_chat(Vec::new(), false);
    view.act(Action::OpenContact(contact("a")));
    assert!(view.state.chat().is_none());
    view.act(Action::Back);
    assert_eq!(view.state.chat().unwrap().contact, contact("a"));
}

#[test]
fn somebody_unseen_for_long_is_asked_about_once() {
    let mut view = on_page();
    let long_unseen = true;
    view.event(preferring(Preferences {
        long_unseen,
        ..preferences()
    }));
    let contact = contact("a");
    let keep = edit(&mut view, ContactEdit::Decide(ContactCommand::Pause(false)));
    assert_eq!(
        commands(&keep),
        [&Command::Contact(contact, ContactCommand::Pause(false))]
    );
    assert!(page(&view).keeps_looking);
    assert!(
        keep.contains(&Effect::Focus(Target::Page)),
        "the button is gone"
    );
}

#[test]
fn somebody_blocked_is_among_the_saved_wherever_they_are() {
    let mut view = Sut::with_anna();
    let blocked = true;
    view.event(preferring(Preferences {
        blocked,
        ..preferences()
    }));
    assert_eq!(names(&view.state, Section::Saved), ["Anna"]);
    assert_eq!(names(&view.state, Section::Network), Vec::<&str>::new());
}
