//! A fresh page in the place of one that cannot go on, and what is to be said of it afterwards; and that an update of
//! the extension waits for a quiet moment.

use crate::storage::Restart;
use ipc::Alert;
use wasm_bindgen::prelude::*;

/// Why the page was loaded anew, in `sessionStorage`, which goes with the page.
const WHY: &str = "restarted";

/// That an update waits, there too: a page that is loaded anew meanwhile still knows.
const UPDATE: &str = "update";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = location)]
    fn reload();
    #[wasm_bindgen(js_namespace = sessionStorage, js_name = getItem, catch)]
    fn get_item(key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(js_namespace = sessionStorage, js_name = setItem, catch)]
    fn set_item(key: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = sessionStorage, js_name = removeItem, catch)]
    fn remove_item(key: &str) -> Result<(), JsValue>;
}

/// Loads the page anew; it goes on from what is stored.
pub(crate) fn restart() {
    reload();
}

/// Loads the page anew because of its disk, and keeps why.
pub(crate) fn restart_because(why: Restart) {
    // Without it the page is loaded anew all the same.
    let _ = set_item(WHY, name(why));
    reload();
}

/// Takes what is to be said of the page before this one.
pub(crate) fn take_reason() -> Option<Alert> {
    let why = get_item(WHY).ok()??;
    // What stays is said once more after the next start.
    let _ = remove_item(WHY);
    [Restart::Silent, Restart::Emptied]
        .into_iter()
        .find(|of| name(*of) == why)
        .map(alert)
}

/// Keeps that an update waits.
pub(crate) fn keep_update() {
    // Without it the update comes with the next start of the browser.
    let _ = set_item(UPDATE, "waits");
}

/// Takes that an update waits, if one does.
pub(crate) fn take_update() -> bool {
    // One that stayed would be installed again and again.
    get_item(UPDATE).is_ok_and(|kept| kept.is_some()) && remove_item(UPDATE).is_ok()
}

/// Returns what the person is told.
pub(crate) fn alert(why: Restart) -> Alert {
    match why {
        Restart::Silent => Alert::StorageSilent,
        Restart::Emptied => Alert::ChatsRemoved,
    }
}

fn name(why: Restart) -> &'static str {
    match why {
        Restart::Silent => "silent",
        Restart::Emptied => "emptied",
    }
}
