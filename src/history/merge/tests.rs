//! Chats that become one.

use super::*;
use crate::records::{MarksRecord, StoredMessage, TimedRecord};
use crate::values::Lifetime;
use proptest::prelude::*;

/// Returns a message of the contact that was written then.
pub(in crate::history) fn message(number: u64, text: &str) -> MessageRecord {
    MessageRecord {
        version: 2,
        message: StoredMessage {
            contact: ContactId("c".to_owned()),
            number,
            at: number * 10,
            text: text.to_owned(),
            origin: Origin::Received,
            offer: None,
            introduces: None,
        },
        id: text.to_owned(),
        place: None,
        came: None,
        entry: None,
        marks: None,
        lifetime: None,
        turn: None,
        gone: false,
        imported: None,
    }
}

fn own(number: u64, text: &str, place: u64) -> MessageRecord {
    let mut record = message(number, text);
    record.message.origin = Origin::Own;
    record.place = Some(place);
    record
}

fn head(records: &[MessageRecord]) -> ThreadRecord {
    let received = |one: &&MessageRecord| one.message.origin == Origin::Received;
    ThreadRecord {
        next_number: records.last().map_or(1, |last| last.message.number + 1),
        in_last: records.iter().rfind(received).map(|one| one.id.clone()),
        ..ThreadRecord::new(ContactId("c".to_owned()))
    }
}

/// A disk that does what follows, up to so many writes. Returns the head that is on it then.
fn import(
    here: &mut Vec<MessageRecord>,
    of_here: Option<&ThreadRecord>,
    backup: &[MessageRecord],
    writes: usize,
) -> ThreadRecord {
    let known = |all: &[MessageRecord]| all.iter().map(Known::from).collect::<Vec<_>>();
    let contact = ContactId("c".to_owned());
    let merge = merge(
        &contact,
        of_here,
        &known(here),
        &head(backup),
        &known(backup),
    );
    let mut written = of_here.unwrap_or(merge.head_before()).clone();
    let mut writes = 0..writes;
    if writes.next().is_some() {
        written = merge.head_before().clone();
    }
    // The disk moves many at once.
    for (old, new) in merge
        .moved
        .iter()
        .rev()
        .take_while(|_| writes.next().is_some())
    {
        let mut moving = here.iter_mut();
        let moving = moving.find(|one| one.message.number == *old);
        moving.expect("it is here").message.number = *new;
        written = merge.head_from(*old);
    }
    let records = backup.iter().cloned().enumerate();
    let records = records.filter_map(|(position, one)| merge.record(position, one));
    for record in records.take_while(|_| writes.next().is_some()) {
        here.retain(|one| one.message.number != record.message.number);
        here.push(record);
    }
    if writes.next().is_some() {
        written = merge.head_from(0);
    }
    here.sort_by_key(|one| one.message.number);
    written
}

fn ids(all: &[MessageRecord]) -> String {
    all.iter().map(|one| one.id.as_str()).collect()
}

fn series(from: u64, ids: &str) -> Vec<MessageRecord> {
    let ids = ids.split("").filter(|id| !id.is_empty());
    ids.zip(from..)
        .map(|(id, number)| message(number, id))
        .collect()
}

#[test]
fn where_no_chat_is_the_chat_of_the_backup_is_there_and_the_contact_goes_on_behind_it() {
    let mut here = Vec::new();
    let backup = [series(1, "abc"), vec![own(4, "d", 1)]].concat();
    let head = import(&mut here, None, &backup, 99);
    assert_eq!(ids(&here), "abcd");
    assert_eq!((head.next_number, head.out_last), (5, 0));
    assert_eq!(head.in_last.as_deref(), Some("c"));
    assert_eq!(
        (here[3].place, here[3].imported),
        (None, Some(Standing::NotSent))
    );
}

#[test]
fn a_later_backup_adds_what_is_new_at_the_end_and_moves_nothing() {
    let mut here = series(1, "abc");
    let of_here = head(&here);
    let head = import(&mut here, Some(&of_here), &series(1, "abcde"), 99);
    assert_eq!(ids(&here), "abcde");
    assert_eq!(head.in_last.as_deref(), Some("e"));
    assert_eq!(here[2].message.number, 3);
}

