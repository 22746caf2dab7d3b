//! People who are off, away, or there for contacts only, for a while.

use crate::causes::{ABSENT, CUT_OFF};
use crate::check;
use crate::node;
use crate::world::World;
use mesh_chat::view::{Choice, Command};

/// A person goes off, away, or is there for contacts only.
pub fn absent(world: &mut World, index: usize, choice: Choice) {
    let device = world.devices.get_mut(index);
    let joined = |device: &&mut crate::device::Device| device.has_joined();
    let Some(device) = device
        .filter(|d| d.process.is_some() && d.asleep.is_none())
        .filter(joined)
    else {
        return;
    };
    device.absent = true;
    let home = device.home;
    world.disturb(index, &ABSENT);
    // Where its sockets are dead the server does not hear that it gives up its ids, and holds a Router ID among
    // them as that of a machine that is cut off. Nothing else waits: it takes them over itself by their tokens.
    let leaves = matches!(choice, Choice::Off(_) | Choice::ContactsOnly);
    if leaves && world.network.sockets.is_half_open(index) {
        world.model.disturbed_home(home, world.ctx.now, &CUT_OFF);
    }
    node::command(world, index, Command::Choose(choice));
}

/// Everything that a device had open is closed.
pub fn closed(world: &mut World, index: usize, generation: u64) {
    if !world.devices.runs(index, generation) {
        return;
    }
    let process = world.devices.process(index);
    if let Some(process) = process.filter(|process| process.closing) {
        (process.closing, process.endpoint, process.endpoint_due) = (false, None, None);
        // With the client goes what no id was held by: a socket that asks whether another server answers again.
        world.cut(index, true);
        check::absences::closed(world, index);
    }
}

/// The person wants to be there for everybody again, and says so when they do something next.
pub fn present(world: &mut World, index: usize) {
    if let Some(device) = world.devices.get_mut(index) {
        device.absent = false;
    }
}
