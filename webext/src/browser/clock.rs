//! The clocks and the random source of the browser.

use js_sys::{Date, Reflect};
use mesh_chat::{Mono, Now};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Reads both clocks. The monotonic one starts with the page.
pub(crate) fn now() -> Now {
    Now {
        mono: Mono(millis(performance_now())),
        unix: millis(Date::now()),
        zone: zone(),
    }
}

/// Returns fresh randomness of the system.
///
/// # Errors
/// Where the system has none: nothing may run without.
pub(crate) fn seed() -> Result<[u8; 32], String> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| format!("no random source: {error}"))?;
    Ok(seed)
}

/// Returns whether `localStorage.log` asks this page for debug output.
pub(crate) fn debug_wanted() -> bool {
    Reflect::get(&js_sys::global(), &"localStorage".into())
        .and_then(|storage| Reflect::get(&storage, &"log".into()))
        .is_ok_and(|value| value.as_string().as_deref() == Some("debug"))
}

/// Returns the minutes by which local time is ahead of UTC now. It changes with the season and the place.
#[expect(
    clippy::cast_possible_truncation,
    reason = "at most 14 hours; `as` saturates"
)]
fn zone() -> i16 {
    -Date::new_0().get_timezone_offset() as i16
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates: a clock before its start reads 0"
)]
fn millis(value: f64) -> u64 {
    value as u64
}
