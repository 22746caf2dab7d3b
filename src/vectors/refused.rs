//! What is refused, and why: by its form, whatever it is about, and by the value of a field.

use super::messages::{self, read};
use super::recorded::{Json, hex, text};
use super::shared::{BOBS_ADDRESS, MESSAGE, NOW, binary, public, rising};
use crate::contacts::Contacts;
use crate::context::Context;
use crate::conversations::Conversations;
use crate::encoding::b64;
use crate::fact::Fact;
use crate::handshakes::exchange::respond;
use crate::io::{ChannelBinding, LinkId, Path};
use crate::limits::{ASK_IDS, FRAME_BYTES, LARGEST_NUMBER, TEXT_BYTES};
use crate::misbehaviour::{Fault, Misbehaviour};
use crate::test_context::{clear, context, facts, id};
use crate::wire::{HandshakeFrame, SessionFrame, Versions, encode};
use Json::{List, Number, Object};
use nojson::RawJson;
use std::collections::BTreeSet;

/// Returns forms that are no message, and each message with one field that is wrong. The reasons are those of
/// this program; what they say is wrong is wrong for every program.
pub(super) fn forms() -> Json {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    let in_general: [(usize, &[u8]); 9] = [
        (2, b""),
        (2, b"null"),
        (2, b"[1]"),
        (2, b"{}"),
        (2, br#"{"type":null}"#),
        (2, br#"{"type":1}"#),
        (2, br#"{"type":"checkin"}"#),
        (1, br#"{"type":"new"}"#),
        (2, b"{\"type\":\"ping\""),
    ];
    for (place, bytes) in in_general {
        all.push(refused(place, bytes));
    }
    all.push(not_utf_8());
    all.push(too_long());
    for (place, texts) in messages::texts().into_iter().enumerate() {
        for (what, bytes) in texts.iter().flat_map(|text| bent(text)) {
            let is_refused = read(place, bytes.as_bytes()).is_err();
            if is_refused && seen.insert((place, what)) {
                all.push(refused(place, bytes.as_bytes()));
            }
        }
    }
    List(all)
}

fn refused(place: usize, bytes: &[u8]) -> Json {
    let reason = read(place, bytes).unwrap_err();
    Object(vec![
        ("on", messages::place(place)),
        ("bytes", text(std::str::from_utf8(bytes).unwrap())),
        ("reason", text(reason.to_string())),
    ])
}

fn not_utf_8() -> Json {
    let bytes = b"{\"type\":\"ping\xff\"}";
    Object(vec![
        ("on", messages::place(2)),
        ("hex", hex(bytes)),
        ("reason", text(read(2, bytes).unwrap_err().to_string())),
    ])
}

/// The longest message with one space too many.
fn too_long() -> Json {
    let said = r#"{"type":"pong"}"#;
    let padded = |length| format!("{said:<length$}");
    assert!(read(2, padded(FRAME_BYTES).as_bytes()).is_ok());
    let reason = read(2, padded(FRAME_BYTES + 1).as_bytes()).unwrap_err();
    Object(vec![
        ("on", messages::place(2)),
        ("bytes", text(said)),
        ("paddedTo", Number(FRAME_BYTES as u64 + 1)),
        ("reason", text(reason.to_string())),
    ])
}

/// Returns a message without each of its fields in turn, and with something else in its place; and what was done to it.
fn bent(message: &str) -> Vec<(String, String)> {
    const OTHERS: [&str; 5] = ["{}", "-1", "1.5", "\"x\"", "[7]"];
    let json = RawJson::parse(message).unwrap();
    let members: Vec<(String, String)> = json
        .value()
        .to_object()
        .unwrap()
        .map(|(name, value)| {
            let name = name.as_raw_str().to_owned();
            (name, value.as_raw_str().to_owned())
        })
        .collect();
    let with = |place: usize, other: Option<&str>| {
        let written = members.iter().enumerate().filter_map(|(at, member)| {
            let value = if at == place { other? } else { &member.1 };
            Some(format!("{}:{value}", member.0))
        });
        let bytes = format!("{{{}}}", written.collect::<Vec<_>>().join(","));
        (
            format!("{} {} {other:?}", members[0].1, members[place].0),
            bytes,
        )
    };
    let above = (LARGEST_NUMBER + 1).to_string();
    let mut all = Vec::new();
    for (place, (_, value)) in members.iter().enumerate().skip(1) {
        all.push(with(place, None));
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        let others = OTHERS.into_iter().chain(is_number.then_some(&*above));
        all.extend(others.map(|other| with(place, Some(other))));
    }
    all
}

/// Returns messages whose form is right, and which end the connection where they come.
pub(super) fn values() -> Json {
    let hellos = hellos().into_iter().map(|(hello, fault)| {
        Object(vec![
            ("on", messages::place(1)),
            ("bytes", text(hello)),
            ("reason", text(fault.to_string())),
        ])
    });
    let words = words().into_iter().map(|frame| {
        let how = misbehaviour(&frame).unwrap();
        Object(vec![
            ("on", messages::place(2)),
            ("bytes", text(encode(&frame))),
            ("reason", text(how.to_string())),
        ])
    });
    List(hellos.chain(words).collect())
}

/// The hello of whoever dials, with what its other end finds wrong.
fn hellos() -> Vec<(String, Fault)> {
    let all = [
        (
            Versions::Offered(vec![2]),
            public(3).encode(),
            binary(5),
            None,
        ),
        (Versions::Chosen(1), public(3).encode(), binary(5), None),
        (Versions::Offered(vec![1]), b64(&[4; 33]), binary(5), None),
        (Versions::Offered(vec![1]), "AA".to_owned(), binary(5), None),
        (
            Versions::Offered(vec![1]),
            public(3).encode(),
            b64(&[5; 31]),
            None,
        ),
        (
            Versions::Offered(vec![1]),
            public(3).encode(),
            format!("{}=", binary(5)),
            None,
        ),
        (
            Versions::Offered(vec![1]),
            public(3).encode(),
            binary(5),
            Some("AA".to_owned()),
        ),
    ];
    let case = |(v, eph, nonce, hint)| {
        let hello = crate::wire::Hello {
            v,
            eph,
            nonce,
            hint,
        };
        let bytes = encode(&HandshakeFrame::Hello {
            hello: hello.clone(),
        });
        let binding = ChannelBinding {
            local: [0xBB; 32],
            remote: [0xAA; 32],
        };
        let mut ctx = context();
        let known = std::iter::empty::<((), _)>();
        let answer = respond(
            &mut ctx.rng,
            binding,
            bytes.as_bytes(),
            &hello,
            known,
            |()| true,
        );
        (bytes, answer.err().unwrap())
    };
    all.map(case).to_vec()
}

/// What a contact says right after both have said `have`.
fn words() -> Vec<SessionFrame> {
    let entry = |number: u64, id: &str, text: &str, about: Option<&str>| SessionFrame::Text {
        number,
        id: id.to_owned(),
        at: NOW,
        text: text.to_owned(),
        file: None,
        act: about.map(|_| "reply".to_owned()),
        about: about.map(str::to_owned),
        lives: None,
        turn: None,
        introduces: None,
    };
    let profile = |transport_id: &str, discovery_uuid: String, name: &str| SessionFrame::Profile {
        number: 1,
        friendlyname: name.to_owned(),
        card: crate::wire::Card {
            transport_id: transport_id.to_owned(),
            discovery_uuid,
        },
        near: false,
        special: false,
        at: NOW,
        routers: None,
        away: false,
    };
    let uuid = || b64(&rising::<16>());
    vec![
        entry(1, MESSAGE, "", None),
        entry(1, MESSAGE, &"x".repeat(TEXT_BYTES + 1), None),
        entry(1, "short", "x", None),
        entry(1, MESSAGE, "x", Some("short")),
        entry(0, MESSAGE, "x", None),
        entry(2, MESSAGE, "x", None),
        SessionFrame::Ack { upto: 1 },
        SessionFrame::Have {
            last: None,
            read: None,
        },
        SessionFrame::Known { id: None },
        SessionFrame::Ask {
            ids: vec!["short".to_owned()],
        },
        SessionFrame::Ask {
            ids: vec![MESSAGE.to_owned(); ASK_IDS + 1],
        },
        profile(BOBS_ADDRESS, b64(&[1; 15]), "Bob"),
        profile("other", uuid(), "Bob"),
        profile(BOBS_ADDRESS, uuid(), ""),
        profile(BOBS_ADDRESS, uuid(), "Bob\u{202e}"),
    ]
}

/// Returns what a contact does wrong who says this.
fn misbehaviour(frame: &SessionFrame) -> Option<Misbehaviour> {
    let (mut ctx, mut all, bob): (Context, _, _) = (context(), Conversations::default(), id("Bob"));
    let path = (Path::Unknown, false);
    assert!(all.begin(&mut ctx, &bob, LinkId::Dialled(1), path, true));
    all.send_have(&mut ctx, &bob, true);
    let have = SessionFrame::Have {
        last: None,
        read: None,
    };
    all.frame(&mut ctx, &bob, encode(&have).as_bytes());
    clear(&mut ctx);
    all.frame(&mut ctx, &bob, encode(frame).as_bytes());
    facts(&mut ctx).into_iter().find_map(|fact| {
        if let Fact::Misbehaved(_, how) = fact {
            return Some(how);
        }
        let Fact::Profile(id, heard) = fact else {
            return None;
        };
        Contacts::default().hear(&mut ctx, &id, *heard).err()
    })
}
