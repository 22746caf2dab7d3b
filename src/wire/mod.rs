//! The messages between peers, as JSON objects of at most one frame each.
//!
//! Parsed once into these types, bounded by the frame; the meaning of each field is checked where
//! it is used. Unknown fields are ignored and unknown types refused, so that a newer peer can add
//! fields.

mod codec;

use std::fmt;

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Frame {
    // Between a peer and its router.
    Checkin(Entry),
    Registry {
        epoch: u64,
        seq: u64,
        part: u32,
        parts: u32,
        peers: Vec<Entry>,
    },
    Update {
        epoch: u64,
        seq: u64,
        joined: Vec<Entry>,
        left: Vec<String>,
    },
    Recheckin,
    /// The router is full; the Router ID to try instead.
    Redirect {
        router: String,
    },

    // On every connection.
    Ping,
    Pong,
    Bye,
    /// A newer connection with the receiver's identity takes the place of this one.
    Replaced,

    // The handshake.
    Hello(Hello),
    Request {
        friendlyname: String,
        note: Option<String>,
    },
    Accepted {
        proof: Proof,
        card: Card,
        friendlyname: String,
    },
    Confirm {
        proof: Proof,
        card: Card,
    },
    Rejected,
    Auth {
        proof: Proof,
    },

    // Between contacts.
    Profile {
        number: u64,
        friendlyname: String,
        card: Card,
        /// Whether the sender's path shows both on one network.
        near: bool,
        /// Whether Special contact is switched on for the receiver.
        special: bool,
        /// The sender's clock, Unix milliseconds; 0 where it does not say.
        at: u64,
        /// The Router IDs in whose registries the sender is; only said to who is near.
        routers: Vec<String>,
    },
    Have {
        log: Option<String>,
        upto: u64,
        /// The receiver's messages up to this one were seen.
        read: Option<u64>,
    },
    Text {
        log: String,
        seq: u64,
        at: u64,
        text: String,
    },
    Ack {
        log: String,
        upto: u64,
    },
    Read {
        log: String,
        upto: u64,
    },
    Typing,
}

/// Somebody in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) discovery_id: String,
    pub(crate) friendlyname: String,
    /// Unix milliseconds, set by the router; 0 in a check-in.
    pub(crate) last_seen: u64,
    pub(crate) sealed_transport: Option<String>,
}

impl Entry {
    /// Whether it tells people nothing new.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.friendlyname == other.friendlyname && self.sealed_transport == other.sealed_transport
    }
}

/// The first message of each side of a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) v: Versions,
    pub(crate) eph: String,
    pub(crate) nonce: String,
    pub(crate) hint: Option<String>,
}

/// What the initiator speaks, or what the responder chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    Offered(Vec<u32>),
    Chosen(u32),
}

/// The proof of an identity, bound to a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) key: String,
    pub(crate) sig: String,
    pub(crate) mac: String,
}

/// Where a contact is found.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) transport_id: String,
    pub(crate) discovery_uuid: String,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::FRAME_BYTES;

    #[test]
    fn frames_have_the_documented_form() {
        for (frame, text) in [
            (Frame::Ping, r#"{"type":"ping"}"#),
            (
                Frame::Redirect {
                    router: "a-2".into(),
                },
                r#"{"type":"redirect","router":"a-2"}"#,
            ),
            (
                Frame::Checkin(Entry {
                    discovery_id: "a-1".into(),
                    friendlyname: "Ann".into(),
                    last_seen: 5,
                    sealed_transport: None,
                }),
                r#"{"type":"checkin","discoveryID":"a-1","friendlyname":"Ann","lastSeen":5}"#,
            ),
            (
                Frame::Confirm {
                    proof: Proof {
                        key: "k".into(),
                        sig: "s".into(),
                        mac: "m".into(),
                    },
                    card: Card {
                        transport_id: "t".into(),
                        discovery_uuid: "d".into(),
                    },
                },
                r#"{"type":"confirm","key":"k","sig":"s","mac":"m","transportID":"t","discoveryUUID":"d"}"#,
            ),
            (
                Frame::Hello(Hello {
                    v: Versions::Offered(vec![1]),
                    eph: "e".into(),
                    nonce: "n".into(),
                    hint: None,
                }),
                r#"{"type":"hello","v":[1],"eph":"e","nonce":"n"}"#,
            ),
            (
                Frame::Have {
                    log: Some("l".into()),
                    upto: 7,
                    read: Some(5),
                },
                r#"{"type":"have","log":"l","upto":7,"read":5}"#,
            ),
            (
                Frame::Have {
                    log: None,
                    upto: 0,
                    read: None,
                },
                r#"{"type":"have","upto":0}"#,
            ),
        ] {
            assert_eq!(frame.encode(), text);
            assert_eq!(Frame::decode(text.as_bytes()), Ok(frame));
        }
    }

    #[test]
    fn what_is_no_message_is_refused_without_repeating_it() {
        for bad in [
            &b"null"[..],
            b"{}",
            b"[1]",
            br#"{"type":"secret"}"#,
            b"\xff",
            b"{\"type\":\"ping\"",
        ] {
            let error = Frame::decode(bad).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(Frame::decode(&vec![b' '; FRAME_BYTES + 1]).is_err());
    }

    #[test]
    fn a_newer_peer_may_add_fields() {
        assert_eq!(
            Frame::decode(br#"{"type":"pong","new":{"x":1}}"#),
            Ok(Frame::Pong)
        );
    }
}
