//! `web`: the page, served on this machine by the beacon's program, and opened in the person's own browser.

use crate::{dist, paths, shell};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// What `web` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where it listens on this machine
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Only serve it
    #[arg(long)]
    no_open: bool,
}

/// Runs the command. Ends with the server.
pub(crate) fn run(options: &Options) -> Result<()> {
    let dist = dist::run(&dist::Options::default())?;
    // The server signs for its own page; the packed configuration asks nobody for that.
    let key = paths::target().join("web.key");
    if !key.is_file() {
        shell::run_quietly(beacon().arg("keygen").arg(&key))?;
    }
    let mut server = serve(options.port, &key, &dist.join(dist::PAGE))
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let said = server.stdout.take().context("no output")?;
    BufReader::new(said).read_line(&mut line)?;
    if let Some(address) = line.trim().strip_prefix("listening on ") {
        println!("web: {address}");
        if !options.no_open {
            open(address);
        }
    }
    let status = server.wait()?;
    if !status.success() {
        bail!("the server failed: {status}");
    }
    Ok(())
}

fn beacon() -> Command {
    let mut command = shell::cargo();
    command.args(["run", "--quiet", "-p", "beacon", "--"]);
    command
}

fn serve(port: u16, key: &Path, page: &Path) -> Command {
    let address = format!("127.0.0.1:{port}");
    let mut command = beacon();
    command.args(["serve", "--listen", &address]);
    command.args(["--url", &format!("http://{address}")]);
    command.arg("--key").arg(key).arg("--web").arg(page);
    command
}

/// Opens an address in the browser of this machine, where there is a program for that.
fn open(address: &str) {
    let program = ["xdg-open", "open"].into_iter().find_map(shell::find);
    let opened = program.map(|program| shell::run_quietly(shell::command(program).arg(address)));
    if !matches!(opened, Some(Ok(()))) {
        println!("web: open it in a browser");
    }
}
