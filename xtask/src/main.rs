//! Build, run, demo, test, bench, dist: the commands of the project, as `cargo xtask <command>`.
//!
//! Each command is a module with one public function; `shell` starts programs, `paths` knows where
//! things are. What needs a browser lives in the crate `e2e` and is started from here.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod bench;
mod browser;
mod check;
mod dist;
mod figures;
mod formal;
mod fuzz;
mod mutants;
mod paths;
mod release;
mod setup;
mod shell;
mod store;
mod stories;
mod test;
mod traces;
mod web;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The commands of Mesh Chat.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing: browsers, drivers, a STUN server, the wasm targets, npm packages
    Setup(setup::Options),
    /// Build the extension and the page: dist/chrome, dist/firefox and a zip of each, dist/web
    Dist(dist::Options),
    /// Open a browser with the extension and the public servers
    Run(browser::Options),
    /// Serve the page on this machine and open it
    Web(web::Options),
    /// Two Chromium and one Firefox meet and chat through servers on this machine
    Demo(stories::DemoOptions),
    /// Check a change of the core in less than a minute: style, unit tests, vectors, 200 worlds
    Check,
    /// Compare what simulated worlds do now with what they did in another revision
    Traces(traces::Options),
    /// Check everything: style, unit tests, the core in wasm, sizes, real browsers
    Test(test::Options),
    /// Simulate worlds with faults, and check what must hold in each
    Sim(stories::SimOptions),
    /// Look for inputs with which a decoder or a participant fails
    Fuzz(fuzz::Options),
    /// Plant one bug after the other, and say which of them the tests find
    Mutants(mutants::Options),
    /// Measure sizes, and times in real browsers, beside another build if you like: docs/bench.md
    Bench(bench::Options),
    /// An engine that has dialled and looked up its address as often as in weeks still works
    Endurance(stories::EnduranceOptions),
    /// Before a release: everything that takes too long for the tests, and a table of it
    ReleaseCheck(release::Options),
    /// Make what the stores get: zips, source package, texts, pictures, in artifacts/store
    Store(store::Options),
    /// Look for attacks in the models of the handshake
    Formal(formal::Options),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Setup(options) => setup::run(&options),
        Command::Dist(options) => dist::run(&options).map(drop),
        Command::Run(options) => browser::run(&options),
        Command::Web(options) => web::run(&options),
        Command::Demo(options) => stories::demo(&options),
        Command::Check => check::run(),
        Command::Traces(options) => traces::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Sim(options) => stories::sim(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Mutants(options) => mutants::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Endurance(options) => stories::endurance(&options),
        Command::ReleaseCheck(options) => release::run(&options),
        Command::Store(options) => store::run(&options),
        Command::Formal(options) => formal::run(&options),
    }
}
