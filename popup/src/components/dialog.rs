//! Dialogs over everything else: the browser keeps the focus in them, and gives it back.

use super::parts::Dispatch;
use crate::browser;
use crate::state::Action;
use gloo_events::EventListener;
use web_sys::HtmlDialogElement;
use yew::NodeRef;

/// Shows a dialog that is in the page, until what is returned is called. `closed` is what it means that the browser
/// closes it by itself, by a gesture that leads back.
pub(super) fn show_over_all(
    dialog: &NodeRef,
    dispatch: Dispatch,
    closed: Action,
) -> impl FnOnce() + use<> {
    let dialog = dialog.cast::<HtmlDialogElement>();
    let listener = dialog.as_ref().map(|dialog| {
        // One that is in the page and not open can be shown.
        let _ = dialog.show_modal();
        EventListener::new(dialog, "close", move |_| dispatch.emit(closed.clone()))
    });
    move || {
        drop(listener);
        // Closed before it leaves the page: only then the focus goes back to where it was.
        if let Some(dialog) = dialog {
            dialog.close();
            browser::focus_anew();
        }
    }
}
