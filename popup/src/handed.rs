//! What was chosen in the menu of another page, taken into the unsent text for its contact.

use crate::state::Action;
use crate::{browser, port};
use ipc::{ContactId, added};
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// Takes it, where there is something. It is kept as every unsent text is before the view hears of it.
pub(crate) fn take(contact: ContactId, dispatch: Callback<Action>) {
    spawn_local(async move {
        if let Some(text) = port::take_handed(&contact).await {
            let draft = added(browser::load_draft(&contact), &text);
            browser::save_draft(&contact, &draft);
            dispatch.emit(Action::Handed(contact, draft));
        }
    });
}
