//! Build, run, demo, test, bench, dist: the commands of the project, as `cargo xtask <command>`.
//!
//! Each command is a module with one public function; `shell` starts programs, `paths` knows where
//! things are. What needs a browser lives in the crate `e2e` and is started from here.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod dist;
mod paths;
mod setup;
mod shell;

use anyhow::Result;
use clap::{Parser, Subcommand};

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
    /// Build the extension: dist/chrome, dist/firefox and a zip of each
    Dist(dist::Options),
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Setup(options) => setup::run(&options),
        Command::Dist(options) => dist::run(&options).map(drop),
    }
}
