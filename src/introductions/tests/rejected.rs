//! Who was rejected, and is not asked about again.

use super::*;
use crate::limits::{REJECTED, REJECTED_LIFE};

#[test]
fn whoever_was_rejected_is_refused_for_a_day_whatever_the_root() {
    let (mut ctx, mut introductions, record) = waiting();
    introductions.reject(&mut ctx, &record.id).unwrap();
    let [Change::Request(stored)] = &changes(&mut ctx)[..] else {
        panic!("it is not stored that somebody was rejected");
    };
    let mut again = Introductions::default();
    again.restore(vec![stored.clone()], Vec::new());
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
    assert_eq!(changes(&mut ctx), [Change::ForgetRequest(record.id)]);
    again.take_request(&mut ctx, under_another_root.clone(), None, false);
    assert_eq!(changes(&mut ctx), [Change::Request(under_another_root)]);
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
    assert!(introductions.has_rejected(&ask(REJECTED).from));
    assert!(!introductions.has_rejected(&ask(0).from));
}
