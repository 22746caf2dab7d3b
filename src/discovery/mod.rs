//! Finding people behind the same public address.
//!
//! Whoever registers the Router ID of a namespace keeps its registry; everybody else checks in
//! there and keeps a copy. [`Member`] is one device's membership in one namespace, in every part
//! it can play; [`Roster`] is the list.

mod follower;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever does not belong to the present part is out of place"
)]
mod member;
mod roster;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every message that no peer sends is one case"
)]
mod router;

pub(crate) use member::{Announcement, Member};
