//! What is wrong with a field.

use ipc::Refusal;

/// Why a field was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldError {
    /// Not a port.
    Port,
    /// Not a time of day.
    Time,
    /// Refused by the engine.
    Refused(Refusal),
}
