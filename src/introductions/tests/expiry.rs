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
