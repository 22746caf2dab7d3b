//! What must hold in the end, after ten minutes in which all was well: nothing is missing, doubled
//! or out of order, and everybody has found everybody.

use crate::check::{lists, rendezvous, texts};
use crate::device::Device;
use crate::names::{device_of, friend_of, name};
use crate::world::World;

/// Records everything that is wrong in the end.
pub fn check(world: &mut World) {
    let mut wrong = texts::in_the_end(world);
    let owes = |home: &usize| world.model.owes(*home, world.ctx.now);
    for home in (0..world.network.homes.len()).filter(owes) {
        // Where a root is left in this second, its routers and members change: see `Goal::Roots`.
        if world.beacon.is_none() {
            wrong.extend(lists::router(world, home));
        }
        wrong.extend(lists::lists(world, home));
    }
    wrong.extend(lists::contacts(world));
    wrong.extend(rendezvous::special(world));
    secrets(world, &mut wrong);
    for wrong in wrong {
        world.ctx.violation(wrong);
    }
}

/// Both sides of a pair of contacts hold the same secret.
fn secrets(world: &World, wrong: &mut Vec<String>) {
    let is_person = |(index, _): &(usize, &Device)| world.devices.is_person(*index);
    for (index, device) in world.devices.iter().enumerate().filter(is_person) {
        for contact in device.disk.contacts().filter(|c| c.identity.is_some()) {
            let other = device_of(&contact.name);
            // What a false friend has of it may be anything.
            if friend_of(&contact.name).is_some() {
                continue;
            }
            if other.is_some_and(|other| world.ties.is_severed(index, other)) {
                continue;
            }
            let other = other.and_then(|other| world.devices.get(other));
            let back = other.into_iter().flat_map(|other| other.disk.contacts());
            // What a broken acceptance left is no contact, and goes after a week.
            let same: Vec<bool> = back
                .filter(|back| back.identity.is_some() && back.name == name(index))
                .map(|back| back.pair_secret == contact.pair_secret)
                .collect();
            if same != [true] {
                let them = &contact.name;
                wrong.push(format!("P{index} and {them} are no pair: {same:?}"));
            }
        }
    }
}
