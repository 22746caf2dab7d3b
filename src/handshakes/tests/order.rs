//! Which message may come when, and whom it concerns that another one came.

use super::super::endings::Whom;
use super::*;
use crate::misbehaviour::Fault;
use crate::records::Change;
use crate::test_context::changes;
use crate::view::{Alert, Asked};
use crate::wire::{Hello, Proof, Versions, encode};

const OUT_OF_ORDER: Fault = Fault::Malformed("a message out of order");

/// One message of each type but the goodbye, with its name. What is in it is nonsense.
fn samples() -> [(&'static str, String); 7] {
    let x = || "x".to_owned();
    let hello = Hello {
        v: Versions::Offered(vec![1]),
        eph: x(),
        nonce: x(),
        hint: None,
    };
    let (note, friendlyname) = (None, x());
    let request = HandshakeFrame::Request { friendlyname, note };
    let proof = || Proof {
        key: x(),
        sig: x(),
        mac: x(),
    };
    let accepted = HandshakeFrame::Accepted {
        proof: proof(),
        friendlyname: x(),
    };
    let proof = proof();
    let confirm = HandshakeFrame::Confirm {
        proof: proof.clone(),
    };
    [
        ("hello", encode(&HandshakeFrame::Hello { hello })),
        ("request", encode(&request)),
        ("accepted", encode(&accepted)),
        ("confirm", encode(&confirm)),
        ("rejected", encode(&HandshakeFrame::Rejected)),
        ("crossed", encode(&HandshakeFrame::Crossed { mac: x() })),
        ("auth", encode(&HandshakeFrame::Auth { proof })),
    ]
}

fn known() -> Shelf {
    Shelf {
        showing: Some(Showing::Required([7; 32])),
        identity: Some(None),
        callers: vec![(Caller::Contact(bobs_id()), [7; 32])],
        ..Shelf::default()
    }
}

fn dialling() -> Side {
    Side::dialling(ask(), Shelf::default())
}

fn dialling_contact() -> Side {
    Side::dialling(meet(), known())
}

fn opened(mut side: Side) -> Side {
    side.open();
    side
}

fn arriving() -> Side {
    opened(Side::arriving(Shelf::default()))
}

/// Bob has answered the hello of somebody unknown.
fn expecting_request() -> Side {
    let (mut ann, mut bob) = (opened(dialling()), arriving());
    for text in ann.says() {
        assert!(bob.hears(&text).is_none());
    }
    bob
}

/// Bob has answered the hello of a contact.
fn expecting_auth() -> Side {
    let (mut ann, mut bob) = (opened(dialling_contact()), opened(Side::arriving(known())));
    for text in ann.says() {
        assert!(bob.hears(&text).is_none());
    }
    bob
}

/// Bob's person has said yes; the contact is being stored.
fn storing() -> Side {
    let (_, mut bob) = asked();
    bob.accepts();
    bob
}

fn awaiting_confirm() -> Side {
    let mut bob = storing();
    bob.written(true);
    bob
}

fn name(whom: &Whom) -> &'static str {
    match whom {
        Whom::Nobody => "nobody",
        Whom::Stranger(_) => "stranger",
        Whom::Contact(_) => "contact",
        Whom::Request(_) => "request",
        Whom::Accepted(_) => "accepted",
    }
}

