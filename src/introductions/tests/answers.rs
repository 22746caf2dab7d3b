//! Whoever is called back because their request is accepted, and the id at which they asked may be gone.

use super::asking::{CALL_BACK, having_asked};
use super::*;
use crate::context::Context;
use crate::fact::Shown;
use crate::limits::{INVITES, NAMESAKES};
use crate::test_context::transport_id;

/// How long somebody is looked for.
const LOOKED_FOR: Duration = Duration::from_mins(1);

/// An id of somebody.
fn id(n: usize) -> String {
    format!("myapp-203-0-113-7-{n:08}-bbbb-8bbb-8bbb-bbbbbbbbbbbb")
}

/// Where somebody can be dialled, an id after the other.
fn at(ids: &[String]) -> Vec<(String, String)> {
    let ways = ids.iter().map(|id| ("us".to_owned(), id.clone()));
    ways.collect()
}

/// Dials who is to be called back, if they are listed at these ids. Returns whom.
fn call(introductions: &mut Introductions, ctx: &mut Context, listed: &[String]) -> Vec<String> {
    introductions.call(ctx, |_| at(listed), |_| false);
    let dials = dials(ctx).into_iter();
    dials.map(|(_, to)| to).collect()
}

/// Bob has asked and is to be called back.
fn accepted(quietly: bool) -> (Context, Introductions) {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let request = request("Bob", BOB);
    if quietly {
        introductions.ask_back(&mut ctx, &request);
    } else {
        introductions.call_back(&mut ctx, request);
    }
    clear(&mut ctx);
    (ctx, introductions)
}

fn too_late() -> Alert {
    let name = "Bob".to_owned();
    Alert::AnswerTooLate { name }
}

#[test]
fn whoever_is_called_back_must_show_to_be_the_one_who_asked_and_else_the_next_one_is_dialled() {
    for in_vain in [Asked::Failed, Asked::Unreachable] {
        let (mut ctx, mut introductions) = accepted(false);
        let listed = [id(1), id(2)];
        assert_eq!(call(&mut introductions, &mut ctx, &listed), [id(1)]);
        assert_eq!(
            call(&mut introductions, &mut ctx, &listed),
            [""; 0],
            "one at a time"
        );
        let (first, second) = (Stranger::at(&id(1)), Stranger::at(&id(2)));
        assert!(introductions.showing(&first) == Showing::Required(CALL_BACK));
        introductions.set_asked(&mut ctx, first, in_vain);
        assert!(introductions.asked().is_empty(), "nothing is shown of it");
        assert_eq!(call(&mut introductions, &mut ctx, &listed), [id(2)]);
        introductions.sent(&mut ctx, second, "us", [9; 32], Some("Bob"), true);
        assert_eq!(introductions.due(), None, "found");
        assert_eq!(notices(&mut ctx), []);
    }
}

#[test]
fn whoever_is_not_found_within_a_minute_is_given_up_and_the_person_told_unless_they_know_of_nothing()
 {
    for quietly in [false, true] {
        let (mut ctx, mut introductions) = accepted(quietly);
        assert_eq!(call(&mut introductions, &mut ctx, &[]), [""; 0]);
        let due = introductions.due().unwrap().at;
        assert_eq!(due.since(ctx.now.mono), LOOKED_FOR);
        wait(&mut ctx, LOOKED_FOR - Duration::from_millis(1));
        assert_eq!(call(&mut introductions, &mut ctx, &[]), [""; 0]);
        assert_eq!(notices(&mut ctx), [], "they may be listed yet");
        wait(&mut ctx, Duration::from_millis(1));
        call(&mut introductions, &mut ctx, &[]);
        let told = notices(&mut ctx);
        assert_eq!(told, if quietly { vec![] } else { vec![too_late()] });
        let waits = introductions.requests().len();
        assert_eq!(waits, usize::from(!quietly), "for when they are there");
        assert_eq!(call(&mut introductions, &mut ctx, &[id(1)]), [""; 0]);
    }
}

#[test]
fn whoever_is_listed_within_the_minute_is_dialled() {
    let (mut ctx, mut introductions) = accepted(false);
    call(&mut introductions, &mut ctx, &[]);
    wait(&mut ctx, LOOKED_FOR / 2);
    assert_eq!(call(&mut introductions, &mut ctx, &[id(1)]), [id(1)]);
}

#[test]
fn of_somebody_who_was_found_and_does_not_finish_the_person_hears_once_and_can_answer_again() {
    for quietly in [false, true] {
        let (mut ctx, mut introductions) = accepted(quietly);
        call(&mut introductions, &mut ctx, &[id(1)]);
        let bob = Stranger::at(&id(1));
        introductions.sent(&mut ctx, bob.clone(), "us", [9; 32], Some("Bob"), true);
        clear(&mut ctx);
        introductions.set_asked(&mut ctx, bob, Asked::Failed);
        assert_eq!(notices(&mut ctx), []);
        wait(&mut ctx, LOOKED_FOR);
        call(&mut introductions, &mut ctx, &[id(1)]);
        let told = notices(&mut ctx);
        assert_eq!(told, if quietly { vec![] } else { vec![too_late()] });
        assert_eq!(introductions.waiting().count(), usize::from(!quietly));
    }
}

