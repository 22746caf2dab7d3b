//! Types to and from JSON, as text and (feature `js`) as JavaScript values, for everything that is
//! stored or crosses a context.
//!
//! ```
//! #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
//! struct Point {
//!     x: u32,
//!     y: Option<u32>,
//! }
//!
//! let point = Point { x: 1, y: Some(2) };
//! assert_eq!(json::to_string(&point)?, r#"{"x":1,"y":2}"#);
//! assert_eq!(json::from_str::<Point>(r#"{"x":1,"y":2}"#)?, point);
//!
//! let error = json::from_str::<Point>(r#"{"x":"secret"}"#).unwrap_err();
//! assert_eq!(error.to_string(), "x: a value of another type");
//! # Ok::<(), json::Error>(())
//! ```
//!
//! [`nojson`] parses and escapes the text; this crate only joins it to serde, in as little code as
//! possible. `serde_json` makes three times the wasm for the same types, a third of the whole engine,
//! most of it for floating point numbers and for speed that nothing here needs. So numbers are whole
//! and not negative, keys are texts, and there are no bytes. Everything else is as in `serde_json`,
//! with which the tests compare.

mod error;
#[cfg(feature = "js")]
pub mod js;
mod read;
mod write;

pub use error::Error;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Returns the value of a type.
///
/// # Errors
/// Where the text is not JSON, nested more than 128 levels deep, or of another shape. The error
/// names the place and never what stands there, which may be private.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    read::from_str(text)
}

/// Returns the text of a value.
///
/// # Errors
/// Where the type has no JSON shape: a negative or fractional number, bytes, a key that is no text.
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    write::to_string(value)
}

#[cfg(test)]
mod tests;
