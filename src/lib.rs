//! The protocol of Mesh Chat, sans-IO.

pub mod address;
mod backup;
pub mod beacon;
mod blacklist;
pub mod calendar;
mod chat;
pub mod clock;
pub mod config;
mod context;
pub mod crypto;
mod discovery;
mod encoding;
mod handshake;
pub mod ids;
mod io;
pub mod limits;
mod liveness;
mod misbehaviour;
pub mod name;
pub mod node;
pub mod records;
mod rendezvous;
pub mod values;
pub mod view;
mod wire;

pub use clock::{Mono, Now};
pub use node::Node;
