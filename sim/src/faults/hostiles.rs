//! How hostile peers come and go.

use crate::causes::{CUT_OFF, EXPELLED, SQUATTED};
use crate::device::Device;
use crate::hostile::Kind;
use crate::process;
use crate::roots::router_id;
use crate::world::{HOMES, World};

/// Adds one or two hostile peers. Their devices are off.
pub fn add(world: &mut World) {
    for _ in 0..world.ctx.random.within(1, 3) {
        let kind = Kind::draw(&mut world.ctx.random);
        let target = world.ctx.random.index(2);
        let home = if kind.is_outside() { HOMES - 1 } else { target };
        world.faults.count(kind.name());
        match &mut world.beacon {
            // An attack on the public root must not trouble anybody under a signed one.
            Some(beacon) => beacon.without = None,
            None => world.model.besieged(target, true),
        }
        world.devices.add_hostile(Device {
            home,
            harm: Some((kind, target)),
            ..Device::default()
        });
    }
}

/// Lets a Router ID be held by a socket behind which nobody is, as right after a crash.
pub fn add_ghost(world: &mut World) {
    world.faults.count("an old holder of a Router ID");
    let Some(id) = router_id(world, 0) else {
        return;
    };
    let now = world.ctx.now;
    world.network.sockets.add_ghost(now, &id);
    world.model.disturbed(0, now, &CUT_OFF);
}

/// All hostile peers leave, if there are any that attack a home.
pub fn expel(world: &mut World) {
    if !world.model.is_besieged() {
        return;
    }
    let now = world.ctx.now;
    (0..HOMES).for_each(|home| world.model.besieged(home, false));
    world.model.disturbed_everywhere(now, &EXPELLED);
    for index in world.devices.hostile() {
        process::kill(world, index, false);
        let harm = world.devices.get(index).and_then(|device| device.harm);
        if let Some((kind, home)) = harm
            && kind.is_outside()
        {
            world.model.disturbed_home(home, now, &SQUATTED);
        }
    }
}
