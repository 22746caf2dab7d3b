//! Many people join one home, one after another, and nobody does anything else: what a join costs
//! the routers in bytes.

use crate::fault::Faults;
use crate::home::{Home, Nat};
use crate::world::{What, World};

/// Between two joins, in milliseconds.
const APART: u64 = 1_000;
/// After the last one.
const REST: u64 = 60_000;

/// What it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Bytes that routers sent from each join to the next.
    pub joins: Vec<u64>,
    /// All bytes that routers sent.
    pub total: u64,
    /// How many see how many others in the end: the fewest and the most.
    pub sees: (usize, usize),
}

/// That many people join.
#[must_use]
pub fn run(people: usize, tell: bool) -> Cost {
    let mut world = World::new(0, people);
    world.homes = vec![Home::new(0, Nat::Open)];
    world.servers.truncate(1);
    (world.tell, world.mute) = (tell, true);
    let mut faults = Faults::default();
    world.later(1_000, What::Sweep);
    let mut joins = Vec::new();
    for index in 0..people {
        join(&mut world, index);
        let before = world.routed;
        world.run_until(world.now + APART, &mut faults);
        joins.push(world.routed - before);
    }
    world.run_until(world.now + REST, &mut faults);
    let seen = || world.devices.iter().map(|device| device.view.people.len());
    let sees = (seen().min().unwrap_or(0), seen().max().unwrap_or(0));
    Cost {
        joins,
        total: world.routed,
        sees,
    }
}

fn join(world: &mut World, index: usize) {
    if let Some(device) = world.devices.get_mut(index) {
        (device.home, device.skew) = (0, 0);
    }
    world.start(index);
    let name = crate::person::name(index);
    world.command(index, mesh_chat::view::Command::Join { name });
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn ten_people_see_each_other_and_each_join_costs_little() {
        let cost = run(10, false);
        assert_eq!(cost.sees, (9, 9));
        assert!(cost.total < 50_000, "{} bytes", cost.total);
    }
}
