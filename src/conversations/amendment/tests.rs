use super::*;
use crate::records::StoredMessage;
use crate::test_context::id;
use crate::values::Reference;

const DAY: u64 = 24 * 3_600_000;
const NOW: u64 = 1_000_000_000_000;

fn message(origin: Origin, text: &str) -> MessageRecord {
    MessageRecord {
        version: 2,
        message: StoredMessage {
            contact: id("Bob"),
            number: 1,
            at: NOW,
            text: text.to_owned(),
            origin,
            offer: None,
            introduces: None,
        },
        id: "m".to_owned(),
        place: None,
        came: (origin == Origin::Received).then_some(NOW),
        entry: None,
        marks: None,
        lifetime: None,
        turn: None,
        gone: false,
        imported: None,
    }
}

fn entry(origin: Origin, act: Act, text: &str) -> MessageRecord {
    let reference = Reference {
        act,
        about: "m".to_owned(),
    };
    let outcome = Outcome::NotHere;
    MessageRecord {
        id: "e".to_owned(),
        entry: Some(EntryRecord { reference, outcome }),
        ..message(origin, text)
    }
}

const BOTH: [(Origin, Origin); 2] = [
    (Origin::Own, Origin::Received),
    (Origin::Received, Origin::Own),
];

#[test]
fn only_who_has_written_a_message_changes_or_deletes_it() {
    for (author, other) in BOTH {
        for act in [Act::Edit, Act::Delete] {
            let mut target = message(author, "one");
            let before = target.clone();
            assert_eq!(
                amend(&mut target, &entry(other, act, "two"), NOW),
                Outcome::NotTheirs
            );
            assert_eq!(target, before);
        }
        let mut target = message(author, "one");
        assert_eq!(
            amend(&mut target, &entry(author, Act::Edit, "two"), NOW),
            Outcome::Counts
        );
        assert_eq!(target.message.text, "two");
        assert_eq!(target.marks.unwrap().edited, Some(NOW));
    }
}

#[test]
fn after_a_deletion_nothing_is_left_and_nothing_counts() {
    for (author, other) in BOTH {
        let mut target = message(author, "one");
        amend(&mut target, &entry(other, Act::Reaction, "👍"), NOW);
        amend(&mut target, &entry(author, Act::Delete, "-"), NOW);
        let deleted = target.clone();
        assert!(target.is_deleted());
        assert_eq!(target.message.text, "");
        let marks = target.marks.clone().unwrap();
        assert_eq!((marks.own_reaction, marks.their_reaction), (None, None));
        for (by, act, text) in [
            (author, Act::Edit, "two"),
            (author, Act::Delete, "-"),
            (other, Act::Reaction, "👍"),
            (other, Act::TakeBack, "-"),
        ] {
            assert_eq!(
                amend(&mut target, &entry(by, act, text), NOW),
                Outcome::Deleted
            );
            assert_eq!(target, deleted);
        }
    }
}

#[test]
fn each_has_one_sign_and_takes_back_only_that() {
    let mut target = message(Origin::Own, "one");
    for sign in ["👍", "❤️"] {
        let reaction = entry(Origin::Received, Act::Reaction, sign);
        assert_eq!(amend(&mut target, &reaction, NOW), Outcome::Counts);
    }
    amend(&mut target, &entry(Origin::Own, Act::Reaction, "🎉"), NOW);
    let marks = target.marks.clone().unwrap();
    assert_eq!(marks.own_reaction.as_deref(), Some("🎉"));
    assert_eq!(marks.their_reaction.as_deref(), Some("❤️"));
    amend(
        &mut target,
        &entry(Origin::Received, Act::TakeBack, "-"),
        NOW,
    );
    let marks = target.marks.clone().unwrap();
    assert_eq!(
        (marks.own_reaction.as_deref(), marks.their_reaction),
        (Some("🎉"), None)
    );
    let word = entry(Origin::Received, Act::Reaction, "lol");
    assert_eq!(amend(&mut target, &word, NOW), Outcome::Unfit);
}

#[test]
fn an_own_message_is_changed_for_a_day_and_a_hundred_times() {
    let edit = |text: &str| entry(Origin::Own, Act::Edit, text);
    let mut target = message(Origin::Own, "one");
    assert_eq!(amend(&mut target, &edit("two"), NOW + DAY), Outcome::Counts);
    assert_eq!(
        amend(&mut target, &edit("two"), NOW + DAY + 1),
        Outcome::TooLate
    );
    // A clock that was set back.
    assert_eq!(amend(&mut target, &edit("two"), NOW - DAY), Outcome::Counts);
    for _ in 2..CHANGES {
        assert_eq!(amend(&mut target, &edit("two"), NOW), Outcome::Counts);
    }
    assert_eq!(amend(&mut target, &edit("two"), NOW), Outcome::TooLate);
    let delete = entry(Origin::Own, Act::Delete, "-");
    assert_eq!(amend(&mut target, &delete, NOW), Outcome::Counts);
}

#[test]
fn a_contact_is_heard_for_eight_days_after_the_message_came() {
    let mut target = message(Origin::Received, "one");
    // It was on its way for a month.
    target.message.at = NOW - 30 * DAY;
    let edit = |text: &str| entry(Origin::Received, Act::Edit, text);
    assert_eq!(
        amend(&mut target, &edit("two"), NOW + 8 * DAY),
        Outcome::Counts
    );
    assert_eq!(
        amend(&mut target, &edit("three"), NOW + 8 * DAY + 1),
        Outcome::TooLate
    );
    assert_eq!(target.message.text, "two");
}

#[test]
fn what_is_said_about_a_message_is_none_itself() {
    let mut target = entry(Origin::Received, Act::Reaction, "👍");
    let reaction = entry(Origin::Own, Act::Reaction, "👍");
    assert_eq!(amend(&mut target, &reaction, NOW), Outcome::NotHere);
    let mut target = entry(Origin::Received, Act::Reply, "yes");
    assert_eq!(amend(&mut target, &reaction, NOW), Outcome::Counts);
}

#[test]
fn entries_of_two_people_give_the_same_in_either_order() {
    let of_author = [
        entry(Origin::Own, Act::Edit, "two"),
        entry(Origin::Own, Act::Delete, "-"),
    ];
    let of_other = entry(Origin::Received, Act::Reaction, "👍");
    for entry in of_author {
        let (mut first, mut last) = (message(Origin::Own, "one"), message(Origin::Own, "one"));
        amend(&mut first, &of_other, NOW);
        amend(&mut first, &entry, NOW);
        amend(&mut last, &entry, NOW);
        amend(&mut last, &of_other, NOW);
        assert_eq!(first, last);
    }
}
