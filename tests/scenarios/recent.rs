//! Whom the menu of other pages offers: those with whom the person talked last.

use crate::world::{ANN, BOB, CLEO, HOME, World};
use mesh_chat::view::Event;

/// The names that the menu of a device has, if it was told of any.
fn menu(world: &World, device: usize) -> Option<Vec<&str>> {
    let newest_first = world.events(device).iter().rev();
    let mut menus = newest_first.filter_map(|event| match event {
        Event::Recent(recent) => Some(recent),
        _ => None,
    });
    let newest = menus.next()?.iter();
    Some(newest.map(|recent| recent.name.as_str()).collect())
}

#[test]
fn the_menu_has_the_contacts_with_whom_the_person_talked_last_by_their_saved_names() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    assert_eq!(menu(&world, ANN), None, "no contacts, no menu");
    for (device, name) in [(BOB, "Bob"), (CLEO, "Cleo")] {
        world.ask(ANN, name);
        world.accept(device);
        world.pass(1_000);
    }
    world.send(BOB, "Ann", "hello");
    world.pass(1_000);
    assert_eq!(menu(&world, ANN), Some(vec!["Bob", "Cleo"]));
    world.send(ANN, "Cleo", "hello");
    assert_eq!(menu(&world, ANN), Some(vec!["Cleo", "Bob"]));
    world.rename(ANN, "Bob", "Neighbour");
    assert_eq!(menu(&world, ANN), Some(vec!["Cleo", "Neighbour"]));
    world.block(ANN, "Cleo");
    assert_eq!(menu(&world, ANN), Some(vec!["Neighbour"]));
    world.unblock(ANN, "Cleo");
    let ann = world.restart(ANN, HOME);
    assert_eq!(
        menu(&world, ann),
        Some(vec!["Cleo", "Neighbour"]),
        "as it was"
    );
    world.remove(ann, "Neighbour");
    world.remove(ann, "Cleo");
    assert_eq!(menu(&world, ann), Some(Vec::new()));
}
