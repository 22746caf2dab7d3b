//! States in words: from the types between the crates to texts.

mod availability;
mod files;
mod name;
mod network;
mod people;
mod refused;
mod trial;

pub(crate) use availability::{availability, choice, choice_detail};
pub(crate) use files::{extent, file_ended, file_line, parted, picture_error, progress, size};
pub(crate) use name::isolate;
pub(crate) use network::{
    StateLine, Tone, beacon_trouble, empty_network, more_people, people_count, phase_meaning,
    retry_at, role, state_line,
};
pub(crate) use people::{
    asked, connected, imported_count, last_seen, message_state, ping, presence, reach, special,
    unread_count,
};
pub(crate) use refused::{backup_error, cause, field_error, problem, refusal};
pub(crate) use trial::{parts, verdict, verdict_tone};
