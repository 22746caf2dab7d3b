//! The directory by itself: which namespaces it joins, and whom it sees there.

use super::super::Directory;
use crate::address::Addresses;
use crate::config::Config;
use crate::context::Context;
use crate::crypto;
use crate::ids::{Namespace, Stranger};
use crate::io::{ChannelBinding, Link, LinkId, Output, Path};
use crate::limits::{ADDRESS_CHECK, DISCOVERY_IDS};
use crate::test_context::{NOW, clear, context, me, outputs, registered, wait};
use crate::wire::{Entry, RouterFrame, encode};
use std::net::IpAddr;
use std::time::Duration;

pub(super) const HERE: &str = "203.0.113.7";
pub(super) const ALSO_HERE: &str = "2001:db8:1:2::1";
pub(super) const ELSEWHERE: &str = "203.0.113.8";
/// Bob's discoveryUUID, by which his contacts recognise him.
pub(super) const BOBS: [u8; 16] = [2; 16];
pub(super) const TODAY: &str = "2026-11-23";
pub(super) const DAY: Duration = Duration::from_hours(24);

fn found(addresses: &[&str]) -> Addresses {
    let parse = |text: &&str| text.parse::<IpAddr>().unwrap();
    Addresses {
        seen: addresses.iter().map(parse).collect(),
        own: Vec::new(),
    }
}

/// A directory whose device is at these addresses.
pub(super) fn at(addresses: &[&str]) -> (Context, Directory) {
    let (mut ctx, mut directory) = (context(), Directory::new(NOW.unix));
    directory.configure(&mut ctx, &Config::default());
    directory.addresses(&mut ctx, &me("Ann", 1), found(addresses));
    (ctx, directory)
}

pub(super) fn namespace() -> Namespace {
    Namespace::of_address("myapp", HERE.parse().unwrap())
}

pub(super) fn router_id() -> String {
    namespace().router_id(1)
}

pub(super) fn open(directory: &mut Directory, ctx: &mut Context, link: LinkId) {
    let binding = ChannelBinding {
        local: [1; 32],
        remote: [2; 32],
    };
    let path = Path::Local;
    directory.link(ctx, link, Link::Open { binding, path });
}

/// Returns the own Discovery ID under a root.
pub(super) fn own(directory: &Directory, root: &str) -> String {
    let mut members = directory.members().iter();
    let member = members.find(|member| member.namespace().root() == root);
    member.unwrap().discovery_id().to_owned()
}

/// Becomes the router under a root, and takes the check-in of somebody with a uuid there.
pub(super) fn checked_in(
    directory: &mut Directory,
    ctx: &mut Context,
    root: &str,
    uuid: uuid::Uuid,
    n: u32,
) {
    let namespace = Namespace::of_address(root, HERE.parse().unwrap());
    let (router, link) = (namespace.router_id(1), LinkId::Accepted(n));
    let own = own(directory, root);
    directory.registered(ctx, &own);
    directory.registered(ctx, &router);
    let entry = Entry {
        discovery_id: namespace.discovery_id(uuid),
        friendlyname: "Bob".to_owned(),
        last_seen: 0,
        sealed_transport: None,
        relayed: None,
        router: None,
    };
    assert!(directory.incoming(ctx, link, &router, &entry.discovery_id));
    open(directory, ctx, link);
    let text = encode(&RouterFrame::Checkin { entry });
    directory.link(ctx, link, Link::Frame(text.into_bytes()));
}

pub(super) fn bobs_uuid(day: &str) -> uuid::Uuid {
    crypto::discovery_uuid(&BOBS, namespace().label(), day, 0)
}

#[test]
fn there_is_one_membership_for_each_network_and_each_holds_two_ids() {
    let (mut ctx, mut directory) = at(&[HERE, ALSO_HERE]);
    let [here, also_here] = directory.members() else {
        panic!("two networks");
    };
    let uuid = |id: &str| id[id.len() - 36..].to_owned();
    let uuids = [here, also_here].map(|member| uuid(member.discovery_id()));
    assert_ne!(uuids[0], uuids[1], "nobody is followed to another network");
    assert_eq!(registered(&mut ctx).len(), 4);
    let me = me("Ann", 1);
    directory.addresses(&mut ctx, &me, found(&[HERE, "2001:db8:1:2::9"]));
    assert_eq!(outputs(&mut ctx), [], "the same networks");
    directory.addresses(&mut ctx, &me, found(&[ELSEWHERE]));
    assert_eq!(directory.members().len(), 1);
    directory.leave(&mut ctx, &me);
    assert!(directory.members().is_empty());
}

