//! PeerJS in Rust: the signalling machine, sans-IO, and its browser adapter.
//!
//! Speaks to PeerServer 1.x and to stock peerjs 1.5 pages. [`endpoint::Endpoint`] is the machine;
//! `browser::Client` (wasm32 only) runs it over WebSocket and RTCPeerConnection.

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod event;
