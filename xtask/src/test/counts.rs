//! How many tests passed, as `cargo test` prints it.

/// How many of something passed, failed and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u32,
    pub(super) failed: u32,
    pub(super) skipped: u32,
}

impl Counts {
    pub(super) fn one(passed: bool) -> Self {
        Self {
            passed: passed.into(),
            failed: (!passed).into(),
            skipped: 0,
        }
    }

    pub(super) fn skipped() -> Self {
        Self {
            skipped: 1,
            ..Self::default()
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }

    /// Reads "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …".
    pub(super) fn of_line(line: &str) -> Option<Self> {
        let (_, result) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let number = |word: &str| {
            let mut parts = result.split("; ").filter_map(|part| part.split_once(' '));
            parts.find(|(_, name)| *name == word)?.0.parse().ok()
        };
        Some(Self {
            passed: number("passed")?,
            failed: number("failed")?,
            skipped: number("ignored")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn the_numbers_of_a_test_run_are_read() {
        let line = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(
            Counts::of_line(line),
            Some(Counts {
                passed: 3,
                failed: 2,
                skipped: 1
            })
        );
        assert_eq!(Counts::of_line("test names::are_read ... ok"), None);
    }
}
