//! The places that an address of the page can name.

use super::*;
use ipc::About;

#[test]
fn a_link_to_a_chat_is_followed_once_the_lists_are_there() {
    let mut view = Sut::new();
    view.act(Action::Follow(Place::Chat(contact("a"))));
    assert_eq!(view.state.address(), "#chat=a");
    view.attach();
    assert_eq!(view.state.chat().unwrap().contact, contact("a"));
    view.act(Action::Back);
    assert_eq!(view.state.address(), "");
    view.act(Action::Follow(Place::Chat(contact("nobody"))));
    assert_eq!(view.state.view, View::Lists);
}

/// What a click on the notification of a request opens, in a page that shows a chat.
fn click_on_request(view: &mut Sut, request: &RequestId) -> Vec<Effect> {
    view.open_chat(Vec::new(), false);
    let address = Place::of(&About::Request(request.clone())).to_fragment();
    let place = Place::parse(&address).expect("the popup knows the address");
    view.act(Action::Follow(place))
}

#[test]
fn a_click_on_the_notification_of_a_request_opens_the_lists_and_focuses_the_request() {
    let mut view = Sut::with_anna();
    let id = RequestId("r".to_owned());
    view.event(Event::Request(Request {
        id: id.clone(),
        name: "Bob".to_owned(),
        note: None,
        stranger: "b".to_owned(),
        at: NOW,
        resembles: None,
        invited: false,
        accepted: false,
    }));
    let effects = click_on_request(&mut view, &id);
    assert_eq!(view.state.view, View::Lists);
    let focus = Effect::Focus(Target::Request(id));
    assert_eq!(effects.last(), Some(&focus));
}

#[test]
fn a_request_that_was_answered_meanwhile_leads_to_the_lists() {
    let mut view = Sut::with_anna();
    let effects = click_on_request(&mut view, &RequestId("gone".to_owned()));
    assert_eq!(view.state.view, View::Lists);
    assert!(effects.contains(&Effect::Focus(Target::Lists)));
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Focus(Target::Request(_))))
    );
}

fn text_of_invite(view: &Sut) -> Option<&str> {
    let View::Invites(page) = &view.state.view else {
        return None;
    };
    Some(&page.text.0)
}

#[test]
fn a_link_with_an_invite_fills_the_field_for_it_and_goes_from_the_address_at_once() {
    let mut view = Sut::new();
    let place = Place::parse("#i=AQcH").unwrap();
    view.act(Action::Follow(place.clone()));
    assert_eq!(view.state.address(), "");
    view.attach();
    assert_eq!(text_of_invite(&view), Some("meshchat-invite:AQcH"));
    view.act(Action::Back);
    let effects = view.act(Action::Follow(place));
    assert_eq!(text_of_invite(&view), Some("meshchat-invite:AQcH"));
    let field = Effect::Focus(Target::Field(INVITE.to_owned()));
    assert_eq!(effects.last(), Some(&field));
}

#[test]
fn a_link_with_an_invite_waits_until_the_person_has_joined() {
    let mut view = Sut::new();
    view.act(Action::Follow(Place::parse("#i=AQcH").unwrap()));
    view.attach_as(None);
    assert_eq!(view.state.shell(), Shell::FirstRun);
    assert_eq!(
        (text_of_invite(&view), view.state.address()),
        (None, String::new())
    );
    // What a page that is loaded anew meanwhile goes on with.
    assert_eq!(view.state.waiting_invite().as_deref(), Some("#i=AQcH"));
    view.event(Event::Profile(Profile {
        name: Some("Anna".to_owned()),
    }));
    assert_eq!(text_of_invite(&view), Some("meshchat-invite:AQcH"));
    assert_eq!(view.state.waiting_invite(), None);
}
