//! What is wrong, and where.

use std::fmt;

/// Why a text is not a value of a type, or a value has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    /// Names of fields and numbers of items from the outside to the inside, joined by dots.
    path: String,
    fault: Fault,
}

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The text is not JSON from this byte on.
    Syntax(usize),
    /// A field of the type is not there.
    Missing(&'static str),
    /// A field is there that the type does not have.
    Unknown(String),
    /// A field is there twice.
    Double(&'static str),
    /// What is there is of another type, or out of its bounds.
    Other,
}

impl Error {
    #[inline(never)]
    pub(crate) fn new(fault: Fault) -> Self {
        let path = String::new();
        Self(Box::new(Inner { path, fault }))
    }

    /// Returns the same error, one level further out.
    #[inline(never)]
    pub(crate) fn within(mut self, name: &str) -> Self {
        let path = &mut self.0.path;
        if !path.is_empty() {
            path.insert(0, '.');
        }
        path.insert_str(0, name);
        self
    }

    #[inline(never)]
    pub(crate) fn in_item(self, at: usize) -> Self {
        self.within(&at.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { path, fault } = &*self.0;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        match fault {
            Fault::Syntax(at) => write!(f, "not JSON from byte {at} on"),
            Fault::Missing(name) => write!(f, "`{name}` is missing"),
            Fault::Unknown(name) => write!(f, "`{name}` is not known"),
            Fault::Double(name) => write!(f, "`{name}` is there twice"),
            Fault::Other => f.write_str("a value of another type"),
        }
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(Fault::Other)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Fault::Missing(field))
    }

    /// Only types that refuse unknown fields ask for this: files that people write.
    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        const LONGEST: usize = 40;
        Self::new(Fault::Unknown(field.chars().take(LONGEST).collect()))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Fault::Double(field))
    }
}

impl serde::ser::Error for Error {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(Fault::Other)
    }
}
