//! How much may be said on a connection of a namespace, and how little a router repeats.

use super::{End, peer_at_router, router_at_peer, router_at_router};
use crate::ids::Namespace;
use crate::io::Output;
use crate::limits::{
    CHANGES_BURST, CHECKIN_BURST, CHECKIN_EVERY, COLLECT, LATER_CHANGES_BURST, LATER_PARTS,
    SIGN_BURST, SIGN_EVERY, UPDATE_BURST,
};
use crate::misbehaviour::Misbehaviour;
use crate::test_context::wait;
use crate::wire::{Entry, RegistryChange, RegistryPart, RouterFrame};
use std::time::Duration;
use uuid::Uuid;

/// A frame, made anew for each time that it is said.
type Says = fn(&End) -> RouterFrame;

/// Says something as often as is allowed at once, once more after `every`, and then too soon.
fn too_often(mut end: End, frame: Says, burst: u32, every: Duration) -> Misbehaviour {
    for said in 0..burst {
        let frame = frame(&end);
        assert_eq!(end.hears(&frame), Ok(()), "{said}");
    }
    wait(&mut end.ctx, every);
    let frame = frame(&end);
    assert_eq!(end.hears(&frame), Ok(()), "after a while");
    let how = end.hears(&frame).unwrap_err();
    assert!(end.is_closed());
    how
}

fn checkin(end: &End) -> RouterFrame {
    let entry = end.checkin();
    RouterFrame::Checkin { entry }
}

fn update(_: &End) -> RouterFrame {
    let change = RegistryChange {
        epoch: 1,
        seq: 2,
        joined: Vec::new(),
        left: Vec::new(),
    };
    RouterFrame::Update { change }
}

fn registry(seq: u64) -> RouterFrame {
    let part = super::empty_part(seq);
    RouterFrame::Registry { part }
}

#[test]
fn a_peer_that_checks_in_faster_than_anybody_needs_is_not_heard_any_longer() {
    let how = too_often(peer_at_router(), checkin, CHECKIN_BURST, CHECKIN_EVERY);
    assert_eq!(how, Misbehaviour::TooManyCheckins);
}

#[test]
fn nobody_pings_faster_than_once_a_second_for_long() {
    for end in [peer_at_router, router_at_peer, router_at_router] {
        for sign in [|_: &End| RouterFrame::Ping, |_: &End| RouterFrame::Pong] {
            let how = too_often(end(), sign, SIGN_BURST, SIGN_EVERY);
            assert_eq!(how, Misbehaviour::TooManySigns);
        }
    }
}

#[test]
fn an_answer_that_was_asked_for_is_never_one_too_many() {
    for end in [peer_at_router, router_at_peer, router_at_router] {
        let mut end = end();
        for asked in 0..3 * SIGN_BURST {
            end.member.probe(&mut end.ctx);
            assert_eq!(end.hears(&RouterFrame::Pong), Ok(()), "{asked}");
        }
        let how = too_often(end, |_| RouterFrame::Pong, SIGN_BURST, SIGN_EVERY);
        assert_eq!(how, Misbehaviour::TooManySigns);
    }
}

#[test]
fn nobody_tells_of_changes_faster_than_they_can_be_collected() {
    for end in [router_at_peer, router_at_router] {
        let how = too_often(end(), update, UPDATE_BURST, Duration::from_millis(50));
        assert_eq!(how, Misbehaviour::TooManyUpdates);
    }
}

/// So many people whose names change each time.
fn renamed(round: u64, people: u32) -> Vec<Entry> {
    let namespace = Namespace::of_address("myapp", "203.0.113.7".parse().unwrap());
    let entry = |n: u32| Entry {
        discovery_id: namespace.discovery_id(Uuid::from_u128(n.into())),
        friendlyname: format!("Name {round}"),
        last_seen: 0,
        sealed_transport: None,
        relayed: None,
        router: None,
    };
    (0..people).map(entry).collect()
}

/// Tells of as many new names at once as a router may, and of one too many.
fn renames_too_many(mut end: End, most: u32) {
    assert_eq!(end.hears(&registry(1)), Ok(()));
    let tells = |end: &mut End, seq: u64, people: u32| {
        let change = RegistryChange {
            epoch: 1,
            seq,
            joined: renamed(seq, people),
            left: Vec::new(),
        };
        end.hears(&RouterFrame::Update { change })
    };
    const AT_ONCE: u32 = 128;
    for seq in 0..most / AT_ONCE {
        assert_eq!(tells(&mut end, (2 + seq).into(), AT_ONCE), Ok(()));
    }
    let heard = tells(&mut end, 1_000_000, 1);
    assert_eq!(heard, Err(Misbehaviour::TooManyChanges));
    assert!(end.is_closed());
}

