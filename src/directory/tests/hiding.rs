//! When a router is left because it hides somebody, and on whose word.

use super::super::Directory;
use super::machine::{ELSEWHERE, following, router_id};
use crate::context::Context;
use crate::ids::Namespace;
use crate::limits::HIDDEN;
use crate::test_context::{NOW, clear, closed, id, wait};
use crate::values::ContactId;
use std::time::Duration;

/// Notes who says to be at a router and is not seen, for as long as a router may hide somebody.
fn miss(directory: &mut Directory, ctx: &mut Context, missing: &[(&ContactId, &str)]) {
    directory.leave_hiding_routers(ctx, missing);
    wait(ctx, HIDDEN - Duration::from_millis(1));
    directory.leave_hiding_routers(ctx, missing);
    assert_eq!(closed(ctx), [], "not so soon");
    wait(ctx, Duration::from_millis(1));
    directory.leave_hiding_routers(ctx, missing);
}

/// Bob was in the registry of this network.
fn bob_was_here(directory: &mut Directory) {
    directory.neighbours.insert(id("Bob"), ());
}

#[test]
fn a_router_that_hides_a_contact_for_long_is_left() {
    let (mut ctx, mut directory, link) = following();
    let (bob, router) = (id("Bob"), router_id());
    bob_was_here(&mut directory);
    clear(&mut ctx);
    miss(&mut directory, &mut ctx, &[(&bob, &router)]);
    assert_eq!(closed(&mut ctx), [link]);
}

#[test]
fn the_word_of_one_contact_who_was_never_listed_here_is_not_enough() {
    let (bob, cleo, router) = (id("Bob"), id("Cleo"), router_id());
    let (mut ctx, mut directory, _) = following();
    clear(&mut ctx);
    let twice = [(&bob, router.as_str()), (&bob, router.as_str())];
    miss(&mut directory, &mut ctx, &twice);
    assert_eq!(closed(&mut ctx), []);
    let (mut ctx, mut directory, link) = following();
    clear(&mut ctx);
    let both = [(&bob, router.as_str()), (&cleo, router.as_str())];
    miss(&mut directory, &mut ctx, &both);
    assert_eq!(closed(&mut ctx), [link], "two agree");
}

#[test]
fn a_router_is_left_because_of_one_contact_in_an_hour_then_in_two_and_so_on_to_a_day() {
    let (bob, router) = (id("Bob"), router_id());
    let mut complained = litemap::LiteMap::new_vec();
    for hours in [1, 2, 4, 8, 16, 24, 24] {
        let (mut ctx, mut directory, link) = following();
        bob_was_here(&mut directory);
        clear(&mut ctx);
        directory.complained = complained;
        miss(&mut directory, &mut ctx, &[(&bob, &router)]);
        assert_eq!(closed(&mut ctx), [link], "{hours}");
        complained = std::mem::take(&mut directory.complained);
        let until = complained.get(&bob).unwrap().until;
        let length = until.since(ctx.now.mono);
        assert_eq!(length, Duration::from_hours(hours));
        // The next directory begins at the same moment as this one did.
        complained.get_mut(&bob).unwrap().until = NOW.mono;
    }
    let (mut ctx, mut directory, _) = following();
    bob_was_here(&mut directory);
    clear(&mut ctx);
    complained.get_mut(&bob).unwrap().until = NOW.mono + HIDDEN * 3;
    directory.complained = complained;
    miss(&mut directory, &mut ctx, &[(&bob, &router)]);
    assert_eq!(closed(&mut ctx), [], "not before that");
}

#[test]
fn a_router_is_not_left_for_somebody_who_came_meanwhile_or_is_elsewhere() {
    let (mut ctx, mut directory, _) = following();
    let bob = id("Bob");
    bob_was_here(&mut directory);
    clear(&mut ctx);
    let elsewhere = Namespace::of_address("myapp", ELSEWHERE.parse().unwrap());
    for said in [router_id(), elsewhere.router_id(1), elsewhere.router_id(1)] {
        directory.leave_hiding_routers(&mut ctx, &[(&bob, said.as_str())]);
        wait(&mut ctx, HIDDEN);
    }
    directory.leave_hiding_routers(&mut ctx, &[(&bob, router_id().as_str())]);
    assert_eq!(closed(&mut ctx), []);
}
