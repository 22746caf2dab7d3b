//! Who is answered at a Discovery ID and at a Router ID, and how far such connections reach.

use super::super::Directory;
use super::machine::{
    ALSO_HERE, ELSEWHERE, HERE, TODAY, at, bobs_uuid, following, namespace, own, router_id,
};
use crate::address::Addresses;
use crate::config::Config;
use crate::context::Context;
use crate::ids::Namespace;
use crate::io::{ChannelBinding, Closed, Link, LinkId, Near, Output, Path, Reach};
use crate::limits::{CLAIM_JITTER, COLLECT, OF_ONE_CALLER, ROUTER_BURST, ROUTER_NEW};
use crate::test_context::{clear, closed, me, outputs, registered, sent, transport_id, wait};
use std::time::Duration;
use uuid::Uuid;

const LINK: LinkId = LinkId::Accepted(1);

/// The router of this network, which is also at this other address.
fn router() -> (Context, Directory) {
    let (mut ctx, mut directory) = at(&[HERE, ALSO_HERE]);
    directory.registered(&mut ctx, &router_id());
    clear(&mut ctx);
    (ctx, directory)
}

fn peer(n: u32) -> String {
    namespace().discovery_id(Uuid::from_u128(u128::from(n)))
}

fn calls(ctx: &mut Context, directory: &mut Directory, n: u32, from: &str) -> bool {
    let link = LinkId::Accepted(n);
    clear(ctx);
    let taken = directory.incoming(ctx, link, &router_id(), from);
    let answers = outputs(ctx);
    assert_eq!(matches!(answers[..], [Output::Answer { .. }]), taken);
    taken
}

fn open_over(ctx: &mut Context, directory: &mut Directory, link: LinkId, path: Path) {
    let binding = ChannelBinding {
        local: [1; 32],
        remote: [2; 32],
    };
    directory.link(ctx, link, Link::Open { binding, path });
}

#[test]
fn at_a_discovery_id_only_ids_of_the_same_namespace_under_the_same_root_are_callers() {
    let (_, directory) = at(&[HERE]);
    let (own, uuid) = (own(&directory, "myapp"), bobs_uuid(TODAY));
    let of = |root, address: &str| Namespace::of_address(root, address.parse().unwrap());
    let bob = namespace().discovery_id(uuid);
    assert!(directory.knows_caller(&own, &bob));
    for stranger in [
        of("0", HERE).discovery_id(uuid),
        of("myapp-0", HERE).discovery_id(uuid),
        of("myapp", ELSEWHERE).discovery_id(uuid),
        bob.to_uppercase(),
        format!("{bob}-1"),
        own.clone(),
        router_id(),
        transport_id(2),
    ] {
        assert!(!directory.knows_caller(&own, &stranger), "{stranger}");
    }
    assert!(!directory.knows_caller(&router_id(), &bob));
}

#[test]
fn a_router_answers_only_its_namespace() {
    let (mut ctx, mut directory) = router();
    let elsewhere = Namespace::of_address("0", HERE.parse().unwrap());
    for (n, stranger) in (0..).zip([
        elsewhere.discovery_id(Uuid::nil()),
        elsewhere.router_id(2),
        router_id(),
        transport_id(2),
    ]) {
        assert!(!calls(&mut ctx, &mut directory, n, &stranger), "{stranger}");
    }
    assert!(calls(&mut ctx, &mut directory, 9, &peer(9)));
    assert!(calls(
        &mut ctx,
        &mut directory,
        10,
        &namespace().router_id(2)
    ));
}

#[test]
fn a_router_answers_one_peer_twice_at_once_and_so_many_who_have_not_checked_in() {
    let (mut ctx, mut directory) = router();
    let few = u32::try_from(OF_ONE_CALLER).unwrap();
    for n in 0..few {
        assert!(calls(&mut ctx, &mut directory, n, &peer(0)));
    }
    assert!(!calls(&mut ctx, &mut directory, few, &peer(0)));
    let most = u32::try_from(ROUTER_NEW).unwrap();
    for n in few..most {
        assert!(calls(&mut ctx, &mut directory, n, &peer(n)));
    }
    assert!(!calls(&mut ctx, &mut directory, most, &peer(most)));
    let gone = Link::Closed(Closed::Unreachable);
    directory.link(&mut ctx, LinkId::Accepted(0), gone);
    assert!(
        calls(&mut ctx, &mut directory, most, &peer(0)),
        "there is room again"
    );
}

