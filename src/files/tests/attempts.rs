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

#[test]
fn a_dialog_is_not_opened_at_a_start() {
    let mut pair = Pair::new();
    let device = &mut pair.devices[1];
    let mut stored = record(3 * PIECE);
    (stored.asks, stored.whole) = (true, true);
    device
        .disk
        .insert(file(1), (0..3).map(|n| device.hash(n)).collect());
    device.records.insert(file(1), stored);
    pair.restart(1);
    assert_eq!(pair.devices[1].asked, [false; 0], "nobody was asked");
}

#[test]
fn what_is_being_saved_is_not_given_up() {
    let mut pair = Pair::new();
    pair.slow = Some(file(1));
    let device = &mut pair.devices[1];
    let mut stored = record(3 * PIECE);
    stored.whole = true;
    device
        .disk
        .insert(file(1), (0..3).map(|n| device.hash(n)).collect());
    device.records.insert(file(1), stored);
    pair.restart(1);
    let device = &mut pair.devices[1];
    for command in [FileCommand::Cancel, FileCommand::Pause(true)] {
        let given_up = device.files.command(&mut device.ctx, &file(1), command);
        assert_eq!(given_up, Err(Refusal::Gone), "{command:?}");
    }
    device.ctx.now.unix += crate::clock::millis(crate::limits::TRANSFER_LIFE) + 1;
    device.files.timeout(&mut device.ctx);
    device
        .files
        .input(&mut device.ctx, &file(1), FileInput::Saved);
    pair.run();
    assert_eq!(pair.devices[1].shown[&file(1)].state, TransferState::Saved);
}

#[test]
fn calls_are_announced_no_faster_than_they_may_be_made() {
    let mut pair = Pair::new();
    let ann = &mut pair.devices[0];
    let bob = ann.other.clone();
    ann.files.connected(&mut ann.ctx, &bob);
    let mut opened = 0;
    for round in 0..250_u32 {
        let labels = [0, 1, 2].map(|n| format!("{:0>64}", round * 3 + n));
        let [label, further @ ..] = labels.clone();
        let channel = FileTalk::Channel {
            label,
            further: further.into(),
        };
        ann.files.hear(&mut ann.ctx, &bob, channel);
        for label in &labels {
            if ann.files.awaited(label).is_some() {
                ann.files
                    .arrived(&bob, LinkId::Accepted(1_000 + opened), label);
                opened += 1;
            }
        }
    }
    assert!(
        opened <= 12,
        "{opened} connections were answered in one moment"
    );
}

#[test]
fn an_end_is_said_before_offers_that_nobody_answers() {
    let mut pair = Pair::new();
    let ann = &mut pair.devices[0];
    let bob = ann.other.clone();
    for n in 1..=101 {
        ann.files
            .offer(&mut ann.ctx, &bob, &file(n), offer(PIECE))
            .unwrap();
    }
    for _ in 0..2 {
        ann.files.connected(&mut ann.ctx, &bob);
    }
    ann.files.disconnected(&mut ann.ctx, &bob);
    ann.files
        .command(&mut ann.ctx, &file(101), FileCommand::Cancel)
        .unwrap();
    crate::test_context::facts(&mut ann.ctx);
    let mut said = false;
    for _ in 0..3 {
        ann.files.connected(&mut ann.ctx, &bob);
        said |= crate::test_context::facts(&mut ann.ctx).iter().any(|fact| {
            matches!(fact, Fact::Say(_, frame) if matches!(&**frame, SessionFrame::File { id, state } if *id == file(101).0 && state == "cancelled"))
        });
    }
    assert!(said, "three sessions have begun");
}
