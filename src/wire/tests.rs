//! The form of every message, its way there and back, and that PROTOCOL.md says the same.
//!
//! Long because one page says it of all.

use super::json::Member;
use super::*;
use crate::acquaintance::Acquaintance;
use crate::limits::{
    FILE_BYTES, FILE_NAME_BYTES, FRAME_BYTES, KIND_BYTES, LARGEST_NUMBER, MESSAGE_ID, TEXT_BYTES,
    THUMBNAIL_CHARACTERS,
};
use crate::offer::FileOffer;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn entry() -> Entry {
    Entry {
        discovery_id: "a-1".into(),
        friendlyname: "Ann".into(),
        last_seen: 5,
        sealed_transport: None,
        relayed: None,
        router: None,
    }
}

fn card() -> Card {
    Card {
        transport_id: "t".into(),
        discovery_uuid: "d".into(),
    }
}

fn profile(routers: Option<Vec<String>>) -> SessionFrame {
    SessionFrame::Profile {
        number: 3,
        friendlyname: "Ann".into(),
        card: card(),
        near: false,
        special: true,
        at: 0,
        routers,
        away: false,
    }
}

#[test]
fn what_a_router_and_its_peers_say_has_the_documented_form() {
    let change = RegistryChange {
        epoch: 7,
        seq: 1,
        joined: vec![entry()],
        left: vec!["b".into()],
    };
    for (frame, text) in [
        (RouterFrame::Ping, r#"{"type":"ping"}"#),
        (
            RouterFrame::Redirect {
                router: "a-2".into(),
            },
            r#"{"type":"redirect","router":"a-2"}"#,
        ),
        (
            RouterFrame::Deputy {
                router: "a-2".into(),
            },
            r#"{"type":"deputy","router":"a-2"}"#,
        ),
        (
            RouterFrame::Checkin { entry: entry() },
            r#"{"type":"checkin","discoveryID":"a-1","friendlyname":"Ann","lastSeen":5}"#,
        ),
        (
            RouterFrame::Update { change },
            r#"{"type":"update","epoch":7,"seq":1,"joined":[{"discoveryID":"a-1","friendlyname":"Ann","lastSeen":5}],"left":["b"]}"#,
        ),
    ] {
        assert_eq!(encode(&frame), text);
        assert_eq!(RouterFrame::decode(text.as_bytes()), Ok(frame));
    }
}

#[test]
fn what_is_said_in_a_handshake_has_the_documented_form() {
    let proof = Proof {
        key: "k".into(),
        sig: "s".into(),
        mac: "m".into(),
    };
    let hello = |v| Hello {
        v,
        eph: "e".into(),
        nonce: "n".into(),
        hint: None,
    };
    for (frame, text) in [
        (
            HandshakeFrame::Confirm { proof },
            r#"{"type":"confirm","key":"k","sig":"s","mac":"m"}"#,
        ),
        (
            HandshakeFrame::Hello {
                hello: hello(Versions::Offered(vec![1])),
            },
            r#"{"type":"hello","v":[1],"eph":"e","nonce":"n"}"#,
        ),
        (
            HandshakeFrame::Hello {
                hello: hello(Versions::Chosen(1)),
            },
            r#"{"type":"hello","v":1,"eph":"e","nonce":"n"}"#,
        ),
    ] {
        assert_eq!(encode(&frame), text);
        assert_eq!(HandshakeFrame::decode(text.as_bytes()), Ok(frame));
    }
}

#[test]
fn what_contacts_say_has_the_documented_form() {
    let have = |last: Option<&str>, read: Option<&str>| SessionFrame::Have {
        last: last.map(Into::into),
        read: read.map(Into::into),
    };
    for (frame, text) in [
        (
            have(Some("i"), Some("h")),
            r#"{"type":"have","last":"i","read":"h"}"#,
        ),
        (have(None, None), r#"{"type":"have"}"#),
        (
            SessionFrame::Ask {
                ids: vec!["i".into()],
            },
            r#"{"type":"ask","ids":["i"]}"#,
        ),
        (SessionFrame::Known { id: None }, r#"{"type":"known"}"#),
        (
            SessionFrame::Text {
                act: None,
                about: None,
                lives: None,
                turn: None,
                file: None,
                number: 1,
                id: "i".into(),
                at: 7,
                text: "hi".into(),
                introduces: None,
            },
            r#"{"type":"text","number":1,"id":"i","at":7,"text":"hi"}"#,
        ),
        (
            SessionFrame::Text {
                act: Some("reply".into()),
                about: Some("h".into()),
                lives: None,
                turn: None,
                file: None,
                number: 2,
                id: "i".into(),
                at: 7,
                text: "hi".into(),
                introduces: None,
            },
            r#"{"type":"text","number":2,"id":"i","at":7,"text":"hi","act":"reply","about":"h"}"#,
        ),
        (
            SessionFrame::Text {
                act: Some("propose".into()),
                about: None,
                lives: Some(3_600),
                turn: Some(9),
                introduces: None,
                file: None,
                number: 3,
                id: "i".into(),
                at: 7,
                text: "hi".into(),
            },
            r#"{"type":"text","number":3,"id":"i","at":7,"text":"hi","act":"propose","lives":3600,"turn":9}"#,
        ),
        (
            SessionFrame::Text {
                number: 3,
                id: "i".into(),
                at: 7,
                text: "🤝".into(),
                file: None,
                act: Some("introduced".into()),
                about: Some("h".into()),
                introduces: Some(Acquaintance {
                    name: "Carl".into(),
                    note: None,
                    key: Some("k".into()),
                }),
                lives: None,
                turn: None,
            },
            r#"{"type":"text","number":3,"id":"i","at":7,"text":"🤝","act":"introduced","about":"h","introduces":{"name":"Carl","key":"k"}}"#,
        ),
        (SessionFrame::Ack { upto: 1 }, r#"{"type":"ack","upto":1}"#),
        (
            profile(None),
            r#"{"type":"profile","number":3,"friendlyname":"Ann","transportID":"t","discoveryUUID":"d","near":false,"special":true,"at":0,"away":false}"#,
        ),
        (
            profile(Some(vec!["r-1".into()])),
            r#"{"type":"profile","number":3,"friendlyname":"Ann","transportID":"t","discoveryUUID":"d","near":false,"special":true,"at":0,"routers":["r-1"],"away":false}"#,
        ),
    ] {
        assert_eq!(encode(&frame), text);
        assert_eq!(SessionFrame::decode(text.as_bytes()), Ok(frame));
    }
}

#[test]
fn what_an_older_program_leaves_out_or_sets_to_null_has_its_value() {
    let text = r#"{"type":"profile","number":3,"friendlyname":"Ann","transportID":"t","discoveryUUID":"d","special":true,"at":null}"#;
    assert_eq!(SessionFrame::decode(text.as_bytes()), Ok(profile(None)));
}

#[test]
fn what_is_no_message_is_refused_with_the_reason() {
    use Malformed::{Field, NotAnObject, NotJson, NotUtf8, TooLong, UnknownType};
    let long = vec![b' '; FRAME_BYTES + 1];
    let missing = Field("type", Wrong::Missing);
    for (bad, why) in [
        (&b"null"[..], NotAnObject),
        (b"[1]", NotAnObject),
        (b"{}", missing),
        (br#"{"type":null}"#, missing),
        (br#"{"type":1}"#, Field("type", Wrong::NotText)),
        (br#"{"type":"secret"}"#, UnknownType),
        (b"\xff", NotUtf8),
        (b"{\"type\":\"ping\"", NotJson(14)),
        (&long, TooLong(FRAME_BYTES + 1)),
        (br#"{"type":"ack"}"#, Field("upto", Wrong::Missing)),
        (
            br#"{"type":"ack","upto":"secret"}"#,
            Field("upto", Wrong::NotWhole),
        ),
        (
            br#"{"type":"ack","upto":-1}"#,
            Field("upto", Wrong::OutOfBounds),
        ),
        (
            br#"{"type":"ack","upto":18446744073709551616}"#,
            Field("upto", Wrong::OutOfBounds),
        ),
        (
            br#"{"type":"ack","upto":9007199254740992}"#,
            Field("upto", Wrong::OutOfBounds),
        ),
    ] {
        let error = SessionFrame::decode(bad).unwrap_err();
        assert_eq!(error, why);
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn a_wrong_field_is_named_also_inside_a_list() {
    use Malformed::Field;
    for (bad, why) in [
        (r#""joined":[{}]"#, Field("discoveryID", Wrong::Missing)),
        (r#""joined":{}"#, Field("joined", Wrong::NotList)),
        (r#""joined":[],"left":[1]"#, Field("left", Wrong::NotText)),
    ] {
        let text = format!(r#"{{"type":"update","epoch":1,"seq":1,{bad}}}"#);
        assert_eq!(RouterFrame::decode(text.as_bytes()), Err(why));
    }
    let text = r#"{"type":"registry","epoch":1,"seq":1,"part":4294967296}"#;
    let why = Field("part", Wrong::OutOfBounds);
    assert_eq!(RouterFrame::decode(text.as_bytes()), Err(why));
}

#[test]
fn the_largest_number_is_the_largest_that_a_browser_counts_to() {
    let text = br#"{"type":"ack","upto":9007199254740991}"#;
    let upto = 9_007_199_254_740_991;
    assert_eq!(SessionFrame::decode(text), Ok(SessionFrame::Ack { upto }));
}

#[test]
fn every_offer_of_a_file_fits_a_frame() {
    let offer = FileOffer {
        name: "\u{7f}".repeat(4 * FILE_NAME_BYTES) + &"ü".repeat(FILE_NAME_BYTES),
        size: FILE_BYTES,
        kind: "\"".repeat(KIND_BYTES),
        modified: Some(LARGEST_NUMBER),
        thumbnail: Some("a".repeat(THUMBNAIL_CHARACTERS)),
        folder: Some(20_000),
    };
    let offer = FileOffer {
        name: crate::offer::file_name(&offer.name),
        ..offer
    };
    let frame = SessionFrame::Text {
        act: None,
        about: None,
        lives: None,
        turn: None,
        number: LARGEST_NUMBER,
        id: "f".repeat(MESSAGE_ID),
        at: LARGEST_NUMBER,
        text: offer.name.clone(),
        file: Some(offer),
        introduces: None,
    };
    assert!(encode(&frame).len() <= FRAME_BYTES);
}

#[test]
fn every_text_that_may_be_written_fits_a_frame() {
    let fits = |text: &str| {
        let id = "f".repeat(MESSAGE_ID);
        let (number, at) = (LARGEST_NUMBER, LARGEST_NUMBER);
        let text = text.to_owned();
        let frame = SessionFrame::Text {
            act: Some("takeback".to_owned()),
            about: Some(id.clone()),
            lives: Some(28 * 24 * 3_600),
            turn: Some(LARGEST_NUMBER),
            file: None,
            number,
            id,
            at,
            text,
            introduces: None,
        };
        encode(&frame).len() <= FRAME_BYTES
    };
    for (character, most) in [
        ('x', TEXT_BYTES),
        ('\u{7f}', TEXT_BYTES),
        ('"', TEXT_BYTES),
        ('\\', TEXT_BYTES),
        ('\n', TEXT_BYTES),
        ('\u{0}', 2_667),
        ('\u{1b}', 2_667),
        ('ü', TEXT_BYTES / 2),
    ] {
        let text = |count: usize| format!("x{}", character.to_string().repeat(count - 1));
        assert!(
            crate::view::check_text(&text(most)).is_ok(),
            "{character:?}"
        );
        assert!(
            crate::view::check_text(&text(most + 1)).is_err(),
            "{character:?}"
        );
        assert!(fits(&text(most)), "{character:?}");
    }
}

#[test]
fn a_newer_peer_may_add_fields() {
    let text = br#"{"type":"pong","new":{"x":1}}"#;
    assert_eq!(SessionFrame::decode(text), Ok(SessionFrame::Pong));
}

impl Arbitrary for Acquaintance {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let any = any::<(String, Option<String>, Option<String>)>();
        any.prop_map(|(name, note, key)| Self { name, note, key })
            .boxed()
    }
}

impl Arbitrary for FileOffer {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        any::<(String, u64, String, Option<u64>, Option<u32>)>()
            .prop_map(|(name, size, kind, modified, folder)| Self {
                name,
                size,
                kind,
                modified,
                thumbnail: None,
                folder,
            })
            .boxed()
    }
}

impl Arbitrary for Versions {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let offered = any::<Vec<u32>>().prop_map(Self::Offered);
        let chosen = any::<u32>().prop_map(Self::Chosen);
        offered.boxed().prop_union(chosen.boxed()).boxed()
    }
}

proptest! {
    #[test]
    fn every_message_with_a_router_comes_back_as_it_was(frame in RouterFrame::any()) {
        let text = encode(&frame);
        prop_assume!(text.len() <= FRAME_BYTES);
        prop_assert_eq!(RouterFrame::decode(text.as_bytes()), Ok(frame));
    }

    #[test]
    fn every_message_of_a_handshake_comes_back_as_it_was(frame in HandshakeFrame::any()) {
        let text = encode(&frame);
        prop_assume!(text.len() <= FRAME_BYTES);
        prop_assert_eq!(HandshakeFrame::decode(text.as_bytes()), Ok(frame));
    }

    #[test]
    fn every_message_between_contacts_comes_back_as_it_was(frame in SessionFrame::any()) {
        let text = encode(&frame);
        prop_assume!(text.len() <= FRAME_BYTES);
        prop_assert_eq!(SessionFrame::decode(text.as_bytes()), Ok(frame));
    }

    #[test]
    fn every_message_about_pieces_comes_back_as_it_was(frame in FileFrame::any()) {
        let text = encode(&frame);
        prop_assert!(FileFrame::decode(text.as_bytes()) == Ok(frame));
    }

    #[test]
    fn a_message_of_another_conversation_is_of_an_unknown_type(frame in HandshakeFrame::any()) {
        prop_assume!(frame != HandshakeFrame::Bye);
        let text = encode(&frame);
        prop_assume!(text.len() <= FRAME_BYTES);
        let unknown = Malformed::UnknownType;
        prop_assert_eq!(RouterFrame::decode(text.as_bytes()), Err(unknown));
        prop_assert_eq!(SessionFrame::decode(text.as_bytes()), Err(unknown));
    }
}

const PROTOCOL: &str = include_str!("../../PROTOCOL.md");

type Forms = BTreeSet<(String, Vec<String>)>;

#[test]
fn the_protocol_documents_every_message_and_field_and_no_other() {
    assert_eq!(documented(&["Discovery"]), coded(RouterFrame::FIELDS));
    assert_eq!(documented(&["Handshake"]), coded(HandshakeFrame::FIELDS));
    assert_eq!(
        documented(&["Chat", "Files", "Contacts"]),
        coded(SessionFrame::FIELDS)
    );
    assert_eq!(documented(&["Pieces"]), coded(FileFrame::FIELDS));
}

const PRIVACY: &str = include_str!("../../PRIVACY.md");

/// What the signalling server is sent, as the crate `peerjs` writes it.
const SIGNALLING: [&str; 4] = ["HEARTBEAT", "OFFER", "ANSWER", "CANDIDATE"];

#[test]
fn the_privacy_page_says_who_gets_each_message_and_names_no_other() {
    let (_, chapter) = PRIVACY.split_once("\n## What leaves the device\n").unwrap();
    let (chapter, _) = chapter.split_once("\n## ").unwrap();
    let packets = chapter.lines().filter_map(|line| line.strip_prefix("| `"));
    let packets = packets.map(|row| row.split_once(" |").unwrap().0);
    let told: BTreeSet<_> = packets
        .flat_map(|names| names.split(", "))
        .map(|name| name.trim_matches('`'))
        .collect();
    let tables = [
        RouterFrame::FIELDS,
        HandshakeFrame::FIELDS,
        SessionFrame::FIELDS,
        FileFrame::FIELDS,
    ];
    let sent = tables.into_iter().flatten().map(|(kind, _)| *kind);
    assert_eq!(told, sent.chain(SIGNALLING).collect());
}

/// Returns what some chapters of PROTOCOL.md say: `{type:'ack', log, upto}`. What follows a colon
/// is the type or the value of a field, and is for the reader.
fn documented(titles: &[&str]) -> Forms {
    let chapters = PROTOCOL.split("\n## ").filter(|chapter| {
        let title = chapter.lines().next();
        titles.iter().any(|known| title == Some(known))
    });
    let forms = chapters.flat_map(|chapter| chapter.split("{type:'").skip(1));
    forms
        .map(|form| {
            let (kind, rest) = form.split_once('\'').unwrap();
            let (fields, _) = rest.split_once('}').unwrap();
            let names = fields.split(',').map(|field| field.split(':').next());
            let names = names.flatten().map(|name| name.trim().to_owned());
            let names = names.filter(|name| !name.is_empty());
            (kind.to_owned(), names.collect())
        })
        .collect()
}

fn coded(table: &[(&str, &[Member])]) -> Forms {
    let forms = table.iter();
    forms
        .map(|(kind, members)| (kind.to_string(), members.iter().flat_map(names).collect()))
        .collect()
}

/// Returns the names of a field, or of the fields of a part.
fn names(member: &Member) -> Vec<String> {
    if !member.parts.is_empty() {
        return member.parts.iter().flat_map(names).collect();
    }
    let mark = if member.optional { "?" } else { "" };
    vec![format!("{}{mark}", member.name)]
}
