//! `mutants`: plants one bug after the other, and says which of them the tests find.
//!
//! The bugs and who must find each are the table of the crate `planted`.

use crate::{shell, stories};
use anyhow::{Context, Result, bail};
use planted::{BUGS, Finder, Plant};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What `mutants` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also look how many simulated worlds it takes, up to 300
    #[arg(long)]
    worlds: bool,
    /// Also run every other test, and name those that find a bug
    #[arg(long)]
    all: bool,
    /// Only these bugs
    bugs: Vec<String>,
}

/// A test that a bug keeps from ending has found it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Simulated worlds, as the last world of one more step.
const WORLDS: [u32; 4] = [10, 40, 120, 300];

/// How many of the bugs must be found.
const FOUND: usize = 95;

/// The programs with tests, by the name of their crate or file.
type Programs = BTreeMap<String, PathBuf>;

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |plant: &&Plant| {
        options.bugs.is_empty() || options.bugs.iter().any(|name| name == plant.name)
    };
    let bugs: Vec<&Plant> = BUGS.iter().filter(wanted).collect();
    let programs = build()?;
    let sim = options.worlds.then(build_sim).transpose()?;
    check_tests(&programs, &bugs)?;
    println!("| bug | what goes wrong | found by |\n|---|---|---|");
    let mut found = 0;
    for plant in &bugs {
        let mut by = Vec::new();
        let must = must_find(&programs, plant)?;
        found += usize::from(must.is_ok());
        by.push(must.unwrap_or_else(str::to_owned));
        if options.all {
            by.extend(everybody(&programs, plant)?);
        }
        if let Some(sim) = &sim {
            by.push(worlds(sim, plant)?);
        }
        println!("| {} | {} | {} |", plant.name, plant.what, by.join("; "));
    }
    println!("\n{found} of {} found", bugs.len());
    if found * 100 < bugs.len() * FOUND {
        bail!("fewer than {FOUND} of 100 bugs are found");
    }
    Ok(())
}

/// Builds the tests of the core, of `peerjs` and of the simulation with every bug in them, switched off.
fn build() -> Result<Programs> {
    let mut cargo = shell::cargo();
    cargo.args(["test", "--no-run", "--message-format", "json"]);
    cargo.args(["-p", "mesh-chat", "-p", "peerjs", "-p", "sim", "--lib"]);
    cargo.args(["--test", "scenarios", "--test", "menaces"]);
    cargo.args(["--features", "mesh-chat/planted,peerjs/planted"]);
    cargo.stderr(Stdio::inherit());
    let output = cargo.output().context("cargo does not start")?;
    if !output.status.success() {
        bail!("the tests do not build with the planted bugs");
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    Ok(messages.filter_map(|message| program(&message)).collect())
}

/// Returns the name and the program of a message of cargo that is about one.
fn program(message: &serde_json::Value) -> Option<(String, PathBuf)> {
    let file = message.get("executable")?.as_str()?;
    let name = message.pointer("/target/name")?.as_str()?;
    Some((name.to_owned(), PathBuf::from(file)))
}

fn build_sim() -> Result<PathBuf> {
    let mut cargo = stories::simulation_build("quick");
    cargo.args(["--features", "planted"]);
    shell::run(&mut cargo)?;
    Ok(crate::paths::root().join("target/quick/sim"))
}

/// Returns the program and the name of a test.
fn place(finder: Finder) -> Option<(&'static str, &'static str)> {
    match finder {
        Finder::Unit(test) => Some(("mesh_chat", test)),
        Finder::Scenario(test) => Some(("scenarios", test)),
        Finder::Peerjs(test) => Some(("peerjs", test)),
        Finder::World(test) => Some(("menaces", test)),
        Finder::Nobody(_) => None,
    }
}

fn program_of<'a>(programs: &'a Programs, name: &str) -> Result<&'a Path> {
    let found = programs.get(name).map(PathBuf::as_path);
    found.with_context(|| format!("no program of {name} was built"))
}

/// Makes sure that each test that must find a bug is there, and passes without any.
fn check_tests(programs: &Programs, bugs: &[&Plant]) -> Result<()> {
    for (program, test) in bugs.iter().filter_map(|plant| place(plant.finder)) {
        let mut command = Command::new(program_of(programs, program)?);
        command.args(["--exact", test]);
        let said = shell::output(&mut command)?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        if !said.contains("test result: ok. 1 passed") {
            bail!("{test} of {program} is missing, or fails without a bug");
        }
    }
    Ok(())
}

/// Runs the test that must find a bug. Returns its name, or why it did not.
fn must_find(programs: &Programs, plant: &Plant) -> Result<Result<String, &'static str>> {
    let Some((program, test)) = place(plant.finder) else {
        let Finder::Nobody(why) = plant.finder else {
            return Ok(Err("nobody"));
        };
        return Ok(Err(why));
    };
    let mut command = Command::new(program_of(programs, program)?);
    command.args(["--exact", test]);
    let passed = passes(&mut command, plant)?;
    Ok(match passed {
        true => Err("**not found**"),
        false => Ok(format!("`{test}`")),
    })
}

/// Runs a program with a bug, silently. Returns whether it ended well, and in time.
fn passes(command: &mut Command, plant: &Plant) -> Result<bool> {
    command
        .env("PLANTED", plant.name)
        .env("RUST_BACKTRACE", "0");
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .stdin(Stdio::null());
    let mut child = command.spawn()?;
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill()?;
    child.wait()?;
    Ok(false)
}

/// Runs every test with a bug. Returns those that fail.
fn everybody(programs: &Programs, plant: &Plant) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (name, program) in programs {
        let mut command = Command::new(program);
        command
            .env("PLANTED", plant.name)
            .env("RUST_BACKTRACE", "0");
        let said = shell::output(&mut command)?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let failed = said.lines().filter_map(|line| {
            let test = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
            Some(format!("{name}: {test}"))
        });
        found.extend(failed);
    }
    Ok(found)
}

/// Returns in how many worlds of the simulation a bug is found.
fn worlds(sim: &Path, plant: &Plant) -> Result<String> {
    let mut from = 0;
    for upto in WORLDS {
        let mut command = Command::new(sim);
        command.args([
            "--from",
            &from.to_string(),
            "--seeds",
            &(upto - from).to_string(),
        ]);
        command.env("PLANTED", plant.name);
        let output = shell::output(&mut command)?;
        if !output.status.success() {
            return Ok(format!("{upto} worlds"));
        }
        from = upto;
    }
    Ok(format!("not in {from} worlds"))
}
