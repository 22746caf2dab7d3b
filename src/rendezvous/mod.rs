//! Finding a contact again when nothing is left of the way to it: both compute the same id from
//! their secret and the clock, and whoever cannot register it dials it.
//!
//! [`reach`] is the state of one contact. [`plan`](mod@plan) says at which ids to wait at a moment. A
//! [`Seat`] is the election at one of them. Connections belong to the node: what is met here is an
//! ordinary handshake between contacts.

mod plan;
mod reach;
mod seat;

pub(crate) use plan::{Candidate, plan, step};
pub(crate) use reach::{Trigger, after};
pub(crate) use seat::Seat;
