//! The dialogs over the page: the palette, the list of keys; and the ways from outside to an unread chat and to a draft.

use super::*;

fn edit(view: &mut Sut, edit: OverlayEdit) -> Vec<Effect> {
    view.act(Action::Overlay(edit))
}

fn query(view: &Sut) -> Option<&str> {
    match &view.state.overlay {
        Some(Overlay::Palette(palette)) => Some(&palette.query),
        Some(Overlay::Keys(_)) | None => None,
    }
}

fn is_choosing(view: &Sut, choosing: &Choosing) -> bool {
    matches!(&view.state.overlay, Some(Overlay::Palette(palette)) if palette.choosing == *choosing)
}

fn anna_with(unread: u32, id: &str) -> Event {
    Event::Person(Person {
        id: PersonId::Contact(contact(id)),
        unread,
        ..anna()
    })
}

#[test]
fn the_palette_opens_over_every_page_and_only_where_there_is_one() {
    let mut view = Sut::new();
    edit(&mut view, OverlayEdit::Find);
    assert_eq!(view.state.overlay, None, "nobody is there yet");
    view.attach();
    for page in [Action::Back, Action::OpenSettings, Action::OpenConnection] {
        view.act(page);
        edit(&mut view, OverlayEdit::Find);
        assert_eq!(query(&view), Some(""));
        view.act(Action::Back);
        assert_eq!(view.state.overlay, None, "Escape closes it first");
    }
    assert_eq!(view.state.view, View::Connection, "and the page stays");
}

#[test]
fn what_is_looked_for_is_kept_when_the_keys_are_pressed_again_and_forgotten_when_it_is_closed() {
    let mut view = Sut::with_anna();
    edit(&mut view, OverlayEdit::Find);
    edit(&mut view, OverlayEdit::Move(Goal::Files));
    edit(&mut view, OverlayEdit::Query("an".to_owned()));
    edit(&mut view, OverlayEdit::Find);
    let palette = Palette {
        query: "an".to_owned(),
        messages: crate::state::overlay::Messages {
            awaited: true,
            ..Default::default()
        },
        ..Palette::default()
    };
    assert_eq!(
        view.state.overlay,
        Some(Overlay::Palette(palette)),
        "the first one is active"
    );
    edit(&mut view, OverlayEdit::Close);
    edit(&mut view, OverlayEdit::Find);
    assert_eq!(query(&view), Some(""));
}

#[test]
fn an_entry_leads_to_its_chat_and_to_the_message_field() {
    let mut view = Sut::with_anna();
    let goal = Goal::Person(PersonId::Contact(contact("a")));
    // From the lists, then from the chat itself.
    for _ in 0..2 {
        edit(&mut view, OverlayEdit::Find);
        let effects = edit(&mut view, OverlayEdit::Go(goal.clone()));
        assert_eq!(view.state.overlay, None);
        assert_eq!(view.state.chat().unwrap().contact, contact("a"));
        assert!(effects.contains(&Effect::Focus(Target::Composer)));
    }
    let gone = Goal::Person(PersonId::Contact(contact("gone")));
    edit(&mut view, OverlayEdit::Go(gone));
    assert_eq!(view.state.chat().unwrap().contact, contact("a"));
}

