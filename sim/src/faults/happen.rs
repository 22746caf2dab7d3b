//! Which function makes which fault happen, and the end of all of them.

use crate::causes::HEAL;
use crate::fault::Fault;
use crate::faults::{absences, contacts, devices, homes, hostiles, menaces, servers};
use crate::world::{Activity, World};

/// Makes a fault happen.
pub fn happen(world: &mut World, fault: Fault) {
    world.ctx.say(|| format!("{fault:?}"));
    match fault {
        Fault::Kill(index, time) => devices::kill(world, index, time),
        Fault::Die(index, time) => devices::die(world, index, time),
        Fault::Crash(index) => devices::crash(world, index),
        Fault::Restart(server) => servers::restart(world, server),
        Fault::Down(server, time) => servers::down(world, server, time),
        Fault::Slow(server, time) => servers::slow(world, server, time),
        Fault::Refuse(server, time) => servers::refuse(world, server, time),
        Fault::Up(server) => servers::up(world, server),
        Fault::Malice(server, time) => menaces::take_over(world, server, time),
        Fault::Honest(server) => menaces::hand_back(world, server),
        Fault::Call(time) => menaces::call(world, time),
        Fault::Hush => menaces::hush(world),
        Fault::HalfOpen(index) => devices::half_open(world, index),
        Fault::Offline(index, time) => devices::offline(world, index, time),
        Fault::Online(index, reported) => devices::online(world, index, reported),
        Fault::Roam(index, home, reported) => devices::roam(world, index, home, reported),
        Fault::Rebind(home) => homes::rebind(world, home),
        Fault::Renumber(home) => homes::renumber(world, home),
        Fault::Sleep(index, time) => devices::sleep(world, index, time),
        Fault::Wake(index) => devices::wake(world, index),
        Fault::SleepAll(time) => devices::sleep_all(world, time),
        Fault::Clock(index, shift) => devices::clock(world, index, shift),
        Fault::Full(index, time) => devices::full(world, index, time),
        Fault::Room(index) => devices::room(world, index),
        Fault::Doubt(index, time) => devices::doubt(world, index, time),
        Fault::Silence(index) => devices::silence(world, index),
        Fault::Reload(index, generation) => devices::reload(world, index, generation),
        Fault::Copy(index) => devices::copy(world, index),
        Fault::GoBack(index, time) => devices::go_back(world, index, time),
        Fault::Link => homes::dead_link(world),
        Fault::Stall(time) => homes::stall(world, time),
        Fault::Take(time) => contacts::take(world, time),
        Fault::GiveBack => contacts::give_back(world),
        Fault::Wipe(time) => contacts::wipe(world, time),
        Fault::Beacon(fault, time) => servers::beacon(world, fault, time),
        Fault::BeaconBack => servers::beacon_back(world, false),
        Fault::Absent(index, choice) => absences::absent(world, index, choice),
        Fault::Closed(index, generation) => absences::closed(world, index, generation),
        Fault::Present(index) => absences::present(world, index),
        Fault::Heal => heal(world),
        Fault::Expel => hostiles::expel(world),
    }
}

/// Makes everything work again.
pub fn heal(world: &mut World) {
    world.network.sockets.heal_all();
    for index in world.devices.people() {
        devices::heal(world, index);
    }
    world.model.disturbed_everywhere(world.ctx.now, &HEAL);
    if world.activity == Activity::Answers {
        servers::beacon_back(world, true);
    }
}
