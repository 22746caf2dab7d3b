//! Finding people behind the same public address.
//!
//! Whoever registers the Router ID of a namespace keeps its registry; everybody else checks in
//! there and keeps a copy. [`Member`] is one device's membership in one namespace, in every part
//! it can play: [`Router`](router::Router) or [`Follower`](follower::Follower) of one.
//! [`Roster`](roster::Roster) is the list. A router that is full sends people on to a later one,
//! and routers exchange their lists.

mod feed;
mod follower;
mod following;
mod member;
mod roster;
mod router;

pub(crate) use member::{Announcement, Member};
