//! What joins the core to a browser extension: extension APIs, storage, clock, the driver of the
//! engine.
//!
//! The background uses [`browser::log`] only. The engine page uses [`browser::engine::Engine`], which boots
//! from storage and then runs one [`Node`](mesh_chat::Node): what happens in the page becomes the
//! node's inputs, and what the node puts out is done by the modules of [`browser`].
//!
//! What needs no browser is compiled and tested everywhere:
//!
//! | Module | Owns |
//! |---|---|
//! | [`journal`] | the order of writes and reads, and what goes into one batch |
//! | [`storage`] | what became of each batch: written, refused, or repeated until that is known |
//! | [`search`] | finding messages: words, the index, the answer to a query |
//! | [`local`] | the records in `storage.local`: their keys, reading them |
//! | [`mapping`] | between the types of the core and those of `peerjs` |
//! | [`addresses`] | addresses in candidates and in the answer of an echo |
//! | [`arrivals`] | to which piece of a file bytes belong |
//! | [`kept`] | which copies of pictures go where they take too much room |
//! | [`gathering`] | when a look-up has seen enough |
//! | [`watch`] | sleep, noticed by the clocks |
//! | [`previews`] | which backup each view looks at |
//! | [`renewal`] | whether the page is to begin anew |

pub mod addresses;
pub mod arrivals;
pub mod gathering;
pub mod joining;
pub mod journal;
pub mod kept;
pub mod local;
pub mod mapping;
pub mod previews;
pub mod renewal;
pub mod search;
pub mod storage;
pub mod watch;

#[cfg(target_arch = "wasm32")]
pub mod browser;
