//! Dialling, answering and closing: two endpoints at one server.
//!
//! Long because each way in which a connection can begin and end is a story of its own.

use super::server;
use super::world::{CANDIDATE, STRANGER, World, open, sdp};
use crate::endpoint::{Input, RtcCommand, RtcInput, SocketId, SocketInput};
use crate::event::{Closed, ConnId, Event, Path};
use crate::frame;
use crate::limits::{ANSWERING_MAX, CANDIDATES_MAX, DIAL_WITHIN, LINGER, MESSAGE_MAX};
use std::time::Duration;

const DIALLED: ConnId = ConnId::Dialled(0);
const ACCEPTED: ConnId = ConnId::Accepted(0);

/// `a` holds `a`, `b` holds `b`.
pub(super) fn pair() -> World {
    let mut world = World::new(&["s"]);
    for (who, id) in [(0, "a"), (1, "b")] {
        world.join(&[server("s")], Vec::new());
        world.register(who, id);
        world.take_events(who);
    }
    world
}

fn connected() -> World {
    let mut world = pair();
    world.dial(0, 0, "a", "b");
    world.take_events(0);
    world.take_events(1);
    world
}

fn closes(world: &World, who: usize, conn: ConnId) -> usize {
    world
        .rtc
        .iter()
        .filter(|entry| **entry == ((who, conn.into()), RtcCommand::Close))
        .count()
}

#[test]
fn both_ends_open_with_each_others_fingerprint() {
    let mut world = pair();
    world.dial(0, 0, "a", "b");
    let open = |conn, local: u8, remote: u8| Event::Open {
        conn,
        local_fingerprint: [local; 32],
        remote_fingerprint: [remote; 32],
        path: Path::Local,
    };
    assert_eq!(world.take_events(0), [open(DIALLED, 0, 1)]);
    let incoming = Event::Incoming {
        conn: ACCEPTED,
        local: "b".into(),
        remote: "a".into(),
        label: label(&world),
    };
    assert_eq!(world.take_events(1), [incoming, open(ACCEPTED, 1, 0)]);
    // The candidate that was there before the offer was sent has been told, too.
    let told = (
        (1, ACCEPTED.into()),
        RtcCommand::Candidate(CANDIDATE.into()),
    );
    assert!(world.rtc.contains(&told));
}

#[test]
fn messages_go_both_ways_up_to_the_limit() {
    let mut world = connected();
    let longest = "x".repeat(MESSAGE_MAX);
    world.input(0, Input::Send(DIALLED, longest.clone()));
    world.input(1, Input::Send(ACCEPTED, "{}".into()));
    assert_eq!(
        world.take_events(1),
        [Event::Frame(ACCEPTED, longest.into_bytes())]
    );
    assert_eq!(
        world.take_events(0),
        [Event::Frame(DIALLED, b"{}".to_vec())]
    );
    // A longer one ends the connection.
    world.input(
        1,
        Input::Rtc(ACCEPTED.into(), RtcInput::Data(vec![b'x'; MESSAGE_MAX + 1])),
    );
    assert_eq!(
        world.take_events(1),
        [Event::Closed(ACCEPTED, Closed::Refused)]
    );
    assert_eq!(world.take_events(0), [Event::Closed(DIALLED, Closed::Gone)]);
}

#[test]
fn a_close_arrives_after_what_was_sent_before_and_frees_both_ends() {
    let mut world = connected();
    world.input(0, Input::Send(DIALLED, "last".into()));
    world.input(0, Input::Close(DIALLED));
    let events = world.take_events(1);
    let frame = Event::Frame(ACCEPTED, b"last".to_vec());
    assert_eq!(events, [frame, Event::Closed(ACCEPTED, Closed::Gone)]);
    assert_eq!(world.take_events(0), []);
    assert_eq!(
        (closes(&world, 0, DIALLED), closes(&world, 1, ACCEPTED)),
        (1, 1)
    );
}

