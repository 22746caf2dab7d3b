//! The tests of the crate `e2e`, which drive real browsers.

use super::counts::Counts;
use super::report::Report;
use super::timed_tests;
use crate::{figures, paths, setup, shell};
use anyhow::{Result, bail};
use std::fs;

/// The tests of `e2e` that mostly wait: together they take as long as the longest.
const WAITING: &str = "waiting";

/// Those that promise nothing about time: they leave half of the machine idle.
const UNTIMED: [&str; 6] = [
    "files",
    "files_checked",
    "files_faults",
    "folders",
    "pictures",
    "views",
];

/// Runs the tests of one network: each alone, but for those to which time means nothing, or that mostly wait.
pub(super) fn run(filters: &[String]) -> Result<Report> {
    let is_untimed = |name: &String| UNTIMED.contains(&name.as_str());
    let (untimed, timed): (Vec<_>, Vec<_>) = files()?.into_iter().partition(is_untimed);
    let report = e2e("browsers", &timed, 1, filters)?;
    let report = report.plus(e2e("browsers", &untimed, 2, filters)?);
    let report = report.plus(official(filters)?);
    Ok(report.plus(e2e("browsers", &[WAITING.to_owned()], 4, filters)?))
}

/// Runs the test of the crate `peerjs` with the official server and a page of stock peerjs.
fn official(filters: &[String]) -> Result<Report> {
    let mut cargo = shell::cargo();
    cargo.args(["test", "-p", "peerjs", "--features", "official"]);
    cargo.args(["--test", "official"]);
    timed_tests(cargo.env("RUST_BACKTRACE", "0"), filters)
}

/// Runs the tests across NATs.
pub(super) fn across_nats(filters: &[String]) -> Result<Report> {
    if let Err(reason) = try_namespaces() {
        println!("!! NO TESTS ACROSS NATS: {reason:#}");
        return Ok(Counts::skipped().into());
    }
    // They mostly wait, each in a network of its own.
    let files = [
        "nat",
        "lid",
        "away",
        "echo",
        "paths",
        "files_apart",
        "off",
        "recipients",
    ];
    let files = files.map(str::to_owned);
    e2e("nat", &files, 2, filters)
}

/// Measures across NATs what no local network shows: how soon a killed router is replaced.
pub(crate) fn measure_failover() -> Result<()> {
    figures::forget()?;
    let report = across_nats(&["router_is_killed".to_owned()])?;
    figures::tell();
    if report.counts.failed > 0 {
        bail!("the measurement of a killed router failed");
    }
    Ok(())
}

/// Returns the files of tests of `e2e`, but for [`WAITING`].
fn files() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(paths::root().join("tests/e2e/tests"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(
                path.file_stem()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    names.sort();
    Ok(names)
}

/// Runs the tests of `e2e` in these files that are built with this feature, so many at once.
fn e2e(feature: &str, files: &[String], threads: u8, filters: &[String]) -> Result<Report> {
    // One of the services; tests find it beside their own folder.
    shell::run(shell::cargo().args(["build", "--quiet", "-p", "beacon"]))?;
    let mut cargo = shell::cargo();
    cargo.args(["test", "-p", "e2e", "--features", feature]);
    files.iter().for_each(|file| {
        cargo.args(["--test", file]);
    });
    // Browsers need the machine for themselves; their stories are no place for backtraces.
    cargo
        .env("RUST_TEST_THREADS", threads.to_string())
        .env("RUST_BACKTRACE", "0");
    timed_tests(&mut cargo, filters)
}

/// Checks whether network namespaces and NAT can be had here; the error says why not.
fn try_namespaces() -> Result<()> {
    if !setup::is_root() {
        bail!("network namespaces need root");
    }
    let name = format!("meshchat-{}-probe", std::process::id());
    let ip = |words: &[&str]| shell::run_quietly(shell::command("ip").arg("netns").args(words));
    ip(&["add", &name])?;
    let nat = ip(&["exec", &name, "iptables", "-w", "-t", "nat", "-S"]);
    ip(&["delete", &name])?;
    nat
}
