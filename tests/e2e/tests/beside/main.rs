//! Stories that promise nothing about time: they are told side by side.
#![cfg(feature = "browsers")]

mod address;
mod availability;
mod contact;
mod delivery;
mod disappearing;
mod disk;
mod files;
mod files_checked;
mod files_faults;
mod folders;
mod harness;
mod history;
mod introducing;
mod invited;
mod meeting;
mod menu;
mod months;
mod pairs;
mod palette;
mod pictures;
mod popup;
mod saying;
mod scanning;
mod search;
mod views;
