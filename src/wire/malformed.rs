//! What can be wrong with the form of a message.

/// Why a message cannot be read. Values are not repeated: they may be private.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    /// Longer than any frame.
    #[error("a frame of {0} bytes")]
    TooLong(usize),
    /// No text.
    #[error("a frame that is not UTF-8")]
    NotUtf8,
    /// Not JSON from this byte on.
    #[error("a frame that is not JSON from byte {0} on")]
    NotJson(usize),
    /// JSON, and no object.
    #[error("a frame that is not an object")]
    NotAnObject,
    /// A type that nobody knows, or that belongs to another kind of connection.
    #[error("a frame of a type that is unknown on this connection")]
    UnknownType,
    /// One field is wrong.
    #[error("`{0}` is {1}")]
    Field(&'static str, Wrong),
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    /// It must be there.
    #[error("missing")]
    Missing,
    /// A text belongs here.
    #[error("not text")]
    NotText,
    /// A list belongs here.
    #[error("not a list")]
    NotList,
    /// A whole number belongs here.
    #[error("not a whole number")]
    NotWhole,
    /// A number that is negative or too large.
    #[error("a number out of bounds")]
    OutOfBounds,
    /// `true` or `false` belongs here.
    #[error("neither true nor false")]
    NotTruth,
}
