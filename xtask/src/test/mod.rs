//! `test`: everything that can be checked, in phases, with one line that sums it up.
//!
//! `browsers` runs the tests of the crate `e2e`; `counts` and `report` read what `cargo test` prints.

mod browsers;
mod counts;
mod interop;
mod report;

pub(crate) use browsers::measure_failover;

use crate::{dist, figures, fuzz, paths, setup, shell, store, stories};
use anyhow::{Result, bail};
use clap::ValueEnum;
use counts::Counts;
use report::Report;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What `test` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only tests whose names contain one of these; leaves out the checks that are no tests
    filters: Vec<String>,
    /// Only this phase and what it needs; can be given several times
    #[arg(long, value_enum)]
    phase: Vec<Phase>,
}

/// A part of the run, in the order in which they come: the fastest to fail first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Phase {
    /// rustfmt finds nothing to change
    Format,
    /// clippy has no warning, for this machine and for wasm
    Lint,
    /// Licences, advisories and sources of the crates, where cargo-deny is installed
    Deny,
    /// The documentation of all crates has no warning
    Doc,
    /// Unit tests, vectors, pairs and the examples in the documentation, on this machine
    Unit,
    /// The client in Python: vectors and conversations of the core, forms, and clients that meet
    Interop,
    /// Whole participants in worlds where everything goes wrong
    Sim,
    /// Bytes that others hand in, bent by a coverage-guided fuzzer
    Fuzz,
    /// The core's tests again, as wasm in Node
    Wasm,
    /// The extension builds and is within its size budgets
    Dist,
    /// What was built keeps the rules of both stores
    Store,
    /// Chromium and Firefox with the extension and the page, against local servers
    Browsers,
    /// Both across real NATs, in network namespaces: needs root
    Nat,
}

/// Simulated worlds, of five people and an hour each: what two cores do in about a minute.
const SIMULATED_WORLDS: &str = "600";

/// How long the fuzzer looks: for what a change has just broken. It goes on from what it knew.
const FUZZ_SECONDS: u64 = 60;

/// Asks a test program for the time of each test. That is not stable yet, so [`TIMED`] goes with it.
const REPORT_TIME: [&str; 2] = ["-Zunstable-options", "--report-time"];

/// Starts test programs so that they accept [`REPORT_TIME`]. The compiler does not see this: it is
/// the stable one for all that is built.
const TIMED: &str = "env RUSTC_BOOTSTRAP=1";

/// Crates that are wasm in the end.
const WASM_CRATES: [&str; 7] = [
    "json",
    "peerjs",
    "webext",
    "background",
    "offscreen",
    "popup",
    "scan",
];

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let phases: Vec<_> = Phase::value_variants()
        .iter()
        .copied()
        .filter(|phase| phase.wanted(options))
        .collect();
    prepare(&phases)?;
    figures::forget()?;
    let mut ahead = build_ahead(&phases);
    let mut results = Vec::new();
    for phase in phases {
        println!("\n== {phase:?} ==");
        let started = Instant::now();
        if phase.own_build().is_some() {
            // What went wrong is said by the phase, which builds again.
            ahead.take().map(JoinHandle::join);
        }
        let report = phase.run(&options.filters).unwrap_or_else(|error| {
            eprintln!("{error:#}");
            Counts::one(false).into()
        });
        results.push((phase, report, started.elapsed()));
    }
    sum_up(&results)
}

/// Installs before the clock of a phase runs.
fn prepare(phases: &[Phase]) -> Result<()> {
    if phases.contains(&Phase::Wasm) {
        setup::for_wasm_tests()?;
    }
    if phases.contains(&Phase::Interop) {
        setup::for_interop()?;
    }
    if phases.contains(&Phase::Fuzz) {
        setup::for_fuzzing()?;
    }
    if phases.contains(&Phase::Browsers) || phases.contains(&Phase::Nat) {
        setup::for_browsers()?;
    }
    setup::for_build()
}