/// A stage, whom it concerns, and which messages may come.
type Row = (fn() -> Side, &'static str, &'static [&'static str]);

const STAGES: [Row; 11] = [
    (dialling, "stranger", &[]),
    (dialling_contact, "contact", &[]),
    (arriving, "nobody", &["hello"]),
    (|| opened(dialling()), "stranger", &["hello"]),
    (|| opened(dialling_contact()), "contact", &["hello"]),
    (
        || asked().0,
        "stranger",
        &["accepted", "rejected", "crossed"],
    ),
    (expecting_request, "nobody", &["request"]),
    (|| asked().1, "request", &[]),
    (expecting_auth, "contact", &["auth"]),
    (storing, "accepted", &[]),
    (awaiting_confirm, "accepted", &["confirm"]),
];

#[test]
fn a_message_out_of_order_ends_the_connection_and_concerns_whom_it_is_about() {
    for (row, (stage, whom, allowed)) in STAGES.into_iter().enumerate() {
        for (kind, text) in samples() {
            let mut side = stage();
            let broken = side.hears(&text);
            if allowed.contains(&kind) {
                let fault = broken.map(|broken| broken.fault);
                assert_ne!(fault, Some(OUT_OF_ORDER), "row {row}, {kind}");
                continue;
            }
            let broken = broken.unwrap();
            assert_eq!(broken.fault, OUT_OF_ORDER, "row {row}, {kind}");
            assert_eq!(name(&broken.whom), whom, "row {row}, {kind}");
            assert!(side.is_over(), "row {row}, {kind}");
        }
    }
}

#[test]
fn a_goodbye_is_nobodys_fault_at_any_stage() {
    for (row, (stage, ..)) in STAGES.into_iter().enumerate() {
        let mut side = stage();
        side.facts();
        assert!(side.hears(&encode(&HandshakeFrame::Bye)).is_none());
        assert!(side.is_over(), "row {row}");
        let facts = side.facts();
        assert!(matches!(facts[..], [Fact::LinkEnded(_), ..]), "row {row}");
        side.says();
        let closes = side.does().contains(&Output::Close(side.link));
        assert!(closes, "row {row}");
    }
}

/// Says something out of order at a stage, and returns the side with the facts that follow.
fn spoilt(stage: fn() -> Side) -> (Side, Vec<Fact>) {
    let mut side = stage();
    side.says();
    side.does();
    side.facts();
    let broken = side.hears(r#"{"type":"request","friendlyname":"x"}"#);
    side.handshakes.broken(&mut side.ctx, broken.unwrap());
    let facts = side.facts();
    (side, facts)
}

#[test]
fn those_whom_a_broken_protocol_concerns_are_told() {
    let (_, facts) = spoilt(arriving);
    assert!(matches!(facts[..], [Fact::LinkEnded(ACCEPTED)]));
    let (_, facts) = spoilt(|| asked().0);
    let [
        Fact::LinkEnded(DIALLED),
        Fact::Asked(stranger, Asked::Failed),
    ] = &facts[..]
    else {
        panic!("{facts:?}");
    };
    assert!(stranger.is_at(BOB));
    let (_, facts) = spoilt(|| asked().1);
    assert!(matches!(
        facts[..],
        [Fact::LinkEnded(_), Fact::RequestSpoilt(_)]
    ));
    let (_, facts) = spoilt(expecting_auth);
    let [
        Fact::LinkEnded(_),
        Fact::NotTheContact {
            contact,
            remote,
            fault,
            ..
        },
    ] = &facts[..]
    else {
        panic!("{facts:?}");
    };
    assert_eq!(
        (contact, remote.as_str(), *fault),
        (&bobs_id(), ANN, OUT_OF_ORDER)
    );
}

#[test]
fn somebody_accepted_who_breaks_the_protocol_is_forgotten_and_the_person_hears_why() {
    let stages: [(fn() -> Side, bool); 2] = [(storing, false), (awaiting_confirm, true)];
    for (stage, told) in stages {
        let (mut side, facts) = spoilt(stage);
        // Who was told of the yes must not be able to follow this device any longer.
        let ended = facts.iter().filter(|fact| matches!(fact, Fact::TrustEnded));
        assert_eq!(ended.count(), usize::from(told), "{facts:?}");
        let alerts = facts.iter();
        let alerts: Vec<_> = alerts
            .filter(|fact| matches!(fact, Fact::Alert(_)))
            .collect();
        assert!(side.handshakes.storing.is_empty());
        let name = "Ann".to_owned();
        let reason = OUT_OF_ORDER.to_string();
        let [Fact::Alert(alert)] = alerts[..] else {
            panic!("{facts:?}");
        };
        assert_eq!(*alert, Alert::Misbehaved { name, reason });
        let changes = changes(&mut side.ctx);
        assert!(matches!(changes[..], [Change::ForgetContact(_)]));
    }
}

#[test]
fn a_frame_that_cannot_be_read_ends_the_connection() {
    for text in ["", "{}", r#"{"type":"ping"}"#, "not json"] {
        let broken = arriving().hears(text).unwrap();
        assert!(matches!(broken.fault, Fault::Frame(_)), "{text}");
    }
}