#[test]
fn what_is_older_than_all_that_is_here_stands_before_it() {
    let mut here = vec![message(1, "x"), message(2, "y")];
    for (one, at) in here.iter_mut().zip([500, 600]) {
        one.message.at = at;
    }
    let of_here = head(&here);
    let joined = import(&mut here, Some(&of_here), &series(1, "abc"), 99);
    assert_eq!(ids(&here), "abcxy");
    assert_eq!(joined.in_last.as_deref(), Some("y"));
    assert_eq!(joined.next_number, 6);
}

#[test]
fn what_is_to_go_still_goes_and_what_was_cleared_makes_room() {
    let mut here = vec![message(7, "x"), message(8, "y")];
    let timed = |own| TimedRecord {
        own,
        first: 7,
        last: 8,
        lifetime: Lifetime::Hour,
        due: None,
        read: false,
    };
    let of_here = ThreadRecord {
        begins: 7,
        timed: vec![timed(true), timed(false)],
        ..head(&here)
    };
    let joined = import(&mut here, Some(&of_here), &series(1, "abcdefghi"), 99);
    assert_eq!(ids(&here), "abcdefxgyhi");
    assert_eq!((joined.begins, &joined.timed[0]), (1, &timed(true)));
    let moved = (joined.timed[1].first, joined.timed[1].last);
    assert_eq!(moved, (here[6].message.number, here[8].message.number));
}

#[test]
fn what_was_cleared_comes_back_into_its_place_and_what_was_deleted_does_not() {
    let backup = || {
        let mut backup = vec![message(1, "a"), own(2, "b", 1), message(3, "c")];
        let deleted = MarksRecord {
            deleted: true,
            ..MarksRecord::default()
        };
        backup[2].marks = Some(Box::new(deleted));
        backup
    };
    let mut here = vec![
        message(4, "a"),
        own(5, "b", 7),
        message(6, "c"),
        message(7, "d"),
    ];
    here[..3].iter_mut().for_each(MessageRecord::erase);
    let of_here = head(&here);
    for _ in 0..2 {
        import(&mut here, Some(&of_here), &backup(), 99);
        let texts: Vec<_> = here
            .iter()
            .map(|one| (one.message.text.as_str(), one.gone))
            .collect();
        assert_eq!(
            texts,
            [("a", false), ("b", false), ("", true), ("d", false)]
        );
        let places: Vec<_> = here
            .iter()
            .map(|one| (one.message.number, one.place))
            .collect();
        assert_eq!(places, [(4, None), (5, Some(7)), (6, None), (7, None)]);
    }
}

#[test]
fn broken_off_while_messages_move_what_is_to_go_is_still_the_same() {
    let timed = |first, last| TimedRecord {
        own: false,
        first,
        last,
        lifetime: Lifetime::Hour,
        due: None,
        read: false,
    };
    for writes in 0..20 {
        let mut here = series(1, "abcdefghij");
        here.iter_mut().for_each(|one| one.message.at += 1_000);
        let before = ThreadRecord {
            timed: vec![timed(3, 4)],
            unread: 1,
            seen: 4,
            clearing: Some(2),
            ..head(&here)
        };
        let backup = series(1, "xyz");
        let broken = import(&mut here, Some(&before), &backup, writes);
        let whole = import(&mut here, Some(&broken), &backup, 99);
        assert_eq!(ids(&here), "xyzabcdefghij");
        assert_eq!(whole.timed, [timed(6, 7)], "{writes}");
        assert_eq!((whole.seen, whole.clearing), (7, Some(5)), "{writes}");
    }
}

#[test]
fn an_older_backup_changes_nothing() {
    let mut here = series(1, "abcde");
    let (of_here, before) = (head(&here), here.clone());
    let joined = import(&mut here, Some(&of_here), &series(1, "bc"), 99);
    assert_eq!(here, before);
    let seen = joined.seen;
    assert_eq!(joined, ThreadRecord { seen, ..of_here });
}

