//! The tests of the crate `e2e`, which drive real browsers.

use super::counts::Counts;
use super::report::Report;
use super::timed_tests;
use crate::{figures, setup, shell};
use anyhow::{Result, bail};

/// Runs the tests of one network. Two cores have room for two stories at once: half of what a browser does is to wait.
pub(super) fn run(filters: &[String]) -> Result<Report> {
    let report = e2e("alone", 1, filters)?;
    let report = report.plus(e2e("beside", 2, filters)?);
    let report = report.plus(official(filters)?);
    Ok(report.plus(e2e("waiting", 4, filters)?))
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
    e2e("apart", 2, filters)
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

/// Runs one of the test programs of `e2e`, so many stories at once.
fn e2e(program: &str, threads: u8, filters: &[String]) -> Result<Report> {
    // One of the services; tests find it beside their own folder.
    shell::run(shell::cargo().args(["build", "--quiet", "-p", "beacon"]))?;
    let mut cargo = shell::cargo();
    cargo.args(["test", "-p", "e2e", "--features", "browsers"]);
    cargo.args(["--test", program]);
    // Stories are no place for backtraces.
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
