//! Attempts beside each other: when they begin, which one stays, and what is said where none opens.

use super::connections::{pair, says};
use super::world::{CANDIDATE, STRANGER, World, sdp};
use crate::endpoint::{Input, RtcCommand, RtcId, RtcInput};
use crate::event::{Closed, ConnId, Event};
use crate::frame;
use crate::limits::{DIAL_WITHIN, HEAD_START, HEAD_START_WITHIN, RACE_AFTER, RACE_AGAIN_AFTER};
use std::time::Duration;

const DIALLED: ConnId = ConnId::Dialled(0);
const FAR: &str = "candidate:0 1 udp 1 198.51.100.9 9 typ srflx raddr 0.0.0.0 rport 0";
const MOMENT: Duration = Duration::from_millis(1);

/// A dial that is answered, and of whose attempts these find a way.
fn dialled(passes: fn(u8) -> bool) -> World {
    let mut world = pair();
    world.passes = passes;
    world.dial_racing("a", "b");
    world.take_events(1);
    world
}

/// How many attempts the dialling end has made.
fn attempts(world: &World) -> usize {
    let is_offer = |(_, command): &&(_, RtcCommand)| matches!(command, RtcCommand::Offer { .. });
    world.rtc.iter().filter(is_offer).count()
}

/// The attempts that the dialling end has closed.
fn closed(world: &World) -> Vec<u8> {
    let of_a = world.rtc.iter().filter(|((who, _), _)| *who == 0);
    let closed = of_a.filter(|(_, command)| *command == RtcCommand::Close);
    closed.map(|((_, id), _)| id.attempt).collect()
}

fn opened(events: &[Event]) -> bool {
    matches!(events, [Event::Open { conn: DIALLED, .. }])
}

#[test]
fn who_is_reached_at_once_is_dialled_once() {
    let mut world = dialled(|_| true);
    assert!(opened(&world.take_events(0)));
    world.pass(DIAL_WITHIN);
    assert_eq!((attempts(&world), closed(&world)), (1, vec![]));
}

#[test]
fn a_second_attempt_begins_beside_the_first_and_a_third_beside_both() {
    let mut world = dialled(|_| false);
    world.pass(RACE_AFTER - MOMENT);
    assert_eq!(attempts(&world), 1);
    world.pass(MOMENT);
    assert_eq!(attempts(&world), 2);
    world.pass(RACE_AGAIN_AFTER - MOMENT);
    assert_eq!(attempts(&world), 2);
    world.pass(MOMENT);
    assert_eq!(attempts(&world), 3);
    world.pass(DIAL_WITHIN / 2);
    assert_eq!((attempts(&world), closed(&world)), (3, vec![]));
    assert_eq!(world.take_events(0), []);
    let labels = world.rtc.iter().filter_map(|(_, command)| match command {
        RtcCommand::Offer { label } => Some(label.as_str()),
        RtcCommand::Answer(_)
        | RtcCommand::Accept(_)
        | RtcCommand::Candidate(_)
        | RtcCommand::Send(_)
        | RtcCommand::Close => None,
    });
    assert_eq!(labels.collect::<Vec<_>>(), ["first", "second", "third"]);
}

#[test]
fn the_first_that_opens_is_the_connection_and_the_others_are_closed() {
    let mut world = dialled(|attempt| attempt == 1);
    world.pass(RACE_AFTER);
    assert!(opened(&world.take_events(0)));
    assert_eq!(closed(&world), [0]);
    world.take_events(1);
    world.input(0, Input::Send(DIALLED, "hello".into()));
    let heard = Event::Frame(ConnId::Accepted(1), b"hello".to_vec());
    assert_eq!(world.take_events(1), [heard]);
    world.pass(DIAL_WITHIN);
    assert_eq!(attempts(&world), 2, "no third one");
    assert_eq!(world.take_events(0), []);
}

#[test]
fn an_attempt_that_opens_second_is_closed_unheard() {
    let mut world = dialled(|_| false);
    world.pass(RACE_AFTER);
    let open = |attempt: u8| {
        let id = RtcId {
            conn: DIALLED,
            attempt,
        };
        let open = super::world::open(&sdp(0, "actpass"), &sdp(1, "active"));
        Input::Rtc(id, open)
    };
    world.input(0, open(0));
    assert!(opened(&world.take_events(0)));
    assert_eq!(closed(&world), [1]);
    world.input(0, open(1));
    assert_eq!(world.take_events(0), []);
}

