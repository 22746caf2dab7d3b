//! What was on the disk before counts where the sender has it too.

use super::*;
use crate::limits::PIECES_BACK;
use crate::wire::{FileFrame, encode};

const CHANGED: TransferState = TransferState::Failed {
    why: Failure::Changed,
};

/// Returns two in the middle of a file, without a connection, and how many pieces of it are on the disk.
fn halfway() -> (Pair, u64) {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 40 * PIECE);
    pair.connect_and_break(20);
    let there = pair.devices[1].disk[&file(1)].len() as u64;
    assert!(there > PIECES_BACK, "{there}");
    (pair, there)
}

impl Pair {
    /// Returns whether the second device has saved the file of so many pieces that the first one has.
    fn is_saved(&self, pieces: u64) -> bool {
        let [ann, bob] = &self.devices;
        let content: Vec<_> = (0..pieces).map(|number| ann.hash(number)).collect();
        bob.saved == [file(1)] && bob.saved_as == content
    }

    /// Connects, and returns how many pieces were sent until nothing more happens.
    fn sent_by_then(&mut self) -> u64 {
        let before = self.sent;
        self.connect();
        self.sent - before
    }

    fn see_refused(&self) {
        assert_eq!(self.states(&file(1)), [CHANGED; 2]);
        let [ann, bob] = &self.devices;
        assert!(bob.saved.is_empty() && bob.disk.is_empty());
        assert!(!CHANGED.may_be_accepted_again(false) && ann.sources.is_empty());
    }
}

#[test]
fn what_is_there_and_right_is_not_sent_again() {
    for restarted in [None, Some(0), Some(1)] {
        let (mut pair, there) = halfway();
        if let Some(index) = restarted {
            pair.restart(index);
        }
        assert_eq!(pair.sent_by_then(), 40 - there);
        assert!(pair.is_saved(40));
    }
}

#[test]
fn what_a_power_loss_has_garbled_is_fetched_again() {
    for garbled in [1, 3, PIECES_BACK] {
        let (mut pair, there) = halfway();
        pair.garble(usize::try_from(garbled).unwrap());
        pair.restart(1);
        assert_eq!(pair.sent_by_then(), 40 - there + garbled);
        assert!(pair.is_saved(40), "{garbled}");
    }
}

#[test]
fn where_nothing_of_a_file_is_right_it_begins_anew() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 40 * PIECE);
    pair.connect_and_break(2);
    pair.garble(2);
    pair.restart(1);
    assert_eq!(pair.sent_by_then(), 40);
    assert!(pair.is_saved(40));
}

#[test]
fn the_last_piece_of_all_is_not_believed_unless_it_is_stored_that_it_was_flushed() {
    for flushed in [false, true] {
        let mut pair = Pair::new();
        pair.unsaved = u32::from(flushed);
        pair.accepted(&file(1), 5 * PIECE);
        pair.connect_until(5);
        while pair.devices[1].disk.get(&file(1)).map_or(0, Vec::len) < 5 {
            pair.step();
        }
        if flushed {
            pair.run();
        } else {
            pair.garble(1);
        }
        pair.restart(1);
        if flushed {
            let bob = &mut pair.devices[1];
            let save = FileCommand::Save;
            bob.files.command(&mut bob.ctx, &file(1), save).unwrap();
        }
        assert_eq!(pair.sent_by_then(), u64::from(!flushed));
        assert!(pair.is_saved(5), "{flushed}");
    }
}

#[test]
fn a_file_that_has_changed_is_never_mixed_with_what_is_there_of_it() {
    for restarted in [0, 1] {
        let (mut pair, _) = halfway();
        pair.restart(restarted);
        pair.devices[0].contents = [(0, 8)].into();
        assert_eq!(pair.sent_by_then(), 0);
        pair.see_refused();
    }
    // Of what was found at the start no more than a crash may cost is dropped.
    let (mut pair, there) = halfway();
    pair.restart(1);
    pair.devices[0].contents.insert(there - PIECES_BACK - 1, 8);
    assert_eq!(pair.sent_by_then(), 0);
    pair.see_refused();
}

