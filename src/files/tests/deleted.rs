//! Files whose messages are deleted.

use super::*;

/// The message with a file is deleted on a device; `is_own` is whether that device offers the file.
fn delete(pair: &mut Pair, index: usize, is_own: bool) {
    let device = &mut pair.devices[index];
    let other = device.other.clone();
    device
        .files
        .offer_deleted(&mut device.ctx, &other, &file(1), is_own);
    pair.run();
}

fn is_there(pair: &Pair) -> [bool; 2] {
    [0, 1].map(|index| pair.devices[index].files.has(&file(1)))
}

#[test]
fn nothing_is_kept_of_a_file_whose_message_was_deleted_whether_it_was_saved_or_not() {
    for saved in [false, true] {
        let mut pair = Pair::new();
        pair.accepted(&file(1), 20 * PIECE);
        pair.connect_until(5);
        if saved {
            pair.run();
        }
        for (index, is_own) in [(0, true), (1, false)] {
            delete(&mut pair, index, is_own);
        }
        assert_eq!(is_there(&pair), [false; 2], "{saved}");
        assert!(pair.devices[1].disk.is_empty());
        assert!(pair.devices.iter().all(|device| device.files.is_idle()));
    }
}

#[test]
fn only_the_file_of_that_message_is_forgotten() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 3 * PIECE);
    // A message of the other side that has the id of an own one.
    for (index, is_own) in [(0, false), (1, true)] {
        delete(&mut pair, index, is_own);
    }
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}

#[test]
fn what_is_being_saved_is_forgotten_once_it_is() {
    let mut pair = Pair::new();
    pair.slow = Some(file(1));
    let device = &mut pair.devices[1];
    let mut stored = record(3 * PIECE);
    stored.whole = true;
    let pieces = (0..3).map(|n| device.hash(n)).collect();
    device.disk.insert(file(1), pieces);
    device.records.insert(file(1), stored);
    pair.restart(1);
    delete(&mut pair, 1, false);
    assert!(is_there(&pair)[1], "it is not cut off");
    let device = &mut pair.devices[1];
    device
        .files
        .input(&mut device.ctx, &file(1), FileInput::Saved);
    pair.run();
    assert!(!is_there(&pair)[1]);
}
