//! Where somebody is dialled who was listed under an id that is gone.

use super::machine::{HERE, TODAY, at, bobs_uuid, checked_in, namespace, open, router_id};
use crate::ids::Stranger;
use crate::io::{Link, LinkId};
use crate::wire::{Entry, RegistryPart, RouterFrame, encode};

#[test]
fn of_the_people_of_a_name_those_come_first_who_have_checked_in_here() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let bob = bobs_uuid(TODAY);
    checked_in(&mut directory, &mut ctx, "myapp", bob, 0);
    let (second, link) = (namespace().router_id(2), LinkId::Accepted(1));
    assert!(directory.incoming(&mut ctx, link, &router_id(), &second));
    open(&mut directory, &mut ctx, link);
    let invented = |n: u8| Entry {
        discovery_id: namespace().discovery_id(uuid::Uuid::new_v8([n; 16])),
        friendlyname: "Bob".to_owned(),
        last_seen: 0,
        sealed_transport: None,
        relayed: None,
        router: None,
    };
    let part = RegistryPart {
        peers: (0..100).map(invented).collect(),
        ..super::empty_part(1)
    };
    let text = encode(&RouterFrame::Registry { part });
    directory.link(&mut ctx, link, Link::Frame(text.into_bytes()));
    let gone = Stranger::at(&namespace().discovery_id(bobs_uuid("2026-11-22")));
    let ways = directory.ways_back(&gone, "Bob");
    assert_eq!(ways.len(), 101);
    assert_eq!(ways[0].1, namespace().discovery_id(bob));
}
