//! Stories that mostly wait, for a browser to stop what is idle, for the next slot of a beacon, for a path to be given
//! up. They are told at the same time; the others need the machine for themselves.
#![cfg(feature = "browsers")]

mod beacon;
mod beacon_trouble;
mod idle;
