//! Requests to the beacon and its answers on their way, and whether a device reports of each answer
//! what it must.

use crate::beacon::{SLOTS, expected_trouble};
use crate::event::{Call, Reply};
use crate::node;
use crate::world::World;
use mesh_chat::node::Input;

/// A request reaches the beacon, or an answer reaches a device. Only the answer to the latest
/// request is taken.
pub fn arrive(world: &mut World, index: usize, call: Call) {
    let unix = world.unix();
    let (Some(beacon), Some(device)) = (&mut world.beacon, world.devices.get(index)) else {
        return;
    };
    match call {
        Call::Asked(number) => beacon.asked(&mut world.ctx, unix, (index, device), number),
        Call::Answered(number, reply) => {
            if beacon.is_latest(index, number) {
                answered(world, index, reply);
            }
        }
    }
}

fn answered(world: &mut World, index: usize, reply: Reply) {
    let Some(device) = world.devices.get(index) else {
        return;
    };
    let clock = device.clock(world.ctx.now).unix;
    let beacon = world.beacon.as_ref();
    let oldest = beacon.and_then(|beacon| beacon.oldest_slot(index));
    let expected = expected_trouble(&reply, clock, oldest);
    let slot = SLOTS.at(world.unix());
    let is_over = reply.slot.is_some_and(|signed| signed < slot);
    world
        .ctx
        .say(|| format!("P{index} hears of the beacon: {reply:?}"));
    node::handle(world, index, Input::Beacon(reply.answer));
    let device = world.devices.get(index);
    let shown = device.and_then(|device| device.view.beacon);
    // A device without an address is in no root that is seen from here, and knows more.
    let unknown = oldest.is_none() && is_over;
    if let Some(shown) = shown.filter(|shown| shown.trouble != expected && !unknown) {
        let said = shown.trouble;
        world.ctx.violation(format!(
            "P{index} says {said:?} of the beacon, and it is {expected:?}"
        ));
    }
}