/// Starts to build what has a folder of its own, one after the other, while others are checked: each
/// build leaves one of two cores alone for much of its time.
fn build_ahead(phases: &[Phase]) -> Option<JoinHandle<()>> {
    let builds: Vec<_> = phases
        .iter()
        .filter_map(|phase| phase.own_build())
        .collect();
    (!builds.is_empty()).then(|| {
        thread::spawn(move || {
            for mut build in builds {
                let _ = shell::run_quietly(&mut build);
            }
        })
    })
}

fn sum_up(results: &[(Phase, Report, Duration)]) -> Result<()> {
    let mut sum = Counts::default();
    println!(
        "\n{:<10}{:>8}{:>8}{:>8}{:>9}",
        "", "passed", "failed", "skipped", "time"
    );
    for (phase, report, time) in results {
        let Counts {
            passed,
            failed,
            skipped,
        } = report.counts;
        let (name, seconds) = (format!("{phase:?}"), time.as_secs_f64());
        println!("{name:<10}{passed:>8}{failed:>8}{skipped:>8}{seconds:>7.1} s");
        sum = sum.plus(report.counts);
    }
    Report::print_slowest(
        results
            .iter()
            .map(|(phase, report, _)| (format!("{phase:?}"), report)),
    );
    figures::tell();
    println!(
        "\n{} passed, {} failed, {} skipped",
        sum.passed, sum.failed, sum.skipped
    );
    if sum.failed > 0 {
        bail!("{} failed", sum.failed);
    }
    Ok(())
}

impl Phase {
    fn wanted(self, options: &Options) -> bool {
        let is_tests = match self {
            Self::Unit | Self::Interop | Self::Wasm | Self::Dist | Self::Browsers | Self::Nat => {
                true
            }
            Self::Format | Self::Lint | Self::Deny | Self::Doc => false,
            Self::Sim | Self::Fuzz | Self::Store => false,
        };
        let asked = |phase: &Phase| *phase == self || phase.needs(self);
        let chosen = options.phase.is_empty() || options.phase.iter().any(asked);
        chosen && (is_tests || options.filters.is_empty())
    }

    /// Returns what the phase builds in a folder of its own.
    fn own_build(self) -> Option<Command> {
        match self {
            Self::Sim => Some(stories::simulation_build("sim")),
            Self::Fuzz => fuzz::build().ok(),
            Self::Format
            | Self::Lint
            | Self::Deny
            | Self::Doc
            | Self::Unit
            | Self::Interop
            | Self::Wasm
            | Self::Dist
            | Self::Store
            | Self::Browsers
            | Self::Nat => None,
        }
    }

    /// Browsers show what was built last, and that is what goes to the stores.
    fn needs(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Store | Self::Browsers | Self::Nat, Self::Dist)
        )
    }

    fn run(self, filters: &[String]) -> Result<Report> {
        match self {
            Self::Format => Ok(check(shell::cargo().args(["fmt", "--all", "--check"])).into()),
            Self::Lint => Ok(lint().into()),
            Self::Deny => Ok(deny().into()),
            Self::Doc => Ok(doc().into()),
            Self::Unit => unit(filters),
            Self::Interop => interop::run(filters),
            Self::Sim => {
                let mut worlds = stories::simulation("sim");
                Ok(check(worlds.args(["--seeds", SIMULATED_WORLDS])).into())
            }
            Self::Fuzz => fuzzed(),
            Self::Wasm => wasm(filters),
            Self::Dist => {
                // Over budget is said loudly and does not fail: the engine is, by far.
                dist::run(&dist::Options::default()).map(|_| Counts::one(true).into())
            }
            Self::Store => {
                store::check(&paths::root().join("dist")).map(|()| Counts::one(true).into())
            }
            Self::Browsers => browsers::run(filters),
            Self::Nat => browsers::across_nats(filters),
        }
    }
}

fn lint() -> Counts {
    const LINT: [&str; 2] = ["clippy", "--all-targets"];
    let strict = ["--", "-D", "warnings"];
    let here = check(
        shell::cargo()
            .args(LINT)
            .args(["--workspace", "--all-features"])
            .args(strict),
    );
    let mut wasm = shell::cargo();
    wasm.args(["clippy", "--lib", "--target", "wasm32-unknown-unknown"]);
    for name in WASM_CRATES {
        wasm.args(["-p", name]);
    }
    here.plus(check(wasm.args(strict)))
}

