//! Everything that names a JsValue: extension APIs, storage, clock, the driver of the engine.
//!
//! The background uses [`log`] only. The engine page uses [`engine::Engine`], which
//! boots from storage and then runs one [`Node`](mesh_chat::Node): what happens in the page becomes
//! its inputs, what it puts out is done by the modules below.
//!
//! What needs no browser is compiled and tested everywhere: [`addresses`], [`gathering`],
//! [`journal`], [`local`], [`mapping`], [`watch`].

pub mod addresses;
pub mod gathering;
pub mod journal;
pub mod local;
pub mod mapping;
pub mod watch;

#[cfg(target_arch = "wasm32")]
mod beacon;
#[cfg(target_arch = "wasm32")]
mod boot;
#[cfg(target_arch = "wasm32")]
mod clock;
#[cfg(target_arch = "wasm32")]
mod driver;
#[cfg(target_arch = "wasm32")]
mod echo;
#[cfg(target_arch = "wasm32")]
pub mod engine;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod idb;
#[cfg(target_arch = "wasm32")]
pub mod log;
#[cfg(target_arch = "wasm32")]
mod lookup;
#[cfg(target_arch = "wasm32")]
mod messages;
#[cfg(target_arch = "wasm32")]
mod network;
#[cfg(target_arch = "wasm32")]
mod signalling;
#[cfg(target_arch = "wasm32")]
mod storage;
#[cfg(target_arch = "wasm32")]
mod stun;
#[cfg(target_arch = "wasm32")]
mod timer;
#[cfg(target_arch = "wasm32")]
mod unicode;
#[cfg(target_arch = "wasm32")]
mod views;
