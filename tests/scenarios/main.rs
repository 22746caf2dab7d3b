//! The core's scenarios: whole nodes in a small world, one file for each subject.
//!
//! The [`world`] is perfect unless a test says otherwise: links lose nothing, storage works, and
//! time passes only when a test lets it pass.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a helper cannot do fails its test"
)]

mod admission;
mod attention;
mod availability;
mod backup;
mod beacon;
mod configuration;
mod contact_settings;
// Hundreds of nodes take their time, and the other scenarios also run as wasm.
#[cfg(not(target_family = "wasm"))]
mod crowd;
mod damaged;
mod delivery;
mod directory;
mod disappearing;
mod doubtful_disks;
mod golden;
mod history;
mod introducing;
mod introduction;
mod invites;
mod late_answers;
mod leftovers;
mod manual;
mod midnight;
mod multitude;
mod older_disks;
mod profiles;
mod recent;
#[path = "../recorded/mod.rs"]
mod recorded;
mod rendezvous;
mod saying_more;
mod trust;
mod tunnel;
mod withdrawal;
mod world;
