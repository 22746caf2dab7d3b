//! What must hold: at every moment, some time after each disturbance, and in the end.

pub mod absences;
pub mod end;
pub mod files;
pub mod introductions;
pub mod lists;
pub mod menaces;
pub mod rates;
pub mod rendezvous;
pub mod roots;
pub mod sayings;
pub mod staying;
pub mod texts;
pub mod watch;
