//! Many worlds, on every core: `cargo xtask sim`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it tells how it goes"
)]

mod progress;
mod summary;

use clap::Parser;
use progress::Progress;
use sim::{Outcome, Plan, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use summary::{Crowds, Summary};

/// Simulates worlds with faults and checks what must hold in each.
#[derive(Clone, Parser)]
struct Options {
    /// How many worlds
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first seed; with `--seeds 1` this replays one world
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// People in each
    #[arg(long, default_value_t = 5)]
    peers: usize,
    /// Simulated hours; in the last ten minutes nothing goes wrong
    #[arg(long, default_value_t = 1.0)]
    hours: f64,
    /// Tell everything that happens
    #[arg(long)]
    tell: bool,
    /// No worlds with faults: that many people join one home, and what it costs is shown; several
    /// numbers make a table
    #[arg(long, value_delimiter = ',')]
    crowd: Vec<usize>,
    /// No worlds with faults: special contacts who lost each other meet again, `--seeds` times of
    /// each kind, and how long it took is shown
    #[arg(long)]
    reunion: bool,
    /// Write the trace of each world to this file, a line each: two builds that behave alike write
    /// the same file
    #[arg(long)]
    traces: Option<PathBuf>,
}

impl Options {
    fn plan(&self) -> Plan {
        let minutes = (self.hours * 60.0).clamp(11.0, 1e6);
        Plan {
            peers: self.peers,
            minutes: minutes.round() as u64,
            tell: self.tell,
        }
    }

    /// What finds a world again.
    fn again(&self, seed: u64) -> String {
        let Self { peers, hours, .. } = self;
        format!("cargo xtask sim --from {seed} --seeds 1 --peers {peers} --hours {hours}")
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.crowd.is_empty() {
        crowds(&options);
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
        // Not at all counts as longer than anything.
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

/// The same seed must give the same world: every hundredth runs twice.
fn twice(seed: u64, plan: Plan) -> Outcome {
    let mut outcome = caught(seed, plan);
    if seed.is_multiple_of(100) && caught(seed, plan) != outcome {
        outcome.violations.push("a second run differs".to_owned());
    }
    outcome
}

/// A world that panics has failed, and the others go on.
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