fn fuzzed() -> Result<Report> {
    let found = fuzz::look(FUZZ_SECONDS, &[])?;
    Ok(Counts::one(found.failed.is_empty()).into())
}

fn deny() -> Counts {
    if shell::find("cargo-deny").is_none() {
        println!("cargo-deny is not installed: skipped");
        return Counts::skipped();
    }
    check(shell::cargo().args(["deny", "check"]))
}

/// Builds the documentation with private items: of each crate for the machine it is for, as half of
/// what is for the browser is not there on another one.
fn doc() -> Counts {
    let (mut here, mut wasm) = (cargo_doc(), cargo_doc());
    here.arg("--workspace");
    wasm.args(["--target", "wasm32-unknown-unknown"]);
    for name in WASM_CRATES {
        here.args(["--exclude", name]);
        wasm.args(["-p", name]);
    }
    check(&mut here).plus(check(&mut wasm))
}

fn cargo_doc() -> Command {
    let mut cargo = shell::cargo();
    cargo.args(["doc", "--no-deps", "--document-private-items"]);
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    cargo
}

/// Runs all tests of this machine; the examples in the documentation come last and without times.
fn unit(filters: &[String]) -> Result<Report> {
    let mut cargo = shell::cargo();
    cargo.args(["test", "--workspace"]);
    cargo.args(["--lib", "--bins", "--tests", "--examples"]);
    let report = timed_tests(&mut cargo, filters)?;
    let mut examples = shell::cargo();
    examples.args(["test", "--workspace", "--doc"]);
    Ok(report.plus(tests(&mut examples, filters, &[])?))
}

/// Runs the core's tests in wasm. Node runs what is built for WASI as it is; no other runner is
/// needed. Nothing in the core asks what it runs on, so this stands for the browser's wasm.
///
/// Node 20.20 falls over after the last test of a long run when V8 calls `node:wasi`'s functions
/// directly; without these "fast API calls" it does not, and takes no longer.
fn wasm(filters: &[String]) -> Result<Report> {
    let mut cargo = shell::cargo();
    cargo.args([
        "test",
        "-p",
        "mesh-chat",
        "--lib",
        "--tests",
        "--target",
        "wasm32-wasip1",
    ]);
    cargo.env(
        "CARGO_TARGET_WASM32_WASIP1_RUNNER",
        format!("{TIMED} node --no-warnings --no-turbo-fast-api-calls xtask/js/wasi.mjs"),
    );
    tests(&mut cargo, filters, &REPORT_TIME)
}

/// Runs one check that passes or fails as a whole.
fn check(command: &mut Command) -> Counts {
    match shell::run(command) {
        Ok(()) => Counts::one(true),
        Err(error) => {
            eprintln!("{error:#}");
            Counts::one(false)
        }
    }
}

/// Runs `cargo test` of programs on this machine, with the time of each test.
fn timed_tests(cargo: &mut Command, filters: &[String]) -> Result<Report> {
    let host = shell::host()?.to_uppercase().replace('-', "_");
    cargo.env(format!("CARGO_TARGET_{host}_RUNNER"), TIMED);
    tests(cargo, filters, &REPORT_TIME)
}

/// Runs `cargo test`, shows what it prints, and reads it.
fn tests(cargo: &mut Command, filters: &[String], options: &[&str]) -> Result<Report> {
    cargo
        .arg("--no-fail-fast")
        .arg("--")
        .args(filters)
        .args(options)
        .stdout(Stdio::piped());
    let mut child = cargo.spawn()?;
    let mut report = Report::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            report.read(&line);
            println!("{line}");
        }
    }
    let status = child.wait()?;
    // What does not even compile says no number.
    if !status.success() && report.counts.failed == 0 {
        report.counts = report.counts.plus(Counts::one(false));
    }
    Ok(report)
}
