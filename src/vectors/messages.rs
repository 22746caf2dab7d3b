//! The bytes of every message, with and without what may be missing.
//!
//! Long because it has an example of each.

use super::recorded::{Json, text};
use super::shared::{
    ANN, ANNS_ADDRESS, BOB, EARLIER, MESSAGE, NOW, binary, identity, public, rising,
};
use crate::acquaintance::Acquaintance;
use crate::crypto::seal_transport;
use crate::encoding::b64;
use crate::handshakes::exchange::{Exchange, Side, Step};
use crate::offer::FileOffer;
use crate::wire::{
    Card, Entry, FileFrame, Frame, HandshakeFrame, Hello, Malformed, Proof, RegistryChange,
    RegistryPart, RouterFrame, SessionFrame, Versions, encode,
};
use Json::{List, Object};
use std::collections::BTreeSet;

/// The four kinds of connections, as the file names them.
const PLACES: [&str; 4] = ["router", "handshake", "session", "files"];

/// Returns the messages of each kind of connection.
pub(super) fn all() -> Json {
    let written = |texts: Vec<String>| List(texts.into_iter().map(text).collect());
    let all = texts().map(written);
    Object(PLACES.into_iter().zip(all).collect())
}

/// Returns the texts of all messages: of each kind of connection.
pub(super) fn texts() -> [Vec<String>; 4] {
    fn encoded(frames: &[impl Frame]) -> Vec<String> {
        frames.iter().map(|frame| encode(frame)).collect()
    }
    [
        encoded(&router()),
        encoded(&handshake()),
        encoded(&session()),
        encoded(&files()),
    ]
}

/// Reads a message of one of the four kinds of connections. Returns how it is written.
pub(super) fn read(place: usize, bytes: &[u8]) -> Result<String, Malformed> {
    match place {
        0 => RouterFrame::decode(bytes).map(|frame| encode(&frame)),
        1 => HandshakeFrame::decode(bytes).map(|frame| encode(&frame)),
        2 => SessionFrame::decode(bytes).map(|frame| encode(&frame)),
        _ => FileFrame::decode(bytes).map(|frame| encode(&frame)),
    }
}

fn router() -> Vec<RouterFrame> {
    let sealed = seal_transport(&rising(), ANN, ANNS_ADDRESS, [7; 12]);
    let plain = Entry {
        discovery_id: BOB.to_owned(),
        friendlyname: "Bob".to_owned(),
        last_seen: NOW,
        sealed_transport: None,
        relayed: None,
        router: None,
    };
    let full = Entry {
        discovery_id: ANN.to_owned(),
        friendlyname: "Änne \"A\" 👩‍🔬".to_owned(),
        last_seen: 0,
        sealed_transport: sealed,
        ..plain.clone()
    };
    let relayed = Entry {
        relayed: Some(true),
        ..plain.clone()
    };
    let own = Entry {
        router: Some(true),
        ..full.clone()
    };
    let router = "myapp-203-0-113-7-2".to_owned();
    vec![
        RouterFrame::Checkin {
            entry: full.clone(),
        },
        // There both say nothing.
        RouterFrame::Checkin {
            entry: Entry {
                relayed: Some(true),
                router: Some(true),
                ..full
            },
        },
        RouterFrame::Checkin {
            entry: plain.clone(),
        },
        RouterFrame::Registry {
            part: RegistryPart {
                epoch: NOW,
                seq: 0,
                part: 1,
                parts: 1,
                peers: vec![own, relayed],
            },
        },
        RouterFrame::Registry {
            part: RegistryPart {
                epoch: NOW,
                seq: 3,
                part: 1,
                parts: 2,
                peers: Vec::new(),
            },
        },
        RouterFrame::Update {
            change: RegistryChange {
                epoch: NOW,
                seq: 1,
                joined: vec![plain],
                left: vec![ANN.to_owned()],
            },
        },
        RouterFrame::Recheckin,
        RouterFrame::Redirect {
            router: router.clone(),
        },
        RouterFrame::Deputy { router },
        RouterFrame::Ping,
        RouterFrame::Pong,
        RouterFrame::Bye,
    ]
}

