//! What came of all worlds together.

use crate::Options;
use sim::Outcome;
use sim::crowd::Cost;
use sim::fault::Faults;
use sim::measure::Measures;
use std::process::ExitCode;

/// The sum so far.
#[derive(Default)]
pub(crate) struct Summary {
    faults: Faults,
    measures: Measures,
    texts: u64,
    failed: Vec<u64>,
}

impl Summary {
    /// One world more; says at once what was wrong in it.
    pub(crate) fn take(&mut self, options: Options, seed: u64, outcome: Outcome) {
        self.faults.add(&outcome.faults);
        self.measures.merge(outcome.measures);
        self.texts += outcome.texts;
        if outcome.violations.is_empty() {
            return;
        }
        self.failed.push(seed);
        for violation in &outcome.violations {
            eprintln!("\rseed {seed}: {violation}");
        }
        eprintln!("  again: {} --tell", options.again(seed));
    }

    /// Prints all of it.
    pub(crate) fn print(self, options: Options, seconds: f64) -> ExitCode {
        let Options {
            seeds,
            peers,
            hours,
            ..
        } = options;
        println!("{seeds} worlds of {peers} people and {hours} h in {seconds:.1} s");
        println!("{} texts\n", self.texts);
        for (name, count) in &self.faults.0 {
            println!("{count:>8}  {name}");
        }
        println!("\n{:<74}{:>9} {:>9} {:>9}", "", "median", "99 %", "worst");
        self.measures
            .table()
            .iter()
            .for_each(|line| println!("{line}"));
        let count = self.failed.len();
        match self.failed.first() {
            None => ExitCode::SUCCESS,
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

/// What a crowd cost.
pub(crate) fn crowd(people: usize, cost: &Cost) {
    let mut joins = cost.joins.clone();
    joins.sort_unstable();
    let at = |percent: usize| joins.get(joins.len().saturating_sub(1) * percent / 100);
    let (median, worst) = (at(50).unwrap_or(&0), at(100).unwrap_or(&0));
    let (fewest, most) = cost.sees;
    println!("{people} people joined one network, one each second");
    println!("a join cost its router {median} bytes (median), {worst} (worst)");
    println!("routers sent {} bytes in all", cost.total);
    println!("who sees fewest sees {fewest} others, who sees most {most}");
}
