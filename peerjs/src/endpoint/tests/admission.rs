//! Offers and the owner's decision about them, and how far a connection may reach.

use super::connections::{label, pair, says};
use super::world::{CANDIDATE, PRODUCT, STRANGER, World, sdp};
use crate::endpoint::{Input, RtcCommand, RtcInput};
use crate::event::{Closed, ConnId, Event};
use crate::frame;
use crate::limits::{
    DECIDED_WITHIN, DIAL_WITHIN, ELSEWHERE_AFTER, LABEL_MAX, MESSAGE_MAX, OF_ONE_CALLER_MAX,
    OFFERED_MAX,
};
use crate::reach::{Near, Reach};

const DIALLED: ConnId = ConnId::Dialled(0);
const ACCEPTED: ConnId = ConnId::Accepted(0);
const FIRST: ConnId = ConnId::Accepted(0);
const FOREIGN: &str = "candidate:0 1 udp 1 198.51.100.9 9 typ srflx raddr 0.0.0.0 rport 0";
const HERE: &str = "candidate:0 1 udp 1 203.0.113.7 9 typ srflx raddr 0.0.0.0 rport 0";

/// Nobody answers before a test says so.
fn undecided() -> World {
    let mut world = pair();
    world.answers = false;
    world.transmitted.clear();
    world
}

fn near() -> Reach {
    Reach::Near(Near {
        at: "203.0.113.7".parse().unwrap(),
        own: vec!["203.0.113.7".parse().unwrap()],
        relays: false,
    })
}

fn offers(world: &mut World, from: &str, number: usize) {
    let offer = frame::offer("a", &format!("dc_{number}"), &sdp(STRANGER, "actpass"));
    says(world, 0, from, &offer);
}

fn incoming(events: &[Event]) -> usize {
    let is_incoming = |event: &&Event| matches!(event, Event::Incoming { .. });
    events.iter().filter(is_incoming).count()
}

/// What the first endpoint was told to do with candidates of the other end.
fn candidates(world: &World) -> Vec<&str> {
    let found = world.rtc.iter().filter_map(|(_, command)| {
        if let RtcCommand::Candidate(text) = command {
            Some(text.as_str())
        } else {
            None
        }
    });
    found.collect()
}

#[test]
fn nothing_is_made_and_nothing_said_before_the_owner_answers() {
    let mut world = undecided();
    let label = "x".repeat(LABEL_MAX);
    world.dial_as(0, 0, "a", "b", Some(&label));
    let told = Event::Incoming {
        conn: ACCEPTED,
        local: "b".into(),
        remote: "a".into(),
        label,
    };
    assert_eq!(world.take_events(1), [told]);
    let by_b = |world: &World| world.rtc.iter().filter(|((who, _), _)| *who == 1).count();
    let said = |world: &World| world.transmitted.iter().any(|(who, _)| *who == 1);
    assert!(by_b(&world) == 0 && !said(&world));
    let reach = Reach::Anywhere;
    world.input(
        1,
        Input::Answer {
            conn: ACCEPTED,
            reach,
        },
    );
    assert!(by_b(&world) > 0 && said(&world));
    assert!(matches!(world.take_events(0)[..], [Event::Open { .. }]));
    let told = (
        (1, ACCEPTED.into()),
        RtcCommand::Candidate(CANDIDATE.into()),
    );
    assert!(world.rtc.contains(&told), "what came meanwhile is used");
}

#[test]
fn a_refusal_makes_and_says_nothing() {
    let mut world = undecided();
    world.dial(0, 0, "a", "b");
    world.take_events(1);
    world.input(1, Input::Close(ACCEPTED));
    let reach = Reach::Anywhere;
    world.input(
        1,
        Input::Answer {
            conn: ACCEPTED,
            reach,
        },
    );
    world.pass(DIAL_WITHIN);
    assert_eq!(world.take_events(1), []);
    assert!(world.rtc.iter().all(|((who, _), _)| *who == 0));
    let heartbeat = |text: &str| text.contains("HEARTBEAT") || text.contains("echo_");
    let mut said = world.transmitted.iter().filter(|(who, _)| *who == 1);
    assert!(said.all(|(_, text)| heartbeat(text)));
    let unreachable = [Event::Closed(DIALLED, Closed::Unreachable)];
    assert_eq!(world.take_events(0), unreachable, "as if nobody were there");
}

#[test]
fn only_so_many_offers_wait_and_only_two_of_one_caller() {
    let mut world = undecided();
    for number in 0..OF_ONE_CALLER_MAX + 1 {
        offers(&mut world, "one", number);
    }
    assert_eq!(incoming(&world.take_events(0)), OF_ONE_CALLER_MAX);
    for number in 0..OFFERED_MAX * 2 {
        offers(&mut world, &format!("caller{number}"), number);
    }
    assert_eq!(
        incoming(&world.take_events(0)),
        OFFERED_MAX - OF_ONE_CALLER_MAX
    );
    world.input(0, Input::Close(FIRST));
    offers(&mut world, "one", 9);
    assert_eq!(incoming(&world.take_events(0)), 1, "there is room again");
}

#[test]
fn an_offer_that_is_not_decided_about_is_over_in_time() {
    let mut world = undecided();
    offers(&mut world, "one", 0);
    world.take_events(0);
    world.pass(DECIDED_WITHIN);
    let over = [Event::Closed(FIRST, Closed::Unreachable)];
    assert_eq!(world.take_events(0), over);
    let reach = Reach::Anywhere;
    world.input(0, Input::Answer { conn: FIRST, reach });
    assert!(world.rtc.is_empty());
}

