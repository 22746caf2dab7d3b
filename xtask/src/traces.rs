//! `traces`: whether simulated worlds behave as they did in another revision.
//!
//! The simulation writes one line for each world: its seed, and a number in which everything goes
//! that happened there. A change that is to change no behaviour leaves all lines as they were. What a
//! revision writes is kept under `target/traces`, so that it runs once only.

use crate::{paths, shell, stories};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The profile of both builds. An older revision may not have it, so it is also given to cargo as
/// an option there.
const PROFILE: &str = "check";
const INHERITS: &str = "profile.check.inherits='release'";

/// The options of `traces`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The revision to compare with
    #[arg(long, default_value = "HEAD")]
    base: String,
    /// How many worlds
    #[arg(long, default_value_t = 2000)]
    seeds: u32,
}

/// Runs the simulation of both, and fails where a world differs.
pub(crate) fn run(options: &Options) -> Result<()> {
    let commit = commit(&options.base)?;
    let folder = paths::target().join("traces");
    fs::create_dir_all(&folder)?;
    let (before, after) = (
        folder.join(format!("{commit}-{}.txt", options.seeds)),
        folder.join("now.txt"),
    );
    if !before.exists() {
        println!("traces: the worlds of {} ({commit})", options.base);
        write_base(&folder, &commit, options.seeds, &before)?;
    }
    println!("traces: the worlds of the working tree");
    write(&mut stories::simulation(PROFILE), options.seeds, &after)?;
    let (before, after) = (fs::read_to_string(before)?, fs::read_to_string(after)?);
    match Difference::between(&before, &after) {
        None => {
            println!("traces: all {} worlds are the same", options.seeds);
            Ok(())
        }
        Some(Difference { first, count }) => bail!(
            "{count} of {} worlds differ, the first is seed {first}; \
             `cargo xtask sim --from {first} --seeds 1 --tell` tells what happens in it",
            options.seeds
        ),
    }
}

/// Returns the commit that a revision names.
fn commit(revision: &str) -> Result<String> {
    let name = format!("{revision}^{{commit}}");
    shell::answer("git", &["rev-parse", "--verify", "--quiet", &name])
        .with_context(|| format!("git knows no revision {revision}"))
}

/// Builds the simulation of a commit in a worktree of its own, and runs it.
fn write_base(folder: &Path, commit: &str, seeds: u32, file: &Path) -> Result<()> {
    let tree = folder.join("worktree");
    remove(&tree)?;
    let mut add = git(&["worktree", "add", "--quiet", "--detach"]);
    shell::run_quietly(add.arg(&tree).arg(commit))?;
    let outcome = simulate(&tree, commit, seeds, file);
    remove(&tree)?;
    outcome
}

fn simulate(tree: &Path, commit: &str, seeds: u32, file: &Path) -> Result<()> {
    let mut build = shell::cargo();
    build.args(["build", "--quiet", "--profile", PROFILE, "-p", "sim"]);
    build.args(["--config", INHERITS]);
    shell::run(
        build
            .current_dir(tree)
            .env("CARGO_TARGET_DIR", paths::target()),
    )?;
    // The next build puts another program here.
    let program = paths::target().join(PROFILE).join(program_name());
    let help = shell::output(shell::command(&program).arg("--help"))?;
    if !String::from_utf8_lossy(&help.stdout).contains("--traces") {
        bail!(
            "the simulation of {commit} is older than its option --traces: choose a later --base"
        );
    }
    write(&mut shell::command(&program), seeds, file)
}

fn program_name() -> String {
    format!("sim{}", std::env::consts::EXE_SUFFIX)
}

/// Runs a simulation. Worlds that go wrong are shown and have traces nevertheless.
fn write(simulation: &mut Command, seeds: u32, file: &Path) -> Result<()> {
    let unfinished = PathBuf::from(format!("{}.part", file.display()));
    if unfinished.exists() {
        fs::remove_file(&unfinished)?;
    }
    let seeds = seeds.to_string();
    simulation
        .args(["--seeds", &seeds, "--traces"])
        .arg(&unfinished);
    let outcome = shell::run(simulation);
    if !unfinished.exists() {
        return outcome.and_then(|()| bail!("the simulation wrote no traces"));
    }
    fs::rename(unfinished, file)?;
    Ok(())
}

/// Removes what an earlier run has left, too.
fn remove(tree: &Path) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree).with_context(|| tree.display().to_string())?;
    }
    shell::run_quietly(&mut git(&["worktree", "prune"]))
}

fn git(args: &[&str]) -> Command {
    let mut git = shell::command("git");
    git.args(args);
    git
}

/// How two files of traces differ.
#[derive(Debug, PartialEq)]
struct Difference {
    /// The seed of the first world that differs.
    first: String,
    /// How many worlds differ.
    count: usize,
}

impl Difference {
    fn between(before: &str, after: &str) -> Option<Self> {
        let (mut before, mut after) = (before.lines(), after.lines());
        let mut found: Option<Self> = None;
        loop {
            let (old, new) = (before.next(), after.next());
            let Some(line) = new.or(old) else {
                return found;
            };
            if old == new {
                continue;
            }
            match &mut found {
                Some(difference) => difference.count += 1,
                None => {
                    let first = line.split(' ').next().unwrap_or(line).to_owned();
                    found = Some(Self { first, count: 1 });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Difference;

    #[test]
    fn the_first_world_that_differs_is_named() {
        let before = "0 1a\n1 2b\n2 3c\n";
        assert_eq!(Difference::between(before, before), None);
        let differ = |after| Difference::between(before, after).map(|it| (it.first, it.count));
        assert_eq!(differ("0 1a\n1 ff\n2 ff\n"), Some(("1".to_owned(), 2)));
        assert_eq!(differ("0 1a\n1 2b\n"), Some(("2".to_owned(), 1)));
        assert_eq!(differ(""), Some(("0".to_owned(), 3)));
    }
}