#[test]
fn a_later_router_tells_of_no_more_changes_than_its_own_people_make() {
    renames_too_many(router_at_router(), LATER_CHANGES_BURST);
}

#[test]
fn no_router_tells_of_more_changes_than_a_namespace_makes() {
    renames_too_many(router_at_peer(), CHANGES_BURST);
}

#[test]
fn a_later_router_has_no_registry_of_a_whole_namespace() {
    let part = RegistryPart {
        parts: LATER_PARTS + 1,
        ..super::empty_part(1)
    };
    let frame = RouterFrame::Registry { part };
    let heard = router_at_router().hears(&frame);
    assert_eq!(heard, Err(Misbehaviour::RegistryTooLarge));
    assert_eq!(router_at_peer().hears(&frame), Ok(()));
}

#[test]
fn a_router_that_wants_the_whole_registry_of_another_without_end_is_left() {
    let how = too_often(
        router_at_router(),
        |_| RouterFrame::Recheckin,
        CHECKIN_BURST,
        CHECKIN_EVERY,
    );
    assert_eq!(how, Misbehaviour::TooManyCheckins);
}

#[test]
fn a_registry_that_was_not_asked_for_ends_the_connection() {
    for end in [router_at_peer, router_at_router] {
        let mut end = end();
        assert_eq!(end.hears(&registry(1)), Ok(()));
        let heard = end.hears(&registry(2));
        assert_eq!(heard, Err(Misbehaviour::RegistryUnasked));
        assert!(end.is_closed());
    }
}

#[test]
fn a_router_that_asks_for_check_ins_without_end_is_left() {
    let mut end = router_at_peer();
    let heard = std::iter::repeat_with(|| end.hears(&RouterFrame::Recheckin));
    let heard: Vec<_> = heard.take(4).collect();
    let endless = Err(Misbehaviour::AskedWithoutEnd);
    assert_eq!(heard, [Ok(()), Ok(()), Ok(()), endless]);
}

/// Lets the deadlines be looked at, and returns what is sent to the other end.
fn told(end: &mut End) -> Vec<String> {
    end.member.timeout(&mut end.ctx);
    let outputs = std::iter::from_fn(|| end.ctx.poll());
    let mut sent = Vec::new();
    for output in outputs {
        if let Output::Transmit(link, text) = output
            && link == end.link
        {
            sent.push(text);
        }
    }
    sent
}

fn is(kind: &str, text: &str) -> bool {
    text.starts_with(&format!(r#"{{"type":"{kind}""#))
}

#[test]
fn only_the_first_check_in_and_a_call_for_it_are_answered_with_the_registry() {
    let mut end = peer_at_router();
    let says = checkin(&end);
    assert_eq!(end.hears(&says), Ok(()));
    let answer = told(&mut end);
    assert!(answer.iter().any(|text| is("registry", text)), "{answer:?}");
    wait(&mut end.ctx, COLLECT);
    assert_eq!(end.hears(&says), Ok(()));
    assert_eq!(told(&mut end), [""; 0], "nothing new");
    let entry = Entry {
        friendlyname: "Robert".into(),
        ..end.checkin()
    };
    assert_eq!(end.hears(&RouterFrame::Checkin { entry }), Ok(()));
    let answer = told(&mut end);
    assert!(answer.len() == 1 && is("update", &answer[0]), "{answer:?}");
    wait(&mut end.ctx, COLLECT);
    assert_eq!(end.hears(&RouterFrame::Recheckin), Ok(()));
    let answer = told(&mut end);
    assert!(
        answer.len() == 1 && is("registry", &answer[0]),
        "{answer:?}"
    );
}

#[test]
fn changes_within_a_moment_are_told_in_one_update() {
    let mut end = peer_at_router();
    let says = checkin(&end);
    assert_eq!(end.hears(&says), Ok(()));
    told(&mut end);
    let rename = |end: &mut End, name: &str| {
        let entry = Entry {
            friendlyname: name.into(),
            ..end.checkin()
        };
        assert_eq!(end.hears(&RouterFrame::Checkin { entry }), Ok(()));
    };
    rename(&mut end, "One");
    assert_eq!(told(&mut end), [""; 0], "something was told a moment ago");
    let at = end.member.tells_at();
    assert_eq!(at, Some(end.ctx.now.mono + COLLECT));
    wait(&mut end.ctx, COLLECT / 2);
    rename(&mut end, "Two");
    assert_eq!(end.member.tells_at(), at, "it is not put off");
    wait(&mut end.ctx, COLLECT / 2);
    let told_now = told(&mut end);
    assert!(
        told_now.len() == 1 && told_now[0].contains("Two"),
        "{told_now:?}"
    );
    assert_eq!(end.member.tells_at(), None);
}
