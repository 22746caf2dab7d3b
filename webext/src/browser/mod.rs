//! The engine of a page, and everything it needs of the browser.
//!
//! ```text
//! engine ─▶ boot ─▶ driver ─▶ views, storage, signalling, lookup, beacon, network, files
//! ```
//!
//! | Module | Owns |
//! |---|---|
//! | [`engine`] | what the page's shim calls: start, ports of views, notices |
//! | `boot` | what a node starts from: the packed configuration, stored records and chats |
//! | `driver` | the running node: one input at a time, every output done in order, its timer |
//! | `views` | the ports of open views, and which view is sent what |
//! | `disk`, `messages`, `idb` | where batches go: to the background, and to chats in IndexedDB |
//! | `index`, `filling`, `search` | the words of the messages in IndexedDB, also of old ones, and what views look for |
//! | `backups`, `staged` | backups with chats, and those of one that was opened |
//! | `files` | the bytes of files: read and sent, taken and written, saved |
//! | `drafts` | unsent texts of contacts that are gone |
//! | `restart` | a fresh page in the place of one that cannot go on |
//! | `host` | requests to the background |
//! | `signalling` | the PeerJS client in force |
//! | `lookup`, `stun`, `echo` | the public addresses |
//! | `beacon` | requests to the beacon |
//! | `trial` | the test of the connection, for a view |
//! | `network` | online, offline, another connection, sleep |
//! | `until` | how long a request may run |
//! | `clock`, `timer`, `unicode` | clocks and random source, timers, Unicode tables |
//! | [`log`] | the console |

mod backups;
mod beacon;
mod boot;
mod clock;
mod disk;
mod drafts;
mod driver;
mod echo;
pub mod engine;
mod files;
mod filling;
mod host;
mod idb;
mod index;
pub mod log;
mod lookup;
mod messages;
mod network;
mod restart;
mod search;
mod signalling;
mod staged;
mod stun;
mod timer;
mod trial;
mod unicode;
mod until;
mod views;
