//! Many worlds, on every core: `cargo xtask sim`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program on the command line"
)]

mod options;
mod progress;
mod summary;

use clap::Parser;
use options::Options;
use progress::Progress;
use sim::{Outcome, Plan, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use summary::{Crowds, Summary};

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.crowd.is_empty() {
        crowds(&options);
        return ExitCode::SUCCESS;
    }
    if !options.lid.is_empty() {
        lids(&options);
        return ExitCode::SUCCESS;
    }
    if options.reunion {
        reunions(&options);
        return ExitCode::SUCCESS;
    }
    let (began, next) = (Instant::now(), AtomicU64::new(0));
    let progress = Progress::new(options.seeds);
    let sum = Mutex::new(Summary::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(&options, &next, &sum, &progress));
        }
    });
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(file) = &options.traces
        && let Err(error) = sum.write_traces(file)
    {
        eprintln!("{}: {error}", file.display());
        return ExitCode::FAILURE;
    }
    sum.print(&options, began.elapsed().as_secs_f64())
}

fn crowds(options: &Options) {
    let mut crowds = Crowds::new();
    for people in &options.crowd {
        let began = Instant::now();
        let cost = sim::crowd::run(*people, options.tell);
        crowds.take(*people, &cost, began.elapsed().as_secs_f64());
    }
    crowds.print();
}

fn reunions(options: &Options) {
    println!(
        "{:<46}{:>8} {:>8} {:>8} {:>8}",
        "seconds until both have met", "median", "95 %", "99 %", "worst"
    );
    for kind in sim::reunion::KINDS {
        let seeds = options.from..options.from + options.seeds;
        let took = seeds.map(|seed| sim::reunion::run(kind, seed, options.tell));
        // Pairs that did not meet count as longer than all others.
        let mut took: Vec<u64> = took.map(|took| took.unwrap_or(u64::MAX)).collect();
        took.sort_unstable();
        let at = |percent: usize| {
            let millis = took.get((took.len().saturating_sub(1)) * percent / 100);
            millis.map_or(0.0, |millis| *millis as f64 / 1_000.0)
        };
        let [median, most, nearly, worst] = [50, 95, 99, 100].map(at);
        println!(
            "{:<46}{median:>8.1} {most:>8.1} {nearly:>8.1} {worst:>8.1}",
            kind.name
        );
    }
}

/// The worst of each figure.
fn lids(options: &Options) {
    println!(
        "{:>6} {:<42}{:>8} {:>8} {:>8} {:>8} {:>8}",
        "people", "seconds until (worst)", "served", "right", "sees", "seen", "back"
    );
    for people in &options.lid {
        for (name, ending) in sim::lid::endings(*people) {
            let seeds = options.from..options.from + options.seeds;
            let took: Vec<_> = seeds
                .map(|seed| sim::lid::run(seed, ending, options.tell))
                .collect();
            let worst = |of: fn(&sim::lid::Took) -> Option<u64>| {
                let longest = took.iter().map(|took| of(took).unwrap_or(u64::MAX)).max();
                match longest {
                    None | Some(u64::MAX) => "-".to_owned(),
                    Some(millis) => format!("{:.1}", millis as f64 / 1_000.0),
                }
            };
            let (served, right) = (worst(|took| took.served), worst(|took| took.right));
            let (sees, seen) = (worst(|took| took.sees), worst(|took| took.seen));
            let back = worst(|took| took.back);
            println!("{people:>6} {name:<42}{served:>8} {right:>8} {sees:>8} {seen:>8} {back:>8}");
        }
    }
}

fn work(options: &Options, next: &AtomicU64, sum: &Mutex<Summary>, progress: &Progress) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= options.seeds {
            return;
        }
        let seed = options.from + number;
        let outcome = twice(seed, options.plan());
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.take(options, seed, outcome);
        progress.one_more();
    }
}

/// Runs a world, and every hundredth one twice: the same seed must give the same world.
fn twice(seed: u64, plan: Plan) -> Outcome {
    let mut outcome = caught(seed, plan);
    if seed.is_multiple_of(100) && caught(seed, plan) != outcome {
        outcome.violations.push("a second run differs".to_owned());
    }
    outcome
}

/// Runs a world. One that panics has failed, and the others go on.
fn caught(seed: u64, plan: Plan) -> Outcome {
    let failed = |_| Outcome {
        violations: vec!["it panicked".to_owned()],
        trace: 0,
        texts: 0,
        faults: Default::default(),
        measures: Default::default(),
    };
    catch_unwind(AssertUnwindSafe(|| run(seed, plan))).unwrap_or_else(failed)
}
