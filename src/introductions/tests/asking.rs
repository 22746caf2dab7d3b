//! Who was asked before, and shows it; and two who ask each other.

use super::*;
use crate::fact::Shown;

/// A request was sent to Bob, and its exchange made this secret.
pub(super) const CALL_BACK: crate::crypto::Key = [0x0C; 32];

/// Somebody who has asked Bob.
pub(super) fn having_asked() -> (crate::context::Context, Introductions) {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let way = Some(("us".to_owned(), BOB.to_owned()));
    introductions
        .ask(&mut ctx, &Stranger::at(BOB), true, way, None, None)
        .unwrap();
    introductions.sent(
        &mut ctx,
        Stranger::at(BOB),
        "us",
        CALL_BACK,
        Some("Bob"),
        false,
    );
    clear(&mut ctx);
    (ctx, introductions)
}

fn called_back() -> Shown {
    Shown::CallBack(Stranger::at(BOB))
}

#[test]
fn whoever_was_asked_and_calls_back_with_the_secret_is_accepted_without_asking_the_person() {
    let (mut ctx, mut introductions) = having_asked();
    let secrets: Vec<_> = introductions.secrets().collect();
    assert_eq!(secrets, [(called_back(), CALL_BACK)]);
    let record = request("Bob", BOB);
    introductions.take_request(&mut ctx, record.clone(), Some(&called_back()), false);
    let [Fact::RequestWanted(id)] = &facts(&mut ctx)[..] else {
        panic!("the person is asked");
    };
    assert_eq!(*id, record.id);
    assert_eq!(outputs(&mut ctx), []);
    assert!(
        introductions
            .secrets()
            .all(|(shown, _)| shown != called_back()),
        "once"
    );
}

#[test]
fn whoever_comes_from_the_id_that_was_asked_without_the_secret_is_a_stranger() {
    let (mut ctx, mut introductions) = having_asked();
    let record = request("Bob", BOB);
    introductions.take_request(&mut ctx, record.clone(), None, false);
    assert_eq!(changes(&mut ctx), [Change::Request(record)]);
    assert_eq!(
        introductions.asked().get(&Stranger::at(BOB)),
        Some(&Asked::Waiting)
    );
}

#[test]
fn a_request_that_was_sent_counts_for_a_week_also_after_a_no_and_not_after_a_fault() {
    for (asked, counts) in [
        (Asked::NotAccepted, true),
        (Asked::Unreachable, true),
        (Asked::Failed, false),
    ] {
        let (mut ctx, mut introductions) = having_asked();
        introductions.set_asked(&mut ctx, Stranger::at(BOB), asked);
        assert_eq!(
            introductions.secrets().count(),
            usize::from(counts),
            "{asked:?}"
        );
        wait(&mut ctx, REQUEST_LIFE);
        introductions.expire(&mut ctx);
        assert_eq!(introductions.secrets().count(), 0);
    }
}

#[test]
fn only_so_many_strangers_are_remembered_as_asked() {
    let (mut ctx, mut introductions) = having_asked();
    for n in 0..REQUESTS {
        wait(&mut ctx, Duration::from_secs(1));
        introductions.sent(
            &mut ctx,
            Stranger::at(&n.to_string()),
            "us",
            [1; 32],
            None,
            false,
        );
    }
    assert_eq!(introductions.secrets().count(), REQUESTS);
    assert!(
        introductions
            .secrets()
            .all(|(shown, _)| shown != called_back())
    );
}

#[test]
fn a_newer_request_replaces_the_older_one_of_the_same_person_and_of_nobody_else() {
    let newer = |n: u64| RequestRecord {
        id: RequestId(format!("newer {n}")),
        at: crate::test_context::NOW.unix + n,
        ..request("Bob", BOB)
    };
    let (mut ctx, mut introductions, record) = waiting();
    let again = Shown::Again(record.id.clone());
    introductions.take_request(&mut ctx, newer(1), Some(&again), false);
    assert!(introductions.requests().is_empty());
    assert!(matches!(
        facts(&mut ctx)[..],
        [Fact::RequestGone(_), Fact::RequestReplaced(_)]
    ));

    let (mut ctx, mut introductions, record) = waiting();
    introductions.take_request(&mut ctx, newer(1), None, false);
    assert!(facts(&mut ctx).is_empty(), "it may be somebody else by now");
    introductions.wait(newer(1));
    assert_eq!(
        introductions.request_of(&Stranger::at(BOB)),
        None,
        "which of them?"
    );
    introductions.take_request(&mut ctx, newer(2), None, false);
    let [Fact::RequestGone(_), Fact::RequestReplaced(replaced)] = &facts(&mut ctx)[..] else {
        panic!("an id may fill the list");
    };
    assert_eq!(*replaced, newer(1).id);
    assert!(introductions.requests().contains_key(&record.id));
}

#[test]
fn of_two_who_ask_each_other_the_smaller_id_goes_on_with_its_own_request() {
    let at = |own: &str| RequestRecord {
        to: own.to_owned(),
        ..request("Bob", BOB)
    };
    for (own, goes_on) in [("a", true), ("z", false)] {
        let (_, mut introductions) = having_asked();
        assert!(
            !introductions.ours_goes_on(&Stranger::at(BOB)),
            "nothing is held"
        );
        introductions.hold(at(own));
        assert_eq!(introductions.ours_goes_on(&Stranger::at(BOB)), goes_on);
    }
}

#[test]
fn a_held_request_is_wanted_once_it_is_shown_whose_it_is_and_else_waits_for_the_person() {
    let (mut ctx, mut introductions) = having_asked();
    introductions.hold(request("Bob", BOB));
    introductions.take_held(&mut ctx, &Stranger::at(BOB));
    assert!(matches!(facts(&mut ctx)[..], [Fact::RequestWanted(_)]));

    let (mut ctx, mut introductions) = having_asked();
    introductions.hold(request("Bob", BOB));
    introductions.set_asked(&mut ctx, Stranger::at(BOB), Asked::NotAccepted);
    assert!(facts(&mut ctx).is_empty());
    let stored = changes(&mut ctx);
    assert!(stored.contains(&Change::Request(request("Bob", BOB))));
}

#[test]
fn whoever_asks_again_shows_the_secret_of_the_first_time() {
    let (_, introductions) = having_asked();
    assert!(introductions.showing(&Stranger::at(BOB)) == Showing::Offered(CALL_BACK));
    let (_, introductions, record) = waiting();
    let secrets: Vec<_> = introductions.secrets().collect();
    assert_eq!(secrets, [(Shown::Again(record.id), CALL_BACK)]);
}

#[test]
fn an_invite_that_is_used_again_from_the_same_id_asks_once() {
    let (mut ctx, mut introductions, invite, _) = invited();
    let with_it = |from: &str| RequestRecord {
        invite: Some(invite.id.clone()),
        ..request("Bob", from)
    };
    let first = with_it("bob");
    introductions.take_request(&mut ctx, first.clone(), None, false);
    introductions.request_stored(&mut ctx, &first.id);
    clear(&mut ctx);
    let again = RequestRecord {
        id: RequestId("again".to_owned()),
        ..with_it("bob")
    };
    assert_eq!(introductions.judge(&again), Ok(()));
    introductions.take_request(&mut ctx, again.clone(), None, false);
    introductions.request_stored(&mut ctx, &again.id);
    let waiting: Vec<_> = introductions.requests().keys().cloned().collect();
    assert_eq!(waiting, [again.id]);
}
