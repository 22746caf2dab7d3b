//! Stories that promise something about time: each has the machine for itself.
#![cfg(feature = "browsers")]

mod attention;
mod connection;
mod crowd;
mod lifecycle;
mod peer_server;
mod strangers;
mod web;
