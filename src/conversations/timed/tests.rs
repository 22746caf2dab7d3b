use super::*;
use crate::values::ContactId;

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
/// The beginning of an hour.
const NOW: u64 = 500_000 * HOUR;

fn head() -> ThreadRecord {
    ThreadRecord::new(ContactId("c".to_owned()))
}

/// Returns a head with this many own messages of an hour, delivered and read up to these places.
fn own(count: u64, delivered: u64, read: u64) -> ThreadRecord {
    let mut head = ThreadRecord {
        out_delivered: delivered,
        out_read: read,
        ..head()
    };
    for place in 1..=count {
        head.note_timed(true, place, Lifetime::Hour);
    }
    head
}

fn received(lifetimes: &[Lifetime]) -> ThreadRecord {
    let mut head = head();
    for (number, lifetime) in (1..).zip(lifetimes) {
        head.note_timed(false, number, *lifetime);
    }
    head
}

fn ranges(head: &ThreadRecord) -> Vec<(u64, u64, Option<u64>, bool)> {
    let of = |timed: &TimedRecord| (timed.first, timed.last, timed.due, timed.read);
    head.timed.iter().map(of).collect()
}

#[test]
fn what_was_not_seen_never_goes() {
    let mut head = received(&[Lifetime::Hour; 3]);
    head.age(NOW);
    head.age(NOW + 1_000 * DAY);
    assert_eq!(ranges(&head), [(1, 3, None, false)]);
    assert_eq!(head.next_to_go(), None);
}

#[test]
fn a_received_message_goes_its_lifetime_after_it_was_seen() {
    for lifetime in Lifetime::ALL {
        let mut head = received(&[lifetime; 3]);
        head.seen = 2;
        head.age(NOW + 1);
        let due = head.next_to_go().unwrap().due.unwrap();
        let least = NOW + 1 + lifetime.millis();
        assert!(due >= least, "never before");
        assert!(due <= least + lifetime.millis() / PARTS);
        assert_eq!(head.end_of(false, 2), Some(due));
        assert_eq!(head.end_of(false, 3), None, "it was not seen");
        assert_eq!(head.end_of(true, 2), None, "that is another one");
    }
}

#[test]
fn an_own_message_goes_after_the_receipt_and_never_before_it_is_delivered() {
    let mut head = own(3, 0, 0);
    head.age(NOW);
    assert_eq!(head.next_to_go(), None);
    head.out_delivered = 2;
    head.age(NOW);
    let unread = NOW + 28 * DAY + HOUR;
    assert_eq!(
        ranges(&head),
        [(1, 2, Some(unread), false), (3, 3, None, false)]
    );
    assert_eq!(head.end_of(true, 1), None, "nobody has read it yet");
    head.out_read = 1;
    head.age(NOW + DAY);
    let read = NOW + DAY + HOUR;
    assert_eq!(head.end_of(true, 1), Some(read));
    assert_eq!(head.next_to_go().unwrap().due, Some(read));
    assert_eq!(
        ranges(&head)[1],
        (2, 2, Some(unread), false),
        "without a receipt it goes as if it had been read after four weeks"
    );
}

#[test]
fn what_the_other_side_has_lost_stays_until_it_is_delivered_again() {
    let mut head = own(2, 2, 2);
    head.age(NOW);
    assert!(head.next_to_go().is_some());
    (head.out_delivered, head.out_read) = (1, 1);
    head.age(NOW + DAY);
    assert_eq!(head.next_to_go().map(|timed| timed.last), Some(1));
    assert_eq!(ranges(&head).last().unwrap().1, 2);
    head.out_delivered = 2;
    head.age(NOW + DAY);
    let mut goes = head.timed.iter().filter(|timed| timed.last == 2);
    assert!(goes.next().unwrap().due <= Some(NOW + DAY));
}

#[test]
fn what_is_seen_one_by_one_is_few_ranges() {
    let mut head = received(&[Lifetime::Hour; 3_000]);
    for number in 1..=3_000 {
        head.seen = number;
        head.age(NOW + number * 1_000);
    }
    assert!(head.timed.len() <= 52, "{}", head.timed.len());
    assert_eq!(head.timed.last().unwrap().last, 3_000);
}

#[test]
fn another_lifetime_with_each_message_is_bounded_and_the_longest_holds() {
    let mut head = head();
    for number in 1..=10_000 {
        let lifetime = Lifetime::ALL[usize::try_from(number % 4).unwrap()];
        head.note_timed(false, number, lifetime);
    }
    assert_eq!(head.timed.len(), TIMED);
    let last = head.timed.last().unwrap();
    assert_eq!((last.last, last.lifetime), (10_000, Lifetime::FourWeeks));
}

#[test]
fn another_lifetime_with_each_message_that_is_seen_is_bounded_and_nothing_goes_early() {
    let mut head = head();
    for number in 1..=20_000 {
        let lifetime = [Lifetime::Week, Lifetime::FourWeeks][usize::try_from(number % 2).unwrap()];
        head.note_timed(false, number, lifetime);
        head.seen = number;
        head.age(NOW + number * 1_000);
        assert!(head.timed.len() <= TIMED + 1, "{}", head.timed.len());
        assert!(head.end_of(false, number).unwrap() >= NOW + number * 1_000 + lifetime.millis());
    }
    assert!(head.end_of(false, 1).unwrap() <= NOW + 29 * DAY);
    assert!(
        head.end_of(false, 20_000).unwrap() <= NOW + 30 * DAY,
        "not for ever"
    );
    assert!(head.going().len() <= TIMED + 1);
    head.note_timed(true, 1, Lifetime::Hour);
    (head.out_delivered, head.out_read) = (1, 1);
    head.age(NOW + DAY);
    assert_eq!(
        head.end_of(true, 1),
        Some(NOW + DAY + HOUR),
        "own ones are another side"
    );
}

#[test]
fn a_clock_that_was_set_back_keeps_a_message_for_one_more_lifetime_at_most() {
    for mut head in [own(1, 1, 1), {
        let mut head = received(&[Lifetime::Hour]);
        head.seen = 1;
        head
    }] {
        head.age(NOW + 1_000 * DAY);
        head.age(NOW);
        assert_eq!(head.next_to_go().unwrap().due, Some(NOW + HOUR));
    }
    let mut head = own(1, 1, 0);
    head.age(NOW + 1_000 * DAY);
    head.age(NOW);
    assert_eq!(head.next_to_go().unwrap().due, Some(NOW + 28 * DAY + HOUR));
}

#[test]
fn a_clock_that_runs_changes_no_end() {
    let mut head = own(3, 3, 2);
    head.age(NOW);
    let before = head.clone();
    for minute in 0..100 {
        head.age(NOW + minute * 60_000);
        assert_eq!(head, before);
    }
}

#[test]
fn a_lifetime_of_a_later_program_is_the_next_longer_one() {
    for (seconds, lifetime) in [
        (0, Lifetime::Hour),
        (3_600, Lifetime::Hour),
        (3_601, Lifetime::Day),
        (9_999_999_999, Lifetime::FourWeeks),
    ] {
        assert_eq!(Lifetime::at_least(seconds), lifetime);
    }
}
