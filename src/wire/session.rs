//! What two contacts say to each other, once both have proven who they are.

use super::Card;
use super::json::{Field, Fields, Object, Value};
use super::malformed::{Malformed, Wrong};
use crate::acquaintance::Acquaintance;
use crate::offer::FileOffer;
use nojson::{DisplayJson, JsonFormatter, RawJsonValue};
use std::fmt;

frames! {
    /// A message between contacts.
    SessionFrame {
        /// Who the sender is by now, and where; first on every connection, and on change.
        "profile" => Profile {
            /// Rises with every change.
            number: u64,
            friendlyname: String,
            card: Card,
            /// Whether the sender's path shows both on one network.
            near: bool = false,
            /// Whether Special contact is switched on for the receiver.
            special: bool = false,
            /// The sender's clock, Unix milliseconds; 0 where it does not say.
            at: u64 = 0,
            /// The Router IDs in whose registries the sender is; said only to who is near.
            routers: Option<Vec<String>>,
            /// Whether the sender's person is away.
            away: bool = false,
        },
        /// Which message of the receiver is the last one that the sender has stored: they go on
        /// from there. Once on every connection.
        "have" => Have {
            last: Option<String>,
            /// The last message of the receiver that was seen.
            read: Option<String>,
        },
        /// Which of these messages of the sender does the receiver have?
        "ask" => Ask { ids: Vec<String> },
        /// The newest of them.
        "known" => Known { id: Option<String> },
        /// `number` counts the texts of this connection from 1.
        "text" => Text {
            number: u64,
            id: String,
            at: u64,
            text: String,
            /// The file that is offered with it; the text is its name.
            file: Option<FileOffer>,
            /// What it does with an earlier message: the words are in PROTOCOL.md.
            act: Option<String>,
            /// The id of that message.
            about: Option<String>,
            /// How many seconds it stays after it was read, or is proposed to.
            lives: Option<u64>,
            /// Of an entry about that: greater than all that the sender knows.
            turn: Option<u64>,
            /// Whom the sender introduces; the text is for older programs.
            introduces: Option<Acquaintance>,
        },
        /// The texts of this connection up to this one are stored.
        "ack" => Ack { upto: u64 },
        /// The receiver's messages up to this one were seen.
        "read" => Read { id: String },
        "typing" => Typing,
        /// How far a file of the receiver's or the sender's is: the words are in PROTOCOL.md.
        "file" => File { id: String, state: String },
        /// The sender calls with this connection id, to fetch files, and with the further ones where that finds no way.
        "channel" => Channel { label: String, further: Vec<String> = Vec::new() },
        /// The sender takes a call with this connection id now.
        "awaited" => Awaited { label: String },
        /// The connection with this id is between these two certificates, as the sender sees it.
        "bound" => Bound { label: String, local: String, remote: String },
        /// The sender has scanned the receiver's screen, where this was shown, and their safety numbers are the same.
        "scanned" => Scanned { token: String },
        /// A newer connection of the same identity takes the place of this one.
        "replaced" => Replaced,
        "ping" => Ping,
        "pong" => Pong,
        "bye" => Bye,
    }
}

impl Value for Acquaintance {
    fn read(value: RawJsonValue<'_, '_>, _: &'static str) -> Result<Self, Malformed> {
        let fields = Fields(value);
        Ok(Self {
            name: Field::read(fields, "name")?,
            note: Field::read(fields, "note")?,
            key: Field::read(fields, "key")?,
        })
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        f.member(name, self)
    }
}

impl DisplayJson for Acquaintance {
    fn fmt(&self, f: &mut JsonFormatter<'_, '_>) -> fmt::Result {
        f.object(|f| {
            Field::write(&self.name, f, "name")?;
            Field::write(&self.note, f, "note")?;
            Field::write(&self.key, f, "key")
        })
    }
}

impl Value for FileOffer {
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        let fields = Fields(value);
        let offer = Self {
            name: Field::read(fields, "name")?,
            size: Field::read(fields, "size")?,
            kind: read_field!(fields, "kind", String, String::new()),
            modified: Field::read(fields, "modified")?,
            thumbnail: Field::read(fields, "thumbnail")?,
            folder: Field::read(fields, "folder")?,
        };
        offer
            .checked()
            .ok_or(Malformed::Field(name, Wrong::OutOfBounds))
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        f.member(name, self)
    }

    #[cfg(test)]
    fn within_bounds(self) -> Self {
        let offer = Self {
            size: self.size % crate::limits::FILE_BYTES,
            kind: self
                .kind
                .chars()
                .filter(char::is_ascii_graphic)
                .take(9)
                .collect(),
            modified: Value::within_bounds(self.modified.unwrap_or(0)).into(),
            name: self.name.chars().take(60).collect(),
            thumbnail: None,
            folder: self.folder.map(|files| files % 9),
        };
        offer.checked().unwrap()
    }
}

impl DisplayJson for FileOffer {
    fn fmt(&self, f: &mut JsonFormatter<'_, '_>) -> fmt::Result {
        f.object(|f| {
            Field::write(&self.name, f, "name")?;
            Field::write(&self.size, f, "size")?;
            Field::write(&self.kind, f, "kind")?;
            Field::write(&self.modified, f, "modified")?;
            Field::write(&self.thumbnail, f, "thumbnail")?;
            Field::write(&self.folder, f, "folder")
        })
    }
}
