//! The permissions that are not there from the start: to read what the beacon's host answers, and to hand files to the
//! browser's downloads.

use chrome::{object, settled};
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Looks up whether the extension may read what a host answers.
pub(crate) fn look_up(pattern: &str, answered: impl FnOnce(bool) + 'static) {
    if let Some(api) = chrome::found() {
        let granted = api.permissions().contains(&wanted(pattern));
        report(granted, answered);
    }
}

/// Asks the person to let the extension read what a host answers. Must be called in a click of
/// theirs.
pub(crate) fn ask(pattern: &str, answered: impl FnOnce(bool) + 'static) {
    if let Some(api) = chrome::found() {
        let granted = api.permissions().request(&wanted(pattern));
        report(granted, answered);
    }
}

/// Asks the person to let the extension save files. Must be called in a click of theirs; where it was let before, nobody
/// is asked.
pub(crate) fn ask_downloads(answered: impl FnOnce(bool) + 'static) {
    if let Some(api) = chrome::found() {
        let wanted = object([("permissions", Array::of1(&"downloads".into()).into())]);
        report(api.permissions().request(&wanted), answered);
    }
}

fn wanted(pattern: &str) -> JsValue {
    object([("origins", Array::of1(&pattern.into()).into())])
}

fn report(granted: Result<JsValue, JsValue>, answered: impl FnOnce(bool) + 'static) {
    spawn_local(async move {
        // What cannot be asked for is not granted.
        let granted = settled(granted).await;
        answered(granted.is_ok_and(|granted| granted.is_truthy()));
    });
}
