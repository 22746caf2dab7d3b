//! Decoders of what others hand in that have no public door, opened for the targets of the crate
//! `fuzz`: each reads a text and writes again what it understood. Only with the feature `fuzz`.

use crate::backup::{self, Content};
use crate::name::{Names, Tables};
use crate::wire::{FileFrame, HandshakeFrame, RouterFrame, SessionFrame, encode};

/// Which messages are spoken on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversation {
    /// Between a peer and its router.
    Router,
    /// Until two people know who the other is.
    Handshake,
    /// Between contacts.
    Session,
    /// On a connection for files.
    File,
}

/// Reads the bytes of a message, and writes it.
pub fn frame(conversation: Conversation, bytes: &[u8]) -> Option<String> {
    match conversation {
        Conversation::Router => Some(encode(&RouterFrame::decode(bytes).ok()?)),
        Conversation::Handshake => Some(encode(&HandshakeFrame::decode(bytes).ok()?)),
        Conversation::File => Some(encode(&FileFrame::decode(bytes).ok()?)),
        Conversation::Session => Some(encode(&SessionFrame::decode(bytes).ok()?)),
    }
}

/// Reads a name that somebody typed: as it is shown, and what look-alikes are recognised by.
pub fn name(text: &str) -> Option<(String, String)> {
    let names = Names::new(Box::new(Tables));
    let name = names.parse(text).ok()?;
    let skeleton = names.skeleton(&name);
    Some((name, skeleton))
}

/// Whether a name that somebody else sent is shown.
pub fn accepts_name(text: &str) -> bool {
    Names::new(Box::new(Tables)).accept(text)
}

/// Reads a note that somebody else sent, as it is shown.
pub fn note(text: &str) -> Option<String> {
    Names::new(Box::new(Tables)).note(text)
}

/// Reads the content of a backup, which is JSON, and closes it under a passphrase.
pub fn seal(content: &str, passphrase: &str) -> Option<String> {
    let content: Content = json::from_str(content).ok()?;
    backup::seal(&content, passphrase, [7; 16], [9; 12]).ok()
}
