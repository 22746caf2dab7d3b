//! The derivations of a handshake, and of the keys that are compared and kept.

use super::recorded::{Json, hex, text};
use super::shared::{identity, public, rising};
use crate::backup;
use crate::contacts::safety::Safety;
use crate::crypto::{
    Ephemeral, PublicKey, introduced_secret, safety_number, session_keys, signature_input,
    transcript,
};
use crate::encoding::unb64;
use crate::handshakes::exchange::{Exchange, Side, Step, initiator_hint, responder_hint};
use crate::values::ContactId;
use Json::{Flag, List, Object};

pub(super) fn public_keys() -> Json {
    let case = |byte: u8| {
        let key = public(byte);
        Object(vec![
            ("scalar", hex(&[byte; 32])),
            ("key", hex(&key.to_bytes())),
            ("keyText", text(key.encode())),
        ])
    };
    List([1, 2, 3].map(case).to_vec())
}

/// Which bytes are a key: compressed points of the curve.
pub(super) fn keys() -> Json {
    let key = public(1).to_bytes();
    let with = |tag: u8| {
        let mut bytes = key;
        bytes[0] = tag;
        bytes
    };
    // There is no point with this x.
    let mut off = [0xFF; 33];
    off[0] = 2;
    let all = [with(2), with(3), with(4), with(5), with(0), off];
    let case = |bytes: [u8; 33]| {
        let is = Flag(PublicKey::from_bytes(&bytes).is_some());
        Object(vec![("bytes", hex(&bytes)), ("isKey", is)])
    };
    List(all.map(case).to_vec())
}

pub(super) fn shared_secrets() -> Json {
    let case = |own: u8, other: u8| {
        let x =
            Ephemeral::from_bytes(&[own; 32]).and_then(|own| own.agree(&public(other).encode()));
        Object(vec![
            ("scalar", hex(&[own; 32])),
            ("key", hex(&public(other).to_bytes())),
            ("x", hex(&x.unwrap())),
        ])
    };
    List(vec![case(1, 2), case(2, 1), case(3, 3)])
}

pub(super) fn transcripts() -> Json {
    let case = |one: &str, other: &str| {
        let th = transcript(one.as_bytes(), other.as_bytes(), &[0xAA; 32], &[0xBB; 32]);
        Object(vec![
            ("helloAText", text(one)),
            ("helloBText", text(other)),
            ("fpA", hex(&[0xAA; 32])),
            ("fpB", hex(&[0xBB; 32])),
            ("th", hex(&th)),
        ])
    };
    List(vec![case("hello a", "hello b"), case("hello ah", "ello b")])
}

pub(super) fn keys_of_sessions() -> Json {
    let th = transcript(b"hello a", b"hello b", &[0xAA; 32], &[0xBB; 32]);
    let keys = session_keys(&th, &rising());
    List(vec![Object(vec![
        ("th", hex(&th)),
        ("x", hex(&rising::<32>())),
        ("macInitiator", hex(&keys.initiator_mac)),
        ("macResponder", hex(&keys.responder_mac)),
        ("pairSecret", hex(&keys.pair_secret)),
        ("callBack", hex(&keys.call_back)),
    ])])
}

/// What `accepted`, `confirm` and `auth` prove, with whether the other key is known.
pub(super) fn proofs() -> Json {
    let all = [
        (
            "meshchat/1 accepted",
            Side::Responder,
            Step::Accepted,
            false,
        ),
        ("meshchat/1 confirm", Side::Initiator, Step::Confirm, true),
        (
            "meshchat/1 auth initiator",
            Side::Initiator,
            Step::Auth,
            true,
        ),
        (
            "meshchat/1 auth responder",
            Side::Responder,
            Step::Auth,
            true,
        ),
        (
            "meshchat/1 auth responder",
            Side::Responder,
            Step::Auth,
            false,
        ),
    ];
    let case = |(label, side, step, knows)| {
        let (th, x): ([u8; 32], [u8; 32]) = ([3; 32], rising());
        let other = Some(public(2)).filter(|_| knows);
        let proof = Exchange::new(side, th, &x).prove(step, &identity(1), other);
        let mut case = vec![
            ("labelText", text(label)),
            ("th", hex(&th)),
            ("x", hex(&x)),
            ("initiator", Flag(side == Side::Initiator)),
            ("scalar", hex(&[1; 32])),
        ];
        case.extend(other.map(|other| ("other", hex(&other.to_bytes()))));
        case.extend([
            ("sig", hex(&unb64::<64>(&proof.sig).unwrap())),
            ("mac", hex(&unb64::<32>(&proof.mac).unwrap())),
        ]);
        Object(case)
    };
    List(all.map(case).to_vec())
}

