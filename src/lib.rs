//! The protocol of Mesh Chat, sans-IO.

pub mod clock;
pub mod config;
pub mod limits;
pub mod node;
pub mod records;
pub mod view;

pub use clock::{Mono, Now};
pub use node::Node;
