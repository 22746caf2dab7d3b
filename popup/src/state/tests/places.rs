//! The places that an address of the page can name.

use super::*;

#[test]
fn a_link_to_a_chat_is_followed_once_the_lists_are_there() {
    let mut view = Sut::new();
    view.act(Action::Follow(DeepLink::Chat(contact("a"))));
    assert_eq!(view.state.address(), "#chat=a");
    view.attach();
    assert_eq!(view.state.chat().unwrap().contact, contact("a"));
    view.act(Action::Back);
    assert_eq!(view.state.address(), "");
    view.act(Action::Follow(DeepLink::Chat(contact("nobody"))));
    assert_eq!(view.state.view, View::Lists);
}

#[test]
fn a_link_to_a_request_focuses_it() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let request = RequestId("r".to_owned());
    let effects = view.act(Action::Follow(DeepLink::Request(request.clone())));
    assert_eq!(view.state.view, View::Lists);
    assert_eq!(
        effects.last(),
        Some(&Effect::Focus(Target::Request(request)))
    );
}
