//! `fuzz`: lets libFuzzer look for inputs with which a target of the crate `fuzz` fails.
//!
//! The stable compiler can do it: a pass of LLVM adds the counters, and the engine comes as C++ source in a
//! crate. There are no sanitizers, which need another compiler: there is no unsafe code to be found out.

use crate::{paths, setup, shell};
use anyhow::{Context, Result, bail};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::{fs, thread};

/// What `fuzz` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Seconds in all, shared among the targets
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Only these targets
    targets: Vec<String>,
}

/// Counts edges, and shows the engine what is compared with what.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0";

/// The share of the time of those targets that have more than one part.
const SHARES: [(&str, u64); 3] = [("node", 8), ("records", 2), ("backup", 2)];

/// An input that takes longer is a fault too, in seconds.
const TIMEOUT: &str = "-timeout=10";
/// So is one that makes a target hold more, in megabytes.
const MEMORY: &str = "-rss_limit_mb=1024";

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let Found { failed, inputs } = look(options.seconds, &options.targets)?;
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    println!("none of {inputs} inputs failed");
    Ok(())
}

/// What the fuzzer has seen.
#[derive(Default)]
pub(crate) struct Found {
    /// The targets that failed.
    pub(crate) failed: Vec<String>,
    /// The inputs of all others.
    inputs: u64,
}

/// Looks for so many seconds.
pub(crate) fn look(seconds: u64, only: &[String]) -> Result<Found> {
    setup::for_fuzzing()?;
    shell::run(&mut build()?)?;
    let program = program()?;
    let targets = targets(only)?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let shares: u64 = targets.iter().map(|name| share(name)).sum();
    let each = seconds * threads as u64;
    let found = Mutex::new(Found::default());
    // Those that take longest begin first.
    let mut queue: Vec<String> = targets;
    queue.sort_by_key(|name| std::cmp::Reverse(share(name)));
    let queue = Mutex::new(VecDeque::from(queue));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(name) = lock(&queue).pop_front() {
                    let time = (each * share(&name) / shares).max(1);
                    match fuzz(&program, &name, time) {
                        Ok(inputs) => lock(&found).inputs += inputs,
                        Err(error) => {
                            eprintln!("{error:#}");
                            lock(&found).failed.push(name);
                        }
                    }
                }
            });
        }
    });
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn share(target: &str) -> u64 {
    let more = SHARES.iter().find(|(name, _)| *name == target);
    more.map_or(1, |(_, share)| *share)
}

/// Returns the names of the targets, which are those of the folders of first inputs.
fn targets(only: &[String]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in fs::read_dir(corpus())? {
        names.push(folder?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    if let Some(unknown) = only.iter().find(|name| !names.contains(name)) {
        bail!("no target {unknown}; there are {}", names.join(", "));
    }
    names.retain(|name| only.is_empty() || only.contains(name));
    Ok(names)
}

fn corpus() -> PathBuf {
    paths::root().join("fuzz/corpus")
}

/// Returns the build of the engine with all targets. With a target machine given, what is built for the
/// compiler's own use is built as always.
pub(crate) fn build() -> Result<Command> {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--quiet", "-p", "fuzz", "--profile", "fuzz"]);
    cargo
        .args(["--target", &shell::host()?])
        .arg("--target-dir")
        .arg(folder());
    cargo.env("RUSTFLAGS", FLAGS);
    Ok(cargo)
}

fn program() -> Result<PathBuf> {
    Ok(folder().join(shell::host()?).join("fuzz/fuzz"))
}

fn folder() -> PathBuf {
    paths::root().join("target/fuzz")
}

/// Runs one target. New inputs that reach new code are kept under `target/` and are where the next run
/// begins. Returns how many inputs there were.
fn fuzz(program: &Path, name: &str, seconds: u64) -> Result<u64> {
    let found = paths::root().join("target/fuzz/corpus").join(name);
    let faults = paths::root().join("artifacts/fuzz").join(name);
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&faults)?;
    let mut engine = Command::new(program);
    engine
        .env("FUZZ_TARGET", name)
        .env("RUST_BACKTRACE", "1")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", faults.display()))
        .args([TIMEOUT, MEMORY, "-print_final_stats=1", "-max_len=16384"])
        .arg(&found)
        .arg(corpus().join(name))
        .stdin(Stdio::null());
    let output = engine.output().context("the engine does not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        println!("{name:<12}{seconds:>5} s  {}", sum_up(&said));
        return Ok(inputs(&said).unwrap_or_default());
    }
    let last: Vec<&str> = said.lines().rev().take(60).collect();
    for line in last.iter().rev() {
        eprintln!("{line}");
    }
    let input = said
        .lines()
        .find_map(|line| line.split_once("Test unit written to "));
    let input = input.map_or("no input was written", |(_, path)| path);
    bail!("{name} fails with {input}\nagain: cargo run -p fuzz -- {name} {input}")
}

/// Returns how many inputs the engine says that there were.
fn inputs(said: &str) -> Option<u64> {
    let mut lines = said.lines();
    let runs = lines.find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    runs.trim().parse().ok()
}

/// Returns how many inputs there were, and how much of the code they reached.
fn sum_up(said: &str) -> String {
    let runs = inputs(said).map_or("?".to_owned(), |runs| runs.to_string());
    let state = said.lines().rev().find(|line| line.contains(" cov: "));
    let state = state.and_then(|line| line.split_once(" cov: "));
    let edges = state.and_then(|(_, rest)| rest.split_whitespace().next());
    format!("{runs:>9} inputs, {:>6} edges", edges.unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::sum_up;

    #[test]
    fn what_the_engine_says_is_read() {
        let said = "#12\tINITED cov: 100 ft: 200 corp: 2/1b\n#99\tDONE   cov: 321 ft: 999 corp: 9/1Kb\n\
            Done 99 runs in 2 second(s)\nstat::number_of_executed_units: 99\n";
        assert_eq!(sum_up(said), "       99 inputs,    321 edges");
        assert_eq!(sum_up(""), "        ? inputs,      ? edges");
    }
}
