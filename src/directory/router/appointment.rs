//! Whom a router has asked to stand by. How that is done is in `deputy`.

use crate::clock::Mono;

/// Whom a router has asked to stand by.
#[derive(Debug, Default)]
pub(super) struct Appointment {
    /// The id that was named last.
    pub(super) index: Option<u32>,
    /// How often somebody was asked since a deputy was there.
    pub(super) tries: u32,
    /// When somebody is asked.
    pub(super) at: Option<Mono>,
}