#[test]
fn another_root_is_another_membership() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let config = Config {
        root: "other".to_owned(),
        ..Config::default()
    };
    directory.configure(&mut ctx, &config);
    assert_eq!(own(&directory, "myapp").split('-').next(), Some("myapp"));
    directory.rejoin(&mut ctx, &me("Ann", 1));
    let [member] = directory.members() else {
        panic!("not one membership");
    };
    assert_eq!(member.namespace().root(), "other");
}

#[test]
fn without_a_root_nothing_is_joined() {
    let (mut ctx, mut directory) = (context(), Directory::new(NOW.unix));
    directory.addresses(&mut ctx, &me("Ann", 1), found(&[HERE]));
    assert!(directory.members().is_empty());
    directory.configure(&mut ctx, &Config::default());
    directory.rejoin(&mut ctx, &me("Ann", 1));
    assert_eq!(directory.members().len(), 1, "the address was kept");
}

#[test]
fn a_look_up_that_finds_nothing_leaves_nothing_and_is_repeated_soon() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let me = me("Ann", 1);
    let next = |directory: &Directory| directory.lookup_at().unwrap().since(NOW.mono);
    assert_eq!(next(&directory), ADDRESS_CHECK);
    for seconds in [5, 10, 20] {
        directory.addresses(&mut ctx, &me, Addresses::default());
        assert_eq!(next(&directory), Duration::from_secs(seconds));
        assert!(directory.has_no_address());
        assert_eq!(directory.members().len(), 1);
    }
    directory.addresses(&mut ctx, &me, found(&[HERE]));
    assert_eq!(next(&directory), ADDRESS_CHECK);
}

#[test]
fn on_a_cellular_network_everything_is_left_and_nothing_is_looked_up() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let me = me("Ann", 1);
    clear(&mut ctx);
    directory.set_cellular_network(true);
    directory.apply_discovery(&mut ctx, &me);
    assert!(directory.members().is_empty());
    assert_eq!(directory.lookup_at(), None);
    let is_release = |output: &Output| matches!(output, Output::Release(_));
    assert!(outputs(&mut ctx).iter().all(is_release));
    directory.addresses(&mut ctx, &me, found(&[HERE]));
    directory.look_up(&mut ctx);
    directory.timeout(&mut ctx);
    assert_eq!(outputs(&mut ctx), []);
    directory.set_cellular_network(false);
    directory.apply_discovery(&mut ctx, &me);
    assert_eq!(outputs(&mut ctx), [Output::LookUpAddress]);
}

#[test]
fn who_looks_nothing_up_does_not_go_on_being_where_it_was() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let me = me("Ann", 1);
    directory.set_unlisted(true);
    directory.apply_discovery(&mut ctx, &me);
    let here = Path::Public(HERE.parse().unwrap());
    assert!(directory.is_local(here, true), "nothing has changed");
    directory.hurry(&mut ctx);
    assert!(!directory.is_local(here, true), "it may be elsewhere");
}

#[test]
fn a_browser_that_opens_no_direct_connections_holds_no_id_and_joins_when_it_does() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let me = me("Ann", 1);
    clear(&mut ctx);
    directory.set_direct(&mut ctx, Some(&me), true);
    assert_eq!(outputs(&mut ctx), [], "nothing new");
    directory.set_direct(&mut ctx, Some(&me), false);
    assert!(directory.members().is_empty() && directory.is_forbidden());
    let is_release = |output: &Output| matches!(output, Output::Release(_));
    let released = outputs(&mut ctx);
    assert!(
        released.len() == 2 && released.iter().all(is_release),
        "{released:?}"
    );
    directory.addresses(&mut ctx, &me, found(&[HERE]));
    assert_eq!(registered(&mut ctx), [""; 0]);
    directory.set_direct(&mut ctx, Some(&me), true);
    assert_eq!(registered(&mut ctx).len(), 2);
}

