//! `formal`: checks the models in `formal/` with Verifpal, and that each gives what its head says.

use crate::{paths, setup, shell};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What `formal` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only models whose names contain one of these
    filters: Vec<String>,
    /// Show what Verifpal finds, attacks step by step
    #[arg(long)]
    tell: bool,
}

/// How a model says what must be found: for each question its letter, and 1 where there is an attack.
const EXPECTED: &str = "// Expected: ";

/// How a model says in how many runs of each person at the same time attacks are looked for; one where
/// it does not.
const SESSIONS: &str = "// Sessions: ";

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::for_formal()?;
    let wanted = |model: &PathBuf| {
        let name = model.display().to_string();
        options.filters.is_empty() || options.filters.iter().any(|part| name.contains(part))
    };
    let models: Vec<_> = models()?.into_iter().filter(wanted).collect();
    ensure!(!models.is_empty(), "no model has such a name");
    let mut wrong = 0;
    for model in &models {
        if options.tell {
            shell::run(shell::command("verifpal").arg("verify").arg(model))?;
        }
        wrong += usize::from(!check(model)?);
    }
    println!("{} passed, {wrong} failed", models.len() - wrong);
    if wrong > 0 {
        bail!("a model does not give what its head says; `--tell` shows the attacks");
    }
    Ok(())
}

fn models() -> Result<Vec<PathBuf>> {
    let mut models: Vec<_> = fs::read_dir(paths::root().join("formal"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    models.retain(|path| path.extension().is_some_and(|end| end == "vp"));
    models.sort();
    Ok(models)
}

/// Returns whether a model gives what it is to give.
fn check(model: &Path) -> Result<bool> {
    let name = model.file_name().unwrap_or_default().to_string_lossy();
    let text = fs::read_to_string(model)?;
    let expected = said(&text, EXPECTED).with_context(|| format!("{name} expects nothing"))?;
    let sessions = said(&text, SESSIONS).unwrap_or("1");
    let began = Instant::now();
    let mut verifpal = shell::command("verifpal");
    verifpal.arg("verify").arg(model);
    verifpal.args(["--result-code", "--sessions", sessions]);
    let output = shell::output(&mut verifpal)?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let found = printed.lines().last().unwrap_or_default().trim();
    let seconds = began.elapsed().as_secs_f64();
    let passed = found == expected;
    let verdict = if passed { "ok" } else { "FAILED" };
    println!("{name:<22}{found:<18}expected {expected:<18}{seconds:>6.1} s  {verdict}");
    if found.is_empty() {
        print!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(passed)
}

/// Returns what the head of a model says after these words.
fn said<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_says_what_is_to_be_found() {
        let models = models().unwrap();
        assert!(!models.is_empty());
        for model in models {
            let text = fs::read_to_string(&model).unwrap();
            assert!(said(&text, EXPECTED).is_some(), "{}", model.display());
        }
    }
}
