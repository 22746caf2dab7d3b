//! What the tests have measured: lines that the crate `e2e` adds to a file.

use crate::paths;
use anyhow::{Context, Result};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

fn file() -> PathBuf {
    paths::root().join("artifacts/figures.txt")
}

/// Forgets those of an earlier run.
pub(crate) fn forget() -> Result<()> {
    match fs::remove_file(file()) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| file().display().to_string())
        }
        _ => Ok(()),
    }
}

/// Returns those of this run.
pub(crate) fn all() -> Result<String> {
    fs::read_to_string(file()).with_context(|| file().display().to_string())
}

/// Prints those of this run, if there are any.
pub(crate) fn tell() {
    if let Ok(figures) = fs::read_to_string(file()) {
        println!("\nMeasured across NATs:");
        for line in figures.lines() {
            println!("  {line}");
        }
    }
}
