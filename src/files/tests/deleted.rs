//! Files whose messages are deleted.

use super::*;

#[test]
fn a_file_whose_message_was_deleted_is_given_up_on_both_sides() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 3 * PIECE);
    let ann = &mut pair.devices[0];
    ann.files.offer_deleted(&mut ann.ctx, &file(1));
    pair.connect();
    let cancelled = |there| TransferState::Cancelled { there };
    assert_eq!(pair.states(&file(1)), [cancelled(false), cancelled(true)]);
}

#[test]
fn what_was_saved_stays_saved_when_its_message_is_deleted() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 3 * PIECE);
    pair.connect();
    for device in &mut pair.devices {
        device.files.offer_deleted(&mut device.ctx, &file(1));
    }
    pair.run();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}