#[test]
fn only_so_many_of_one_name_are_dialled() {
    let (mut ctx, mut introductions) = accepted(false);
    let listed: Vec<String> = (0..=NAMESAKES).map(id).collect();
    for n in 0..NAMESAKES {
        assert_eq!(call(&mut introductions, &mut ctx, &listed), [id(n)]);
        introductions.set_asked(&mut ctx, Stranger::at(&id(n)), Asked::Failed);
    }
    assert_eq!(call(&mut introductions, &mut ctx, &listed), [""; 0]);
}

#[test]
fn whoever_asks_again_while_they_are_called_back_is_accepted() {
    let (mut ctx, mut introductions) = accepted(false);
    let before = request("Bob", BOB).id;
    let again = Shown::Again(before);
    let secrets: Vec<_> = introductions.secrets().collect();
    assert_eq!(secrets, [(again.clone(), CALL_BACK)]);
    let record = request("Bob, later", &id(1));
    introductions.take_request(&mut ctx, record.clone(), Some(&again), false);
    let [Fact::RequestGone(_), Fact::RequestWanted(id)] = &facts(&mut ctx)[..] else {
        panic!("the person is asked");
    };
    assert_eq!((id, introductions.due()), (&record.id, None));
}

#[test]
fn whoever_was_known_on_an_earlier_day_is_shown_that_where_only_their_name_is_the_same() {
    let gone = |_: &Stranger| true;
    let (_, introductions, record) = waiting();
    let asking = Before::Asking(record.id, CALL_BACK);
    assert_eq!(introductions.before("Bob", gone), Some(asking.clone()));
    assert_eq!(introductions.before("Bob", |_| false), None, "he is there");
    assert_eq!(introductions.before("Rob", gone), None);
    let (mut ctx, mut introductions) = having_asked();
    let asked = Before::Asked(Stranger::at(BOB), CALL_BACK);
    assert_eq!(introductions.before("Bob", gone), Some(asked.clone()));
    for before in [asking, asked] {
        let way = Some(("us".to_owned(), id(1)));
        let bob = Stranger::at(&id(1));
        introductions
            .ask(&mut ctx, &bob, true, way, None, Some(before))
            .unwrap();
        assert!(introductions.showing(&bob) == Showing::Offered(CALL_BACK));
        introductions.set_asked(&mut ctx, bob.clone(), Asked::Unreachable);
        assert!(introductions.showing(&bob) == Showing::Nothing);
    }
}

#[test]
fn whoever_has_asked_and_is_recognised_when_they_are_asked_asks_no_longer() {
    for recognised in [true, false] {
        let (mut ctx, mut introductions, record) = waiting();
        let way = Some(("us".to_owned(), id(1)));
        let (bob, before) = (Stranger::at(&id(1)), introductions.before("Bob", |_| true));
        introductions
            .ask(&mut ctx, &bob, true, way, None, before)
            .unwrap();
        introductions.sent(&mut ctx, bob, "us", [9; 32], Some("Bob"), recognised);
        let waits = introductions.requests().contains_key(&record.id);
        assert_eq!(waits, !recognised);
    }
}

#[test]
fn whoever_becomes_a_contact_is_known_by_no_secret_of_any_day() {
    for remote in [BOB.to_owned(), id(1), id(2)] {
        let (mut ctx, mut introductions) = having_asked();
        for day in [1, 2] {
            let (way, bob) = (Some(("us".to_owned(), id(day))), Stranger::at(&id(day)));
            let before = introductions.before("Bob", |_| true);
            wait(&mut ctx, Duration::from_secs(1));
            introductions
                .ask(&mut ctx, &bob, true, way, None, before)
                .unwrap();
            let secret = [u8::try_from(day).unwrap(); 32];
            introductions.sent(&mut ctx, bob, "us", secret, Some("Bob"), false);
        }
        assert_eq!(introductions.secrets().count(), 3);
        introductions.befriended(&mut ctx, &remote);
        assert_eq!(introductions.secrets().count(), 0, "{remote}");
    }
}

#[test]
fn whoever_used_an_invite_is_dialled_again_and_again_and_of_many_a_bounded_part_holds_ids() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    for n in 0..=INVITES {
        let byte = u8::try_from(n).unwrap();
        let invited = RequestRecord {
            id: RequestId(format!("{n:02}")),
            to: transport_id(100 + byte),
            ..request("Bob", &transport_id(byte))
        };
        introductions.call_back(&mut ctx, invited);
    }
    let own = registered(&mut ctx);
    assert_eq!(own.len(), INVITES);
    for id in &own {
        introductions.registered(&mut ctx, id);
    }
    let called = call(&mut introductions, &mut ctx, &[]);
    assert_eq!(called.len(), INVITES);
    let bob = Stranger::at(&called[0]);
    for seconds in [4, 8, 16] {
        introductions.set_asked(&mut ctx, bob.clone(), Asked::Unreachable);
        assert_eq!(call(&mut introductions, &mut ctx, &[]), [""; 0]);
        let due = introductions.due().unwrap().at;
        assert_eq!(due.since(ctx.now.mono), Duration::from_secs(seconds));
        wait(&mut ctx, Duration::from_secs(seconds));
        assert_eq!(call(&mut introductions, &mut ctx, &[]), called[..1]);
    }
    assert_eq!(notices(&mut ctx), []);
}
