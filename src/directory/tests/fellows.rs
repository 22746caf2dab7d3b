//! What a router tells another one of people whom a third one told as well.

use super::{End, empty_part, router_at_router};
use crate::io::{LinkId, Output};
use crate::limits::COLLECT;
use crate::test_context::{outputs, wait};
use crate::wire::{Entry, RegistryChange, RouterFrame, encode};
use uuid::Uuid;

/// The connection of the third router.
const THIRD: LinkId = LinkId::Accepted(3);

/// A router that has exchanged registries with two later ones.
fn first_of_three() -> End {
    let mut end = router_at_router();
    let (first, third) = {
        let namespace = end.member.namespace();
        (namespace.router_id(1), namespace.router_id(3))
    };
    assert!(end.member.incoming(&end.ctx, THIRD, &first, &third));
    end.member.opened(&mut end.ctx, THIRD, false);
    let part = empty_part(1);
    let registry = RouterFrame::Registry { part };
    for link in [end.link, THIRD] {
        says(&mut end, link, &registry);
    }
    told(&mut end);
    end
}

fn says(end: &mut End, link: LinkId, frame: &RouterFrame) {
    let text = encode(frame);
    let heard = end.member.frame(&mut end.ctx, link, text.as_bytes());
    assert_eq!(heard, Ok(()));
}

fn bob(end: &End) -> Entry {
    let discovery_id = end
        .member
        .namespace()
        .discovery_id(Uuid::from_bytes([2; 16]));
    Entry {
        discovery_id,
        ..end.checkin()
    }
}

/// One of the others says that Bob has come.
fn bob_joins(end: &mut End, link: LinkId) {
    let change = RegistryChange {
        epoch: 1,
        seq: 2,
        joined: vec![bob(end)],
        left: Vec::new(),
    };
    says(end, link, &RouterFrame::Update { change });
}

/// Returns who has left according to what the second router is told now.
fn told(end: &mut End) -> Vec<String> {
    wait(&mut end.ctx, COLLECT);
    end.member.timeout(&mut end.ctx);
    let mut left = Vec::new();
    for output in outputs(&mut end.ctx) {
        if let Output::Transmit(link, bytes) = output
            && link == end.link
            && let Ok(RouterFrame::Update { change }) = RouterFrame::decode(bytes.as_bytes())
        {
            left.extend(change.left);
        }
    }
    left
}

#[test]
fn a_router_learns_whom_another_one_has_not_any_more_from_a_third_that_is_gone() {
    let mut end = first_of_three();
    bob_joins(&mut end, THIRD);
    assert_eq!(told(&mut end), [""; 0]);
    // He moves.
    let second = end.link;
    bob_joins(&mut end, second);
    assert_eq!(told(&mut end), [""; 0], "two say so");
    end.member.closed(&mut end.ctx, THIRD, false);
    assert_eq!(told(&mut end), [bob(&end).discovery_id]);
}

#[test]
fn so_it_does_where_it_says_so_itself_only_after_that_one_is_gone() {
    let mut end = first_of_three();
    bob_joins(&mut end, THIRD);
    told(&mut end);
    end.member.closed(&mut end.ctx, THIRD, false);
    assert_eq!(told(&mut end), [""; 0], "he may be back soon");
    let second = end.link;
    bob_joins(&mut end, second);
    assert_eq!(told(&mut end), [bob(&end).discovery_id]);
}