#[test]
fn a_message_that_cannot_be_sent_ends_the_connection_and_its_owner_hears_of_it() {
    for message in [String::new(), "x".repeat(MESSAGE_MAX + 1)] {
        let mut world = connected();
        world.input(0, Input::Send(DIALLED, message));
        let closed = Event::Closed(DIALLED, Closed::Refused);
        assert_eq!(world.take_events(0), [closed]);
        assert_eq!(closes(&world, 0, DIALLED), 1);
    }
}

#[test]
fn a_close_to_somebody_silent_is_over_after_a_while() {
    let mut world = connected();
    world.part(DIALLED);
    world.input(0, Input::Rtc(DIALLED.into(), RtcInput::Suspect));
    assert_eq!(world.take_events(0), [Event::Suspect(DIALLED)]);
    world.input(0, Input::Close(DIALLED));
    world.pass(LINGER);
    assert_eq!(closes(&world, 0, DIALLED), 1);
    assert_eq!(world.take_events(0), []);
}

#[test]
fn a_dial_to_nobody_expires_and_hurts_no_other() {
    let mut world = connected();
    world.dial(0, 1, "a", "nobody");
    world.dial(0, 2, "a", "late");
    world.seconds(3);
    // Claimed within five seconds: the queued offer reaches the newcomer.
    let late = world.join(&[server("s")], Vec::new());
    world.register(late, "late");
    assert!(
        matches!(world.take_events(0).as_slice(), [Event::Open { conn, .. }]
        if *conn == ConnId::Dialled(2))
    );
    world.seconds(3);
    let unreachable = Event::Closed(ConnId::Dialled(1), Closed::Unreachable);
    assert_eq!(world.take_events(0), [unreachable]);
    world.input(0, Input::Send(DIALLED, "still".into()));
    assert_eq!(
        world.take_events(1),
        [Event::Frame(ACCEPTED, b"still".to_vec())]
    );
}

#[test]
fn a_dial_without_an_answer_ends_after_its_time() {
    let mut world = pair();
    world.cut(1);
    world.dial(0, 0, "a", "b");
    world.pass(DIAL_WITHIN - Duration::from_millis(1));
    assert_eq!(world.take_events(0), []);
    world.pass(Duration::from_millis(1));
    assert_eq!(
        world.take_events(0),
        [Event::Closed(DIALLED, Closed::Unreachable)]
    );
    assert_eq!(closes(&world, 0, DIALLED), 1);
}

#[test]
fn a_dial_waits_for_its_id_to_be_held() {
    let mut world = pair();
    world.servers.get_mut("s").unwrap().crash();
    world.pass(Duration::ZERO);
    assert_eq!(world.take_events(0), [Event::Lost("a".into())]);
    world.dial(0, 0, "a", "b");
    assert_eq!(world.take_events(0), []);
    world.seconds(5);
    let opened = |event: &Event| matches!(event, Event::Open { .. });
    assert!(world.take_events(0).iter().any(opened));
}

#[test]
fn a_dial_from_an_id_that_is_not_ours_is_unreachable() {
    let mut world = pair();
    world.dial(0, 7, "not-mine", "b");
    let unreachable = Event::Closed(ConnId::Dialled(7), Closed::Unreachable);
    assert_eq!(world.take_events(0), [unreachable]);
}

/// Somebody who writes frames by hand, at socket 0 of its own endpoint.
pub(super) fn says(world: &mut World, to: usize, src: &str, frame: &str) {
    let mut frame: serde_json::Value = serde_json::from_str(frame).unwrap();
    frame["src"] = src.into();
    let input = SocketInput::Frame(frame.to_string());
    world.input(to, Input::Socket(SocketId(0), input));
}

fn answering() -> World {
    let mut world = pair();
    world.cut(1);
    world.dial(0, 0, "a", "b");
    world
}

pub(super) fn label(world: &World) -> String {
    let offer = world.rtc.iter().find_map(|(_, command)| {
        if let RtcCommand::Offer { label } = command {
            Some(label.clone())
        } else {
            None
        }
    });
    offer.unwrap()
}

