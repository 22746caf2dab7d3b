//! What goes wrong: when, and what each fault does to the world. Not here: how long nobody can
//! notice it ([`causes`](crate::causes)).

pub mod absences;
pub mod contacts;
pub mod devices;
pub mod happen;
pub mod homes;
pub mod hostiles;
pub mod menaces;
pub mod schedule;
pub mod servers;