#[test]
fn a_router_answers_a_burst_of_peers_and_then_so_many_a_second() {
    let (mut ctx, mut directory) = router();
    let comes = |ctx: &mut Context, directory: &mut Directory, n| {
        let taken = calls(ctx, directory, n, &peer(n));
        let gone = Link::Closed(Closed::Gone);
        directory.link(ctx, LinkId::Accepted(n), gone);
        taken
    };
    for n in 0..ROUTER_BURST {
        assert!(comes(&mut ctx, &mut directory, n), "{n}");
    }
    assert!(!comes(&mut ctx, &mut directory, 1_000));
    wait(&mut ctx, Duration::from_millis(100));
    assert!(comes(&mut ctx, &mut directory, 1_001));
    assert!(!comes(&mut ctx, &mut directory, 1_002));
}

#[test]
fn a_peer_from_another_network_is_not_served() {
    let foreign = Path::Public(ELSEWHERE.parse().unwrap());
    let here = Path::Public(HERE.parse().unwrap());
    let also_here = Path::Public("2001:db8:1:2::9".parse().unwrap());
    let cases = [
        (Path::Local, true),
        (here, true),
        (also_here, true),
        (Path::Unknown, true),
        (foreign, false),
        (Path::Relay, false),
    ];
    for (path, served) in cases {
        let (mut ctx, mut directory) = router();
        assert!(calls(&mut ctx, &mut directory, 1, &peer(1)));
        open_over(&mut ctx, &mut directory, LINK, path);
        assert_eq!(closed(&mut ctx).is_empty(), served, "{path:?}");
        let id = peer(1);
        let checkin = format!(r#"{{"type":"checkin","discoveryID":"{id}","friendlyname":"Bob"}}"#);
        directory.link(&mut ctx, LINK, Link::Frame(checkin.into_bytes()));
        wait(&mut ctx, COLLECT);
        directory.timeout(&mut ctx);
        assert_eq!(!sent(&mut ctx, LINK).is_empty(), served, "{path:?}");
    }
}

#[test]
fn a_look_up_that_finds_nothing_makes_no_neighbour_foreign() {
    let (mut ctx, mut directory) = router();
    directory.addresses(&mut ctx, &me("Ann", 1), Addresses::default());
    assert!(calls(&mut ctx, &mut directory, 1, &peer(1)));
    let here = Path::Public(HERE.parse().unwrap());
    open_over(&mut ctx, &mut directory, LINK, here);
    assert_eq!(closed(&mut ctx), []);
}

#[test]
fn a_relay_is_as_good_as_no_relay_where_the_settings_name_one() {
    let (mut ctx, mut directory) = router();
    let mut config = Config::default();
    config.ice_servers[0].urls = vec!["turn:turn.example:3478".to_owned()];
    directory.configure(&mut ctx, &config);
    assert!(calls(&mut ctx, &mut directory, 1, &peer(1)));
    open_over(&mut ctx, &mut directory, LINK, Path::Relay);
    assert_eq!(closed(&mut ctx), []);
    assert!(
        !directory.is_local(Path::Relay, true),
        "but no proof of being here"
    );
}

#[test]
fn connections_of_a_namespace_stay_within_the_network() {
    let (mut ctx, mut directory) = router();
    directory.incoming(&mut ctx, LINK, &router_id(), &peer(1));
    let [Output::Answer { reach, .. }] = &outputs(&mut ctx)[..] else {
        panic!("not answered");
    };
    let near = Near {
        at: HERE.parse().unwrap(),
        own: [HERE, ALSO_HERE].map(|ip| ip.parse().unwrap()).to_vec(),
        relays: false,
    };
    assert_eq!(*reach, Reach::Near(near));
}

/// Somebody else holds the Router ID, and the dial to it ends like this. Returns the id that is
/// claimed then.
fn claimed_after(closed: Closed) -> Vec<String> {
    let (mut ctx, mut directory, link) = following();
    clear(&mut ctx);
    directory.link(&mut ctx, link, Link::Closed(Closed::Gone));
    wait(&mut ctx, CLAIM_JITTER);
    directory.timeout(&mut ctx);
    clear(&mut ctx);
    directory.taken(&mut ctx, &router_id());
    let outputs = outputs(&mut ctx);
    let [Output::Dial { link, .. }] = outputs[..] else {
        panic!("{outputs:?}");
    };
    directory.link(&mut ctx, link, Link::Closed(closed));
    wait(&mut ctx, CLAIM_JITTER * 2);
    directory.timeout(&mut ctx);
    registered(&mut ctx)
}

#[test]
fn a_holder_of_the_router_id_who_does_not_answer_or_has_no_address_here_is_passed_over() {
    let next = namespace().router_id(2);
    assert_eq!(claimed_after(Closed::Unreachable), [next]);
    assert_eq!(claimed_after(Closed::Elsewhere), [namespace().router_id(2)]);
}
