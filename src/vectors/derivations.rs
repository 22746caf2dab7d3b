//! Every derivation: what goes in, and what comes out.
//!
//! Most of the outputs were the same in a second implementation before they stood here: those that PROTOCOL.md shows,
//! and all of the beacon's.

use super::recorded::{Json, hex, text};
use super::shared::{
    ANN, ANNS_ADDRESS, BOBS_ADDRESS, DAY, NOW, ROOT, SLOT, identity, public, rising,
};
use crate::backup;
use crate::beacon::{self, Audience, Pin, Slots};
use crate::calendar;
use crate::contacts::safety::Safety;
use crate::crypto::{
    Ephemeral, PublicKey, discovery_uuid, offer_label, open_transport, rendezvous_namespace,
    rendezvous_secret, safety_number, seal_transport, session_keys, signature_input, transcript,
};
use crate::encoding::{unb64, unb64_vec};
use crate::folder::{Found, Part, Plan, Sums};
use crate::handshakes::exchange::{Exchange, Side, Step, initiator_hint, responder_hint};
use crate::ids::{self, Namespace};
use crate::introductions::invite_code;
use crate::rendezvous::plan;
use crate::values::ContactId;
use Json::{Flag, List, Number, Object};
use sha2::{Digest, Sha256};

/// Returns all of them, by what PROTOCOL.md calls them.
pub(super) fn all() -> Json {
    Object(vec![
        ("publicKey", public_keys()),
        ("key", keys()),
        ("namespace", namespaces()),
        ("routerID", router_ids()),
        ("discoveryID", discovery_ids()),
        ("sealedTransport", sealed_transports()),
        ("offerTag", offer_tags()),
        ("ecdh", shared_secrets()),
        ("th", transcripts()),
        ("sessionKeys", keys_of_sessions()),
        ("proof", proofs()),
        ("signature", signatures()),
        ("hint", hints()),
        ("crossed", crossed()),
        ("safetyNumber", safety_numbers()),
        ("rendezvous", meeting_points()),
        ("slot", slots()),
        ("invite", invites()),
        ("backupKey", backup_keys()),
        ("beacon", beacons()),
        ("beaconThousand", thousand_beacons()),
        ("folder", folders()),
    ])
}