#[test]
fn only_whom_we_dialled_can_answer_and_only_this_dial() {
    let mut world = answering();
    let (label, sdp) = (label(&world), sdp(STRANGER, "active"));
    says(&mut world, 0, "mallory", &frame::answer("a", &label, &sdp));
    says(&mut world, 0, "b", &frame::answer("a", "dc_other", &sdp));
    says(&mut world, 0, "mallory", r#"{"type":"EXPIRE","dst":"a"}"#);
    says(&mut world, 0, "mallory", r#"{"type":"LEAVE","dst":"a"}"#);
    assert!(
        !world
            .rtc
            .iter()
            .any(|(_, c)| matches!(c, RtcCommand::Accept(_)))
    );
    assert_eq!(world.take_events(0), []);
    says(&mut world, 0, "b", &frame::answer("a", &label, &sdp));
    assert!(
        world
            .rtc
            .iter()
            .any(|(_, c)| matches!(c, RtcCommand::Accept(_)))
    );
}

#[test]
fn a_bad_answer_ends_its_dial_as_refused() {
    let mut world = answering();
    let label = label(&world);
    let bad = sdp(STRANGER, "active").replace("a=setup", "a=ice-lite\r\na=setup");
    says(&mut world, 0, "b", &frame::answer("a", &label, &bad));
    assert_eq!(
        world.take_events(0),
        [Event::Closed(DIALLED, Closed::Refused)]
    );
}

#[test]
fn leave_and_expire_do_not_end_what_was_answered() {
    let mut world = connected();
    for kind in ["LEAVE", "EXPIRE"] {
        says(
            &mut world,
            0,
            "b",
            &format!(r#"{{"type":"{kind}","dst":"a"}}"#),
        );
        says(
            &mut world,
            1,
            "a",
            &format!(r#"{{"type":"{kind}","dst":"b"}}"#),
        );
    }
    assert_eq!(
        (world.take_events(0), world.take_events(1)),
        (vec![], vec![])
    );
}

#[test]
fn candidates_wait_for_their_offer_and_for_their_answer() {
    let mut world = answering();
    let label = label(&world);
    let candidate = frame::candidate("a", &label, "0", CANDIDATE);
    let expected = RtcCommand::Candidate(CANDIDATE.into());
    says(&mut world, 0, "b", &candidate);
    assert!(!world.rtc.iter().any(|(_, command)| *command == expected));
    world.rtc.clear();
    says(
        &mut world,
        0,
        "b",
        &frame::answer("a", &label, &sdp(STRANGER, "active")),
    );
    let commands: Vec<_> = world.rtc.iter().map(|(_, command)| command).collect();
    assert!(matches!(commands.as_slice(), [RtcCommand::Accept(_), c, ..] if **c == expected));

    world.rtc.clear();
    says(
        &mut world,
        0,
        "c",
        &frame::candidate("a", "dc_c", "0", CANDIDATE),
    );
    assert!(world.rtc.is_empty());
    says(
        &mut world,
        0,
        "c",
        &frame::offer("a", "dc_c", &sdp(STRANGER, "actpass")),
    );
    let commands: Vec<_> = world.rtc.iter().map(|(_, command)| command).collect();
    assert!(matches!(commands.as_slice(), [RtcCommand::Answer(_), c, ..] if **c == expected));
}

#[test]
fn candidates_are_bounded() {
    let mut world = answering();
    let label = label(&world);
    says(
        &mut world,
        0,
        "b",
        &frame::answer("a", &label, &sdp(STRANGER, "active")),
    );
    world.rtc.clear();
    for _ in 0..CANDIDATES_MAX * 2 {
        says(
            &mut world,
            0,
            "b",
            &frame::candidate("a", &label, "0", CANDIDATE),
        );
    }
    assert_eq!(world.rtc.len(), CANDIDATES_MAX);
}

#[test]
fn offers_beyond_the_bound_are_passed_over_until_others_have_ended() {
    let mut world = pair();
    for number in 0..ANSWERING_MAX * 2 {
        let offer = frame::offer("a", &format!("dc_{number}"), &sdp(STRANGER, "actpass"));
        says(&mut world, 0, "flood", &offer);
    }
    let answers = |world: &World| {
        let is_answer = |(_, command): &&(_, RtcCommand)| matches!(command, RtcCommand::Answer(_));
        world.rtc.iter().filter(is_answer).count()
    };
    let closed = |world: &mut World, reason| {
        let is_it = |event: &Event| matches!(event, Event::Closed(_, why) if *why == reason);
        world
            .take_events(0)
            .iter()
            .filter(|event| is_it(event))
            .count()
    };
    assert_eq!(answers(&world), ANSWERING_MAX);
    assert_eq!(closed(&mut world, Closed::Unreachable), ANSWERING_MAX);
    world.pass(DIAL_WITHIN);
    assert_eq!(closed(&mut world, Closed::NoPath), ANSWERING_MAX);
    says(
        &mut world,
        0,
        "b",
        &frame::offer("a", "dc_b", &sdp(STRANGER, "actpass")),
    );
    assert_eq!(answers(&world), ANSWERING_MAX + 1);
}

#[test]
fn a_second_offer_replaces_the_first_but_never_a_dial_of_ours() {
    let mut world = answering();
    let own = label(&world);
    says(
        &mut world,
        0,
        "b",
        &frame::offer("a", &own, &sdp(STRANGER, "actpass")),
    );
    assert_eq!(world.take_events(0), []);
    for _ in 0..2 {
        says(
            &mut world,
            0,
            "c",
            &frame::offer("a", "dc_c", &sdp(STRANGER, "actpass")),
        );
    }
    let events = world.take_events(0);
    assert!(
        matches!(events.as_slice(), [Event::Incoming { .. }, Event::Closed(first, Closed::Gone),
            Event::Incoming { conn, .. }] if first != conn),
        "{events:?}"
    );
}

#[test]
fn messages_before_the_opening_is_reported_are_kept_but_not_without_bound() {
    let mut world = answering();
    let label = label(&world);
    says(
        &mut world,
        0,
        "b",
        &frame::answer("a", &label, &sdp(STRANGER, "active")),
    );
    world.take_events(0);
    let mut world = answering();
    let own = self::label(&world);
    // Connecting, with nobody at the other end.
    let connect = frame::offer("a", "dc_c", &sdp(STRANGER, "actpass"));
    says(&mut world, 0, "c", &connect);
    assert_ne!(own, "dc_c");
    world.take_events(0);
    world.input(
        0,
        Input::Rtc(ACCEPTED.into(), RtcInput::Data(b"1".to_vec())),
    );
    world.input(
        0,
        Input::Rtc(ACCEPTED.into(), RtcInput::Data(b"2".to_vec())),
    );
    assert_eq!(world.take_events(0), []);
    let (local, remote) = (sdp(1, "active"), sdp(STRANGER, "actpass"));
    world.input(0, Input::Rtc(ACCEPTED.into(), open(&local, &remote)));
    let events = world.take_events(0);
    assert!(
        matches!(events.as_slice(), [Event::Open { .. }, Event::Frame(_, one), Event::Frame(_, two)]
            if one == b"1" && two == b"2"),
        "{events:?}"
    );

    says(
        &mut world,
        0,
        "d",
        &frame::offer("a", "dc_d", &sdp(STRANGER, "actpass")),
    );
    world.take_events(0);
    let conn = ConnId::Accepted(1);
    for _ in 0..65 {
        world.input(0, Input::Rtc(conn.into(), RtcInput::Data(b"x".to_vec())));
    }
    assert_eq!(world.take_events(0), [Event::Closed(conn, Closed::Refused)]);
}

#[test]
fn a_lost_socket_does_not_touch_connections() {
    let mut world = connected();
    world.servers.get_mut("s").unwrap().crash();
    world.seconds(5);
    world.take_events(1);
    world.input(0, Input::Send(DIALLED, "there".into()));
    assert_eq!(
        world.take_events(1),
        [Event::Frame(ACCEPTED, b"there".to_vec())]
    );
}

#[test]
fn the_same_seed_and_inputs_give_the_same_run() {
    let run = || {
        let mut world = connected();
        world.servers.get_mut("s").unwrap().crash();
        world.seconds(90);
        (world.opened, world.rtc, world.events)
    };
    assert_eq!(run(), run());
}
