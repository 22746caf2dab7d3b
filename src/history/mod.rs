//! Chats in a backup: [`stream`] is the file that holds them, [`merge()`] how they are joined with the chats that are here.
//!
//! Neither reads nor writes anything: whoever has the disk hands over chunks and records, and does what follows. A file
//! is read as a whole, and kept beside the chats, before anything is joined; so one that is cut or changed changes nothing.

mod merge;
mod stream;

pub use crate::backup::Content;
pub use merge::{Known, Merge, Merged, merge};
pub use stream::{Contents, Header, Opener, Part, Sealer};
