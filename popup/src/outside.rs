//! What happens outside the components: to the window, the document and the address.

use crate::state::{Action, Sight};
use crate::{browser, chosen, keys};
use gloo_events::EventListener;
use ipc::Place;
use std::cell::Cell;
use std::rc::Rc;
use yew::Callback;

/// Returns the place that the address of the page asks for.
pub(crate) fn place_in_address() -> Option<Action> {
    Place::parse(&browser::fragment()).map(Action::Follow)
}

/// Returns the place of an invite that waited for the person to join when this page was loaded anew.
pub(crate) fn waiting_invite() -> Option<Action> {
    Place::parse(&browser::waiting_invite()?).map(Action::Follow)
}

/// Returns whether the page is seen.
pub(crate) fn sight() -> Action {
    Action::Seen(Sight {
        visible: !browser::is_hidden(),
        focused: browser::has_focus(),
    })
}

/// Listens to all of it.
pub(crate) fn listen(
    dispatch: &Callback<Action>,
    covered: &Rc<Cell<bool>>,
) -> Vec<Option<EventListener>> {
    let (on_hash, on_draft, on_key) = (dispatch.clone(), dispatch.clone(), dispatch.clone());
    let covered = Rc::clone(covered);
    let on_sight = || {
        let dispatch = dispatch.clone();
        move |_: &web_sys::Event| dispatch.emit(sight())
    };
    vec![
        browser::listen_window("hashchange", move |_| {
            if let Some(action) = place_in_address() {
                on_hash.emit(action);
            }
        }),
        browser::listen_document("visibilitychange", on_sight()),
        browser::listen_window("focus", on_sight()),
        browser::listen_window("blur", on_sight()),
        browser::listen_window("storage", move |event| {
            if let Some((contact, text)) = browser::draft_elsewhere(event) {
                on_draft.emit(Action::DraftElsewhere(contact, text));
            }
        }),
        browser::listen_document("keydown", move |event| {
            if let Some(action) = keys::action(event, covered.get()) {
                event.prevent_default();
                on_key.emit(action);
            }
        }),
        // A file that is dropped beside a chat does not take the place of the page.
        browser::listen_document("dragover", chosen::refuse_drop),
        browser::listen_document("drop", chosen::refuse_drop),
    ]
}