fn public_keys() -> Json {
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
fn keys() -> Json {
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

fn namespaces() -> Json {
    let all = [
        "203.0.113.7",
        "2001:db8:85a3::8a2e:370:7334",
        "2a02:0:0:1::",
    ];
    let case = |address: &str| {
        let namespace = Namespace::of_address(ROOT, address.parse().unwrap());
        Object(vec![
            ("addressText", text(address)),
            ("namespaceText", text(namespace.label())),
        ])
    };
    List(all.map(case).to_vec())
}

fn router_ids() -> Json {
    let namespace = Namespace::of_address(ROOT, "203.0.113.7".parse().unwrap());
    let case = |number: u32| {
        Object(vec![
            ("rootText", text(ROOT)),
            ("namespaceText", text(namespace.label())),
            ("number", Number(number.into())),
            ("idText", text(namespace.router_id(number))),
        ])
    };
    List([1, 4, 64].map(case).to_vec())
}

fn discovery_ids() -> Json {
    let all = [
        (ROOT, "203.0.113.7", DAY, 0),
        (ROOT, "203.0.113.7", DAY, 1),
        (ROOT, "203.0.113.7", DAY, 2),
        (ROOT, "203.0.113.7", DAY, 3),
        (ROOT, "203.0.113.7", "2026-11-24", 0),
        (
            "sig41128019959f3574",
            "2001:db8:85a3::8a2e:370:7334",
            DAY,
            0,
        ),
    ];
    let case = |(root, address, day, number): (&str, &str, &str, u32)| {
        let namespace = Namespace::of_address(root, address.parse().unwrap());
        let uuid = discovery_uuid(&rising(), namespace.label(), day, number);
        Object(vec![
            ("discoveryUUID", hex(&rising::<16>())),
            ("rootText", text(root)),
            ("namespaceText", text(namespace.label())),
            ("dayText", text(day)),
            ("n", Number(number.into())),
            ("uuidText", text(uuid.to_string())),
            ("idText", text(namespace.discovery_id(uuid))),
        ])
    };
    List(all.map(case).to_vec())
}

fn sealed_transports() -> Json {
    let sealed = seal_transport(&rising(), ANN, ANNS_ADDRESS, [7; 12]).unwrap();
    let case = |uuid: [u8; 16], id: &str| {
        let mut case = vec![
            ("discoveryUUID", hex(&uuid)),
            ("discoveryIDText", text(id)),
            ("sealed", hex(&unb64_vec(&sealed).unwrap())),
            ("sealedText", text(&*sealed)),
        ];
        // For whoever does not know the discoveryUUID, and at another entry, it is nothing.
        if let Some(opened) = open_transport(&uuid, id, &sealed) {
            case.push(("nonce", hex(&[7; 12])));
            case.push(("transportIDText", text(opened)));
        }
        Object(case)
    };
    let other = "myapp-203-0-113-7-11111111-1111-8111-9111-111111111111";
    List(vec![
        case(rising(), ANN),
        case([9; 16], ANN),
        case(rising(), other),
    ])
}

fn offer_tags() -> Json {
    let case = |from: &str, to: &str| {
        Object(vec![
            ("secret", hex(&rising::<32>())),
            ("fromText", text(from)),
            ("toText", text(to)),
            ("nonce", hex(&[5; 16])),
            ("tagText", text(offer_label(&rising(), from, to, [5; 16]))),
        ])
    };
    List(vec![
        case(ANNS_ADDRESS, BOBS_ADDRESS),
        case(BOBS_ADDRESS, ANNS_ADDRESS),
    ])
}

fn shared_secrets() -> Json {
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

fn transcripts() -> Json {
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

fn keys_of_sessions() -> Json {
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
fn proofs() -> Json {
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
fn signatures() -> Json {
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

fn hints() -> Json {
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

fn crossed() -> Json {
    let exchange = Exchange::new(Side::Responder, [3; 32], &[4; 32]);
    List(vec![Object(vec![
        ("callBack", hex(&rising::<32>())),
        ("th", hex(&[3; 32])),
        ("mac", hex(&exchange.crossed(&rising()))),
    ])])
}

fn safety_numbers() -> Json {
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

fn meeting_points() -> Json {
    let case = |pair_secret: [u8; 32], slot: &str| {
        let secret = rendezvous_secret(&pair_secret);
        let namespace = rendezvous_namespace(&secret, slot);
        Object(vec![
            ("pairSecret", hex(&pair_secret)),
            ("slotText", text(slot)),
            ("secret", hex(&secret)),
            ("namespaceText", text(&*namespace)),
            ("routerIDText", text(format!("{ROOT}-{namespace}-1"))),
            ("turn", Number(plan::turn(&secret))),
        ])
    };
    // PROTOCOL.md also shows that of the secret itself.
    let shown = Object(vec![
        ("secret", hex(&rising::<32>())),
        ("slotText", text(SLOT)),
        ("namespaceText", text(rendezvous_namespace(&rising(), SLOT))),
        ("turn", Number(plan::turn(&rising()))),
    ]);
    List(vec![
        case(rising(), SLOT),
        case([9; 32], "UTC-2026-12-31-23-5"),
        shown,
    ])
}

fn slots() -> Json {
    let case = |unix: u64| {
        Object(vec![
            ("unixMilliseconds", Number(unix)),
            ("slotText", text(calendar::slot(unix))),
            ("dayText", text(calendar::day(unix, 0))),
        ])
    };
    // 2028 is a leap year.
    List(
        [NOW, 1_795_420_799_999, 1_795_420_800_000, 1_835_395_199_999]
            .map(case)
            .to_vec(),
    )
}

fn invites() -> Json {
    let (secret, until) = ([9; 32], 1_795_420_800_000);
    let uuid = ids::transport_uuid(ANNS_ADDRESS).unwrap();
    let code = invite_code::write(ANNS_ADDRESS, &secret, until);
    List(vec![Object(vec![
        ("idText", text(ANNS_ADDRESS)),
        ("uuid", hex(uuid.as_bytes())),
        ("secret", hex(&secret)),
        ("unixSeconds", Number(until / 1_000)),
        ("codeText", text(code.unwrap())),
    ])])
}

fn backup_keys() -> Json {
    let key = backup::key("correct horse", &[7; 16]).unwrap();
    List(vec![Object(vec![
        ("passphraseText", text("correct horse")),
        ("salt", hex(&[7; 16])),
        ("key", hex(&key)),
    ])])
}

/// The number of the slot [`SLOT`].
const NUMBER: u64 = 2_992_366;

fn beacons() -> Json {
    let (url, local) = ("https://beacon.example.org", "http://127.0.0.1:8080");
    let all = [
        (1, url, NUMBER),
        (1, url, NUMBER + 1),
        (1, url, NUMBER + 2),
        (1, local, NUMBER),
        (2, url, NUMBER),
        (1, "https://Beacon.Example.org:443/a?b", NUMBER),
    ];
    let case = |(byte, url, number): (u8, &str, u64)| {
        let (key, audience) = (identity(byte), Audience::of(url).unwrap());
        let slot = Slots::STANDARD.name(number);
        let signed = beacon::signing_input(&audience, &slot);
        let header = beacon::header(&key, &audience, &slot);
        let pin = Pin::new(url, &key.public().encode()).unwrap();
        let read = pin.verify(&header, Slots::STANDARD.start(number)).unwrap();
        Object(vec![
            ("scalar", hex(&[byte; 32])),
            ("urlText", text(url)),
            ("audienceText", text(audience.to_string())),
            ("slotText", text(&*slot)),
            ("kidText", text(beacon::key_id(key.public()))),
            ("signed", hex(&signed)),
            ("headerText", text(header)),
            ("rootText", text(read.root)),
        ])
    };
    List(all.map(case).to_vec())
}

/// Of the thousand slots from that one on: the SHA-256 over each header and root, with a line feed behind each.
fn thousand_beacons() -> Json {
    let key = identity(1);
    let audience = Audience::of("https://beacon.example.org").unwrap();
    let mut all = Sha256::new();
    for number in NUMBER..NUMBER + 1_000 {
        let slot = Slots::STANDARD.name(number);
        let root = beacon::root(&key.sign(&beacon::signing_input(&audience, &slot)));
        let header = beacon::header(&key, &audience, &slot);
        all.update(format!("{header}\n{root}\n"));
    }
    List(vec![Object(vec![
        ("scalar", hex(&[1; 32])),
        ("audienceText", text(audience.to_string())),
        ("unixMilliseconds", Number(Slots::STANDARD.start(NUMBER))),
        ("sha256", hex(&all.finalize())),
    ])])
}

fn folders() -> Json {
    let all: [(&str, &[u8], u64); 3] = [
        ("trip/notes.txt", b"hello\n", 1_700_000_001_000),
        ("trip/über/a.bin", &[0, 1, 2], 1_700_000_002_500),
        ("trip/empty/", b"", 0),
    ];
    let found = all.map(|(path, bytes, modified)| Found {
        path: path.to_owned(),
        size: bytes.len() as u64,
        modified,
    });
    let mut plan = Plan::new(&found).unwrap();
    let slots: Vec<_> = plan.slots().collect();
    let mut sums = Sums::new(slots.iter().map(|slot| slot.size).collect());
    slots.iter().for_each(|slot| sums.take(all[slot.found].1));
    plan.set_sums(&sums.finish().unwrap());
    let parts = plan.parts(&(0..plan.size())).into_iter();
    let bytes = parts.flat_map(|part| match part {
        Part::Made(bytes) => bytes,
        Part::File { found, .. } => all[found].1.to_vec(),
    });
    let found = all.map(|(path, bytes, modified)| {
        Object(vec![
            ("pathText", text(path)),
            ("bytes", hex(bytes)),
            ("modified", Number(modified)),
        ])
    });
    List(vec![Object(vec![
        ("found", List(found.to_vec())),
        ("files", Number(plan.files().into())),
        ("modified", Number(plan.modified())),
        ("zip", hex(&bytes.collect::<Vec<u8>>())),
    ])])
}
