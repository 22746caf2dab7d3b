//! The form for a note to a stranger.

use super::*;

const NOTE_BYTES: usize = ipc::limits::NOTE_BYTES;

fn bob() -> Person {
    let id = PersonId::Stranger("b".to_owned());
    person(id, "Bob", Presence::ClaimsNetwork)
}

fn edit(view: &mut Sut, edit: NoteEdit) -> Vec<Effect> {
    view.act(Action::Note(edit))
}

fn toggle(view: &mut Sut, stranger: &str) -> Vec<Effect> {
    edit(view, NoteEdit::Toggle(stranger.to_owned()))
}

fn write(view: &mut Sut, text: &str) -> Vec<Effect> {
    edit(view, NoteEdit::Text(text.to_owned()))
}

/// Joined, and the form is open in the row of Bob.
fn open() -> Sut {
    let mut view = Sut::with_anna();
    view.event(Event::Person(bob()));
    let field = Effect::Focus(Target::Field(NOTE.to_owned()));
    assert_eq!(toggle(&mut view, "b"), [field]);
    view
}

fn connect(note: Option<&str>) -> Command {
    Command::Connect {
        stranger: "b".to_owned(),
        note: note.map(str::to_owned),
    }
}

#[test]
fn connect_in_the_row_asks_without_a_note() {
    let mut view = Sut::with_anna();
    view.event(Event::Person(bob()));
    let effects = view.act(Action::Connect("b".to_owned()));
    assert_eq!(commands(&effects), [&connect(None)]);
}

#[test]
fn the_form_is_open_in_one_row_and_closed_by_its_button_or_escape() {
    let mut view = open();
    assert!(view.state.note_to("b").is_some());
    assert!(view.state.note_to("c").is_none());
    let button = |id: &str| [Effect::Focus(Target::NoteButton(id.to_owned()))];
    assert_eq!(toggle(&mut view, "b"), button("b"));
    assert_eq!(view.state.note, None);
    toggle(&mut view, "b");
    toggle(&mut view, "c");
    assert!(view.state.note_to("b").is_none());
    assert_eq!(edit(&mut view, NoteEdit::Close), button("c"));
    assert_eq!(edit(&mut view, NoteEdit::Close), []);
}

#[test]
fn a_note_is_sent_with_the_request_once_and_then_the_form_closes() {
    let mut view = open();
    write(&mut view, " It is me ");
    let sent = edit(&mut view, NoteEdit::Send);
    assert_eq!(commands(&sent), [&connect(Some("It is me"))]);
    assert!(view.state.is_asking("b"));
    assert_eq!(edit(&mut view, NoteEdit::Send), []);
    let effects = view.reply(command_id(&sent).unwrap(), None);
    assert_eq!(view.state.note, None);
    assert_eq!(effects, [Effect::Focus(Target::Person(bob().id))]);
}

#[test]
fn an_empty_note_is_none() {
    let mut view = open();
    write(&mut view, "  ");
    let sent = edit(&mut view, NoteEdit::Send);
    assert_eq!(commands(&sent), [&connect(None)]);
}

#[test]
fn what_is_left_is_counted_in_bytes_and_a_longer_note_is_not_sent() {
    let mut view = open();
    let room = |view: &Sut| view.state.note_to("b").unwrap().room();
    write(&mut view, &"é".repeat(NOTE_BYTES / 2));
    assert_eq!(room(&view), 0);
    write(&mut view, &"é".repeat(NOTE_BYTES / 2 + 1));
    assert_eq!(room(&view), -2);
    let effects = edit(&mut view, NoteEdit::Send);
    assert_eq!(effects, [Effect::Focus(Target::Field(NOTE.to_owned()))]);
    let refusal = |view: &Sut| view.state.note_to("b").unwrap().refusal.clone();
    assert_eq!(refusal(&view), Some(Refusal::NoteTooLong));
    write(&mut view, "shorter");
    assert_eq!(refusal(&view), None);
}

#[test]
fn a_refusal_is_shown_in_the_form_and_keeps_what_was_written() {
    let mut view = open();
    write(&mut view, "hello");
    let sent = edit(&mut view, NoteEdit::Send);
    view.reply(command_id(&sent).unwrap(), Some(Refusal::ContactsFull));
    let form = view.state.note_to("b").unwrap();
    assert_eq!(form.refusal, Some(Refusal::ContactsFull));
    assert_eq!(form.text, "hello");
    assert!(!view.state.is_asking("b"));
    assert!(view.state.alerts.shown().is_empty());
}

