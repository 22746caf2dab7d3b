//! The beacon: a small server that signs the current ten minutes for an organisation's own people.
//!
//! What is signed, and how it is checked, is the core's (`mesh_chat::beacon`); this owns who gets
//! it, HTTP, the key's file, and the page's files where it serves them. It keeps nothing: two of them with one key answer alike.

pub mod address;
pub mod app;
pub mod callers;
pub mod cli;
mod clock;
pub mod key;
pub mod server;
pub mod sheet;
pub mod site;

pub use clock::{Clock, system_clock};
