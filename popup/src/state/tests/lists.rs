//! People, requests and alerts in the lists.

use super::*;

#[test]
fn contacts_come_before_strangers_and_each_by_name() {
    let mut view = Sut::with_anna();
    let stranger = |id: &str| PersonId::Stranger(id.to_owned());
    let saved = |id: &str| PersonId::Contact(contact(id));
    for new in [
        person(stranger("s1"), "aaron", Presence::ClaimsNetwork),
        person(stranger("s2"), "Zoe", Presence::OnNetwork),
        person(saved("b"), "berta", Presence::ClaimsNetwork),
        person(saved("c"), "Cem", Presence::Offline),
        person(saved("d"), "Dora", Presence::Online),
        person(stranger("s3"), "Gone", Presence::Offline),
    ] {
        view.event(Event::Person(new));
    }
    assert_eq!(
        names(&view.state, Section::Network),
        ["Anna", "berta", "aaron", "Zoe"]
    );
    assert_eq!(names(&view.state, Section::Saved), ["Dora", "Cem"]);
}

#[test]
fn who_is_not_sent_again_after_a_restart_of_the_engine_is_gone() {
    let mut view = Sut::with_anna();
    let berta = PersonId::Contact(contact("b"));
    view.event(Event::Person(person(berta, "Berta", Presence::Online)));
    view.act(Action::Closed);
    assert_eq!(names(&view.state, Section::Saved), ["Berta"], "not before");
    view.attach();
    assert_eq!(names(&view.state, Section::Saved), Vec::<&str>::new());
    assert_eq!(names(&view.state, Section::Network), ["Anna"]);
}

#[test]
fn a_request_is_answered_once() {
    let mut view = Sut::with_anna();
    let request = RequestId("r".to_owned());
    let sent = view.act(Action::Accept(request.clone()));
    assert_eq!(commands(&sent).len(), 1);
    assert!(view.state.is_answering(&request));
    assert_eq!(view.act(Action::Reject(request.clone())), []);
    view.reply(command_id(&sent).unwrap(), Some(Refusal::Gone));
    assert!(!view.state.is_answering(&request));
    assert_eq!(view.state.alerts.shown().len(), 1);
}

#[test]
fn alerts_are_shown_once_bounded_and_dismissed() {
    let mut view = Sut::with_anna();
    for number in 0..20 {
        let key = format!("k{}", number / 2);
        view.event(Event::Alert(Alert::StorageDamaged { key }));
    }
    assert_eq!(view.state.alerts.shown().len(), ipc::limits::ALERTS);
    let first = view.state.alerts.shown()[0].id;
    view.act(Action::Dismiss(first));
    assert!(view.state.alerts.shown().iter().all(|a| a.id != first));
}

fn request_of(stranger: &str) -> Request {
    Request {
        id: RequestId("r".to_owned()),
        name: "Bob".to_owned(),
        note: None,
        stranger: stranger.to_owned(),
        at: NOW,
        resembles: None,
        invited: false,
        accepted: false,
    }
}

#[test]
fn a_stranger_whose_request_waits_stands_among_the_requests_only() {
    let mut view = Sut::with_anna();
    let id = PersonId::Stranger("s".to_owned());
    view.event(Event::Person(person(id, "Bob", Presence::ClaimsNetwork)));
    let shown = |view: &Sut| names(&view.state, Section::Network).contains(&"Bob".to_owned());
    assert!(shown(&view));
    view.event(Event::Request(request_of("s")));
    assert!(!shown(&view));
    view.event(Event::RequestGone(RequestId("r".to_owned())));
    assert!(shown(&view));
    view.event(Event::Request(request_of("somebody else")));
    assert!(shown(&view));
}

#[test]
fn names_are_in_the_order_of_the_language() {
    let mut view = Sut::new();
    view.attach();
    for (id, name) in [("z", "Zoe"), ("ä", "Ärzte"), ("b", "Bert")] {
        let id = PersonId::Contact(contact(id));
        view.event(Event::Person(person(id, name, Presence::Offline)));
    }
    assert_eq!(names(&view.state, Section::Saved), ["Ärzte", "Bert", "Zoe"]);
}

#[test]
fn contacts_are_contacts_wherever_they_are() {
    let mut view = Sut::new();
    view.event(Event::Profile(Profile { name: None }));
    assert!(!has_contacts(&view.state.people));
    view.attach();
    assert!(names(&view.state, Section::Saved).is_empty());
    assert!(has_contacts(&view.state.people), "Anna is on this network");
}

#[test]
fn ignoring_a_request_is_an_answer() {
    let mut view = Sut::with_anna();
    let request = RequestId("r".to_owned());
    let sent = view.act(Action::Ignore(request.clone()));
    assert_eq!(commands(&sent), [&Command::Ignore { request }]);
}

#[test]
fn the_row_that_is_to_get_the_focus_is_there() {
    let mut view = Sut::with_anna();
    let id = PersonId::Stranger("s".to_owned());
    view.event(Event::Person(person(
        id.clone(),
        "Bob",
        Presence::ClaimsNetwork,
    )));
    view.act(Action::Note(NoteEdit::Toggle("s".to_owned())));
    assert_eq!(view.state.windows.used(), None, "the field has it");
    view.act(Action::Note(NoteEdit::Close));
    assert_eq!(view.state.windows.used(), Some(&id));
    view.act(Action::InSight(Section::Network, 0..9, None));
    assert_eq!(view.state.windows.used(), None);
}
