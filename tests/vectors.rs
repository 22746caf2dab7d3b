//! Literal vectors of every derivation, as in PROTOCOL.md.

use mesh_chat::beacon::{self, Audience, Pin, Response, Slots};
use mesh_chat::crypto::{
    self, Identity, discovery_uuid, hmac, open_transport, rendezvous_namespace, rendezvous_secret,
    safety_number, seal_transport, session_keys, signature_input, transcript,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the bytes 0, 1, 2, …
fn rising<const N: usize>() -> [u8; N] {
    let mut next = 0..=u8::MAX;
    [(); N].map(|()| next.next().unwrap_or_default())
}

#[test]
fn rendezvous() {
    assert_eq!(
        rendezvous_namespace(&rising(), "UTC-2026-11-23-07-4"),
        "rendezvous-2adceef8fff401a0156a6d6b566cfb70aa1d538ca0f2f3b4b5b4ed9ba3eff65d"
    );
}

#[test]
fn rendezvous_secret_of_a_pair() {
    assert_eq!(
        hex(&rendezvous_secret(&rising())),
        "bbbb314fe116dcb59943cd5a0c33876d93420587eb5c150f1809418eb8110c1a"
    );
}

#[test]
fn an_offer_shows_a_secret() {
    let (from, to) = (
        "myapp-07070707-0707-4707-8707-070707070707",
        "myapp-08080808-0808-4808-8808-080808080808",
    );
    assert_eq!(
        crypto::offer_label(&rising(), from, to, [5; 16]),
        "BQUFBQUFBQUFBQUFBQUFBTgU_8e3CghmuLFlsxDva0Vs00qYQ80AZu89mb2soOnr"
    );
}

#[test]
fn safety_number_of_two_keys_in_either_order() {
    let key = |byte| Identity::from_bytes(&[byte; 32]).unwrap().public();
    let number = "699941167678340428981196589845528766292505895616660351424836";
    assert_eq!(safety_number(key(1), key(2)), number);
    assert_eq!(safety_number(key(2), key(1)), number);
}

#[test]
fn discovery() {
    for (number, expected) in [
        (0, "169582a6-a3be-80b2-a9c8-cc212e987f4c"),
        (3, "807cdcf4-a87b-8b98-b18c-7c110a8692a3"),
    ] {
        let uuid = discovery_uuid(&rising(), "203-0-113-7", "2026-11-23", number);
        assert_eq!(uuid.to_string(), expected);
    }
}

#[test]
fn handshake() {
    let th = transcript(b"hello a", b"hello b", &[0xAA; 32], &[0xBB; 32]);
    assert_eq!(
        hex(&th),
        "d81c30e0da69c28d949cdeb1267a9999619493a5f926d0704cd0a60475200ec6"
    );
    let keys = session_keys(&th, &rising());
    assert_eq!(
        hex(&keys.initiator_mac),
        "6434357845d101345ae17788969f6b6f8f428c31768a09c77bf446a998be19ee"
    );
    assert_eq!(
        hex(&keys.responder_mac),
        "8066264f54074b311d98b9eec942cac7fa1ea5df47c1beaf2eaa6ac6e6f2bfa1"
    );
    assert_eq!(
        hex(&keys.pair_secret),
        "4a6299d026df8e226bb52cbf6e343d0ada0e5fe6fbddaac8466898d07ff7ec32"
    );
    assert_eq!(
        hex(&keys.call_back),
        "fa81250f9c7e5ec78a1dcb76d903ade22f6163315bb4efff8cd395c3eb13e048"
    );
}

#[test]
fn signature() {
    let own = Identity::from_bytes(&[1; 32]).unwrap();
    let other = Identity::from_bytes(&[2; 32]).unwrap().public();
    assert_eq!(
        hex(&own.public().to_bytes()),
        "026ff03b949241ce1dadd43519e6960e0a85b41a69a05c328103aa2bce1594ca16"
    );
    let input = signature_input("meshchat/1 confirm", &[3; 32], own.public(), Some(other));
    assert_eq!(
        hex(&input),
        "6d657368636861742f3120636f6e6669726d0303030303030303030303030303030303030303030303030303030303030303026ff03b949241ce1dadd43519e6960e0a85b41a69a05c328103aa2bce1594ca1602550f471003f3df97c3df506ac797f6721fb1a1fb7b8f6f83d224498a65c88e24"
    );
    let signature = own.sign(&input);
    assert_eq!(
        hex(&signature),
        "0aab589dc69ce115c79ee9ef9afd3289ac861cec15fed2c7a6b6c73c315094736cc26e8a09993a3778ea77b51230e6900f23e1da96b20ba99e7d7ee48d8e6aec"
    );
    assert!(own.public().verifies(&input, &signature));
}

#[test]
fn a_signature_with_high_s_is_refused() {
    // n - s is the other valid s of the same signature.
    const N: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ];
    let own = Identity::from_bytes(&[1; 32]).unwrap();
    let mut signature = own.sign(b"x");
    assert!(own.public().verifies(b"x", &signature));
    let mut borrow = 0_i16;
    for i in (0..32).rev() {
        let digit = i16::from(N[i]) - i16::from(signature[32 + i]) - borrow;
        borrow = i16::from(digit < 0);
        signature[32 + i] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    assert!(!own.public().verifies(b"x", &signature));
}

#[test]
fn hint() {
    let tag = hmac(
        &rising::<32>(),
        &[
            b"meshchat/1 hint initiator",
            &[0xAA; 32],
            &[0xBB; 32],
            &[5; 32],
        ],
    );
    assert_eq!(
        hex(&tag),
        "1ea971b919e6fc516e5e3697ba9899a20bdec992b4be1d9b81f0b0f4953e1fac"
    );
}

#[test]
fn crossed() {
    let tag = hmac(&rising::<32>(), &[b"meshchat/1 crossed", &[3; 32]]);
    assert_eq!(
        hex(&tag),
        "cb61e28372930d86a638db117a7f6c2ab5a518ead60786f07a236236c2105676"
    );
}

#[test]
fn a_key_is_read_in_its_compressed_form_only() {
    let key = Identity::from_bytes(&[1; 32]).unwrap().public().to_bytes();
    for (tag, is_read) in [(2, true), (3, true), (4, false), (5, false), (0, false)] {
        let mut bytes = key;
        bytes[0] = tag;
        assert_eq!(
            crypto::PublicKey::from_bytes(&bytes).is_some(),
            is_read,
            "{tag}"
        );
    }
}

#[test]
fn sealed_transport_id() {
    let id = "myapp-203-0-113-7-11111111-1111-8111-9111-111111111111";
    let transport = "myapp-22222222-2222-4222-8222-222222222222";
    let sealed = seal_transport(&rising(), id, transport, [7; 12]).unwrap();
    assert_eq!(
        sealed,
        "BwcHBwcHBwcHBwcH5U3sCdmKoq7CItjZRIrqdshxf6uuOowcRWr2ADD3SfX6AxTOsMEOLoy-yHevEW5GkU8wbTNLddXLeQ"
    );
    assert_eq!(
        open_transport(&rising(), id, &sealed).as_deref(),
        Some(transport)
    );
    assert_eq!(open_transport(&[9; 16], id, &sealed), None);
    assert_eq!(
        crypto::open_transport(&rising(), "another entry", &sealed),
        None
    );
}

/// Made by a second implementation: Python, with its own arithmetic of the curve and RFC 6979, held
/// against the package `cryptography`.
const BEACON: [(u8, &str, &str, &str, &str); 5] = [
    (
        1,
        "https://beacon.example.org",
        "UTC-2026-11-23-07-4",
        "v=1; kid=dbdb99c64b3d511f; slot=UTC-2026-11-23-07-4; sig=hDPacZhg3QX3wCdpFNnSymzrijQnUzrimQzvBCykMQZIDRiVQ56wfYa05oxd31pLZ2lXEhdXunVzCJjvkZS2zg",
        "sig41128019959f3574",
    ),
    (
        1,
        "https://beacon.example.org",
        "UTC-2026-11-23-07-5",
        "v=1; kid=dbdb99c64b3d511f; slot=UTC-2026-11-23-07-5; sig=ZH3iv4s_sMSPLeKMwIPxoNrWFKfyGLcI8qi72j2PO6IECm5ceD37_wms5Wcqc_Hj97Itd1OUFdiqo0PBCDdeiQ",
        "sige487c6faace04cfc",
    ),
    (
        1,
        "https://beacon.example.org",
        "UTC-2026-11-23-08-0",
        "v=1; kid=dbdb99c64b3d511f; slot=UTC-2026-11-23-08-0; sig=jim0LBCNmnvk7w8-889cYuHQu8JMjKGIar6Uvgf5lhNRSZmxpnVHqAO27vX-RlIOZS7uP_uqvEBpg_Z84sBOLA",
        "sig5890597dc55020c3",
    ),
    (
        1,
        "http://127.0.0.1:8080",
        "UTC-2026-11-23-07-4",
        "v=1; kid=dbdb99c64b3d511f; slot=UTC-2026-11-23-07-4; sig=_NuqrCphlkzC8Zx5ENRul5xxJ-p5ipn_bsDpYSn3yhgG7uqu1wruvgI6MMKw5USpwUGz4XhpSTdrWSSj32f9-g",
        "sig067ae55cd9ae34be",
    ),
    (
        2,
        "https://beacon.example.org",
        "UTC-2026-11-23-07-4",
        "v=1; kid=bbb47e396351524a; slot=UTC-2026-11-23-07-4; sig=SX4IyhoCy4EXs7UR3Sk21ISzLAALhZXsQm3hmHmdDCx0cQl7aFuQMD2BJuq-ONohWV_BrsQKaAujxkR7B7OEbg",
        "sigf88beb729901fdc8",
    ),
];

/// The number of the slot 2026-11-23 07:40.
const BEACON_SLOT: u64 = 2_992_366;

#[test]
fn beacon_headers_and_roots() {
    for (key, url, slot, header, root) in BEACON {
        let identity = Identity::from_bytes(&[key; 32]).unwrap();
        let audience = Audience::of(url).unwrap();
        assert_eq!(beacon::header(&identity, &audience, slot), header);
        let pin = Pin::new(url, &identity.public().encode()).unwrap();
        let number = (BEACON_SLOT..).find(|n| Slots::STANDARD.name(*n) == slot);
        let start = Slots::STANDARD.start(number.unwrap());
        let response = Response {
            current: Some(header),
            ..Response::default()
        };
        let answer = pin.read(response, start).unwrap();
        assert_eq!(answer.current.root, root);
        assert_eq!(answer.current.from, start);
    }
}

#[test]
fn beacon_signing_input_and_public_key() {
    let audience = Audience::of("https://beacon.example.org").unwrap();
    assert_eq!(
        hex(&beacon::signing_input(&audience, "UTC-2026-11-23-07-4")),
        "6d657368636861742f3120626561636f6e0000001a68747470733a2f2f626561636f6e2e6578616d706c652e6f72675554432d323032362d31312d32332d30372d34"
    );
    let key = Identity::from_bytes(&[1; 32]).unwrap().public();
    assert_eq!(key.encode(), "Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW");
    assert_eq!(beacon::key_id(key), "dbdb99c64b3d511f");
}
