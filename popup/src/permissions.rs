//! The one permission that is not there from the start: to read what the beacon's host answers.

use crate::browser::api;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Says whether the extension may read what a host answers.
pub(crate) fn look_up(pattern: &str, answered: impl FnOnce(bool) + 'static) {
    call("contains", pattern, answered);
}

/// Asks the person to let the extension read what a host answers; must be called in a click of
/// theirs. Says what they answered.
pub(crate) fn ask(pattern: &str, answered: impl FnOnce(bool) + 'static) {
    call("request", pattern, answered);
}

fn call(method: &str, pattern: &str, answered: impl FnOnce(bool) + 'static) {
    let Some(promise) = promise(method, pattern) else {
        return;
    };
    spawn_local(async move {
        // What cannot be asked for is not given.
        let granted = JsFuture::from(promise).await;
        answered(granted.is_ok_and(|granted| granted.is_truthy()));
    });
}

fn promise(method: &str, pattern: &str) -> Option<Promise> {
    let permissions = get(&api()?, "permissions")?;
    let method = get(&permissions, method)?;
    let wanted = Object::new();
    let origins = Array::of1(&pattern.into());
    Reflect::set(&wanted, &"origins".into(), &origins).ok()?;
    let called = method.dyn_ref::<Function>()?.call1(&permissions, &wanted);
    called.ok()?.dyn_into().ok()
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok()
}
