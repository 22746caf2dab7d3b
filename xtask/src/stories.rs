//! `demo` and `endurance`: programs of the crate `e2e`, which drives real browsers. `sim`: the
//! program of the crate of that name.

use crate::{dist, setup, shell};
use anyhow::Result;
use clap::ValueEnum;
use std::path::Path;

/// What `demo` can be told.
#[derive(clap::Args)]
pub(crate) struct DemoOptions {
    /// With a display: leave the browsers open at the end, until Enter is pressed
    #[arg(long)]
    stay: bool,
}

/// What `endurance` can be told.
#[derive(clap::Args)]
pub(crate) struct EnduranceOptions {
    /// Only the engine of this browser
    #[arg(value_enum)]
    browser: Option<Browser>,
    /// How often it dials somebody
    #[arg(long, default_value_t = 5_000)]
    dials: u32,
    /// How often it looks up its address: 288 a day
    #[arg(long, default_value_t = 1_000)]
    lookups: u32,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Browser {
    Chromium,
    Firefox,
}

/// What `sim` can be told.
#[derive(clap::Args)]
pub(crate) struct SimOptions {
    /// Options of the simulation, such as `--seeds 2000 --peers 5 --hours 1`; `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Runs the command `sim`.
pub(crate) fn sim(options: &SimOptions) -> Result<()> {
    shell::run(simulation("sim").args(&options.options))
}

/// Returns the simulation in a profile, without options yet.
pub(crate) fn simulation(profile: &str) -> std::process::Command {
    let mut cargo = shell::cargo();
    cargo.args(["run", "--quiet", "--profile", profile, "-p", "sim", "--"]);
    cargo
}

/// Returns the build of the simulation in a profile.
pub(crate) fn simulation_build(profile: &str) -> std::process::Command {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--quiet", "--profile", profile, "-p", "sim"]);
    cargo
}

/// Runs the command `demo`.
pub(crate) fn demo(options: &DemoOptions) -> Result<()> {
    let stay = options.stay.then_some("--stay".to_owned());
    let dist = dist::run(&dist::Options::default())?;
    program("demo", &dist, stay.as_slice())
}

/// Runs the command `endurance`.
pub(crate) fn endurance(options: &EnduranceOptions) -> Result<()> {
    let dist = dist::run(&dist::Options::default())?;
    let all = Browser::value_variants().iter().copied();
    let wanted = |browser: &Browser| options.browser.is_none_or(|only| only == *browser);
    all.filter(wanted).try_for_each(|browser| {
        let name = match browser {
            Browser::Chromium => "chromium",
            Browser::Firefox => "firefox",
        };
        let often = [options.dials, options.lookups].map(|often| often.to_string());
        program(
            "endurance",
            &dist,
            &[&[name.to_owned()], often.as_slice()].concat(),
        )
    })
}

/// Runs a program of `e2e` with what was built.
pub(crate) fn program(name: &str, dist: &Path, args: &[String]) -> Result<()> {
    setup::for_browsers()?;
    let mut cargo = shell::cargo();
    cargo
        .args(["run", "--quiet", "-p", "e2e", "--bin", name, "--"])
        .args(args);
    cargo.env("MESH_CHAT_DIST", dist).env("RUST_BACKTRACE", "0");
    cargo.stdin(std::process::Stdio::inherit());
    shell::run(&mut cargo)
}
