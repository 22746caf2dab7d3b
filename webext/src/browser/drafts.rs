//! Unsent texts of contacts that are gone: removed here, as views may not be open then.

use ipc::{ContactId, contact_of_key, draft_key, unsent_key};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = localStorage, js_name = removeItem, catch)]
    fn remove_item(key: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = keys)]
    fn keys(object: &JsValue) -> js_sys::Array;
}

/// Removes the texts to a contact.
pub(crate) fn forget(contact: &ContactId) {
    for key in [draft_key(contact), unsent_key(contact)] {
        // A browser that forbids this storage has kept nothing in it.
        let _ = remove_item(&key);
    }
}

/// Removes the texts to everybody who is not here.
pub(crate) fn sweep(is_here: impl Fn(&ContactId) -> bool) {
    let Ok(storage) = js_sys::Reflect::get(&js_sys::global(), &"localStorage".into()) else {
        return;
    };
    if !storage.is_object() {
        return;
    }
    let kept = keys(&storage);
    let texts = kept
        .iter()
        .filter_map(|key| contact_of_key(&key.as_string()?));
    texts
        .filter(|contact| !is_here(contact))
        .for_each(|gone| forget(&gone));
}
