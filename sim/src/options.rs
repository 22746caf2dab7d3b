//! The options on the command line.

use clap::Parser;
use sim::Plan;
use sim::menaces::Menace;
use std::path::PathBuf;

/// Simulates worlds with faults and checks what must hold in each.
#[derive(Clone, Parser)]
pub(crate) struct Options {
    /// How many worlds
    #[arg(long, default_value_t = 200)]
    pub(crate) seeds: u64,
    /// The first seed; with `--seeds 1` this replays one world
    #[arg(long, default_value_t = 0)]
    pub(crate) from: u64,
    /// People in each
    #[arg(long, default_value_t = 5)]
    pub(crate) peers: usize,
    /// Simulated hours; in the last ten minutes nothing goes wrong
    #[arg(long, default_value_t = 1.0)]
    pub(crate) hours: f64,
    /// In each world there is this hostile, which otherwise few have
    #[arg(long, value_parser = menace)]
    pub(crate) menace: Option<Menace>,
    /// Print everything that happens
    #[arg(long)]
    pub(crate) tell: bool,
    /// No worlds with faults: that many people join one home, and what it costs is shown; several
    /// numbers make a table
    #[arg(long, value_delimiter = ',')]
    pub(crate) crowd: Vec<usize>,
    /// No worlds with faults: special contacts who lost each other meet again, `--seeds` times of
    /// each kind, and how long it took is shown
    #[arg(long)]
    pub(crate) reunion: bool,
    /// No worlds with faults: the router of homes with so many people is gone, in `--seeds` worlds of each
    /// kind, and how long it took until nobody noticed it any more is shown
    #[arg(long, value_delimiter = ',')]
    pub(crate) lid: Vec<usize>,
    /// Write the trace of each world to this file, a line each: two builds that behave alike write
    /// the same file
    #[arg(long)]
    pub(crate) traces: Option<PathBuf>,
}

impl Options {
    /// Returns how large the worlds are, and how long they last.
    pub(crate) fn plan(&self) -> Plan {
        let minutes = (self.hours * 60.0).clamp(11.0, 1e6);
        Plan {
            peers: self.peers,
            minutes: minutes.round() as u64,
            tell: self.tell,
            menace: self.menace,
        }
    }

    /// Returns the command that replays one world.
    pub(crate) fn again(&self, seed: u64) -> String {
        let Self { peers, hours, .. } = self;
        let menace = self
            .menace
            .map(|menace| format!(" --menace {}", menace.name()));
        let menace = menace.unwrap_or_default();
        format!("cargo xtask sim --from {seed} --seeds 1 --peers {peers} --hours {hours}{menace}")
    }
}

fn menace(name: &str) -> Result<Menace, String> {
    let found = Menace::ALL.iter().find(|menace| menace.name() == name);
    let names = Menace::ALL.map(Menace::name);
    found.copied().ok_or(format!("one of {}", names.join(", ")))
}
