//! Types from and to JavaScript values. A value has the JSON shape of its type, so that whatever
//! crosses a context, and whatever is stored, looks the same.
//!
//! | Function | Way | Used where |
//! |---|---|---|
//! | [`to_js`] | JSON text, then `JSON.parse` | the engine |
//! | [`direct::to_js`] | `serde-wasm-bindgen` | background and popup |
//! | [`direct::from_js`] | straight from the value | background and popup, which read no JSON text: a parser would be code for this alone |
//! | [`from_js_within`] | `JSON.stringify`, then [`from_str`](crate::from_str) | the engine, which reads JSON text anyway: one reader, defaults for absent fields, errors that name the place, and a bound that is checked before anything is parsed |

mod by_text;
pub mod direct;
mod names;

pub use by_text::{Malformed, from_js_within, to_js};
