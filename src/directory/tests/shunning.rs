//! How soon a device goes back to a router that it has left.

use super::super::Directory;
use super::machine::{HERE, following, router_id};
use crate::context::Context;
use crate::ids::Namespace;
use crate::io::{ChannelBinding, Link, LinkId, Output, Path};
use crate::limits::{CLAIM_JITTER, HIDDEN};
use crate::test_context::{clear, id, outputs, wait};
use crate::wire::{RouterFrame, encode};
use std::time::Duration;

/// How the router at `-1` gets itself left.
type Cause = fn(&mut Context, &mut Directory, LinkId);

const MOMENT: Duration = Duration::from_millis(250);

fn says(ctx: &mut Context, directory: &mut Directory, link: LinkId, text: &str) {
    directory.link(ctx, link, Link::Frame(text.as_bytes().to_vec()));
}

fn breaks_the_protocol(ctx: &mut Context, directory: &mut Directory, link: LinkId) {
    says(ctx, directory, link, "nonsense");
}

fn says_what_is_out_of_place(ctx: &mut Context, directory: &mut Directory, link: LinkId) {
    let router = router_id();
    let frame = encode(&RouterFrame::Redirect { router });
    says(ctx, directory, link, &frame);
}

fn hides_somebody(ctx: &mut Context, directory: &mut Directory, _: LinkId) {
    let (bob, router) = (id("Bob"), router_id());
    directory.neighbours.insert(bob.clone(), ());
    for time in [Duration::ZERO, HIDDEN] {
        wait(ctx, time);
        directory.leave_hiding_routers(ctx, &[(&bob, &router)]);
    }
}

/// The router at `-1` is well for everybody else: answers who dials it from `-2`.
fn answers(ctx: &mut Context, directory: &mut Directory, link: LinkId) {
    let binding = ChannelBinding {
        local: [1; 32],
        remote: [2; 32],
    };
    let path = Path::Public(HERE.parse().unwrap());
    directory.link(ctx, link, Link::Open { binding, path });
    let part = super::empty_part(1);
    let registry = encode(&RouterFrame::Registry { part });
    says(ctx, directory, link, &registry);
}

/// Lets time pass for a device that has just left the router at `-1`, and gets `-2`. Returns after which
/// time it gives that up and goes back.
fn goes_back_after(ctx: &mut Context, directory: &mut Directory) -> Duration {
    let second = Namespace::of_address("myapp", HERE.parse().unwrap()).router_id(2);
    let mut passed = Duration::ZERO;
    while passed < Duration::from_mins(10) {
        for output in outputs(ctx) {
            if output == Output::Release(second.clone()) {
                return passed;
            } else if output == Output::Register(second.clone()) {
                directory.registered(ctx, &second);
            } else if let Output::Dial { link, from, .. } = output
                && from == second
            {
                answers(ctx, directory, link);
            }
        }
        wait(ctx, MOMENT);
        passed += MOMENT;
        directory.timeout(ctx);
    }
    panic!("it stays");
}

#[test]
fn a_router_that_was_left_is_not_gone_back_to_for_half_a_minute_and_then_soon() {
    let causes: [(&str, Cause); 3] = [
        ("breaks the protocol", breaks_the_protocol),
        ("says what is out of place", says_what_is_out_of_place),
        ("hides somebody", hides_somebody),
    ];
    for (what, cause) in causes {
        let (mut ctx, mut directory, link) = following();
        clear(&mut ctx);
        cause(&mut ctx, &mut directory, link);
        let after = goes_back_after(&mut ctx, &mut directory);
        let half_a_minute = Duration::from_secs(30);
        assert!(after >= half_a_minute, "{what}: after {after:?}");
        let latest = half_a_minute + CLAIM_JITTER + 2 * MOMENT;
        assert!(after <= latest, "{what}: after {after:?}");
    }
}

#[test]
fn a_router_that_hides_somebody_again_is_left_alone_for_twice_as_long_and_other_faults_add_nothing()
{
    let (mut ctx, mut directory, link) = following();
    clear(&mut ctx);
    let mut left = link;
    let causes: [(Cause, u64); 4] = [
        (breaks_the_protocol, 30),
        (hides_somebody, 30),
        (hides_somebody, 60),
        (breaks_the_protocol, 30),
    ];
    for (cause, seconds) in causes {
        cause(&mut ctx, &mut directory, left);
        let after = goes_back_after(&mut ctx, &mut directory);
        let least = Duration::from_secs(seconds);
        let most = least + CLAIM_JITTER + 2 * MOMENT;
        assert!((least..=most).contains(&after), "{seconds}: {after:?}");
        // It is back at `-1`, whose holder answers; and as if an hour had passed.
        directory.complained = litemap::LiteMap::new_vec();
        directory.taken(&mut ctx, &router_id());
        let dialled = outputs(&mut ctx).into_iter().find_map(|output| {
            let Output::Dial { link, .. } = output else {
                return None;
            };
            Some(link)
        });
        left = dialled.expect("the router is dialled");
        let binding = ChannelBinding {
            local: [1; 32],
            remote: [2; 32],
        };
        let path = Path::Local;
        directory.link(&mut ctx, left, Link::Open { binding, path });
        clear(&mut ctx);
    }
}
