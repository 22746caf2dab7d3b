//! How much, how many and how long before anybody is proven.

use super::*;
use crate::limits::{REQUEST_ANSWER, UNAUTHENTICATED_BYTES};
use crate::misbehaviour::Fault;
use crate::test_context::{clear, closed, sent, wait};
use crate::view::Asked;
use crate::wire::encode;
use std::time::Duration;

/// A request that is as long as one wants, because unknown fields are ignored.
fn request_of(bytes: usize) -> String {
    let empty = r#"{"type":"request","friendlyname":"Ann","pad":""}"#;
    let pad = "x".repeat(bytes - empty.len());
    empty.replace(r#""""#, &format!(r#""{pad}""#))
}

#[test]
fn all_that_is_said_before_a_proof_fits_the_bound_together() {
    for (excess, fault) in [
        (0, None),
        (1, Some(Fault::Malformed("too much before a proof"))),
    ] {
        let mut ann = Side::dialling(ask(), Shelf::default());
        let mut bob = Side::arriving(Shelf::default());
        ann.open();
        bob.open();
        let hello = ann.says().remove(0);
        assert!(bob.hears(&hello).is_none());
        let request = request_of(UNAUTHENTICATED_BYTES - hello.len() + excess);
        let broken = bob.hears(&request);
        assert_eq!(broken.map(|broken| broken.fault), fault);
    }
}

#[test]
fn a_connection_has_ten_seconds_to_open_and_ten_more_to_ask() {
    let mut bob = Side::arriving(Shelf::default());
    wait(&mut bob.ctx, UNAUTHENTICATED_TIME - Duration::from_secs(1));
    assert_eq!(bob.handshakes.late(bob.ctx.now.mono), []);
    bob.open();
    wait(&mut bob.ctx, Duration::from_secs(1));
    assert_eq!(bob.handshakes.late(bob.ctx.now.mono), []);
    wait(&mut bob.ctx, UNAUTHENTICATED_TIME);
    assert_eq!(bob.handshakes.late(bob.ctx.now.mono), [ACCEPTED]);
    bob.handshakes.expire(&mut bob.ctx, ACCEPTED);
    assert_eq!(closed(&mut bob.ctx), [ACCEPTED]);
    assert_eq!(bob.handshakes.due(), None);
}

#[test]
fn a_dial_has_no_deadline_of_its_own_before_it_opens() {
    let mut ann = Side::dialling(ask(), Shelf::default());
    assert_eq!(ann.handshakes.due(), None);
    ann.open();
    let at = ann.ctx.now.mono + UNAUTHENTICATED_TIME;
    assert_eq!(ann.handshakes.due(), Some(Why::Handshake.at(at)));
}

#[test]
fn a_request_that_the_person_does_not_answer_in_time_is_rejected_and_waits_on() {
    let (_, mut bob) = asked();
    clear(&mut bob.ctx);
    wait(&mut bob.ctx, REQUEST_ANSWER);
    assert_eq!(bob.handshakes.late(bob.ctx.now.mono), [ACCEPTED]);
    bob.handshakes.expire(&mut bob.ctx, ACCEPTED);
    let rejected = encode(&HandshakeFrame::Rejected);
    assert_eq!(sent(&mut bob.ctx, ACCEPTED), [rejected]);
    let facts = bob.facts();
    assert!(matches!(facts[..], [Fact::LinkEnded(_)]), "{facts:?}");
}

#[test]
fn whoever_asks_waits_a_little_longer_than_the_other_side_for_the_answer() {
    let (mut ann, _) = asked();
    clear(&mut ann.ctx);
    wait(&mut ann.ctx, REQUEST_ANSWER);
    assert_eq!(ann.handshakes.late(ann.ctx.now.mono), []);
    wait(&mut ann.ctx, UNAUTHENTICATED_TIME);
    assert_eq!(ann.handshakes.late(ann.ctx.now.mono), [DIALLED]);
    ann.handshakes.expire(&mut ann.ctx, DIALLED);
    assert!(ann.is_over());
    let facts = ann.facts();
    assert!(matches!(
        facts[..],
        [Fact::Asked(_, Asked::NotAccepted), ..]
    ));
}
