//! `check`: what shows within a minute whether a change of the core is sound.
//!
//! Not here: the other crates' tests, the core in wasm and browsers. `test` runs them.

use crate::{shell, stories};
use anyhow::Result;
use std::process::Command;
use std::time::{Duration, Instant};

/// Simulated worlds: as many as a quick check has time for.
const WORLDS: &str = "200";

/// Runs the steps one after the other, until one fails, and prints how long each took.
pub(crate) fn run() -> Result<()> {
    let mut times = Vec::new();
    let mut outcome = Ok(());
    for (name, mut command) in steps() {
        println!("\n== {name} ==");
        let began = Instant::now();
        outcome = shell::run(&mut command);
        times.push((name, began.elapsed()));
        if outcome.is_err() {
            break;
        }
    }
    print(&times);
    outcome
}

/// Returns the steps, the fastest to fail first.
fn steps() -> [(&'static str, Command); 4] {
    let cargo = |args: &[&str]| {
        let mut cargo = shell::cargo();
        cargo.args(args);
        cargo
    };
    let mut worlds = stories::simulation("check");
    worlds.args(["--seeds", WORLDS]);
    let clippy = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    [
        ("format", cargo(&["fmt", "--all", "--check"])),
        ("lint", cargo(&clippy)),
        (
            "tests of the core",
            cargo(&["test", "--quiet", "-p", "mesh-chat", "--lib", "--tests"]),
        ),
        ("worlds", worlds),
    ]
}

fn print(times: &[(&str, Duration)]) {
    println!();
    let sum: Duration = times.iter().map(|(_, time)| *time).sum();
    for (name, time) in times.iter().chain([&("in all", sum)]) {
        println!("{name:<20}{:>7.1} s", time.as_secs_f64());
    }
}
