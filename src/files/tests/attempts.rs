//! The attempts of a dial for files beside each other.

use super::*;

#[test]
fn the_attempt_that_is_open_at_both_ends_is_the_connection_and_the_others_are_closed() {
    for in_vain in 0..=2 {
        let mut pair = Pair::new();
        pair.vain = in_vain;
        pair.accepted(&file(1), 3 * PIECE);
        pair.connect_until(1);
        assert_eq!(pair.states(&file(1)), [TransferState::Running; 2]);
        let others: Vec<LinkId> = (0..in_vain).map(vain).collect();
        assert_eq!(pair.closed, others);
        pair.run();
        assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    }
}

#[test]
fn the_end_of_an_attempt_is_not_the_end_of_the_others() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 3 * PIECE);
    let ann = &mut pair.devices[0];
    let bob = ann.other.clone();
    ann.files.connected(&mut ann.ctx, &bob);
    let labels = ["x", "y"].map(|c| c.repeat(crate::crypto::LABEL_CHARACTERS));
    let [label, further] = labels.clone();
    let further = vec![further];
    let channel = FileTalk::Channel { label, further };
    ann.files.hear(&mut ann.ctx, &bob, channel);
    ann.files.arrived(&bob, vain(0), &labels[0]);
    let closed = Link::Closed(Closed::NoPath);
    ann.files.link(&mut ann.ctx, &bob, vain(0), closed);
    assert_eq!(ann.files.awaited(&labels[0]), None, "used");
    assert_eq!(ann.files.awaited(&labels[1]), Some(bob));
}

#[test]
fn more_attempts_than_a_dial_has_are_misbehaviour() {
    let mut pair = Pair::new();
    let ann = &mut pair.devices[0];
    let bob = ann.other.clone();
    ann.files.connected(&mut ann.ctx, &bob);
    let label = "x".repeat(crate::crypto::LABEL_CHARACTERS);
    let short = label[1..].to_owned();
    for further in [vec![label.clone(); 3], vec![short]] {
        let label = label.clone();
        let channel = FileTalk::Channel { label, further };
        ann.files.hear(&mut ann.ctx, &bob, channel);
        let facts = crate::test_context::facts(&mut ann.ctx);
        let misbehaved = |fact: &Fact| matches!(fact, Fact::Misbehaved(..));
        assert!(facts.iter().any(misbehaved), "{facts:?}");
    }
}
