//! What SECURITY.md says of hostiles that have more means than a stranger, in simulated worlds: in each
//! of these there is one, and every promise holds.

#![allow(clippy::panic, reason = "what does not hold fails its test")]

use sim::fault::Counts;
use sim::menaces::Menace;
use sim::{Plan, run};
use std::ops::Range;

/// Small worlds: those of many people are run by `cargo xtask sim`.
fn plan(menace: Menace) -> Plan {
    Plan {
        peers: 4,
        minutes: 30,
        tell: false,
        menace: Some(menace),
    }
}

/// Runs worlds with a hostile. Returns what it did in all of them.
fn worlds(menace: Menace, seeds: Range<u64>) -> Counts {
    let mut done = Counts::default();
    for seed in seeds {
        let outcome = run(seed, plan(menace));
        assert_eq!(outcome.violations, [""; 0], "seed {seed}");
        done.add(&outcome.faults);
    }
    done
}

/// Makes sure that a hostile did what it is there for.
fn assert_done(done: &Counts, what: &[&str]) {
    for what in what {
        let mut names = done.iter().map(|(name, _)| name);
        assert!(names.any(|name| name == *what), "never: {what}");
    }
}

#[test]
fn a_malicious_server_reads_nothing_and_brings_nobody_together() {
    let done = worlds(Menace::Server, 0..6);
    let all = [
        "calls through a relay",
        "calls swapped",
        "frames said again",
        "ids given to two",
        "ids said to be taken",
    ];
    assert_done(&done, &all);
}

#[test]
fn a_caller_from_a_foreign_root_a_freed_id_or_elsewhere_gets_nothing_unasked() {
    let done = worlds(Menace::Callers, 0..10);
    let all = [
        "callers under a foreign root",
        "callers from a freed id",
        "callers from another network",
        "callers who tell no address",
    ];
    assert_done(&done, &all);
}

#[test]
fn a_false_friend_harms_nobody_else_and_is_not_answered_once_it_is_blocked_or_removed() {
    let done = worlds(Menace::FalseFriend, 0..6);
    let all = ["false friends", "partings from a false friend"];
    assert_done(&done, &all);
}
