//! The derivations of ids, and of what is shown at them: where people are found.

use super::recorded::{Json, hex, text};
use super::shared::{ANN, ANNS_ADDRESS, BOBS_ADDRESS, DAY, NOW, ROOT, SLOT, rising};
use crate::calendar;
use crate::crypto::{
    discovery_uuid, offer_label, open_transport, rendezvous_namespace, rendezvous_secret,
    seal_transport,
};
use crate::encoding::unb64_vec;
use crate::ids::{self, Namespace};
use crate::introductions::invite_code;
use crate::rendezvous::plan;
use Json::{List, Number, Object};

pub(super) fn namespaces() -> Json {
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

pub(super) fn router_ids() -> Json {
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

pub(super) fn discovery_ids() -> Json {
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

pub(super) fn sealed_transports() -> Json {
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

pub(super) fn offer_tags() -> Json {
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

pub(super) fn meeting_points() -> Json {
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

pub(super) fn slots() -> Json {
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

pub(super) fn invites() -> Json {
    let (secret, until) = ([9; 32], 1_795_420_800_000);
    let uuid = ids::transport_uuid(ANNS_ADDRESS).unwrap();
    let code = invite_code::write(ANNS_ADDRESS, &secret, until, None);
    List(vec![Object(vec![
        ("idText", text(ANNS_ADDRESS)),
        ("uuid", hex(uuid.as_bytes())),
        ("secret", hex(&secret)),
        ("unixSeconds", Number(until / 1_000)),
        ("codeText", text(code.unwrap())),
    ])])
}
