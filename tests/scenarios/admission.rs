//! Who is answered: strangers in the same namespace at a Discovery ID, and nobody else who shows
//! nothing.

use crate::world::{ANN, AWAY, BOB, World, friends, special_friends};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use mesh_chat::view::Hidden;
use mesh_chat::view::{Asked, Presence};

/// A connection id of the stock PeerJS client, and one that has the form of a tag and is none.
const LABELS: [&str; 2] = [
    "dc_k2hrqgwkcgm",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];
const STRANGER: &str = "myapp-203-0-113-7-11111111-2222-8333-8444-555555555555";
const TRANSPORT: &str = "myapp-07070707-0707-4707-8707-070707070707";

fn discovery_id(world: &World, device: usize) -> String {
    let ids = world.held(device).into_iter();
    let mut ids = ids.filter(|id| id.starts_with("myapp-203-0-113-7-") && id.len() > 40);
    ids.next().unwrap().to_owned()
}

#[test]
fn a_caller_under_another_root_is_not_answered_and_changes_nothing() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    let (ann, bob) = (discovery_id(&world, ANN), discovery_id(&world, BOB));
    for root in ["0", "zzz", "other-myapp"] {
        let foreign = |id: &str| id.replacen("myapp", root, 1);
        assert!(
            !world.call(&foreign(&bob), &ann, LABELS[0]),
            "to Ann as Bob"
        );
        assert!(
            !world.call(&foreign(&ann), &bob, LABELS[0]),
            "to Bob as Ann"
        );
    }
    assert_eq!(world.person(ANN, "Bob").asked, Asked::Waiting);
    assert_eq!(world.requests(BOB).len(), 1);
    world.accept(BOB);
    world.contact(ANN, "Bob");
}

#[test]
fn at_a_discovery_id_a_stranger_of_the_namespace_is_answered_and_nobody_else() {
    let mut world = World::of(&["Ann", "Bob"]);
    let bob = discovery_id(&world, BOB);
    assert!(world.call(STRANGER, &bob, LABELS[0]), "a stock page too");
    for stranger in [
        STRANGER.replace("113-7", "113-8"),
        STRANGER.to_uppercase(),
        TRANSPORT.to_owned(),
        "myapp-203-0-113-7-1".to_owned(),
        "somebody".to_owned(),
    ] {
        assert!(!world.call(&stranger, &bob, LABELS[0]), "{stranger}");
    }
}

#[test]
fn at_a_transport_id_nobody_is_answered_who_does_not_show_a_secret() {
    let mut world = friends();
    for (device, other) in [(ANN, BOB), (BOB, ANN)] {
        let (at, as_contact) = (world.transport_id(device), world.transport_id(other));
        for from in [as_contact.as_str(), TRANSPORT, STRANGER] {
            for label in LABELS {
                assert!(!world.call(from, &at, label), "{from} {label}");
            }
        }
    }
}

/// Returns the code of an invite with another id in it.
fn at(code: &Hidden, id: &str) -> Hidden {
    let (scheme, content) = code.0.split_once(':').unwrap();
    let mut bytes = Base64UrlUnpadded::decode_vec(content).unwrap();
    let digits = id.strip_prefix("myapp-").unwrap().replace('-', "");
    let id = u128::from_str_radix(&digits, 16).unwrap();
    bytes[1..17].copy_from_slice(&id.to_be_bytes());
    Hidden(format!(
        "{scheme}:{}",
        Base64UrlUnpadded::encode_string(&bytes)
    ))
}

#[test]
fn whoever_has_an_invite_and_knows_the_transport_id_does_not_take_its_owner_off_it() {
    let mut world = World::of(&["Ann", "Bob"]);
    let address = world.transport_id(ANN);
    let code = world.invite(ANN);
    world.use_invite(BOB, &at(&code, &address));
    world.pass(1_000);
    let asks = !world.requests(ANN).is_empty();
    world.kill(BOB);
    if asks {
        world.accept(ANN);
        world.reject(ANN);
    }
    world.pass(1_000);
    assert_eq!(world.holder(&address), Some(ANN));
    assert!(!asks, "she is not answered there");
}

#[test]
fn at_a_meeting_point_nobody_is_answered_who_does_not_show_its_secret() {
    let mut world = special_friends();
    world.kill(BOB);
    world.pass(8_000);
    let is_point = |id: &&str| id.contains("rendezvous");
    let points = world.held(ANN).into_iter().filter(is_point);
    let points: Vec<String> = points.map(str::to_owned).collect();
    assert!(!points.is_empty());
    for point in points {
        for label in LABELS {
            assert!(!world.call(TRANSPORT, &point, label), "{label}");
        }
    }
    world.restart(BOB, AWAY);
    world.pass(30_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::Online);
}
