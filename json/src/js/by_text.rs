//! Types from and to JavaScript values by way of JSON text.

use js_sys::JSON;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// Why a JavaScript value is not a value of a type, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It has no JSON text.
    #[error("not a JSON value")]
    NotJson,
    /// Its JSON text is longer than this many UTF-16 units.
    #[error("longer than {0}")]
    TooLong(u32),
    /// It has another shape.
    #[error(transparent)]
    Shape(#[from] crate::Error),
}

/// Returns the value of a type.
///
/// # Errors
/// Where the JSON text of `value` is longer than `limit` UTF-16 units, or of another shape.
pub fn from_js_within<T: DeserializeOwned>(value: &JsValue, limit: u32) -> Result<T, Malformed> {
    let text = JSON::stringify(value).map_err(|_| Malformed::NotJson)?;
    if JsValue::from(&text).is_undefined() {
        return Err(Malformed::NotJson);
    }
    if text.length() > limit {
        return Err(Malformed::TooLong(limit));
    }
    Ok(crate::from_str(&String::from(text))?)
}

/// Returns the JavaScript value of a value.
///
/// # Errors
/// Where the type has no JSON shape.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Malformed> {
    let text = crate::to_string(value)?;
    JSON::parse(&text).map_err(|_| Malformed::NotJson)
}
