//! The protocol of Mesh Chat, sans-IO: one participant as a state machine that does nothing by
//! itself.
//!
//! # The loop
//!
//! A [`Node`] is one participant. Its owner hands it one [`Input`](node::Input) at a time, then takes
//! every [`Output`](node::Output) in order, until [`Timeout`](node::Output::Timeout) says when to call
//! again:
//!
//! ```text
//! node.handle(now, input);
//! loop {
//!     match node.poll() {
//!         Output::Timeout(deadline) => break wait_until(deadline),
//!         output => perform(output),
//!     }
//! }
//! ```
//!
//! - `now` has two clocks ([`Now`]): a monotonic one for waiting, and the calendar. The node asks no
//!   clock itself. A late, early or superfluous [`Input::Timeout`](node::Input::Timeout) is harmless.
//! - Randomness comes from a seed, so the same inputs give the same outputs.
//! - A write is an output, and its end an input. What was stored comes back with the next start as a
//!   [`Snapshot`](records::Snapshot): a restart is nothing special.
//! - Peers and servers may say anything. What they say never makes the node fail, and every bound is
//!   a constant in [`limits`].
//!
//! In [`node`] is a program in which two nodes meet. In the browser `webext/src/browser/driver.rs` is
//! the owner; in the simulation it is `sim/src/node.rs`.
//!
//! # What to read first
//!
//! 1. ARCHITECTURE.md: the machines in a node, the way of an input, and where to change what.
//! 2. [`node`] and its `wiring`: how an input reaches a machine, and what follows from a fact.
//! 3. `fact`: what the machines tell each other.
//! 4. One machine from its `mod.rs` on; `rendezvous` is the smallest.
//! 5. [`view`] for what people see and ask, `wire` with PROTOCOL.md for what peers say.
//!
//! # Parts
//!
//! | Modules | |
//! |---|---|
//! | `directory`, `handshakes`, `introductions`, `contacts`, `conversations`, `rendezvous` | the machines |
//! | [`node`], `fact`, `context`, `routes`, `store`, `why`, `io` | what joins them |
//! | [`view`], [`records`], `wire`, [`config`] | what goes in and out: to people, disk, peers, and from a file |
//! | [`crypto`], [`ids`], [`name`], [`limits`], [`values`], [`clock`], [`calendar`], [`address`], `liveness`, `misbehaviour` | shared by all |
//! | [`folder`], [`offer`] | a folder as one file, and what is said of a file |
//! | [`history`] | chats in a backup: the file, and how they are joined |
//! | [`beacon`] | what a beacon signs, shared with the server, and when a client asks |

/// Whether a bug is planted here, to see which test finds it: never in what ships.
#[cfg(not(feature = "planted"))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}

#[cfg(feature = "planted")]
macro_rules! planted {
    ($bug:ident) => {
        planted::is(planted::Bug::$bug)
    };
}

pub mod acquaintance;
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
mod files;
pub mod folder;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod handshakes;
pub mod history;
pub mod ids;
mod introductions;
mod io;
pub mod limits;
mod liveness;
mod me;
mod misbehaviour;
pub mod name;
pub mod node;
pub mod offer;
pub mod records;
mod rendezvous;
mod routes;
mod store;
#[cfg(test)]
mod test_context;
pub mod values;
#[cfg(test)]
mod vectors;
pub mod view;
mod why;
mod wire;

pub use clock::{MinuteOfDay, Mono, Now};
pub use node::Node;
