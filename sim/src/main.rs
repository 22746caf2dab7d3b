//! Many worlds, on every core: `cargo xtask sim`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it tells how it goes"
)]

use clap::Parser;
use sim::fault::Faults;
use sim::{Outcome, Plan, run};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Simulates worlds with faults and checks what must hold in each.
#[derive(Parser)]
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
    /// Tell everything that happens
    #[arg(long)]
    tell: bool,
    /// Simulated minutes with faults; ten quiet ones follow
    #[arg(long, default_value_t = 50)]
    minutes: u64,
}

#[derive(Default)]
struct Sum {
    faults: Faults,
    texts: u64,
    failed: Vec<(u64, Vec<String>)>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let plan = Plan {
        peers: options.peers,
        minutes: options.minutes,
        tell: options.tell,
    };
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Sum::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(&options, plan, &next, &sum));
        }
    });
    let sum = sum
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    report(&options, &sum, began.elapsed().as_secs_f64())
}

fn work(options: &Options, plan: Plan, next: &AtomicU64, sum: &Mutex<Sum>) {
    loop {
        let done = next.fetch_add(1, Ordering::Relaxed);
        if done >= options.seeds {
            return;
        }
        let seed = options.from + done;
        let mut outcome = run(seed, plan);
        // The same seed must give the same world.
        if seed.is_multiple_of(100) && run(seed, plan) != outcome {
            outcome.violations.push("a second run differs".to_owned());
        }
        take(seed, outcome, sum);
        if done % 50 == 49 {
            eprintln!("{} of {} worlds", done + 1, options.seeds);
        }
    }
}

fn take(seed: u64, outcome: Outcome, sum: &Mutex<Sum>) {
    let mut sum = sum
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    sum.faults.add(&outcome.faults);
    sum.texts += outcome.texts;
    if !outcome.violations.is_empty() {
        for violation in &outcome.violations {
            eprintln!("seed {seed}: {violation}");
        }
        sum.failed.push((seed, outcome.violations));
    }
}

fn report(options: &Options, sum: &Sum, seconds: f64) -> ExitCode {
    let Faults {
        deaths,
        server,
        network,
        time,
        disk,
        links,
    } = sum.faults;
    println!(
        "{} worlds of {} people and {} minutes in {seconds:.1} s, {} texts",
        options.seeds,
        options.peers,
        options.minutes + 10,
        sum.texts
    );
    println!(
        "faults: {deaths} processes died, server {server}, networks {network}, clocks and sleeps \
         {time}, disks {disk}, connections {links}"
    );
    match sum.failed.first() {
        None => ExitCode::SUCCESS,
        Some((seed, _)) => {
            let count = sum.failed.len();
            println!("{count} worlds failed; again: cargo xtask sim --from {seed} --seeds 1");
            ExitCode::FAILURE
        }
    }
}
