//! What is said on the connection of a file, between the pieces.

frames! {
    /// A message between whoever fetches files and whoever has them.
    FileFrame {
        /// Send the pieces of this file, from this one on. The SHA-256 of the one before is `last`.
        "get" => Get { id: String, from: u64, last: Option<String> },
        /// The piece before this one, from which on the file was asked for, has another SHA-256 here.
        "differs" => Differs { id: String, from: u64 },
        /// So many bytes follow in binary messages: this piece, whose SHA-256 is `hash`.
        "piece" => Piece { id: String, number: u64, length: u32, hash: String },
        /// Every piece before this one is on the disk.
        "got" => Got { id: String, upto: u64 },
    }
}