#[test]
fn a_second_offer_replaces_one_that_waits() {
    let mut world = undecided();
    offers(&mut world, "one", 0);
    offers(&mut world, "one", 0);
    let events = world.take_events(0);
    assert!(
        matches!(
            events.as_slice(),
            [
                Event::Incoming { .. },
                Event::Closed(FIRST, Closed::Gone),
                Event::Incoming {
                    conn: ConnId::Accepted(1),
                    ..
                }
            ]
        ),
        "{events:?}"
    );
}

#[test]
fn a_dial_with_a_connection_id_that_cannot_be_one_is_unreachable() {
    let mut world = pair();
    for (number, bad) in (0..).zip(["", "a b", "ä", &"x".repeat(LABEL_MAX + 1)]) {
        let conn = world.dial_as(0, number, "a", "b", Some(bad));
        let unreachable = Event::Closed(conn, Closed::Unreachable);
        assert_eq!(world.take_events(0), [unreachable], "{bad}");
    }
}

#[test]
fn candidates_before_an_offer_wait_for_two_connections_of_one_caller() {
    let mut world = undecided();
    for number in 0..OF_ONE_CALLER_MAX + 1 {
        let candidate = frame::candidate("a", &format!("dc_{number}"), "0", CANDIDATE);
        says(&mut world, 0, "one", &candidate);
    }
    let candidate = frame::candidate("a", "dc_0", "0", CANDIDATE);
    says(&mut world, 0, "other", &candidate);
    world.answers = true;
    for number in 0..OF_ONE_CALLER_MAX + 1 {
        offers(&mut world, "one", number);
    }
    assert_eq!(candidates(&world).len(), OF_ONE_CALLER_MAX);
    offers(&mut world, "other", 0);
    assert_eq!(candidates(&world).len(), OF_ONE_CALLER_MAX + 1);
}

#[test]
fn near_a_foreign_candidate_never_reaches_the_browser() {
    let mut world = undecided();
    let inside = sdp(STRANGER, "actpass") + &format!("a={FOREIGN}\r\na={CANDIDATE}\r\n");
    says(&mut world, 0, "c", &frame::offer("a", "dc_c", &inside));
    let (conn, reach) = (FIRST, near());
    world.input(0, Input::Answer { conn, reach });
    let [(_, RtcCommand::Answer(offer)), ..] = world.rtc.as_slice() else {
        panic!("{:?}", world.rtc);
    };
    assert!(offer.contains(CANDIDATE) && !offer.contains("198.51.100.9"));
    for text in [FOREIGN, HERE] {
        says(
            &mut world,
            0,
            "c",
            &frame::candidate("a", "dc_c", "0", text),
        );
    }
    assert_eq!(candidates(&world), [HERE]);
}

#[test]
fn near_nobody_is_told_an_address_of_the_other_family() {
    let mut world = undecided();
    world.reach = near();
    world.dial(0, 0, "a", "b");
    world.transmitted.clear();
    let own = |address: &str| {
        let text = format!("candidate:0 1 udp 1 {address} 9 typ host");
        Input::Rtc(DIALLED.into(), RtcInput::Candidate(text))
    };
    for address in ["2001:db8::7", "fd00::7", "10.0.0.1", "x.local"] {
        world.input(0, own(address));
    }
    let told: String = world
        .transmitted
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    assert!(told.contains("10.0.0.1") && told.contains("x.local"));
    assert!(
        !told.contains("2001:db8") && !told.contains("fd00"),
        "{told}"
    );
}

#[test]
fn a_dial_to_somebody_elsewhere_ends_early_and_says_so() {
    let mut world = answered_near(&[FOREIGN]);
    world.pass(ELSEWHERE_AFTER);
    let elsewhere = [Event::Closed(DIALLED, Closed::Elsewhere)];
    assert_eq!(world.take_events(0), elsewhere);
}

#[test]
fn one_candidate_from_here_gives_a_dial_its_whole_time() {
    let mut world = answered_near(&[FOREIGN, HERE, FOREIGN]);
    world.pass(ELSEWHERE_AFTER);
    assert_eq!(world.take_events(0), []);
    world.pass(DIAL_WITHIN);
    let no_path = [Event::Closed(DIALLED, Closed::NoPath)];
    assert_eq!(world.take_events(0), no_path);
}

/// A dial within the network that is answered, with these candidates.
fn answered_near(candidates: &[&str]) -> World {
    let mut world = answering_near();
    let label = label(&world);
    let answer = frame::answer("a", &label, &sdp(STRANGER, "active"));
    says(&mut world, 0, "b", &answer);
    for text in candidates {
        let candidate = frame::candidate("a", &label, "0", text);
        says(&mut world, 0, "b", &candidate);
    }
    world
}

fn answering_near() -> World {
    let mut world = pair();
    world.reach = near();
    world.cut(1);
    world.dial(0, 0, "a", "b");
    world
}

#[test]
fn the_own_description_goes_out_rebuilt_and_asks_for_short_messages() {
    let mut world = pair();
    assert!(
        sdp(0, "actpass").contains(PRODUCT),
        "as the browser writes it"
    );
    world.dial(0, 0, "a", "b");
    let told = |kind: &str| {
        let mut frames = world.transmitted.iter().map(|(_, text)| text);
        frames
            .find(|text| text.contains(kind))
            .cloned()
            .unwrap_or_default()
    };
    for kind in ["OFFER", "ANSWER"] {
        let limit = format!("a=max-message-size:{MESSAGE_MAX}\\r\\n");
        assert!(told(kind).contains(&limit), "{}", told(kind));
        assert!(!told(kind).contains(PRODUCT), "{}", told(kind));
    }
}
