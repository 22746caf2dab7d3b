//! Stories across real NATs, in network namespaces, each in one of its own. They mostly wait.
#![cfg(feature = "browsers")]

mod away;
mod echo;
mod files_apart;
mod lid;
mod nat;
mod off;
mod paths;
mod recipients;
