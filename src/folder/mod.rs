//! Folders, and many files at once, as one file: a zip of one form only.
//!
//! The same files give the same bytes, so all that is known of a file holds of it: its pieces and their hashes, and going
//! on after any end. Whoever sends composes it of headers and files without copying these ([`Plan`], [`Sums`]); whoever
//! gets it computes from its directory how it has to look, and compares ([`Check`]). So nothing in it can be read in two
//! ways.
//!
//! The form ([`zip`]): entries that are stored, sorted by path; folders only where they are empty; no descriptors,
//! comments or gaps. What a path may be is in [`names`].

mod check;
mod names;
mod plan;
mod sums;
#[cfg(test)]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test names what it expects"
)]
mod tests;
mod zip;

pub use check::{Check, Unsafe};
pub use names::Unfit;
pub use plan::{Found, Part, Plan, Slot};
pub use sums::Sums;
