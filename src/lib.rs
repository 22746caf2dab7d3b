//! The protocol of Mesh Chat, sans-IO.

pub mod address;
mod backup;
pub mod beacon;
pub mod calendar;
pub mod clock;
pub mod config;
mod contacts;
mod context;
mod conversations;
pub mod crypto;
mod directory;
mod encoding;
mod fact;
mod handshakes;
pub mod ids;
mod introductions;
mod io;
pub mod limits;
mod liveness;
mod me;
mod misbehaviour;
pub mod name;
pub mod node;
pub mod records;
mod rendezvous;
mod routes;
mod store;
#[cfg(test)]
mod test_context;
pub mod values;
pub mod view;
mod why;
mod wire;

pub use clock::{Mono, Now};
pub use node::Node;