fn handshake() -> Vec<HandshakeFrame> {
    let hello = |v, hint| HandshakeFrame::Hello {
        hello: Hello {
            v,
            eph: public(3).encode(),
            nonce: binary(5),
            hint,
        },
    };
    let proof = |side, step| -> Proof {
        Exchange::new(side, [3; 32], &rising()).prove(step, &identity(1), Some(public(2)))
    };
    let request = |note: Option<&str>| HandshakeFrame::Request {
        friendlyname: "Ann".to_owned(),
        note: note.map(str::to_owned),
    };
    vec![
        hello(Versions::Offered(vec![1]), None),
        hello(Versions::Offered(vec![1, 2]), Some(binary(6))),
        hello(Versions::Chosen(1), None),
        hello(Versions::Chosen(1), Some(binary(7))),
        request(None),
        request(Some("We met at the lake.\nRemember?")),
        HandshakeFrame::Accepted {
            proof: proof(Side::Responder, Step::Accepted),
            friendlyname: "Bob".to_owned(),
        },
        HandshakeFrame::Confirm {
            proof: proof(Side::Initiator, Step::Confirm),
        },
        HandshakeFrame::Rejected,
        HandshakeFrame::Crossed { mac: binary(8) },
        HandshakeFrame::Auth {
            proof: proof(Side::Initiator, Step::Auth),
        },
        HandshakeFrame::Auth {
            proof: proof(Side::Responder, Step::Auth),
        },
        HandshakeFrame::Bye,
    ]
}

fn session() -> Vec<SessionFrame> {
    let mut all = vec![profile(None, false)];
    all.push(profile(Some(vec!["myapp-203-0-113-7-1".to_owned()]), true));
    let id = || MESSAGE.to_owned();
    all.extend([
        SessionFrame::Have {
            last: None,
            read: None,
        },
        SessionFrame::Have {
            last: Some(id()),
            read: Some(EARLIER.to_owned()),
        },
        SessionFrame::Ask {
            ids: vec![id(), EARLIER.to_owned()],
        },
        SessionFrame::Known { id: None },
        SessionFrame::Known { id: Some(id()) },
    ]);
    all.extend(written());
    all.extend([
        SessionFrame::Ack { upto: 1 },
        SessionFrame::Read { id: id() },
        SessionFrame::Typing,
        SessionFrame::Scanned {
            token: "00112233445566778899aabbccddeeff".to_owned(),
        },
        SessionFrame::Replaced,
        SessionFrame::Ping,
        SessionFrame::Pong,
        SessionFrame::Bye,
    ]);
    all.extend(about_files());
    all
}

fn profile(routers: Option<Vec<String>>, so: bool) -> SessionFrame {
    SessionFrame::Profile {
        number: 1_795_419_900,
        friendlyname: "Ann".to_owned(),
        card: Card {
            transport_id: ANNS_ADDRESS.to_owned(),
            discovery_uuid: b64(&rising::<16>()),
        },
        near: so,
        special: so,
        at: NOW,
        routers,
        away: so,
    }
}

/// Everything that stands in a chat.
fn written() -> Vec<SessionFrame> {
    let entry = |text: &str, act: Option<&str>, file| SessionFrame::Text {
        number: 1,
        id: MESSAGE.to_owned(),
        at: NOW,
        text: text.to_owned(),
        file,
        act: act.map(str::to_owned),
        about: act.map(|_| EARLIER.to_owned()),
        lives: None,
        turn: None,
        introduces: None,
    };
    let about_lives = |act: Option<&str>, about: Option<&str>, lives, turn| SessionFrame::Text {
        number: 1,
        id: MESSAGE.to_owned(),
        at: NOW,
        text: "For a day".to_owned(),
        file: None,
        act: act.map(str::to_owned),
        about: about.map(str::to_owned),
        lives,
        turn,
        introduces: None,
    };
    let introduces = |act: Option<&str>, acquaintance| SessionFrame::Text {
        number: 1,
        id: MESSAGE.to_owned(),
        at: NOW,
        text: "🤝".to_owned(),
        file: None,
        act: act.map(str::to_owned),
        about: act.map(|_| EARLIER.to_owned()),
        lives: None,
        turn: None,
        introduces: Some(acquaintance),
    };
    let carl = Acquaintance {
        name: "Carl".to_owned(),
        note: Some("He sings, too".to_owned()),
        key: None,
    };
    let told = Acquaintance {
        name: "Carl".to_owned(),
        note: None,
        key: Some(public(3).encode()),
    };
    let file = |name: &str, folder| FileOffer {
        name: name.to_owned(),
        size: 3_000_000,
        kind: String::new(),
        modified: None,
        thumbnail: None,
        folder,
    };
    let picture = FileOffer {
        kind: "image/jpeg".to_owned(),
        modified: Some(NOW),
        thumbnail: Some("/9j/4AAQSkZJRg==".to_owned()),
        ..file("lake.jpg", None)
    };
    vec![
        entry("Grüß dich \"A\" \\ \u{7}\n👋", None, None),
        entry("Yes.", Some("reply"), None),
        entry("👍", Some("reaction"), None),
        entry("🗑️", Some("takeback"), None),
        entry("Grüß Gott", Some("edit"), None),
        entry("🗑️", Some("delete"), None),
        about_lives(None, None, Some(86_400), None),
        about_lives(Some("propose"), None, Some(86_400), Some(NOW)),
        about_lives(Some("agree"), Some(EARLIER), None, None),
        about_lives(Some("decline"), Some(EARLIER), None, None),
        about_lives(Some("off"), None, None, Some(NOW)),
        introduces(None, carl),
        entry("👍", Some("meet"), None),
        introduces(Some("introduced"), told),
        entry("notes", None, Some(file("notes", None))),
        entry("lake.jpg", None, Some(picture)),
        entry("trip.zip", None, Some(file("trip.zip", Some(12)))),
    ]
}

