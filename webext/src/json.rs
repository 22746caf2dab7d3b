//! Between JS values and types: everything that crosses a context has the JSON shape of its type.
//!
//! Going through JSON text gives one codec for storage, messages and files, exact errors, and a
//! bound that is checked before anything is parsed.

use js_sys::JSON;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// A value that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not a JSON value at all.
    #[error("not a JSON value")]
    NotJson,
    /// Longer than this many UTF-16 units.
    #[error("longer than {0}")]
    TooLong(u32),
    /// Another shape.
    #[error(transparent)]
    Shape(#[from] ::json::Error),
}

/// The value of a type.
///
/// # Errors
/// Where it is longer than `limit` as JSON text, or of another shape.
pub fn from_js<T: DeserializeOwned>(value: &JsValue, limit: u32) -> Result<T, Malformed> {
    let text = JSON::stringify(value).map_err(|_| Malformed::NotJson)?;
    if JsValue::from(&text).is_undefined() {
        return Err(Malformed::NotJson);
    }
    if text.length() > limit {
        return Err(Malformed::TooLong(limit));
    }
    Ok(::json::from_str(&String::from(text))?)
}

/// The JS value of a type.
///
/// # Errors
/// Where the type has no JSON shape.
pub fn to_js<T: Serialize>(value: &T) -> Result<JsValue, Malformed> {
    let text = ::json::to_string(value)?;
    JSON::parse(&text).map_err(|_| Malformed::NotJson)
}