#[test]
fn where_no_way_is_found_that_is_said_within_the_time_of_a_dial() {
    let mut world = dialled(|_| false);
    world.pass(DIAL_WITHIN - MOMENT);
    assert_eq!(world.take_events(0), []);
    world.pass(MOMENT);
    let no_path = [Event::Closed(DIALLED, Closed::NoPath)];
    assert_eq!(world.take_events(0), no_path, "once");
    assert_eq!(closed(&world), [0, 1, 2]);
}

#[test]
fn nobody_who_does_not_answer_is_dialled_a_second_time() {
    let mut world = pair();
    world.cut(1);
    world.dial_racing("a", "b");
    world.pass(DIAL_WITHIN);
    let unreachable = [Event::Closed(DIALLED, Closed::Unreachable)];
    assert_eq!(world.take_events(0), unreachable);
    assert_eq!(attempts(&world), 1);
}

#[test]
fn a_second_attempt_without_an_answer_is_the_last() {
    let mut world = dialled(|_| false);
    world.cut(1);
    world.pass(DIAL_WITHIN);
    assert_eq!(attempts(&world), 2);
    let no_path = [Event::Closed(DIALLED, Closed::NoPath)];
    assert_eq!(world.take_events(0), no_path, "the first was answered");
}

#[test]
fn an_attempt_that_fails_makes_the_next_one_begin_at_once() {
    let mut world = dialled(|attempt| attempt == 1);
    world.input(0, Input::Rtc(DIALLED.into(), RtcInput::Closed));
    assert_eq!(attempts(&world), 2);
    assert!(opened(&world.take_events(0)));
}

#[test]
fn a_close_ends_every_attempt() {
    let mut world = dialled(|_| false);
    world.pass(RACE_AFTER + RACE_AGAIN_AFTER);
    world.input(0, Input::Close(DIALLED));
    assert_eq!(closed(&world), [0, 1, 2]);
    world.pass(DIAL_WITHIN);
    assert_eq!(world.take_events(0), []);
}

/// A dial of which this attempt has just been answered. Nobody is at the other end.
fn answered(attempt: u8) -> World {
    let mut world = pair();
    world.cut(1);
    world.dial_racing("a", "b");
    for (number, label) in (0..=attempt).zip(["first", "second", "third"]) {
        let answer = frame::answer("a", label, &sdp(STRANGER, "active"));
        world.rtc.clear();
        world.transmitted.clear();
        says(&mut world, 0, "b", &answer);
        if number < attempt {
            world.pass(if number == 0 {
                RACE_AFTER
            } else {
                RACE_AGAIN_AFTER
            });
        }
    }
    world
}

/// Whether the other end was told of an address.
fn told(world: &World) -> bool {
    let is_candidate = |(_, text): &(usize, String)| text.contains("\"CANDIDATE\"");
    world.transmitted.iter().any(is_candidate)
}

/// How many addresses of the other end the browser was given.
fn used(world: &World) -> usize {
    let is_candidate =
        |(_, command): &&(_, RtcCommand)| matches!(command, RtcCommand::Candidate(_));
    world.rtc.iter().filter(is_candidate).count()
}

#[test]
fn in_the_second_attempt_the_other_end_hears_where_we_are_after_our_packets_have_set_out() {
    let mut world = answered(1);
    says(
        &mut world,
        0,
        "b",
        &frame::candidate("a", "second", "0", CANDIDATE),
    );
    world.pass(HEAD_START);
    assert_eq!(
        (used(&world), told(&world)),
        (1, false),
        "within its own home"
    );
    says(
        &mut world,
        0,
        "b",
        &frame::candidate("a", "second", "0", FAR),
    );
    world.pass(HEAD_START - MOMENT);
    assert_eq!((used(&world), told(&world)), (2, false));
    world.pass(MOMENT);
    assert!(told(&world));
}

#[test]
fn in_the_third_attempt_our_packets_set_out_after_theirs() {
    let mut world = answered(2);
    let far = RtcInput::Candidate(FAR.into());
    let third = RtcId {
        conn: DIALLED,
        attempt: 2,
    };
    world.input(0, Input::Rtc(third, far));
    assert!(told(&world));
    says(
        &mut world,
        0,
        "b",
        &frame::candidate("a", "third", "0", FAR),
    );
    world.pass(HEAD_START - MOMENT);
    assert_eq!(used(&world), 0);
    world.pass(MOMENT);
    assert_eq!(used(&world), 1);
    says(
        &mut world,
        0,
        "b",
        &frame::candidate("a", "third", "0", CANDIDATE),
    );
    assert_eq!(used(&world), 2, "from now on at once");
}

#[test]
fn where_no_address_beyond_the_home_comes_the_order_does_not_hold_up_anything() {
    let mut world = answered(1);
    world.pass(HEAD_START_WITHIN - MOMENT);
    assert!(!told(&world));
    world.pass(MOMENT);
    assert!(told(&world));
}
