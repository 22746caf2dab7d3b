//! PeerJS in Rust: the signalling machine, sans-IO, and its browser adapter.
//!
//! Speaks to PeerServer 1.x and to stock peerjs 1.5 pages. [`endpoint::Endpoint`] is the machine;
//! `browser::Client` (wasm32 only) runs it over WebSocket and RTCPeerConnection.
//!
//! | Module | Owns |
//! |---|---|
//! | [`endpoint`] | the machine: its input and output, and the connections |
//! | `signalling` | which ids are held at which server: registrations, back-off, pacing |
//! | [`frame`] | the frames of the server, parsed and written |
//! | [`sdp`], [`candidate`] | session descriptions and candidates, parsed and rebuilt |
//! | [`path`] | where the other end of a connection is |
//! | [`limits`] | every bound and interval, with its reason |
//! | `browser` | WebSocket, RTCPeerConnection and the timer |
//!
//! What is deliberately absent from everything but `browser`: clocks, random sources, sockets.

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod candidate;
pub mod endpoint;
pub mod event;
pub mod frame;
pub mod id;
mod io;
pub mod limits;
pub mod path;
mod random;
pub mod sdp;
mod signalling;
