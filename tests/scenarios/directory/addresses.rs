//! The public address decides which network a device looks for.

use crate::world::{ANN, BOB, HOME, World, friends};
use mesh_chat::address::Addresses;
use mesh_chat::node::Input;
use mesh_chat::records::Snapshot;
use mesh_chat::view::Phase;

#[test]
fn a_device_that_registers_again_looks_up_its_address_and_joins_the_network_of_a_new_one() {
    let mut world = friends();
    world.renumber("203.0.113.35");
    world.reconnect(BOB);
    assert_eq!(world.holder("myapp-203-0-113-35-1"), Some(BOB));
    assert_eq!(world.holder("myapp-203-0-113-7-1"), Some(ANN));
}

#[test]
fn an_address_that_changed_without_an_event_is_seen_when_the_id_is_registered_again() {
    let mut world = friends();
    world.renumber("198.51.100.4");
    world.reregister_transport_id(ANN);
    world.pass(500);
    let network = world.status(ANN).networks.first();
    let address = network.map(|network| network.address.as_str());
    assert_eq!(address, Some("198.51.100.4"));
}

#[test]
fn it_is_seen_too_where_the_ids_of_before_are_given_up_meanwhile() {
    let mut world = friends();
    world.renumber("198.51.100.4");
    world.block(ANN, "Bob");
    world.pass(500);
    let network = world.status(ANN).networks.first();
    let address = network.map(|network| network.address.as_str());
    assert_eq!(address, Some("198.51.100.4"));
}

#[test]
fn it_is_seen_too_where_another_id_than_the_transport_id_is_lost() {
    let mut world = friends();
    world.renumber("198.51.100.4");
    let ids = world.held(ANN).into_iter();
    let mut listed = ids.filter(|id| id.starts_with("myapp-203-0-113-7-") && !id.ends_with("-1"));
    let id = listed.next().unwrap().to_owned();
    world.reregister(ANN, id);
    world.pass(500);
    let network = world.status(ANN).networks.first();
    let address = network.map(|network| network.address.as_str());
    assert_eq!(address, Some("198.51.100.4"));
}

#[test]
fn it_is_seen_too_where_the_server_was_never_reached_before() {
    let mut world = World::new();
    let ann = world.start(Snapshot::default());
    world.while_unreachable(|world| {
        world.join(ann, "Ann");
        world.renumber("198.51.100.4");
    });
    world.pass(500);
    let network = world.status(ann).networks.first();
    let address = network.map(|network| network.address.as_str());
    assert_eq!(address, Some("198.51.100.4"));
}

#[test]
fn of_two_kinds_of_addresses_the_state_line_names_the_one_with_most_people() {
    let mut world = World::of(&["Ann", "Bob", "Cleo", "Dan"]);
    let seen = ["2001:db8:1:2::1", HOME].map(|address| address.parse().unwrap());
    let own = Vec::new();
    let found = Addresses {
        seen: seen.into(),
        own,
    };
    world.input(ANN, Input::Addresses(found));
    world.pass(10_000);
    let address = HOME.to_owned();
    let phase = Phase::Router { address, people: 4 };
    assert_eq!(world.status(ANN).phase, phase);
}