/// What signatures cover, and that of the two with the same r only the one with the low s is taken.
pub(super) fn signatures() -> Json {
    let (own, other) = (identity(1), public(2));
    let input = signature_input("meshchat/1 confirm", &[3; 32], own.public(), Some(other));
    let signature = own.sign(&input);
    let case = |signature: [u8; 64]| {
        Object(vec![
            ("key", hex(&own.public().to_bytes())),
            ("signed", hex(&input)),
            ("sig", hex(&signature)),
            ("verifies", Flag(own.public().verifies(&input, &signature))),
        ])
    };
    let mut wrong = signature;
    wrong[63] ^= 1;
    List(vec![
        case(signature),
        case(with_high_s(signature)),
        case(wrong),
    ])
}

/// Returns the other signature with the same r: with the order of the curve − s.
fn with_high_s(mut signature: [u8; 64]) -> [u8; 64] {
    let order = base16ct::lower::decode_vec(
        b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    );
    let order = order.unwrap();
    let mut borrow = 0_i16;
    for place in (0..32).rev() {
        let digit = i16::from(order[place]) - i16::from(signature[32 + place]) - borrow;
        borrow = i16::from(digit < 0);
        signature[32 + place] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    signature
}

pub(super) fn hints() -> Json {
    let (a, b, secret) = ([0xAA; 32], [0xBB; 32], rising::<32>());
    let (nonce_a, nonce_b) = ([5; 32], [6; 32]);
    List(vec![Object(vec![
        ("secret", hex(&secret)),
        ("fpA", hex(&a)),
        ("fpB", hex(&b)),
        ("nonceA", hex(&nonce_a)),
        ("nonceB", hex(&nonce_b)),
        ("hintA", hex(&initiator_hint(&secret, &a, &b, &nonce_a))),
        (
            "hintB",
            hex(&responder_hint(&secret, &a, &b, &nonce_a, &nonce_b)),
        ),
    ])])
}

pub(super) fn crossed() -> Json {
    let exchange = Exchange::new(Side::Responder, [3; 32], &[4; 32]);
    List(vec![Object(vec![
        ("callBack", hex(&rising::<32>())),
        ("th", hex(&[3; 32])),
        ("mac", hex(&exchange.crossed(&rising()))),
    ])])
}

pub(super) fn safety_numbers() -> Json {
    let case = |one: u8, other: u8| {
        let (one, other) = (public(one), public(other));
        // What is shown with it is of the device alone.
        let shown = Safety::new(one, other, &ContactId("Bob".into()), &[7; 32]);
        Object(vec![
            ("one", hex(&one.to_bytes())),
            ("other", hex(&other.to_bytes())),
            ("numberText", text(safety_number(one, other))),
            ("codeText", text(shown.code())),
        ])
    };
    List(vec![case(1, 2), case(2, 1), case(1, 3)])
}

pub(super) fn introduced_pairs() -> Json {
    let case = |own: u8, other: u8| {
        let secret = introduced_secret(&identity(own), public(other));
        Object(vec![
            ("scalar", hex(&[own; 32])),
            ("other", hex(&public(other).to_bytes())),
            ("pairSecret", hex(&secret)),
        ])
    };
    List(vec![case(1, 2), case(2, 1), case(1, 3)])
}

pub(super) fn backup_keys() -> Json {
    let key = backup::key("correct horse", &[7; 16]).unwrap();
    List(vec![Object(vec![
        ("passphraseText", text("correct horse")),
        ("salt", hex(&[7; 16])),
        ("key", hex(&key)),
    ])])
}