#[test]
fn another_file_goes_on_where_one_has_changed() {
    let (mut pair, _) = halfway();
    pair.accepted(&file(2), 3 * PIECE);
    pair.devices[0].contents = [(0, 8)].into();
    pair.connect();
    assert_eq!(pair.states(&file(1)), [CHANGED; 2]);
    assert_eq!(pair.states(&file(2)), [TransferState::Saved; 2]);
    assert_eq!(pair.channel, None, "nothing more is to be fetched");
}

/// Returns one in whose disk a start has found so many of 99 pieces, which has asked for the next one.
fn found(ctx: &mut Context, pieces: u64) -> Receiving {
    let mut receiving = Receiving::default();
    receiving.open(ctx, &file(1), 99 * PIECE);
    open(ctx, &mut receiving, pieces);
    receiving
}

fn open(ctx: &mut Context, receiving: &mut Receiving, pieces: u64) {
    let last = Some([7; 32]);
    let opened = FileInput::Opened { pieces, last };
    receiving.input(ctx, &mut record(99 * PIECE), opened);
    receiving.heard(Sender::Ready);
    assert_eq!(receiving.ask(), Some((pieces, last)));
}

#[test]
fn a_sender_that_says_again_and_again_that_something_differs_has_another_file() {
    let mut ctx = context();
    let mut receiving = found(&mut ctx, 50);
    let mut differs = |receiving: &mut Receiving, from| {
        let differs = receiving.differs(&mut ctx, &file(1), 99 * PIECE, from);
        (differs, crate::test_context::outputs(&mut ctx).len())
    };
    for from in [0, 100] {
        let (said, _) = differs(&mut receiving, from);
        assert!(said.is_err(), "{from} was never asked for");
    }
    // What was not asked for now was asked for a moment ago.
    for from in [49, 51] {
        assert_eq!(differs(&mut receiving, from), (Ok(None), 0));
    }
    for from in (50 - PIECES_BACK + 1..=50).rev() {
        assert_eq!(differs(&mut receiving, from), (Ok(None), 1));
        assert_eq!(differs(&mut receiving, from), (Ok(None), 0), "once");
        open(&mut context(), &mut receiving, from - 1);
    }
    let changed = Some(End::Failed(Failure::Changed));
    let (said, done) = differs(&mut receiving, 50 - PIECES_BACK);
    assert_eq!((said, done), (Ok(changed), 0));
}

#[test]
fn what_was_written_since_the_start_is_not_dropped() {
    let mut ctx = context();
    let mut receiving = found(&mut ctx, 50);
    let piece = (50, PIECE_BYTES, [9; 32]);
    receiving.announced(&mut ctx, (&file(1), FETCH), 99 * PIECE, piece);
    let (number, hash) = (50, [9; 32]);
    let written = FileInput::Written { number, hash };
    receiving.input(&mut ctx, &mut record(99 * PIECE), written);
    receiving.interrupted();
    assert_eq!(receiving.ask(), Some((51, Some(hash))));
    let changed = Some(End::Failed(Failure::Changed));
    let differs = receiving.differs(&mut ctx, &file(1), 99 * PIECE, 51);
    assert_eq!(differs, Ok(changed));
}

#[test]
fn whoever_asks_says_what_is_there_before() {
    let hash = |bytes: usize| Some(crate::encoding::b64(&vec![7; bytes]));
    let all = [
        (0, None, true),
        (5, hash(32), true),
        (0, hash(32), false),
        (5, None, false),
        (5, hash(31), false),
        (5, hash(33), false),
        (5, Some("?".into()), false),
    ];
    for (from, last, may) in all {
        let mut pair = Pair::new();
        pair.accepted(&file(1), 40 * PIECE);
        pair.connect_until(1);
        let ann = &mut pair.devices[0];
        let id = file(1).0;
        let get = encode(&FileFrame::Get { id, from, last });
        let get = Link::Frame(get.into_bytes());
        let other = ann.other.clone();
        ann.files.link(&mut ann.ctx, &other, SERVE, get);
        let closes = |output: &Output| matches!(output, Output::Close(_));
        let outputs = crate::test_context::outputs(&mut ann.ctx);
        assert_eq!(!outputs.iter().any(closes), may, "{from}");
    }
}
