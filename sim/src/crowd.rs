//! Many people join one home, one after another, and nobody does anything else: what a join costs
//! the routers in bytes.
//!
//! Each of ten thousand whole participants keeps ten thousand entries, and hears ten thousand
//! updates. So above [`WHOLE`] people only the routers and a sample are whole, and the others are
//! [`Light`](crate::light::Light): they speak the same frames through the same endpoint, connections
//! and server, and count the entries they get instead of keeping them. One that is sent to a Router
//! ID that nobody holds yet becomes whole, because it will be the router there.

use crate::device::Device;
use crate::process::{kill, start_as_new};
use crate::timeline::run_for;
use crate::world::World;
use mesh_chat::view::Phase;

/// Between two joins that are not measured, in milliseconds; less where many come.
const APART: u64 = 1_000;
const MANY_APART: u64 = 100;
/// Between two joins that are: nothing of one is under way at the next.
const MEASURED_APART: u64 = 4_000;
/// How many joins are measured at most: the last ones, so few that the size is nearly the same.
const MEASURED: usize = 11;
/// After the last one.
const REST: u64 = 60_000;
/// The longest that somebody takes to become a router.
const ROUTER: u64 = 30_000;
/// Up to this many people all are whole.
pub const WHOLE: usize = 200;
/// How many of more are whole, next to the routers.
const SAMPLE: usize = 20;

/// What the joins cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Bytes that all routers sent from each of the last joins to the next.
    pub joins: Vec<u64>,
    /// All bytes that routers sent.
    pub total: u64,
    /// How many routers there are in the end.
    pub routers: usize,
    /// How many are whole.
    pub whole: usize,
    /// How many see how many others in the end: the fewest and the most.
    pub sees: (usize, usize),
}

impl Cost {
    /// Returns the bytes of a join at this size.
    #[must_use]
    pub fn median(&self) -> u64 {
        let mut joins = self.joins.clone();
        joins.sort_unstable();
        joins.get(joins.len() / 2).copied().unwrap_or(0)
    }
}

/// Lets that many people join, and returns what it cost.
#[must_use]
pub fn run(people: usize, tell: bool) -> Cost {
    let mut world = World::plain(0, people, 1);
    world.ctx.tell = tell;
    let mut crowd = Crowd { world };
    let few = people.saturating_sub(MEASURED.min(people / 4 + 1));
    let apart = if people > WHOLE { MANY_APART } else { APART };
    for index in 0..few {
        crowd.join(index);
        crowd.pass(apart);
        crowd.promote();
    }
    crowd.pass(REST);
    let joins = (few..people).map(|index| crowd.weigh(index)).collect();
    crowd.pass(REST);
    crowd.cost(joins)
}

struct Crowd {
    world: World,
}

impl Crowd {
    fn pass(&mut self, millis: u64) {
        run_for(&mut self.world, millis);
    }

    fn join(&mut self, index: usize) {
        let people = self.world.devices.people().len();
        let in_sample = index.is_multiple_of((people / SAMPLE).max(1));
        let is_light = people > WHOLE && !in_sample;
        if let Some(device) = self.world.devices.get_mut(index) {
            device.light = is_light;
        }
        start_as_new(&mut self.world, index);
    }

    fn weigh(&mut self, index: usize) -> u64 {
        let before = self.world.routed;
        self.join(index);
        self.pass(MEASURED_APART);
        let bytes = self.world.routed - before;
        self.promote();
        bytes
    }

    /// Makes a light participant whole that was sent to a router that is not there: it becomes it.
    fn promote(&mut self) {
        let routers = self.routers();
        let lost = |device: &Device| {
            let sent_to = device.as_light().and_then(|light| light.sent_to());
            sent_to.is_some_and(|router| router as usize > routers)
        };
        let Some(index) = self.world.devices.iter().position(lost) else {
            return;
        };
        kill(&mut self.world, index, false);
        if let Some(device) = self.world.devices.get_mut(index) {
            device.light = false;
        }
        self.pass(APART);
        start_as_new(&mut self.world, index);
        let latest = self.world.ctx.now + ROUTER;
        while self.routers() == routers && self.world.ctx.now < latest {
            self.pass(APART);
        }
    }

    fn routers(&self) -> usize {
        let routes = |device: &&Device| matches!(device.view.phase, Some(Phase::Router { .. }));
        self.world.devices.iter().filter(routes).count()
    }

    fn cost(&self, joins: Vec<u64>) -> Cost {
        let sees = |device: &Device| {
            let light = device.as_light().map(|light| light.sees());
            light.unwrap_or(device.view.people.len() + device.view.more_people as usize)
        };
        let seen = || self.world.devices.iter().map(sees);
        let whole = self.world.devices.iter().filter(|device| !device.light);
        Cost {
            joins,
            total: self.world.routed,
            routers: self.routers(),
            whole: whole.count(),
            sees: (seen().min().unwrap_or(0), seen().max().unwrap_or(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn everybody_sees_everybody_and_a_join_costs_in_proportion_to_the_people() {
        let (few, many) = (run(10, false), run(100, false));
        assert_eq!((few.sees, many.sees), ((9, 9), (99, 99)));
        let (few, many) = (few.median(), many.median());
        let ratio = many as f64 / few as f64;
        assert!((5.0..20.0).contains(&ratio), "{few} bytes, then {many}");
    }

    #[test]
    fn a_second_router_is_joined_and_everybody_sees_everybody() {
        let cost = run(230, false);
        assert_eq!((cost.routers, cost.sees), (2, (229, 229)));
    }
}
