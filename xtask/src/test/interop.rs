//! The client in Python: its own tests, which also read the vectors and the conversations of the core.

use super::counts::Counts;
use super::report::Report;
use crate::setup::python;
use crate::{paths, shell};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// Runs them. What they print goes to the standard error, as is the custom there.
pub(super) fn run(filters: &[String]) -> Result<Report> {
    let mut command = shell::command(python::interpreter());
    command.current_dir(paths::root().join("interop"));
    command.args(["-m", "unittest"]);
    command.args(filters.iter().flat_map(|filter| ["-k", filter]));
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let stderr = child.stderr.take().context("no standard error")?;
    let mut outcome = Outcome::default();
    for line in BufReader::new(stderr).lines() {
        let line = line?;
        outcome.read(&line);
        eprintln!("{line}");
    }
    let succeeded = child.wait()?.success();
    Ok(outcome.counts(succeeded).into())
}

/// What the last lines of Python's `unittest` say.
#[derive(Debug, Default)]
struct Outcome {
    ran: u32,
    failed: u32,
    skipped: u32,
}

impl Outcome {
    /// Reads "Ran 3 tests in 0.123s", or "FAILED (failures=1, errors=1, skipped=1)".
    fn read(&mut self, line: &str) {
        if let Some(ran) = line.strip_prefix("Ran ") {
            let number = ran.split(' ').next().and_then(|number| number.parse().ok());
            self.ran = number.unwrap_or(self.ran);
        }
        let outcome = ["OK (", "FAILED ("].iter();
        let mut outcome = outcome.filter_map(|word| line.strip_prefix(word)?.strip_suffix(')'));
        for (name, number) in outcome
            .next()
            .into_iter()
            .flat_map(|all| all.split(", "))
            .filter_map(|one| one.split_once('='))
        {
            let number: u32 = number.parse().unwrap_or_default();
            match name {
                "failures" | "errors" | "unexpected successes" => self.failed += number,
                "skipped" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Returns the counts. One test can fail several times, and what does not even begin says no number.
    fn counts(&self, succeeded: bool) -> Counts {
        let failed = self.failed.max((!succeeded).into());
        Counts {
            passed: self.ran.saturating_sub(failed + self.skipped),
            failed,
            skipped: self.skipped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Outcome};

    fn counts(lines: &[&str], succeeded: bool) -> Counts {
        let mut outcome = Outcome::default();
        lines.iter().for_each(|line| outcome.read(line));
        outcome.counts(succeeded)
    }

    #[test]
    fn the_last_lines_of_unittest_are_counted() {
        let of = |passed, failed, skipped| Counts {
            passed,
            failed,
            skipped,
        };
        let ran = "Ran 9 tests in 63.672s";
        assert_eq!(counts(&[ran, "", "OK"], true), of(9, 0, 0));
        assert_eq!(counts(&[ran, "OK (skipped=2)"], true), of(7, 0, 2));
        let failed = "FAILED (failures=1, errors=2, skipped=1)";
        assert_eq!(counts(&[ran, failed], false), of(5, 3, 1));
        let all = "FAILED (failures=99)";
        assert_eq!(counts(&[ran, all], false), of(0, 99, 0));
        assert_eq!(counts(&["No module named unittest"], false), of(0, 1, 0));
    }
}
