//! What a run of tests reports: how many passed, and how long each took.

use super::counts::Counts;
use std::time::Duration;

/// How many tests took longest are shown.
const SLOWEST: usize = 10;

/// The counts of a phase and the times of its tests.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Report {
    pub(super) counts: Counts,
    times: Vec<(Duration, String)>,
}

impl Report {
    /// Reads one line of what `cargo test` prints.
    pub(super) fn read(&mut self, line: &str) {
        if let Some(counts) = Counts::of_line(line) {
            self.counts = self.counts.plus(counts);
        }
        self.times.extend(time(line));
    }

    /// Adds up two reports.
    pub(super) fn plus(mut self, other: Self) -> Self {
        self.counts = self.counts.plus(other.counts);
        self.times.extend(other.times);
        self
    }

    /// Prints the tests that took longest, each with its phase.
    pub(super) fn print_slowest<'a>(reports: impl Iterator<Item = (String, &'a Self)>) {
        let mut all: Vec<_> = reports
            .flat_map(|(phase, report)| {
                let times = report.times.iter();
                times.map(move |(time, name)| (time, phase.clone(), name))
            })
            .collect();
        all.sort_by(|a, b| b.cmp(a));
        if !all.is_empty() {
            println!("\nThe tests that took longest:");
        }
        for (time, phase, name) in all.iter().take(SLOWEST) {
            println!("{:>7.1} s  {phase}: {name}", time.as_secs_f64());
        }
    }
}

impl From<Counts> for Report {
    fn from(counts: Counts) -> Self {
        let times = Vec::new();
        Self { counts, times }
    }
}

/// Reads "test names::are_read ... ok <0.003s>".
fn time(line: &str) -> Option<(Duration, String)> {
    let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let (_, time) = outcome.strip_suffix("s>")?.split_once('<')?;
    let seconds = time.parse().ok()?;
    let time = Duration::try_from_secs_f64(seconds).ok()?;
    Some((time, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Report, time};
    use std::time::Duration;

    #[test]
    fn the_time_of_a_test_is_read() {
        let read = |line| time(line).map(|(time, name)| (time.as_millis(), name));
        let name = "names::are_read".to_owned();
        let line = "test names::are_read ... FAILED <12.345s>";
        assert_eq!(read(line), Some((12_345, name)));
        assert_eq!(read("test names::are_read ... ok"), None);
        assert_eq!(read("test result: ok. 3 passed; 0 failed"), None);
    }

    #[test]
    fn a_report_adds_up_the_lines() {
        let mut report = Report::default();
        for line in [
            "test a ... ok <0.500s>",
            "test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured",
            "test result: ok. 3 passed; 1 failed; 0 ignored; 0 measured",
        ] {
            report.read(line);
        }
        let counts = report.counts;
        assert_eq!((counts.passed, counts.failed, counts.skipped), (4, 1, 2));
        assert_eq!(report.times, [(Duration::from_millis(500), "a".to_owned())]);
    }
}
