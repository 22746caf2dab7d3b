//! Types to and from JSON text, for everything that is stored or crosses a context.
//!
//! The text is read and escaped by [`nojson`]; this crate only joins it to serde, in as little code
//! as it takes: a general JSON library for serde makes the same types three times the size in wasm,
//! most of it for floating point numbers and for speed that nothing here needs. Numbers are whole
//! and not negative, keys are texts, bytes are no JSON. Everything else is as in `serde_json`,
//! which the tests compare with.

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