#[test]
fn a_stranger_is_dialled_under_the_newest_root_where_they_are_listed() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let uuid = uuid::Uuid::from_bytes([9; 16]);
    let stranger = Stranger::at(&namespace().discovery_id(uuid));
    assert_eq!(directory.way_to(&stranger), None);
    checked_in(&mut directory, &mut ctx, "myapp", uuid, 1);
    let to = |directory: &Directory| directory.way_to(&stranger).map(|(_, to)| to);
    assert_eq!(to(&directory), Some(format!("myapp-{}", stranger.as_str())));
    join_newer(&mut ctx, &mut directory);
    assert_eq!(to(&directory), Some(format!("myapp-{}", stranger.as_str())));
    checked_in(&mut directory, &mut ctx, "newer", uuid, 2);
    let newest = format!("newer-{}", stranger.as_str());
    assert_eq!(to(&directory), Some(newest.clone()));
    let own = own(&directory, "newer");
    assert_eq!(directory.id_to_dial_from(&newest), Some(own.as_str()));
    directory.lost(&own);
    assert_eq!(to(&directory), Some(format!("myapp-{}", stranger.as_str())));
    assert!(stranger.is_at(&newest));
}

/// Joins a second root, as around a boundary of the beacon's slots.
fn join_newer(ctx: &mut Context, directory: &mut Directory) {
    let ann = super::Announcement {
        name: "Ann".to_owned(),
        discovery_uuid: [1; 16],
        transport_id: "t".to_owned(),
        day: TODAY.to_owned(),
    };
    let newer = super::Member::join(ctx, "newer", HERE.parse().unwrap(), &ann, 0);
    directory.members.push(newer);
}

#[test]
fn who_finds_its_own_id_taken_under_one_root_has_one_id_under_both() {
    let (mut ctx, mut directory) = at(&[HERE]);
    join_newer(&mut ctx, &mut directory);
    let taken = own(&directory, "newer");
    directory.taken(&mut ctx, &taken);
    let next = crypto::discovery_uuid(&[1; 16], namespace().label(), TODAY, 1);
    let next = Stranger::at(&namespace().discovery_id(next));
    for root in ["myapp", "newer"] {
        assert!(next.is_at(&own(&directory, root)), "{root}");
    }
}

#[test]
fn becoming_listed_is_told_once() {
    let (mut ctx, mut directory) = at(&[HERE]);
    assert!(!directory.is_listed_elsewhere());
    directory.registered(&mut ctx, &router_id());
    assert!(directory.is_listed_elsewhere());
    assert!(!directory.is_listed_elsewhere());
}

#[test]
fn a_router_id_that_nobody_waits_for_is_released() {
    let (mut ctx, mut directory, _) = following();
    clear(&mut ctx);
    let elsewhere = Namespace::of_address("myapp", "203.0.113.99".parse().unwrap());
    for late in [namespace().router_id(2), elsewhere.router_id(1)] {
        directory.registered(&mut ctx, &late);
        assert_eq!(outputs(&mut ctx), [Output::Release(late)]);
    }
}

/// A peer that has checked in at the router.
pub(super) fn following() -> (Context, Directory, LinkId) {
    let (mut ctx, mut directory) = at(&[HERE]);
    let own = own(&directory, "myapp");
    directory.registered(&mut ctx, &own);
    clear(&mut ctx);
    directory.taken(&mut ctx, &router_id());
    let outputs = outputs(&mut ctx);
    let [Output::Dial { link, .. }] = outputs[..] else {
        panic!("{outputs:?}");
    };
    open(&mut directory, &mut ctx, link);
    (ctx, directory, link)
}

#[test]
fn who_finds_its_own_id_taken_takes_the_next_one_of_the_day() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let uuid = |number| crypto::discovery_uuid(&[1; 16], namespace().label(), TODAY, number);
    let expected = |number| namespace().discovery_id(uuid(number));
    clear(&mut ctx);
    for number in 0..DISCOVERY_IDS {
        let own = own(&directory, "myapp");
        assert_eq!(own, expected(number));
        directory.taken(&mut ctx, &own);
        let next = (number + 1 < DISCOVERY_IDS).then(|| expected(number + 1));
        assert_eq!(registered(&mut ctx), Vec::from_iter(next));
    }
    wait(&mut ctx, Duration::from_secs(15));
    directory.timeout(&mut ctx);
    assert_eq!(registered(&mut ctx), [expected(0)], "all over again");
}

#[test]
fn on_a_new_day_the_own_id_is_another_one() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let (me, before) = (me("Ann", 1), own(&directory, "myapp"));
    clear(&mut ctx);
    directory.new_day(&mut ctx, &me);
    assert_eq!(outputs(&mut ctx), []);
    wait(&mut ctx, DAY);
    directory.new_day(&mut ctx, &me);
    let now = own(&directory, "myapp");
    let moves = [Output::Register(now.clone()), Output::Release(before)];
    assert_eq!(outputs(&mut ctx), moves);
    let other = namespace().discovery_id(bobs_uuid(TODAY));
    assert!(directory.knows_caller(&now, &other));
}
