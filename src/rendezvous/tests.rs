//! Meeting points by themselves: the server's answers are what a test says.

use super::*;
use crate::io::Output;
use crate::test_context::{clear, closed, context, dials, facts, id, outputs, registered, wait};
use crate::values::ContactId;

const OWN: &str = "own transport id";

fn missing(name: &str, recovering: bool) -> Missing {
    Missing {
        contact: id(name),
        pair_secret: [7; 32],
        recovering,
    }
}

fn round(ctx: &mut Context, rendezvous: &mut Rendezvous, missing: &[Missing]) {
    rendezvous.timeout(ctx, missing, "myapp", Some(OWN));
}

/// Bob is missing, and the id of the meeting point was asked for.
fn claiming() -> (Context, Rendezvous, [Missing; 1], String) {
    let (mut ctx, mut rendezvous) = (context(), Rendezvous::default());
    let bob = [missing("Bob", true)];
    round(&mut ctx, &mut rendezvous, &bob);
    let mut ids = registered(&mut ctx);
    assert_eq!(ids.len(), 1, "{ids:?}");
    (ctx, rendezvous, bob, ids.remove(0))
}

/// Bob holds the meeting point and is dialled there.
fn dialling() -> (Context, Rendezvous, [Missing; 1], String, LinkId) {
    let (mut ctx, mut rendezvous, bob, id) = claiming();
    rendezvous.taken(&id);
    round(&mut ctx, &mut rendezvous, &bob);
    let dialled = facts(&mut ctx).pop();
    let Some(Fact::Dialled {
        link, to, purpose, ..
    }) = dialled
    else {
        panic!("{dialled:?}");
    };
    assert_eq!((to, purpose), (id.clone(), Purpose::Meet(bob_id())));
    assert_eq!(dials(&mut ctx), [(OWN.to_owned(), id.clone())]);
    (ctx, rendezvous, bob, id, link)
}

fn bob_id() -> ContactId {
    id("Bob")
}

#[test]
fn a_meeting_point_is_claimed_after_a_pause_and_at_once_while_recovering() {
    let (mut ctx, mut rendezvous) = (context(), Rendezvous::default());
    let bob = [missing("Bob", false)];
    round(&mut ctx, &mut rendezvous, &bob);
    assert_eq!(registered(&mut ctx), [""; 0]);
    let due = rendezvous.due(&ctx).unwrap();
    assert_eq!(due.why, Why::Seat);
    let pause = due.at.since(ctx.now.mono).as_secs();
    assert!((1..=3).contains(&pause), "{pause}");
    wait(&mut ctx, Duration::from_secs(3));
    round(&mut ctx, &mut rendezvous, &bob);
    assert_eq!(registered(&mut ctx), [claiming().3]);
}

#[test]
fn both_sides_of_a_pair_compute_the_same_place_and_others_another() {
    let (_, _, _, ours) = claiming();
    let (mut ctx, mut rendezvous) = (context(), Rendezvous::default());
    let theirs = [missing("Ann", true)];
    round(&mut ctx, &mut rendezvous, &theirs);
    assert_eq!(registered(&mut ctx), [ours]);
    let other = Missing {
        pair_secret: [8; 32],
        ..missing("Eve", true)
    };
    let both = [missing("Ann", true), other];
    round(&mut ctx, &mut rendezvous, &both);
    assert_eq!(registered(&mut ctx).len(), 1, "only the new one is claimed");
}

#[test]
fn whoever_holds_the_place_answers_there_and_dials_nobody() {
    let (mut ctx, mut rendezvous, bob, id) = claiming();
    assert_eq!(rendezvous.awaited_at(&id), None);
    rendezvous.registered(&id);
    assert!(rendezvous.awaited_at(&id).is_some());
    assert_eq!(rendezvous.awaited_at("another"), None);
    round(&mut ctx, &mut rendezvous, &bob);
    assert_eq!(outputs(&mut ctx), []);
}

#[test]
fn nobody_is_dialled_without_an_own_address() {
    let (mut ctx, mut rendezvous, bob, id) = claiming();
    rendezvous.taken(&id);
    rendezvous.timeout(&mut ctx, &bob, "myapp", None);
    assert_eq!(outputs(&mut ctx), []);
    round(&mut ctx, &mut rendezvous, &bob);
    assert_eq!(dials(&mut ctx).len(), 1);
}

#[test]
fn a_place_is_given_up_when_the_contact_is_found() {
    let (mut ctx, mut rendezvous, _, id) = claiming();
    rendezvous.registered(&id);
    round(&mut ctx, &mut rendezvous, &[]);
    assert_eq!(outputs(&mut ctx), [Output::Release(id.clone())]);
    assert_eq!(rendezvous.awaited_at(&id), None);
    assert_eq!(rendezvous.due(&ctx), None);
}

#[test]
fn places_follow_the_clock() {
    let (mut ctx, mut rendezvous, bob, id) = claiming();
    rendezvous.registered(&id);
    wait(&mut ctx, Duration::from_mins(10));
    round(&mut ctx, &mut rendezvous, &bob);
    let outputs = outputs(&mut ctx);
    let [Output::Release(left), Output::Register(taken)] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(*left, id);
    assert_ne!(*taken, id);
}

#[test]
fn leaving_closes_a_dial_on_which_nobody_is_proven_and_no_session() {
    let (mut ctx, mut rendezvous, _, _, link) = dialling();
    round(&mut ctx, &mut rendezvous, &[]);
    assert_eq!(closed(&mut ctx), [link]);
    assert!(matches!(facts(&mut ctx)[..], [Fact::LinkDropped(dropped)] if dropped == link));

    let (mut ctx, mut rendezvous, _, _, link) = dialling();
    ctx.routes.set_link(link, LinkOwner::Session(bob_id()));
    round(&mut ctx, &mut rendezvous, &[]);
    assert_eq!(outputs(&mut ctx), []);
    assert!(facts(&mut ctx).is_empty());
}

#[test]
fn where_the_holder_does_not_answer_the_second_place_is_taken_too() {
    let (mut ctx, mut rendezvous, bob, first, link) = dialling();
    rendezvous.link_ended(&mut ctx, LinkId::Dialled(99));
    round(&mut ctx, &mut rendezvous, &bob);
    assert_eq!(registered(&mut ctx), [""; 0], "another link has ended");
    rendezvous.link_ended(&mut ctx, link);
    round(&mut ctx, &mut rendezvous, &bob);
    let second = format!("{}{SECOND}", first.strip_suffix(FIRST).unwrap());
    assert_eq!(registered(&mut ctx), [second.as_str()]);
    wait(&mut ctx, Duration::from_secs(3));
    round(&mut ctx, &mut rendezvous, &bob);
    assert_eq!(registered(&mut ctx), [first.as_str()], "claimed again");
    rendezvous.registered(&first);
    clear(&mut ctx);
    round(&mut ctx, &mut rendezvous, &bob);
    assert_eq!(outputs(&mut ctx), [Output::Release(second)]);
}
