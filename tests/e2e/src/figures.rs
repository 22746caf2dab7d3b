//! What the tests measure: told at once, and kept for the summary of `cargo xtask test`.

use crate::paths;
use anyhow::Result;
use std::fs::File;
use std::io::Write;
use std::time::Duration;

/// Tells a time and keeps it, as a line of `artifacts/figures.txt`.
#[allow(clippy::print_stdout, reason = "a test's output is for people")]
pub fn time(what: &str, took: Duration) -> Result<()> {
    let line = format!("{what}: {:.1} s", took.as_secs_f64());
    println!("{line}");
    let path = paths::artifacts("")?.join("figures.txt");
    let mut file = File::options().create(true).append(true).open(path)?;
    Ok(writeln!(file, "{line}")?)
}
