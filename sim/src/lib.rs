//! A seeded world in which whole participants live: the core and the PeerJS endpoint as they ship,
//! signalling servers with the real one's habits, networks with NATs, latency and faults, disks
//! that take time, processes that die, and hostile peers.
//!
//! Everything that happens comes from one seed and one clock, so a run that finds a fault is
//! repeated by its seed. [`run`] returns what went wrong, and a trace by which two runs can be
//! compared. How to run it, and how to read what it finds, is in `sim/README.md`.
//!
//! The modules, from the bottom up: each knows only those before it in this table. So they can be read in this
//! order, file by file.
//!
//! | Module | Owns |
//! |---|---|
//! | [`random`], [`names`] | the source of chance; the names of people |
//! | [`fault`], [`causes`] | the kinds of faults; how long nobody can notice each |
//! | [`menaces`] | which hostiles there are that have means of their own |
//! | [`home`], [`malice`], [`server`], [`disk`], [`view`] | a network with its NAT; PeerServer, also in bad hands; what is durable; what a person sees |
//! | [`hostile`], [`relay`], [`caller`], [`false_friend`], [`light`] | what stands in the place of a node: a hostile peer, the device of a malicious server, a stranger who calls, a false friend, a participant that only counts |
//! | [`event`], [`context`] | what can happen at a moment; time, chance and what is under way |
//! | [`device`], [`devices`] | one device with its process; all of them |
//! | [`network`] | sockets to the servers and peer connections: order, stalls, death |
//! | [`beacon`], [`places`] | what the beacon answers; the ids of namespaces that devices hold |
//! | [`texts`], [`sayings`], [`staying`], [`transfers`], [`ties`], [`rendezvous`], [`imposters`], [`knowledge`] | what people wrote and decided, who holds what, and who knows what |
//! | [`consents`], [`calls`] | who agreed to whom; who is answered |
//! | [`measure`], [`model`] | how long things took; which goals must be reached by now |
//! | [`world`] | all of these as the parts of one world |
//! | [`roots`], [`pairs`] | what two people may expect of each other |
//! | [`check`] | what must hold: always, some time after a disturbance, and in the end |
//! | [`endpoint`], [`files`], [`node`], [`process`], [`beacon_answers`] | what reaches a device, and what comes of it |
//! | [`preferences`], [`introducing`], [`false_friends`], [`person`] | what people decide about contacts and false friends, whom they introduce, and what else they do |
//! | [`faults`] | when things go wrong, and what each fault does |
//! | [`timeline`] | one event after the other |
//! | [`crowd`], [`reunion`], [`flood`], [`lid`] | what a join costs among many; how soon special contacts meet again; how soon people see each other after a router that invented a multitude; how soon after one whose lid has closed |
//!
//! A part of the world sees its own fields, [`Context`](context::Context), and what else it needs as
//! arguments. The modules after [`world`] are functions that work on all of it.
//!
//! Not here: loss and reordering within a connection (WebRTC hides both), relays.

pub mod beacon;
pub mod beacon_answers;
pub mod caller;
pub mod calls;
pub mod causes;
pub mod check;
pub mod consents;
pub mod context;
pub mod crowd;
pub mod device;
pub mod devices;
pub mod disk;
pub mod endpoint;
pub mod event;
pub mod false_friend;
pub mod false_friends;
pub mod fault;
pub mod faults;
pub mod files;
pub mod flood;
pub mod home;
pub mod hostile;
pub mod imposters;
pub mod introducing;
pub mod introductions;
pub mod knowledge;
pub mod lid;
pub mod light;
pub mod malice;
pub mod measure;
pub mod menaces;
pub mod model;
pub mod names;
pub mod network;
pub mod node;
pub mod pairs;
pub mod person;
pub mod places;
pub mod preferences;
pub mod process;
pub mod random;
pub mod rates;
pub mod relay;
pub mod rendezvous;
pub mod reunion;
pub mod roots;
pub mod sayings;
pub mod server;
pub mod staying;
pub mod texts;
pub mod ties;
pub mod timeline;
pub mod transfers;
pub mod view;
pub mod world;

use fault::Counts;
use faults::{happen, hostiles, schedule};
use measure::Measures;
use menaces::Menace;
use world::{Activity, World};

/// How long nothing goes wrong in the end, in milliseconds.
const QUIET: u64 = 600_000;

/// How large a world is, and how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many devices there are, each with one person.
    pub peers: usize,
    /// Minutes in all; in the last ten nothing goes wrong.
    pub minutes: u64,
    /// Print everything that happens on the standard error.
    pub tell: bool,
    /// A hostile that is there in any case.
    pub menace: Option<Menace>,
}

/// The result of one world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Every promise that was broken, in words.
    pub violations: Vec<String>,
    /// A hash of everything that happened, in order.
    pub trace: u64,
    /// How many texts people wrote.
    pub texts: u64,
    /// What went wrong on purpose.
    pub faults: Counts,
    /// How long things took.
    pub measures: Measures,
}

/// Runs one world from its beginning to its end.
#[must_use]
pub fn run(seed: u64, plan: Plan) -> Outcome {
    let mut world = World::new(seed, plan.peers);
    world.ctx.tell = plan.tell;
    if let Some(menace) = plan.menace {
        world.menaces.add(menace);
    }
    timeline::begin(&mut world);
    let end = (plan.minutes * 60_000).saturating_sub(QUIET);
    schedule::schedule(&mut world, end);
    timeline::run_until(&mut world, end);
    world.activity = Activity::Answers;
    happen::heal(&mut world);
    hostiles::expel(&mut world);
    timeline::run_until(&mut world, end + QUIET);
    check::end::check(&mut world);
    Outcome {
        violations: world.ctx.violations,
        trace: world.trace,
        texts: world.texts.count(),
        measures: world.model.measures,
        faults: world.faults,
    }
}

#[cfg(test)]
mod tests {
    use super::{Plan, run};

    const SMALL: Plan = Plan {
        peers: 3,
        minutes: 25,
        tell: false,
        menace: None,
    };

    #[test]
    fn a_seed_is_a_world_and_another_seed_is_another() {
        let world = run(1, SMALL);
        assert_eq!(run(1, SMALL), world);
        assert_ne!(run(2, SMALL).trace, world.trace);
    }

    #[test]
    fn small_worlds_keep_every_promise() {
        let mut texts = 0;
        for seed in 0..5 {
            let outcome = run(seed, SMALL);
            assert_eq!(outcome.violations, [""; 0], "seed {seed}");
            texts += outcome.texts;
        }
        // In some worlds of three, everybody stays a stranger.
        assert!(texts > 0, "nobody wrote anything");
    }
}
