//! A beacon that gives no good answer: the person is told why, everybody stays, and it recovers.

use super::{
    BeaconReply, assert_all_under_current_root, assert_never_public, good,
    pass_to_middle_of_next_slot, people, roots, signed, status, trouble,
};
use crate::world::{ANN, BOB, MINUTE};
use mesh_chat::node::{BeaconAnswer, BeaconFailure};
use mesh_chat::view::BeaconTrouble;

/// For 25 minutes the beacon answers `bad`, which is shown as `shown`; then it is good again.
fn is_shown_and_waited_for(bad: fn(u64) -> BeaconReply, shown: BeaconTrouble) {
    let mut world = people(&["Ann", "Bob"]);
    let before = roots(&world, ANN);
    world.beacon_answers(bad);
    world.pass(25 * MINUTE);
    for device in [ANN, BOB] {
        assert_eq!(trouble(&world, device), Some(shown));
        assert!(status(&world, device).retry_at.is_some());
        assert_eq!(roots(&world, device), before, "stays");
    }
    world.person(ANN, "Bob");
    let requests = world.beacon_requests().iter();
    let anns = requests.filter(|device| **device == ANN);
    assert!(anns.count() < 20, "it backs off");
    world.beacon_answers(good);
    for _ in 0..12 * 60 {
        world.pass(1_000);
        world.person(ANN, "Bob");
        world.person(BOB, "Ann");
    }
    for device in [ANN, BOB] {
        assert_eq!(trouble(&world, device), None);
    }
    pass_to_middle_of_next_slot(&mut world);
    assert_all_under_current_root(&world);
    assert_never_public(&world);
}

#[test]
fn a_beacon_that_is_down_is_shown_and_waited_for() {
    is_shown_and_waited_for(
        |_| Err(BeaconFailure::Unreachable),
        BeaconTrouble::Unreachable,
    );
}

#[test]
fn a_beacon_that_refuses_is_shown_and_waited_for() {
    is_shown_and_waited_for(
        |_| Err(BeaconFailure::Status(403)),
        BeaconTrouble::Refused { status: 403 },
    );
}

#[test]
fn a_beacon_that_redirects_is_shown_and_waited_for() {
    is_shown_and_waited_for(
        |_| Err(BeaconFailure::Redirected),
        BeaconTrouble::Redirected,
    );
}

#[test]
fn success_from_something_that_is_no_beacon_is_shown_and_waited_for() {
    is_shown_and_waited_for(
        |_| Err(BeaconFailure::Status(200)),
        BeaconTrouble::Malformed,
    );
}

#[test]
fn a_beacon_that_withholds_its_answer_is_shown_and_waited_for() {
    is_shown_and_waited_for(|_| Ok(BeaconAnswer::default()), BeaconTrouble::Withheld);
}

#[test]
fn a_signature_by_another_key_is_shown_and_not_believed() {
    is_shown_and_waited_for(|unix| Ok(signed(unix, 2)), BeaconTrouble::OtherKey);
}

#[test]
fn an_old_slot_is_shown_and_not_believed() {
    let old = |unix| {
        Ok(BeaconAnswer {
            date: Some(unix),
            ..signed(unix - 20 * MINUTE, 1)
        })
    };
    is_shown_and_waited_for(old, BeaconTrouble::OldSlot);
}

#[test]
fn a_clock_that_differs_from_the_beacons_is_shown() {
    is_shown_and_waited_for(
        |unix| Ok(signed(unix + 20 * MINUTE, 1)),
        BeaconTrouble::Clock,
    );
}

#[test]
fn a_malformed_answer_is_shown_and_not_believed() {
    let malformed = |_| {
        Ok(BeaconAnswer {
            current: Some("v=1; <html>".repeat(1_000)),
            ..BeaconAnswer::default()
        })
    };
    is_shown_and_waited_for(malformed, BeaconTrouble::Malformed);
}
