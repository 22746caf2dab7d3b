//! Rust to wasm: one cargo call for each crate.

use crate::{paths, shell};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What the compiler made of one crate.
pub(super) struct Module {
    /// The crate.
    pub(super) name: &'static str,
    /// Its wasm, before binding.
    pub(super) path: PathBuf,
}

/// Builds one crate in a cargo call of its own: in a common one the features of one would be those
/// of all, and the popup leaves out the traces that the engine keeps.
pub(super) fn wasm(name: &'static str) -> Result<Module> {
    let mut cargo = shell::cargo();
    cargo.args([
        "build",
        "--lib",
        "--profile",
        "wasm",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    cargo.args(["-p", name]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", path_remaps().join("\u{1f}"));
    let output = shell::output(cargo.stderr(Stdio::inherit()))?;
    if !output.status.success() {
        bail!("the wasm build of {name} failed");
    }
    module(name, &String::from_utf8_lossy(&output.stdout))
}

/// Cargo says where it put things, one JSON object a line.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

fn module(name: &'static str, messages: &str) -> Result<Module> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok())
        .filter(|artifact| artifact.target.name == name)
        .flat_map(|artifact| artifact.filenames)
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .map(|path| Module { name, path })
        .with_context(|| format!("cargo made no wasm of the crate {name}; is it a cdylib?"))
}

/// Hides the folder of the build from what is built: texts of panics hold paths.
fn path_remaps() -> Vec<String> {
    let home = |name: &str, fallback: &str| match std::env::var_os(name) {
        Some(dir) => PathBuf::from(dir),
        None => Path::new(&std::env::var_os("HOME").unwrap_or_default()).join(fallback),
    };
    let sources = home("CARGO_HOME", ".cargo").join("registry/src");
    let registries = std::fs::read_dir(sources).into_iter().flatten().flatten();
    let sysroot = shell::answer("rustc", &["--print", "sysroot"]);
    let mut remaps = vec![(paths::root(), "/mesh-chat")];
    remaps.extend(registries.map(|registry| (registry.path(), "/registry")));
    remaps.extend(sysroot.map(|sysroot| (PathBuf::from(sysroot), "/rust")));
    let flag = |(from, to): (PathBuf, &str)| format!("--remap-path-prefix={}={to}", from.display());
    remaps.into_iter().map(flag).collect()
}
