//! Who was rejected, and is not asked about again.

use super::*;
use crate::fact::Shown;
use crate::limits::{EXPIRED_KEPT, REJECTED, REJECTED_LIFE};

#[test]
fn whoever_was_rejected_is_refused_for_a_day_whatever_the_root() {
    let (mut ctx, mut introductions, record) = waiting();
    introductions.reject(&mut ctx, &record.id).unwrap();
    let [Change::Request(stored)] = &changes(&mut ctx)[..] else {
        panic!("it is not stored that somebody was rejected");
    };
    let mut again = Introductions::default();
    again.restore(vec![stored.clone()], Vec::new(), Vec::new(), ctx.now.mono);
    assert!(again.requests().is_empty(), "it waits no longer");
    let under_another_root = request("Bob", &format!("other-{}", Stranger::at(BOB).as_str()));
    for introductions in [&mut introductions, &mut again] {
        clear(&mut ctx);
        introductions.take_request(&mut ctx, under_another_root.clone(), None, false);
        assert!(matches!(facts(&mut ctx)[..], [Fact::RequestEnded(_)]));
        assert_eq!(changes(&mut ctx), [], "nothing is stored");
    }
    wait(&mut ctx, REJECTED_LIFE + Duration::from_secs(1));
    again.expire(&mut ctx);
    assert_eq!(changes(&mut ctx), [], "the clock may be wrong");
    again.take_request(&mut ctx, under_another_root.clone(), None, false);
    assert_eq!(changes(&mut ctx), [Change::Request(under_another_root)]);
    wait(&mut ctx, EXPIRED_KEPT);
    again.expire(&mut ctx);
    assert_eq!(changes(&mut ctx), [Change::ForgetRequest(record.id)]);
}

#[test]
fn a_no_counts_also_after_the_clock_was_a_year_ahead_for_a_moment() {
    let (mut ctx, mut introductions, record) = waiting();
    introductions.reject(&mut ctx, &record.id).unwrap();
    clear(&mut ctx);
    let year = 365 * 24 * 3_600_000;
    ctx.now.unix += year;
    introductions.expire(&mut ctx);
    wait(&mut ctx, Duration::from_mins(1));
    introductions.expire(&mut ctx);
    ctx.now.unix -= year;
    introductions.expire(&mut ctx);
    assert_eq!(introductions.rejected_secrets().count(), 1);
    introductions.take_request(&mut ctx, request("Bob", BOB), None, false);
    assert!(matches!(facts(&mut ctx)[..], [Fact::RequestEnded(_)]));
    assert_eq!(changes(&mut ctx), []);
}

#[test]
fn only_so_many_are_remembered_as_rejected_and_the_newest_are() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let ask = |n: usize| request(&n.to_string(), &format!("root-stranger-{n}"));
    for n in 0..=REJECTED {
        introductions.wait(ask(n));
        introductions.reject(&mut ctx, &ask(n).id).unwrap();
    }
    assert_eq!(introductions.rejected.len(), REJECTED);
    assert!(changes(&mut ctx).contains(&Change::ForgetRequest(ask(0).id)));
    let is_rejected = |n: usize| {
        let mut rejected = introductions.rejected.iter();
        rejected.any(|request| request.from == ask(n).from)
    };
    assert!(is_rejected(REJECTED) && !is_rejected(0));
}

#[test]
fn whoever_was_rejected_and_shows_to_be_the_same_is_refused_under_the_id_of_the_next_day_too() {
    let (mut ctx, mut introductions, record) = waiting();
    introductions.reject(&mut ctx, &record.id).unwrap();
    let again = Shown::Again(record.id.clone());
    let before: Vec<_> = introductions.rejected_secrets().collect();
    assert_eq!(before.len(), 1);
    assert_eq!(before[0].0, again);
    let others: Vec<_> = introductions.secrets().collect();
    assert_eq!(others, [], "they are let in like any stranger");
    let tomorrow = |n: u8| RequestRecord {
        id: RequestId(n.to_string()),
        call_back: Secret(crate::encoding::b64(&[n; 32])),
        ..request(
            "Bob",
            &format!("myapp-203-0-113-7-{n:08}-bbbb-8bbb-8bbb-bbbbbbbbbbbb"),
        )
    };
    for n in [1, 2] {
        clear(&mut ctx);
        introductions.take_request(&mut ctx, tomorrow(n), Some(&again), false);
        assert!(matches!(facts(&mut ctx)[..], [Fact::RequestEnded(_)]));
        assert_eq!(
            changes(&mut ctx),
            [],
            "a stranger does not make the disk write"
        );
        let now: Vec<_> = introductions.rejected_secrets().collect();
        assert_eq!(
            now,
            [(again.clone(), [n; 32])],
            "that is what they show next"
        );
    }
    clear(&mut ctx);
    let other = request(
        "Bob",
        &format!("myapp-203-0-113-7-{:08}-bbbb-8bbb-8bbb-bbbbbbbbbbbb", 3),
    );
    introductions.take_request(&mut ctx, other.clone(), None, false);
    assert_eq!(
        changes(&mut ctx),
        [Change::Request(other)],
        "nothing shows who it is"
    );
}
