//! The results of all worlds together.

use crate::options::Options;
use sim::Outcome;
use sim::crowd::{Cost, WHOLE};
use sim::fault::Counts;
use sim::measure::Measures;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// The sum of the worlds so far.
#[derive(Default)]
pub(crate) struct Summary {
    faults: Counts,
    measures: Measures,
    texts: u64,
    failed: Vec<u64>,
    /// By seed.
    traces: BTreeMap<u64, u64>,
}

impl Summary {
    /// Adds a world, and prints at once what was wrong in it.
    pub(crate) fn take(&mut self, options: &Options, seed: u64, outcome: Outcome) {
        self.faults.add(&outcome.faults);
        self.measures.merge(outcome.measures);
        self.texts += outcome.texts;
        self.traces.insert(seed, outcome.trace);
        if outcome.violations.is_empty() {
            return;
        }
        self.failed.push(seed);
        for violation in &outcome.violations {
            eprintln!("\rseed {seed}: {violation}");
        }
        eprintln!("  again: {} --tell", options.again(seed));
    }

    /// Writes the trace of each world, in the order of the seeds.
    pub(crate) fn write_traces(&self, file: &Path) -> std::io::Result<()> {
        let lines = self.traces.iter();
        let lines: String = lines
            .map(|(seed, trace)| format!("{seed} {trace:016x}\n"))
            .collect();
        std::fs::write(file, lines)
    }

    /// Prints the sum, and returns whether all worlds were right.
    pub(crate) fn print(self, options: &Options, seconds: f64) -> ExitCode {
        let Options {
            seeds,
            peers,
            hours,
            ..
        } = options;
        println!("{seeds} worlds of {peers} people and {hours} h in {seconds:.1} s");
        println!("{} texts\n", self.texts);
        for (name, count) in self.faults.iter() {
            println!("{count:>8}  {name}");
        }
        println!("\n{:<74}{:>9} {:>9} {:>9}", "", "median", "99 %", "worst");
        self.measures
            .table()
            .iter()
            .for_each(|line| println!("{line}"));
        let count = self.failed.len();
        match self.failed.first() {
            None => {
                println!("\nnone of {seeds} worlds failed");
                ExitCode::SUCCESS
            }
            Some(seed) => {
                println!(
                    "\n{count} worlds failed; the first again: {}",
                    options.again(*seed)
                );
                ExitCode::FAILURE
            }
        }
    }
}

/// The table of what crowds cost: a line for each size.
pub(crate) struct Crowds(Vec<(usize, u64)>);

impl Crowds {
    /// Prints the head of the table.
    pub(crate) fn new() -> Self {
        println!(
            "{:>7} {:>8} {:>7} {:>14} {:>10} {:>14} {:>9} {:>9}",
            "people",
            "routers",
            "whole",
            "bytes/join",
            "/person",
            "see others",
            "seconds",
            "peak MB"
        );
        Self(Vec::new())
    }

    /// Prints the line of one size. The memory is the most that this process had until now.
    pub(crate) fn take(&mut self, people: usize, cost: &Cost, seconds: f64) {
        let (bytes, (fewest, most)) = (cost.median(), cost.sees);
        let each = bytes as f64 / people as f64;
        let sees = format!("{fewest} to {most}");
        let (routers, whole, peak) = (cost.routers, cost.whole, peak_megabytes());
        println!(
            "{people:>7} {routers:>8} {whole:>7} {bytes:>14} {each:>10.1} {sees:>14} {seconds:>9.1} {peak:>9}"
        );
        self.0.push((people, bytes));
    }

    /// Prints how the cost grows.
    pub(crate) fn print(self) {
        let sizes = self.0.iter().zip(self.0.iter().skip(1));
        for ((few, less), (many, more)) in sizes {
            let power = (*more as f64 / *less as f64).ln() / (*many as f64 / *few as f64).ln();
            println!("from {few} to {many} people a join's bytes grow with the power {power:.2}");
        }
        println!(
            "Above {WHOLE} people all but the routers and a sample are light (sim/src/crowd.rs)."
        );
    }
}

/// Returns the most memory that this process had, on Linux; 0 elsewhere.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"));
    let digits = peak.map(|text| text.trim().trim_end_matches(" kB"));
    digits
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or(0)
        / 1_024
}