#[test]
fn an_entry_leads_to_a_stranger_in_the_lists_and_to_each_page() {
    let mut view = Sut::with_anna();
    let bob = PersonId::Stranger("b".to_owned());
    view.event(Event::Person(person(
        bob.clone(),
        "Bob",
        Presence::ClaimsNetwork,
    )));
    view.act(Action::OpenConnection);
    edit(&mut view, OverlayEdit::Find);
    let effects = edit(&mut view, OverlayEdit::Go(Goal::Person(bob.clone())));
    assert_eq!(view.state.view, View::Lists);
    assert_eq!(
        effects.last(),
        Some(&Effect::Focus(Target::Person(bob.clone())))
    );
    assert_eq!(view.state.windows.used(), Some(&bob), "their row is there");
    for goal in Goal::PAGES {
        edit(&mut view, OverlayEdit::Find);
        let effects = edit(&mut view, OverlayEdit::Go(goal.clone()));
        let arrived = match (&goal, &view.state.view) {
            (Goal::Introduce, _) => is_choosing(&view, &Choosing::One),
            (Goal::Keys, _) => effects.contains(&Effect::ReadShortcuts),
            (Goal::Lists, page) => *page == View::Lists,
            (Goal::Files, page) => *page == View::Files,
            (Goal::Connection, page) => *page == View::Connection,
            (Goal::Invites, page) => matches!(page, View::Invites(_)),
            (Goal::Settings, page) => matches!(page, View::Settings(_)),
            (Goal::Person(_) | Goal::Request(_) | Goal::Message(..) | Goal::More, _) => false,
        };
        assert!(arrived, "{goal:?}");
    }
}

#[test]
fn the_list_of_keys_has_those_of_the_browser_once_it_has_told_them() {
    let mut view = Sut::with_anna();
    let told = vec![Shortcut {
        command: "next-unread".to_owned(),
        keys: "Alt+Shift+U".to_owned(),
    }];
    edit(&mut view, OverlayEdit::Shortcuts(told.clone()));
    assert_eq!(view.state.overlay, None, "it was closed meanwhile");
    let effects = edit(&mut view, OverlayEdit::Keys);
    assert!(effects.contains(&Effect::ReadShortcuts));
    edit(&mut view, OverlayEdit::Shortcuts(told.clone()));
    assert_eq!(view.state.overlay, Some(Overlay::Keys(told)));
}

#[test]
fn a_chat_under_a_dialog_is_not_the_one_that_is_looked_at() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let watched = |effects: &[Effect]| {
        let mut watched = Vec::new();
        for message in posts(effects) {
            if let ToEngine::Watching { contact, .. } = message {
                watched.push(contact.clone());
            }
        }
        watched
    };
    assert_eq!(watched(&edit(&mut view, OverlayEdit::Find)), [None]);
    assert_eq!(watched(&view.act(Action::Back)), [Some(contact("a"))]);
}

#[test]
fn the_next_unread_chat_is_another_one_each_time_and_the_lists_where_there_is_none() {
    let mut view = Sut::with_anna();
    let next = |view: &mut Sut| {
        view.act(Action::Follow(Place::Unread));
        view.state.chat().map(|chat| chat.contact.0.clone())
    };
    view.act(Action::OpenConnection);
    assert_eq!(next(&mut view), None);
    assert_eq!(view.state.view, View::Lists);
    for id in ["b", "c", "d"] {
        view.event(anna_with(u32::from(id != "c"), id));
    }
    assert_eq!(next(&mut view).as_deref(), Some("b"));
    assert_eq!(next(&mut view).as_deref(), Some("d"));
    assert_eq!(next(&mut view).as_deref(), Some("b"), "and round");
    view.event(anna_with(0, "d"));
    assert_eq!(next(&mut view).as_deref(), Some("b"), "the only one");
}

#[test]
fn what_was_chosen_on_a_page_is_taken_into_the_draft_of_its_chat_and_sent_by_nobody() {
    let mut view = Sut::with_anna();
    let place = Place::Send(contact("a"));
    let effects = view.act(Action::Follow(place));
    assert!(effects.contains(&Effect::TakeHanded(contact("a"))));
    assert_eq!(view.state.address(), "#chat=a", "once");
    let handed = Action::Handed(contact("a"), "before\nhttps://example.org/".to_owned());
    let effects = view.act(handed);
    assert_eq!(view.draft(), "before\nhttps://example.org/");
    assert_eq!(effects, [Effect::Focus(Target::Composer)]);
    let gone = view.act(Action::Follow(Place::Send(contact("gone"))));
    assert_eq!(gone, []);
    view.act(Action::Back);
    let late = Action::Handed(contact("a"), "text".to_owned());
    assert_eq!(view.act(late), [], "the draft has it already");
}