#[test]
fn a_later_change_and_a_deletion_count_and_the_place_stays() {
    let mut here = vec![own(1, "a", 7), own(2, "b", 8), own(3, "c", 9)];
    let mut backup = here.clone();
    let marks = |edited, deleted| {
        let marks = MarksRecord {
            edited,
            deleted,
            ..MarksRecord::default()
        };
        Some(Box::new(marks))
    };
    backup[0].marks = marks(Some(5), false);
    backup[0].message.text = "changed".to_owned();
    backup[1].marks = marks(None, true);
    here[2].marks = marks(Some(9), false);
    backup[2].marks = marks(Some(8), false);
    let before = here[2].clone();
    let of_here = head(&here);
    import(&mut here, Some(&of_here), &backup, 99);
    assert_eq!(here[0].message.text, "changed");
    assert_eq!((here[0].place, here[0].imported), (Some(7), None));
    assert!(here[1].is_deleted());
    assert_eq!(here[2], before);
}

#[test]
fn what_an_own_message_had_come_to_is_kept() {
    let known = [own(1, "a", 1), own(2, "b", 2), own(3, "c", 3)];
    let all: Vec<Known> = known.iter().map(Known::from).collect();
    let of_backup = ThreadRecord {
        out_read: 1,
        out_delivered: 2,
        ..head(&known)
    };
    let merge = merge(&ContactId("d".to_owned()), None, &[], &of_backup, &all);
    let standings: Vec<_> = known
        .into_iter()
        .enumerate()
        .map(|(at, one)| merge.record(at, one).unwrap())
        .map(|one| (one.message.contact.0.clone(), one.imported))
        .collect();
    let expected = [Standing::Read, Standing::Delivered, Standing::NotSent];
    assert_eq!(standings, expected.map(|of| ("d".to_owned(), Some(of))));
}

/// Returns some of a common log, with their numbers counted anew.
fn some(log: &[(u64, bool)], of_here: bool) -> Vec<MessageRecord> {
    let chosen = log
        .iter()
        .enumerate()
        .filter(|(_, (which, _))| match which {
            0 => true,
            1 => of_here,
            _ => !of_here,
        });
    let records = chosen.zip(1..).map(|((at, (_, is_own)), number)| {
        let mut record = message(number, &format!("{at} "));
        record.message.at = at as u64;
        if *is_own {
            record.message.origin = Origin::Own;
            record.place = Some(number);
        }
        record
    });
    records.collect()
}

proptest! {
    #[test]
    fn two_chats_become_one_in_order_and_once_more_or_broken_off_changes_nothing(
        log in prop::collection::vec((0_u64..3, any::<bool>()), 0..40),
        writes in 0_usize..80,
    ) {
        let backup = some(&log, false);
        let mut here = some(&log, true);
        let own_before: Vec<_> = here.iter().filter_map(|one| one.place).collect();
        let of_here = head(&here);
        let mut whole = here.clone();
        let head = import(&mut whole, Some(&of_here), &backup, usize::MAX);
        let all: String = (0..log.len()).map(|at| format!("{at} ")).collect();
        prop_assert_eq!(ids(&whole), all);
        prop_assert!(whole.windows(2).all(|two| two[0].message.number < two[1].message.number));
        prop_assert!(whole.iter().all(|one| one.message.number < head.next_number));
        let own: Vec<_> = whole.iter().filter_map(|one| one.place).collect();
        prop_assert_eq!(own, own_before);
        let last = whole.iter().rfind(|one| one.message.origin == Origin::Received);
        prop_assert_eq!(head.in_last.as_ref(), last.map(|one| &one.id));
        // Broken off, and done again.
        let broken = import(&mut here, Some(&of_here), &backup, writes);
        prop_assert!(here.iter().all(|one| writes == 0 || one.message.number < broken.next_number));
        let again = import(&mut here, Some(&broken), &backup, usize::MAX);
        prop_assert_eq!(&here, &whole);
        prop_assert_eq!(&again, &head);
        let third = import(&mut here, Some(&again), &backup, usize::MAX);
        prop_assert_eq!(&here, &whole);
        prop_assert_eq!(&third, &head);
    }
}