fn about_files() -> Vec<SessionFrame> {
    let states = [
        "offered",
        "want",
        "declined",
        "cancelled",
        "failed",
        "changed",
        "saved",
        "lacking",
        "paused",
        "ready",
        "noted",
    ];
    let state = |state: &str| SessionFrame::File {
        id: MESSAGE.to_owned(),
        state: state.to_owned(),
    };
    let label = |byte: u8| b64(&[byte; 48]);
    let mut all: Vec<_> = states.into_iter().map(state).collect();
    all.extend([
        SessionFrame::Channel {
            label: label(1),
            further: Vec::new(),
        },
        SessionFrame::Channel {
            label: label(1),
            further: vec![label(2), label(3)],
        },
        SessionFrame::Awaited { label: label(1) },
        SessionFrame::Bound {
            label: label(1),
            local: binary(0xAA),
            remote: binary(0xBB),
        },
    ]);
    all
}

fn files() -> Vec<FileFrame> {
    let id = || MESSAGE.to_owned();
    vec![
        FileFrame::Get {
            id: id(),
            from: 0,
            last: None,
        },
        FileFrame::Get {
            id: id(),
            from: 2,
            last: Some(binary(9)),
        },
        FileFrame::Differs { id: id(), from: 2 },
        FileFrame::Piece {
            id: id(),
            number: 2,
            length: 902_848,
            hash: binary(4),
        },
        FileFrame::Got { id: id(), upto: 3 },
    ]
}

/// What is read although it is not written so: as what it is read.
pub(super) fn read_alike() -> Json {
    let [near, router] = [profile(None, false), profile(Some(Vec::new()), false)];
    let without_away = encode(&near).replace(r#","away":false"#, "");
    let with_null = encode(&near).replace(r#","away":false"#, r#","routers":null,"away":false"#);
    let all = [
        (2, without_away),
        (2, with_null),
        (2, encode(&router).replace("[]", r#"[ ]"#)),
        (2, r#"{"type":"pong","new":{"x":[1.5,null]}}"#.to_owned()),
        (2, " {\n\"upto\" : 1,\r\t\"type\":\"ack\"} ".to_owned()),
        (2, r#"{"type":"have","read":null}"#.to_owned()),
        (
            2,
            format!(r#"{{"type":"channel","label":"{}"}}"#, b64(&[1; 48])),
        ),
        (
            2,
            format!(r#"{{"type":"read","id":"\u0030{}"}}"#, &MESSAGE[1..]),
        ),
        (1, r#"{"type":"rejected","why":"no"}"#.to_owned()),
    ];
    let case = |(place, bytes): (usize, String)| {
        let read = read(place, bytes.as_bytes()).unwrap();
        assert_ne!(read, bytes);
        Object(vec![
            ("on", text(PLACES[place])),
            ("bytes", text(bytes)),
            ("as", text(read)),
        ])
    };
    List(all.into_iter().map(case).collect())
}

/// Returns the name of a kind of connection.
pub(super) fn place(place: usize) -> Json {
    text(PLACES[place])
}

#[test]
fn there_is_an_example_of_every_message_and_field() {
    let tables = [
        RouterFrame::FIELDS,
        HandshakeFrame::FIELDS,
        SessionFrame::FIELDS,
        FileFrame::FIELDS,
    ];
    for (texts, table) in texts().into_iter().zip(tables) {
        for (kind, members) in table {
            let mut missing: BTreeSet<&str> = members.iter().flat_map(|one| one.names()).collect();
            let of_kind = format!(r#"{{"type":"{kind}""#);
            let mut examples = texts.iter().filter(|text| text.starts_with(&of_kind));
            let first = examples.next();
            for example in first.into_iter().chain(examples) {
                missing.retain(|name| !example.contains(&format!("\"{name}\":")));
            }
            assert!(first.is_some() && missing.is_empty(), "{kind}: {missing:?}");
        }
    }
}

#[test]
fn every_message_is_read_as_it_is_written() {
    for (place, texts) in texts().into_iter().enumerate() {
        for text in texts {
            assert_eq!(read(place, text.as_bytes()).as_ref(), Ok(&text));
        }
    }
}
