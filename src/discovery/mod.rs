//! Finding people behind the same public address.
//!
//! Whoever registers the Router ID of a namespace keeps its registry; everybody else checks in
//! there and keeps a copy. [`Member`] is one device's membership in one namespace, in every part
//! it can play; [`Roster`] is the list.

mod member;
mod roster;
mod router;

pub(crate) use member::{Announcement, Member};
