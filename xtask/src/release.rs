//! `release-check`: what takes too long for the tests, part by part, with a table of all at the end.
//!
//! A part is one or more commands of this tool, so that each can also be run alone. The last line that one prints
//! is what it has measured. A part that fails ends nothing: the others go on, and the table says it.

use crate::shell;
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// What `release-check` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this part; can be given several times
    #[arg(long, value_enum)]
    part: Vec<Part>,
    /// How often each engine dials
    #[arg(long, default_value_t = 5_000)]
    dials: u32,
    /// How often each engine looks up its address
    #[arg(long, default_value_t = 1_000)]
    lookups: u32,
    /// The seed of the first simulated world
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Simulated worlds
    #[arg(long, default_value_t = 200_000)]
    worlds: u64,
    /// Of these, the ones that are one line of the table
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    at_once: u64,
    /// Seconds for the fuzzer, shared among its targets
    #[arg(long, default_value_t = 3_600)]
    fuzz_seconds: u64,
}

/// In the order in which they come: the shortest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The stores' rules, the pictures, and the same zips from the source package in another folder
    Store,
    /// Each planted bug is found by its test
    Mutants,
    /// Thousands of dials and look-ups of one engine in Chromium
    Chromium,
    /// The same in Firefox
    Firefox,
    /// Bytes from outside, bent for long
    Fuzz,
    /// Simulated worlds
    Worlds,
}

/// What has become of one command.
struct Line {
    name: String,
    ok: bool,
    time: Duration,
    measured: String,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |part: &Part| options.part.is_empty() || options.part.contains(part);
    let parts = Part::value_variants().iter().copied().filter(wanted);
    let mut lines = Vec::new();
    for command in parts.flat_map(|part| part.commands(options)) {
        let line = carry_out(&command)?;
        print(std::slice::from_ref(&line));
        lines.push(line);
    }
    println!("\n== All ==");
    print(&lines);
    let failed = lines.iter().filter(|line| !line.ok).count();
    if failed > 0 {
        bail!("{failed} of {} failed", lines.len());
    }
    Ok(())
}

impl Part {
    /// Returns the commands of this tool that it consists of.
    fn commands(self, options: &Options) -> Vec<Vec<String>> {
        let words = |text: String| text.split(' ').map(str::to_owned).collect();
        let endurance = |browser: &str| {
            let (dials, lookups) = (options.dials, options.lookups);
            format!("endurance {browser} --dials {dials} --lookups {lookups}")
        };
        let commands = match self {
            Self::Store => vec!["store".to_owned()],
            Self::Mutants => vec!["mutants".to_owned()],
            Self::Chromium => vec![endurance("chromium")],
            Self::Firefox => vec![endurance("firefox")],
            Self::Fuzz => vec![format!("fuzz --seconds {}", options.fuzz_seconds)],
            Self::Worlds => ranges(options.from, options.worlds, options.at_once)
                .map(|(from, seeds)| format!("sim --from {from} --seeds {seeds}"))
                .collect(),
        };
        commands.into_iter().map(words).collect()
    }
}

/// Cuts so many seeds into ranges, each by its first seed and its length.
fn ranges(from: u64, seeds: u64, at_once: u64) -> impl Iterator<Item = (u64, u64)> {
    let begins = (0..seeds.div_ceil(at_once)).map(move |number| number * at_once);
    begins.map(move |begin| (from + begin, at_once.min(seeds - begin)))
}

/// Runs a command of this tool, and shows what it prints.
fn carry_out(words: &[String]) -> Result<Line> {
    let name = words.join(" ");
    println!("\n== {name} ==");
    let began = Instant::now();
    let mut command = shell::command(std::env::current_exe()?);
    let mut child = command.args(words).stdout(Stdio::piped()).spawn()?;
    let mut measured = String::new();
    for line in child
        .stdout
        .take()
        .into_iter()
        .flat_map(|out| BufReader::new(out).lines())
    {
        let line = line?;
        println!("{line}");
        if !line.trim().is_empty() {
            measured = line;
        }
    }
    Ok(Line {
        name,
        ok: child.wait()?.success(),
        time: began.elapsed(),
        measured,
    })
}

fn print(lines: &[Line]) {
    let widest = lines
        .iter()
        .map(|line| line.name.len())
        .max()
        .unwrap_or_default();
    for Line {
        name,
        ok,
        time,
        measured,
    } in lines
    {
        let outcome = if *ok { "passed" } else { "FAILED" };
        println!(
            "{name:<widest$}  {outcome} {:>8.1} s  {}",
            time.as_secs_f64(),
            measured.trim()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn the_ranges_of_seeds_are_all_seeds_once() {
        let of = |from, seeds, at_once| ranges(from, seeds, at_once).collect::<Vec<_>>();
        assert_eq!(of(5, 25, 10), [(5, 10), (15, 10), (25, 5)]);
        assert_eq!(of(0, 20, 10), [(0, 10), (10, 10)]);
        assert_eq!(of(7, 3, 10), [(7, 3)]);
        assert_eq!(of(7, 0, 10), []);
    }
}
