//! What is painted: functions from the state to markup, and small components for what repeats.
//!
//! A row is a component, so that only changed ones are painted again. Nobody here talks to the
//! browser beyond the element an event came from.

mod alerts;
mod availability;
mod backup;
mod chat;
mod composer;
mod connection;
mod contact;
mod dialog;
mod drop;
mod export;
mod fields;
mod file;
mod files;
mod first_run;
mod gap;
mod header;
mod ids;
mod introduction;
mod invites;
mod keys;
mod lists;
mod log;
mod message;
mod note;
mod page;
mod palette;
mod parts;
mod person;
mod picture;
mod qr;
mod request;
mod saying;
mod scan;
mod settings;
mod shell;
mod staying;

pub(crate) use ids::target_id;
pub(crate) use page::{page, title};
