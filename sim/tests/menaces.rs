//! What SECURITY.md says of hostiles that have more means than a stranger, in simulated worlds: in each
//! of these there is one, and every promise holds.

#![allow(clippy::panic, reason = "what does not hold fails its test")]

use sim::fault::Counts;
use sim::menaces::Menace;
use sim::{Plan, run};

/// So many worlds at least, and at most.
const LEAST: u64 = 6;
const MOST: u64 = 60;

/// Small worlds: those of many people are run by `cargo xtask sim`.
fn plan(menace: Menace) -> Plan {
    Plan {
        peers: 4,
        minutes: 30,
        tell: false,
        menace: Some(menace),
    }
}

/// Runs worlds with a hostile until it has done all that it is there for. Which of it happens in a world
/// changes with every change of what people do there.
fn worlds(menace: Menace, all: &[&str]) {
    let mut done = Counts::default();
    for seed in 0..MOST {
        let outcome = run(seed, plan(menace));
        assert_eq!(outcome.violations, [""; 0], "seed {seed}");
        done.add(&outcome.faults);
        let is_done = |what: &&str| done.iter().any(|(name, _)| name == *what);
        if seed + 1 >= LEAST && all.iter().all(is_done) {
            return;
        }
    }
    let done: Vec<_> = done.iter().map(|(name, _)| name).collect();
    panic!("of {all:?} only {done:?}");
}

#[test]
fn a_malicious_server_reads_nothing_and_brings_nobody_together() {
    let all = [
        "calls through a relay",
        "calls swapped",
        "frames said again",
        "ids given to two",
        "ids said to be taken",
    ];
    worlds(Menace::Server, &all);
}

#[test]
fn a_caller_from_a_foreign_root_a_freed_id_or_elsewhere_gets_nothing_unasked() {
    let all = [
        "callers under a foreign root",
        "callers from a freed id",
        "callers from another network",
        "callers who tell no address",
    ];
    worlds(Menace::Callers, &all);
}

#[test]
fn a_false_friend_harms_nobody_else_and_is_not_answered_once_it_is_blocked_or_removed() {
    let all = ["false friends", "partings from a false friend"];
    worlds(Menace::FalseFriend, &all);
}
