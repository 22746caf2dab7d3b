//! What must hold in the end, after ten minutes in which all was well: nothing is missing, doubled
//! or out of order, and everybody has found everybody.

use crate::check::{files, introductions, lists, rendezvous, sayings, staying, texts};
use crate::names::{device_of, friend_of};
use crate::pairs::{clocks_agree, know_the_way};
use crate::ties::one_refuses;
use crate::world::World;
use mesh_chat::records::ContactRecord;

/// Records everything that is wrong in the end.
pub fn check(world: &mut World) {
    let mut wrong = texts::in_the_end(world);
    wrong.extend(files::in_the_end(world));
    wrong.extend(sayings::in_the_end(world));
    wrong.extend(staying::in_the_end(world));
    wrong.extend(introductions::in_the_end(world));
    let owes = |home: &usize| world.model.owes(*home, world.ctx.now);
    for home in (0..world.network.homes.len()).filter(owes) {
        // Where a root is left in this second, its routers and members change: see `Goal::Roots`.
        if world.beacon.is_none() {
            wrong.extend(lists::router(world, home));
        }
        wrong.extend(lists::lists(world, home));
        wrong.extend(lists::hidden(world, home));
    }
    wrong.extend(lists::contacts(world));
    wrong.extend(rendezvous::special(world));
    secrets(world, &mut wrong);
    for wrong in wrong {
        world.ctx.violation(wrong);
    }
}

/// Both sides of a pair of contacts hold the same secret, whatever one has done about the other since they
/// first met.
fn secrets(world: &World, wrong: &mut Vec<String>) {
    for index in world.devices.people() {
        for contact in world.devices.contacts(index) {
            // What a false friend has of it may be anything.
            if !is_finished(contact) || friend_of(&contact.name).is_some() {
                continue;
            }
            let other = device_of(&contact.name);
            let back = other.into_iter().flat_map(|o| of(world, o, index));
            let same: Vec<bool> = back
                .filter(|back| is_finished(back))
                .map(|back| back.pair_secret == contact.pair_secret)
                .collect();
            let excused =
                || other.is_some_and(|other| is_excused(world, index, other, same.is_empty()));
            if same != [true] && !excused() {
                let them = &contact.name;
                wrong.push(format!("P{index} and {them} are no pair: {same:?}"));
            }
        }
    }
}

fn is_finished(contact: &ContactRecord) -> bool {
    contact.identity.is_some()
}

/// Returns what one has stored of another, also what a broken acceptance left.
fn of(world: &World, one: usize, other: usize) -> impl Iterator<Item = &ContactRecord> {
    let contacts = world.devices.contacts(one);
    contacts.filter(move |contact| device_of(&contact.name) == Some(other))
}

/// Whether two may hold different secrets, or one of them none.
fn is_excused(world: &World, one: usize, other: usize, alone: bool) -> bool {
    let ties = &world.ties;
    // One has removed the other and not accepted them again, or has lost everything, and a backup brings
    // back who they were before.
    let anew = alone || ties.was_wiped(one) || ties.was_wiped(other);
    if ties.is_severed(one, other) && anew {
        return true;
    }
    // What one has finished and the other has open becomes one secret when they meet. Whoever was parted before
    // either had said where it is has only the meeting point, and two whose clocks are too far apart, or of
    // whom one has blocked the other, are not there together: until they are, one of them asks again.
    is_open(world, one, other) && !may_meet(world, one, other)
}

/// Whether the newest acceptance of two is finished on one side and open on the other.
fn is_open(world: &World, one: usize, other: usize) -> bool {
    let open = |one: usize, other: usize| {
        let open = of(world, one, other).filter(|contact| !is_finished(contact));
        open.map(|contact| &contact.pair_secret).any(|secret| {
            let mut finished = of(world, other, one).filter(|contact| is_finished(contact));
            finished.any(|contact| contact.pair_secret == *secret)
        })
    };
    open(one, other) || open(other, one)
}

/// Whether two who want each other have met in the last ten minutes, in which all was well.
fn may_meet(world: &World, one: usize, other: usize) -> bool {
    let near = clocks_agree(world, one, other) || know_the_way(world, one, other);
    near && world.passes(one, other) && !one_refuses(&world.devices, one, other)
}
