//! How far saving a form is.

/// How far saving is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Saved {
    /// Nothing to say.
    #[default]
    No,
    /// So many answers are awaited.
    Waiting(u8),
    /// All is stored.
    Yes,
    /// The packed values are in the fields, not saved yet.
    Defaults,
    /// The engine went away before it had answered.
    Interrupted,
}

impl Saved {
    /// Notes that the engine went away; whether anything was stored is not known.
    pub(in crate::state) fn interrupt(&mut self) {
        if matches!(self, Self::Waiting(_)) {
            *self = Self::Interrupted;
        }
    }
}
