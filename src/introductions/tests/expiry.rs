//! What expires by the calendar, and a calendar that is wrong.

use super::*;
use crate::io::Output;
use crate::limits::EXPIRED_KEPT;

#[test]
fn a_request_expires_after_a_week_and_an_invite_at_its_end() {
    let (mut ctx, mut introductions, record) = waiting();
    wait(&mut ctx, REQUEST_LIFE);
    introductions.expire(&mut ctx);
    assert_eq!(introductions.requests().len(), 1);
    wait(&mut ctx, Duration::from_millis(1));
    introductions.expire(&mut ctx);
    assert_eq!(introductions.requests().len(), 0, "out of sight");
    assert_eq!(changes(&mut ctx), [], "the clock may be wrong");
    wait(&mut ctx, EXPIRED_KEPT);
    introductions.expire(&mut ctx);
    assert_eq!(changes(&mut ctx), [Change::ForgetRequest(record.id)]);

    let (mut ctx, mut introductions, invite, _) = invited();
    wait(&mut ctx, INVITE_LIFE - Duration::from_millis(1));
    introductions.expire(&mut ctx);
    assert_eq!(introductions.invites().count(), 1);
    wait(&mut ctx, Duration::from_millis(1));
    introductions.expire(&mut ctx);
    assert_eq!(introductions.invites().count(), 0);
    assert_eq!(changes(&mut ctx), []);
    wait(&mut ctx, EXPIRED_KEPT);
    introductions.expire(&mut ctx);
    assert_eq!(changes(&mut ctx), [Change::ForgetInvite(invite.id)]);
}

#[test]
fn what_a_clock_hid_that_was_a_week_ahead_is_there_again_when_it_is_right() {
    let ahead = u64::try_from((REQUEST_LIFE + EXPIRED_KEPT).as_millis()).unwrap();
    let (mut ctx, mut introductions, _) = waiting();
    ctx.now.unix += ahead;
    introductions.expire(&mut ctx);
    assert_eq!(introductions.requests().len(), 0);
    ctx.now.unix -= ahead;
    introductions.expire(&mut ctx);
    assert_eq!(introductions.requests().len(), 1);
    assert_eq!(changes(&mut ctx), []);

    let (mut ctx, mut introductions, invite, _) = invited();
    clear(&mut ctx);
    ctx.now.unix += ahead;
    introductions.expire(&mut ctx);
    ctx.now.unix -= ahead;
    introductions.expire(&mut ctx);
    assert_eq!(introductions.invites().count(), 1);
    let address = invite.address;
    let outputs = outputs(&mut ctx);
    let again = [Output::Release(address.clone()), Output::Register(address)];
    assert_eq!(outputs, again);
}

/// Sets the clock ahead, and to the right time again.
fn while_ahead(
    ctx: &mut crate::context::Context,
    introductions: &mut Introductions,
    ahead: Duration,
    action: impl FnOnce(&mut crate::context::Context, &mut Introductions),
) {
    let millis = u64::try_from(ahead.as_millis()).unwrap();
    ctx.now.unix += millis;
    introductions.expire(ctx);
    action(ctx, introductions);
    ctx.now.unix -= millis;
    introductions.expire(ctx);
}

#[test]
fn an_invite_that_was_used_up_while_a_clock_hid_it_stays_so() {
    for accepted in [false, true] {
        let (mut ctx, mut introductions, invite, _) = invited();
        wait(&mut ctx, Duration::from_hours(24));
        let record = RequestRecord {
            invite: Some(invite.id.clone()),
            at: ctx.now.unix,
            ..request("Bob", BOB)
        };
        introductions.wait(record.clone());
        let ahead = INVITE_LIFE - Duration::from_hours(12);
        while_ahead(&mut ctx, &mut introductions, ahead, |ctx, introductions| {
            if accepted {
                introductions.accepted(ctx, &record);
            } else {
                introductions.reject(ctx, &record.id).unwrap();
            }
        });
        assert_eq!(introductions.invites().count(), 0);
        assert!(changes(&mut ctx).contains(&Change::ForgetInvite(invite.id)));
    }
}

#[test]
fn what_came_to_its_end_while_a_clock_hid_it_does_not_come_back() {
    let bob = || Stranger::at(BOB);
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    introductions.sent(&mut ctx, bob(), "us", [9; 32], None, false);
    while_ahead(
        &mut ctx,
        &mut introductions,
        REQUEST_LIFE,
        |ctx, introductions| {
            introductions.sent(ctx, bob(), "us", [8; 32], None, false);
        },
    );
    let known: Vec<_> = introductions.secrets().map(|(_, secret)| secret).collect();
    assert_eq!(known, [[8; 32]], "the last one counts");
    while_ahead(
        &mut ctx,
        &mut introductions,
        2 * REQUEST_LIFE,
        |ctx, introductions| {
            introductions.befriended(ctx, BOB);
        },
    );
    assert_eq!(introductions.secrets().count(), 0, "a contact by now");
    let gone = Change::ForgetAsked(bob().as_str().to_owned());
    assert_eq!(changes(&mut ctx).pop(), Some(gone));
}

#[test]
fn a_request_that_was_answered_while_a_clock_hid_it_does_not_come_back() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    introductions.call_back(&mut ctx, request("Bob", BOB));
    let way = |_: &RequestRecord| vec![("us".to_owned(), BOB.to_owned())];
    introductions.call(&mut ctx, way, |_| false);
    while_ahead(
        &mut ctx,
        &mut introductions,
        2 * REQUEST_LIFE,
        |ctx, introductions| {
            introductions.befriended(ctx, BOB);
        },
    );
    assert_eq!(introductions.requests().len(), 0);
    assert_eq!(introductions.secrets().count(), 0);
}
