//! How a value of the configuration is refused.

use crate::limits::SETTING_BYTES;

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("setting {field}: {reason}")]
pub struct Invalid {
    /// Where, as a path: `signalling.0.host`.
    pub field: String,
    /// Why, in English.
    pub reason: String,
}

/// Returns whether a text is neither empty nor too long, and has only allowed characters.
pub(super) fn fits(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.len() <= SETTING_BYTES && text.chars().all(allowed)
}

/// Refuses a field unless its value is good.
pub(super) fn check(
    good: bool,
    field: &str,
    reason: impl FnOnce() -> String,
) -> Result<(), Invalid> {
    if good {
        return Ok(());
    }
    Err(Invalid {
        field: field.to_owned(),
        reason: reason(),
    })
}
