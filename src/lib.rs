//! The protocol of Mesh Chat, sans-IO.

pub mod address;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod crypto;
mod encoding;
pub mod ids;
pub mod limits;
pub mod name;
pub mod node;
pub mod records;
pub mod view;
mod wire;

pub use clock::{Mono, Now};
pub use node::Node;
