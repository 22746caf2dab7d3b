//! The beacon: a small server that signs the current ten minutes for an organisation's own people.
//!
//! What is signed, and how it is checked, is the core's (`mesh_chat::beacon`); this owns who gets
//! it, HTTP, and the key's file. It keeps nothing: two of them with one key answer alike.

pub mod address;
pub mod app;
pub mod callers;
pub mod cli;
pub mod key;
pub mod server;
pub mod sheet;

use mesh_chat::clock::UnixMillis;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What the time is: an argument, so that tests can stand at a boundary.
pub type Clock = Arc<dyn Fn() -> UnixMillis + Send + Sync>;

/// The clock of this machine.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
    })
}
