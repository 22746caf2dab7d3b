//! The public address decides which network a device looks for.

use crate::world::{ANN, BOB, friends};

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
