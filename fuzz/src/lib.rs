//! What others hand in, as functions of bytes: each target decodes or acts on them and asserts what must hold
//! whatever they are. `cargo xtask fuzz` lets a coverage-guided engine look for bytes with which it
//! does not; the tests of this crate run every input of `corpus/`, without an engine.
//!
//! | Module | Owns |
//! |---|---|
//! | [`decoders`] | the targets of one text each |
//! | [`state`] | the targets that start a participant from what is stored or imported |
//! | [`sequence`] | the target in which participants meet, and the bytes say what happens to them |
//! | [`script`], [`world`], [`bend`] | for it: bytes as choices, the world, frames that are changed |
//! | [`collect`] | the first inputs, from frames of the simulation |

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a target that does not hold what it asserts is to fail, and looks at a few of many kinds"
)]

pub mod bend;
pub mod collect;
pub mod decoders;
#[path = "../../popup/src/linkify.rs"]
mod linkify;
pub mod script;
pub mod sequence;
pub mod state;
pub mod world;

/// A target: its name, its share of the time, and what it does with an input.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name, which is that of its folder in `corpus/`.
    pub name: &'static str,
    /// What it does with an input.
    pub run: fn(&[u8]),
}

/// Every target. `xtask/src/fuzz.rs` says how the time is shared.
pub const TARGETS: &[Target] = &[
    Target {
        name: "router",
        run: decoders::router,
    },
    Target {
        name: "handshake",
        run: decoders::handshake,
    },
    Target {
        name: "session",
        run: decoders::session,
    },
    Target {
        name: "file",
        run: decoders::file,
    },
    Target {
        name: "folder",
        run: decoders::folder,
    },
    Target {
        name: "signalling",
        run: decoders::signalling,
    },
    Target {
        name: "sdp",
        run: decoders::sdp,
    },
    Target {
        name: "candidate",
        run: decoders::candidate,
    },
    Target {
        name: "echo",
        run: decoders::echo,
    },
    Target {
        name: "beacon",
        run: decoders::beacon,
    },
    Target {
        name: "linkify",
        run: decoders::links,
    },
    Target {
        name: "place",
        run: decoders::place,
    },
    Target {
        name: "name",
        run: decoders::name,
    },
    Target {
        name: "config",
        run: decoders::config,
    },
    Target {
        name: "invite",
        run: state::invite,
    },
    Target {
        name: "backup",
        run: state::backup,
    },
    Target {
        name: "records",
        run: state::records,
    },
    Target {
        name: "node",
        run: sequence::run,
    },
];

/// Returns what the target of a name does.
#[must_use]
pub fn target(name: &str) -> Option<fn(&[u8])> {
    let found = TARGETS.iter().find(|target| target.name == name)?;
    Some(found.run)
}

/// Returns what the target that `FUZZ_TARGET` names does.
///
/// # Panics
/// Where there is no such target.
#[must_use]
pub fn chosen() -> fn(&[u8]) {
    static CHOSEN: std::sync::OnceLock<fn(&[u8])> = std::sync::OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        target(&name).expect("FUZZ_TARGET names a target")
    })
}

/// Runs a target on the content of files.
///
/// # Errors
/// Where there is no such target or file.
pub fn replay(name: &str, files: &[String]) -> Result<(), String> {
    let run = target(name).ok_or_else(|| format!("no target {name}"))?;
    for file in files {
        let bytes = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
        run(&bytes);
    }
    Ok(())
}
