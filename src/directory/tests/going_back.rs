//! A peer that goes back from a later router to the first one.

use super::{End, empty_part, member};
use crate::context::Context;
use crate::directory::Member;
use crate::io::{LinkId, Output};
use crate::test_context::{outputs, wait};
use crate::wire::RouterFrame;
use std::time::Duration;

/// Waits for so long, and returns what the peer dials and closes then.
fn after(end: &mut End, time: Duration) -> (Option<LinkId>, Vec<LinkId>) {
    wait(&mut end.ctx, time);
    end.member.timeout(&mut end.ctx);
    dialled_and_closed(&mut end.ctx)
}

fn dialled_and_closed(ctx: &mut Context) -> (Option<LinkId>, Vec<LinkId>) {
    let (mut dialled, mut closed) = (None, Vec::new());
    for output in outputs(ctx) {
        if let Output::Dial { link, .. } = output {
            dialled = Some(link);
        } else if let Output::Close(link) = output {
            closed.push(link);
        }
    }
    (dialled, closed)
}

/// Lets somebody hold the Router ID with this number, and answer. Returns the connection.
fn answers(ctx: &mut Context, member: &mut Member, index: u32) -> LinkId {
    let router = member.namespace().router_id(index);
    assert!(member.taken(ctx, &router));
    let (dialled, _) = dialled_and_closed(ctx);
    let link = dialled.unwrap();
    member.opened(ctx, link, false);
    link
}

/// A peer of the second router, as the first one did not answer.
fn at_second() -> End {
    let (mut ctx, mut member) = member();
    let own = member.discovery_id().to_owned();
    let first = member.namespace().router_id(1);
    member.registered(&mut ctx, &own);
    member.taken(&mut ctx, &first);
    let (dialled, _) = dialled_and_closed(&mut ctx);
    member.closed(&mut ctx, dialled.unwrap(), false);
    wait(&mut ctx, Duration::from_secs(3));
    member.timeout(&mut ctx);
    let link = answers(&mut ctx, &mut member, 2);
    let mut end = End {
        ctx,
        member,
        link,
        remote: first,
    };
    hears_registry(&mut end);
    end
}

fn hears_registry(end: &mut End) {
    let part = empty_part(1);
    assert_eq!(end.hears(&RouterFrame::Registry { part }), Ok(()));
}

/// Dials the first router again, and is listed there. Returns the connection to the second one.
fn goes_back(end: &mut End) -> LinkId {
    let (dialled, closed) = after(end, Duration::from_secs(4 * 60 + 3));
    let second = std::mem::replace(&mut end.link, dialled.unwrap());
    assert_eq!(closed, []);
    end.member.opened(&mut end.ctx, end.link, false);
    hears_registry(end);
    second
}

#[test]
fn the_later_router_is_left_when_its_peers_have_heard_of_it_from_the_first() {
    let mut end = at_second();
    let second = goes_back(&mut end);
    let (_, closed) = after(&mut end, Duration::from_secs(2));
    assert_eq!(closed, [], "its news may be on their way");
    assert!(end.member.owns(second));
    let (_, closed) = after(&mut end, Duration::from_secs(3));
    assert_eq!(closed, [second]);
}

#[test]
fn a_first_router_that_answers_too_late_is_not_kept_open() {
    let mut end = at_second();
    let (dialled, _) = after(&mut end, Duration::from_secs(4 * 60 + 3));
    let dialled = dialled.unwrap();
    let second = end.member.namespace().router_id(2);
    // The server says that the second id is free, and gives it to this device.
    end.member.registered(&mut end.ctx, &second);
    end.member.opened(&mut end.ctx, dialled, false);
    let (_, closed) = dialled_and_closed(&mut end.ctx);
    assert!(closed.contains(&dialled), "{closed:?}");
}
