//! Which copies of pictures are kept, and until when.

use super::*;
use crate::limits::{PICTURE_BYTES, PICTURES_UNASKED};
use crate::records::Direction;

fn picture(kind: &str, size: u64) -> FileOffer {
    FileOffer {
        kind: kind.into(),
        ..offer(size)
    }
}

/// Ann offers Bob a file of this kind, who accepts it.
fn sent(kind: &str, size: u64) -> Pair {
    let mut pair = Pair::new();
    pair.accepted_as(&file(1), picture(kind, size));
    pair
}

fn kept(pair: &Pair) -> [bool; 2] {
    let has = |device: &Device| device.kept.contains(&file(1));
    [has(&pair.devices[0]), has(&pair.devices[1])]
}

#[test]
fn a_picture_is_kept_by_both_once_it_was_offered_and_saved() {
    let mut pair = sent("image/png", PIECE);
    assert_eq!(kept(&pair), [true, false], "nothing of it is here yet");
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    assert_eq!(kept(&pair), [true; 2]);
    assert_eq!(pair.devices[1].disk.len(), 0, "the pieces are gone");
    for index in [0, 1] {
        pair.restart(index);
    }
    assert_eq!(kept(&pair), [true; 2]);
}

#[test]
fn neither_another_file_nor_a_large_picture_is_kept() {
    for (kind, size) in [
        ("text/html", PIECE),
        ("image/svg+xml", PIECE),
        ("", PIECE),
        ("image/png", PICTURE_BYTES + 1),
    ] {
        let mut pair = sent(kind, size);
        pair.connect();
        assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
        assert_eq!(kept(&pair), [false; 2], "{kind} {size}");
    }
}

#[test]
fn what_was_kept_goes_with_the_contact_and_with_what_is_known_of_the_file() {
    let mut pair = sent("image/png", PIECE);
    pair.connect();
    let [ann, _] = &mut pair.devices;
    let other = ann.other.clone();
    ann.files.forget(&mut ann.ctx, &other);
    pair.run();
    assert_eq!(kept(&pair), [false, true]);

    let mut pair = sent("image/png", PIECE);
    let [ann, _] = &mut pair.devices;
    let cancel = FileCommand::Cancel;
    ann.files.command(&mut ann.ctx, &file(1), cancel).unwrap();
    pair.run();
    assert_eq!(kept(&pair), [false; 2]);
}

#[test]
fn a_start_keeps_the_pictures_of_files_that_are_open_or_were_saved() {
    let ended = |how| Progressed::Ended { how, told: true };
    for (progressed, is_kept) in [
        (Progressed::Open, true),
        (ended(End::Saved), true),
        // Whoever was offered it may want it after all.
        (ended(End::Declined), true),
        (ended(End::Cancelled { there: true }), true),
        (ended(End::Cancelled { there: false }), false),
        (ended(End::Failed(Failure::TooOld)), false),
    ] {
        let record = |kind| TransferRecord {
            version: 1,
            id: file(1),
            contact: id("Bob"),
            direction: Direction::Out,
            offer: picture(kind, 1),
            progressed,
            began: 0,
            paused: false,
            asks: false,
            whole: false,
            unsaved: false,
        };
        assert_eq!(record("image/webp").is_kept(), is_kept, "{progressed:?}");
        assert!(!record("text/plain").is_kept());
    }
}

/// Bob is offered so many pictures, which may come by themselves. Returns how many of them do.
fn unasked(bob: &mut Device, from: u8, count: u8) -> usize {
    let other = bob.other.clone();
    for n in from..from + count {
        let offer = FileOffer {
            name: "a.png".into(),
            ..picture("image/png", 5_000_000)
        };
        bob.files
            .take_unasked(&mut bob.ctx, &other, &file(n), offer);
    }
    bob.files.all.len()
}

#[test]
fn pictures_that_come_by_themselves_are_accepted_like_others_and_are_few_a_day() {
    let mut pair = Pair::new();
    let [_, bob] = &mut pair.devices;
    assert_eq!(unasked(bob, 0, 30), PICTURES_UNASKED, "the others wait");
    pair.run();
    let records = pair.devices[1].records.values();
    assert_eq!(records.filter(|record| record.is_coming()).count(), 20);

    // A start does not begin to count anew; a day does.
    pair.restart(1);
    let [_, bob] = &mut pair.devices;
    bob.ctx.now.unix += 24 * 3_600_000 - 1;
    assert_eq!(unasked(bob, 30, 1), PICTURES_UNASKED);
    bob.ctx.now.unix += 1;
    assert_eq!(
        unasked(bob, 30, 1),
        PICTURES_UNASKED,
        "all are still to come"
    );
    bob.files
        .command(&mut bob.ctx, &file(0), FileCommand::Cancel)
        .unwrap();
    assert_eq!(unasked(bob, 30, 1), PICTURES_UNASKED + 1);
    assert_eq!(unasked(bob, 31, 1), PICTURES_UNASKED + 1);
}

#[test]
fn what_is_no_small_picture_waits_for_the_person() {
    let mut pair = Pair::new();
    let [_, bob] = &mut pair.devices;
    let other = bob.other.clone();
    let large = picture("image/png", 5_000_001);
    for offer in [offer(1), large, picture("image/svg+xml", 1)] {
        let offer = FileOffer {
            name: "a.png".into(),
            ..offer
        };
        bob.files
            .take_unasked(&mut bob.ctx, &other, &file(1), offer);
        assert!(!bob.files.has(&file(1)));
    }
}
