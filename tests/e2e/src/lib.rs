//! Real browsers against local services.
//!
//! - `services`: the servers a mesh needs, on this machine, counting what reaches them.
//! - `browser`: Chromium and Firefox with the extension; `page`: its popup, used by role and name;
//!   `web`: the same without the extension, from a web server.
//! - `lab`: homes behind routers with NAT, made of network namespaces; `figures`: what is measured.
//! - `lists`, `talk`: what several browsers show together; a chat that goes on meanwhile;
//!   `friends`: contacts in two homes; `files`: what these send each other; `filled`: chats with a long history.
//! - `stock`: an ordinary page with the stock PeerJS client, told by a test what to do; `squatter`:
//!   somebody who holds ids and never answers.
//! - `python`: the second client, of `interop/`; `clients`: every kind of client with every other.
//! - `devtools`: scripts in pages that no tab shows; `engine`: the one in which the engine runs;
//!   `crowd`: a popup that is told of many people.
//! - `webdriver`, `process`, `extension`, `tally`, `paths`: what these are made of.
//!
//! The tests themselves are in `tests/` and are built with the features `browsers` and `nat`;
//! `demo`, `bench` and `endurance` in `src/bin` use the same parts. `cargo xtask` starts all of them.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, which gives null for what is not there"
)]

pub mod browser;
pub mod clients;
mod crowd;
pub mod devtools;
pub mod engine;
pub mod extension;
pub mod figures;
pub mod files;
pub mod filled;
pub mod friends;
pub mod lab;
pub mod lists;
pub mod page;
pub mod paths;
pub mod process;
pub mod python;
pub mod services;
pub mod squatter;
pub mod stock;
pub mod talk;
pub mod tally;
pub mod web;
pub mod webdriver;
pub mod world;

pub use browser::{Browser, Kind, Setup};
pub use extension::Build;
pub use lab::{Home, Lab, Nat};
pub use page::{Page, named, with_text};
pub use python::Python;
pub use services::Services;
pub use squatter::Squatter;
pub use stock::{Link, Stock};
pub use web::Web;
pub use world::World;

/// What a test gives: errors tell their whole story.
pub type Result<T = ()> = anyhow::Result<T>;
