//! A seeded world in which whole participants live: the core and the PeerJS endpoint as they ship,
//! a signalling server with the real one's habits, networks with latency and faults, disks that
//! take time, and processes that die.
//!
//! Everything that happens comes from one seed and one clock, so a run that finds something wrong
//! is found again by its seed. [`run`] gives what went wrong, and a trace by which two runs can be
//! compared.
//!
//! | Module | Owns |
//! |---|---|
//! | [`random`] | the one source of chance |
//! | [`server`] | PeerServer: ids, tokens, ghosts, queues, EXPIRE |
//! | [`disk`] | what is durable on a device |
//! | [`device`] | one process with its node and endpoint, and what its person sees |
//! | [`connections`] | sockets and peer connections, and how they die |
//! | [`world`] | the clock, what is under way, and the dispatch of it |
//! | [`person`] | what people do |
//! | [`fault`] | what goes wrong |
//! | [`check`] | what must hold, always and in the end |
//!
//! Not here: NAT kinds, loss and reordering within a connection (WebRTC hides both), rendezvous,
//! and peers that lie; `tests/meeting.rs` has the liars.

pub mod check;
pub mod connections;
pub mod device;
pub mod disk;
pub mod fault;
pub mod person;
pub mod random;
pub mod server;
pub mod world;

use fault::Faults;
use world::World;

/// How large and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Devices, each with one person.
    pub peers: usize,
    /// Minutes with faults; ten quiet ones follow.
    pub minutes: u64,
    /// Tell what happens, line by line, on the standard error.
    pub tell: bool,
}

/// What came of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was wrong, in words; empty is good.
    pub violations: Vec<String>,
    /// A hash of everything that happened, in order.
    pub trace: u64,
    /// Texts that people wrote.
    pub texts: u64,
    /// What went wrong on purpose.
    pub faults: Faults,
}

/// One world from its beginning to its end.
#[must_use]
pub fn run(seed: u64, plan: Plan) -> Outcome {
    const QUIET_MINUTES: u64 = 10;
    let mut world = World::new(seed, plan.peers);
    world.tell = plan.tell;
    let mut faults = Faults::default();
    world.begin();
    let end = plan.minutes * 60_000;
    faults.schedule(&mut world, end);
    world.run_until(end, &mut faults);
    world.heal();
    world.run_until(end + QUIET_MINUTES * 60_000, &mut faults);
    check::in_the_end(&mut world);
    Outcome {
        violations: std::mem::take(&mut world.violations),
        trace: world.trace,
        texts: world.texts,
        faults,
    }
}

#[cfg(test)]
mod tests {
    use super::{Plan, run};

    const SMALL: Plan = Plan {
        peers: 3,
        minutes: 15,
        tell: false,
    };

    #[test]
    fn a_seed_is_a_world_and_another_seed_is_another() {
        let world = run(1, SMALL);
        assert_eq!(run(1, SMALL), world);
        assert_ne!(run(2, SMALL).trace, world.trace);
    }

    #[test]
    fn small_worlds_keep_every_promise() {
        for seed in 0..5 {
            let outcome = run(seed, SMALL);
            assert_eq!(outcome.violations, [""; 0], "seed {seed}");
            assert!(outcome.texts > 0, "seed {seed}: nobody said anything");
        }
    }
}
