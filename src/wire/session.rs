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
        /// What the sender has stored of the receiver's messages: they go on from there.
        "have" => Have {
            log: Option<String>,
            upto: u64,
            /// The receiver's messages up to this one were seen.
            read: Option<u64>,
        },
        "text" => Text { log: String, seq: u64, at: u64, text: String },
        /// The receiver's messages up to this one are stored.
        "ack" => Ack { log: String, upto: u64 },
        /// The receiver's messages up to this one were seen.
        "read" => Read { log: String, upto: u64 },
        "typing" => Typing,
        /// A newer connection of the same identity takes the place of this one.
        "replaced" => Replaced,
        "ping" => Ping,
        "pong" => Pong,
        "bye" => Bye,
    }
}