#[test]
fn a_refusal_after_the_form_was_closed_is_an_alert() {
    let mut view = open();
    let sent = edit(&mut view, NoteEdit::Send);
    edit(&mut view, NoteEdit::Close);
    view.reply(command_id(&sent).unwrap(), Some(Refusal::Gone));
    assert_eq!(view.state.alerts.shown().len(), 1);
}

#[test]
fn somebody_who_is_being_asked_is_not_asked_again() {
    let mut view = open();
    for asked in [Asked::Connecting, Asked::Waiting] {
        view.event(Event::Person(Person { asked, ..bob() }));
        assert_eq!(edit(&mut view, NoteEdit::Send), [], "{asked:?}");
    }
    let asked = Asked::NotAccepted;
    view.event(Event::Person(Person { asked, ..bob() }));
    assert_eq!(commands(&edit(&mut view, NoteEdit::Send)).len(), 1);
}

#[test]
fn the_form_of_a_stranger_who_goes_is_closed() {
    let mut view = open();
    let effects = view.event(Event::PersonGone(bob().id));
    assert_eq!(view.state.note, None);
    assert_eq!(effects, [Effect::Focus(Target::Lists)]);
    let mut view = open();
    view.act(Action::Closed);
    assert!(view.state.note_to("b").is_some(), "not before");
    assert!(view.attach().contains(&Effect::Focus(Target::Lists)));
    assert_eq!(view.state.note, None);
}

#[test]
fn a_form_goes_on_after_a_lost_connection() {
    let mut view = open();
    write(&mut view, "hello");
    edit(&mut view, NoteEdit::Send);
    view.act(Action::Closed);
    view.event(Event::Person(bob()));
    view.attach();
    assert_eq!(view.state.note_to("b").unwrap().text, "hello");
    let sent = edit(&mut view, NoteEdit::Send);
    assert_eq!(commands(&sent), [&connect(Some("hello"))]);
}

fn under_the_id_of_another_day() -> Person {
    let id = PersonId::Stranger("later".to_owned());
    person(id, "Bob", Presence::ClaimsNetwork)
}

#[test]
fn a_note_that_was_begun_goes_on_where_its_stranger_comes_back_under_another_id() {
    let field = Effect::Focus(Target::Field(NOTE.to_owned()));
    let mut view = open();
    write(&mut view, "hello");
    view.event(Event::PersonGone(bob().id));
    let eve = PersonId::Stranger("e".to_owned());
    view.event(Event::Person(person(eve, "Eve", Presence::ClaimsNetwork)));
    assert_eq!(view.state.note, None, "somebody else");
    let effects = view.event(Event::Person(under_the_id_of_another_day()));
    assert_eq!(effects, std::slice::from_ref(&field));
    assert_eq!(view.state.note_to("later").unwrap().text, "hello");
    let sent = edit(&mut view, NoteEdit::Send);
    let (stranger, note) = ("later".to_owned(), Some("hello".to_owned()));
    assert_eq!(commands(&sent), [&Command::Connect { stranger, note }]);

    let mut view = open();
    write(&mut view, "hello");
    view.act(Action::Closed);
    view.event(Event::Person(under_the_id_of_another_day()));
    assert!(view.attach().contains(&field), "while the popup was away");
    assert_eq!(view.state.note_to("later").unwrap().text, "hello");
}

#[test]
fn a_note_that_was_left_is_gone_where_another_one_is_begun_or_nothing_was_written() {
    let mut view = open();
    view.event(Event::PersonGone(bob().id));
    view.event(Event::Person(under_the_id_of_another_day()));
    assert_eq!(view.state.note, None);

    let mut view = open();
    write(&mut view, "hello");
    view.event(Event::PersonGone(bob().id));
    let eve = PersonId::Stranger("e".to_owned());
    view.event(Event::Person(person(eve, "Eve", Presence::ClaimsNetwork)));
    toggle(&mut view, "e");
    view.event(Event::Person(under_the_id_of_another_day()));
    assert!(view.state.note_to("e").is_some());
}
