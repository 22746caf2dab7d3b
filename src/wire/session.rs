//! What two contacts say to each other, once both have proven who they are.

use super::Card;

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
        "text" => Text { number: u64, id: String, at: u64, text: String },
        /// The texts of this connection up to this one are stored.
        "ack" => Ack { upto: u64 },
        /// The receiver's messages up to this one were seen.
        "read" => Read { id: String },
        "typing" => Typing,
        /// A newer connection of the same identity takes the place of this one.
        "replaced" => Replaced,
        "ping" => Ping,
        "pong" => Pong,
        "bye" => Bye,
    }
}
