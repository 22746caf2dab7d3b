//! Every derivation: what goes in, and what comes out.
//!
//! Those that PROTOCOL.md shows, and all of the beacon's, were the same in a second implementation before they stood
//! here.

use super::recorded::{Json, hex, text};
use super::shared::identity;
use super::{places, proofs};
use crate::beacon::{self, Audience, Pin, Slots};
use crate::encoding::unb64;
use crate::folder::{Found, Part, Plan, Sums};
use Json::{List, Number, Object};
use sha2::{Digest, Sha256};

/// Returns all of them, by what PROTOCOL.md calls them.
pub(super) fn all() -> Json {
    Object(vec![
        ("publicKey", proofs::public_keys()),
        ("key", proofs::keys()),
        ("namespace", places::namespaces()),
        ("routerID", places::router_ids()),
        ("discoveryID", places::discovery_ids()),
        ("sealedTransport", places::sealed_transports()),
        ("offerTag", places::offer_tags()),
        ("ecdh", proofs::shared_secrets()),
        ("th", proofs::transcripts()),
        ("sessionKeys", proofs::keys_of_sessions()),
        ("proof", proofs::proofs()),
        ("signature", proofs::signatures()),
        ("hint", proofs::hints()),
        ("crossed", proofs::crossed()),
        ("safetyNumber", proofs::safety_numbers()),
        ("introduced", proofs::introduced_pairs()),
        ("rendezvous", places::meeting_points()),
        ("slot", places::slots()),
        ("invite", places::invites()),
        ("backupKey", proofs::backup_keys()),
        ("beacon", beacons()),
        ("beaconThousand", thousand_beacons()),
        ("folder", folders()),
    ])
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
        let header = beacon::header(&key, &audience, &slot);
        let (_, signature) = header.rsplit_once('=').unwrap();
        let root = beacon::root(&unb64(signature).unwrap());
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
