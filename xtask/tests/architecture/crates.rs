//! Which crate may know which, and who may know the browser.

use crate::collect;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// For each crate of the product, the crates of this workspace it may name. Arrows point inward:
/// what is not listed here is deliberately absent. Tests may know more.
const ARROWS: &[(&str, &[&str])] = &[
    ("json", &[]),
    ("pace", &[]),
    ("planted", &[]),
    ("mesh-chat", &["json", "pace", "planted"]),
    ("peerjs", &["pace", "planted"]),
    ("ipc", &["mesh-chat"]),
    ("chrome", &[]),
    ("webext", &["chrome", "json", "mesh-chat", "peerjs", "ipc"]),
    ("background", &["chrome", "ipc", "json", "webext"]),
    ("offscreen", &["chrome", "webext"]),
    ("popup", &["chrome", "ipc", "json", "pace"]),
    ("scan", &[]),
    ("sim", &["mesh-chat", "peerjs", "webext"]),
    ("beacon", &["mesh-chat"]),
    (
        "fuzz",
        &["ipc", "json", "mesh-chat", "peerjs", "sim", "webext"],
    ),
    ("xtask", &["planted"]),
    ("e2e", &["mesh-chat", "sim"]),
];

/// The crates that may name the browser's values; the others are the same on any machine.
const BROWSER: &[&str] = &[
    "json",
    "peerjs",
    "chrome",
    "webext",
    "background",
    "offscreen",
    "popup",
    "scan",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    serde_json::from_slice::<Metadata>(&output.stdout)
        .unwrap()
        .packages
}

#[test]
fn arrows_between_crates_point_inward() {
    let packages = packages();
    let ours: BTreeSet<_> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    for package in &packages {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| *name == package.name)
            .unwrap_or_else(|| panic!("{} is not in the list of crates and arrows", package.name));
        for dependency in package
            .dependencies
            .iter()
            .filter(|to| to.kind.is_none() && ours.contains(to.name.as_str()))
        {
            let (from, to) = (&package.name, dependency.name.as_str());
            assert!(allowed.contains(&to), "{from} may not depend on {to}");
        }
    }
}

#[test]
fn only_the_crates_of_the_browser_depend_on_its_bindings() {
    const BINDINGS: [&str; 5] = [
        "wasm-bindgen",
        "js-sys",
        "web-sys",
        "wasm-bindgen-futures",
        "yew",
    ];
    for package in packages()
        .iter()
        .filter(|package| !BROWSER.contains(&package.name.as_str()))
    {
        for dependency in package.dependencies.iter().filter(|to| to.kind.is_none()) {
            let (from, to) = (&package.name, dependency.name.as_str());
            assert!(!BINDINGS.contains(&to), "{from} may not depend on {to}");
        }
    }
}

#[test]
fn the_core_asks_no_clock_no_random_source_and_no_task() {
    const ABSENT: [&str; 7] = [
        "Instant::now",
        "SystemTime::now",
        "std::thread",
        "std::fs",
        "std::net::Tcp",
        "async fn",
        "getrandom::",
    ];
    let core = packages()
        .into_iter()
        .find(|package| package.name == "mesh-chat")
        .unwrap();
    let mut files = Vec::new();
    collect(&core.manifest_path.with_file_name("src"), &mut files);
    assert!(!files.is_empty());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for absent in ABSENT {
            assert!(!text.contains(absent), "{absent} in {}", file.display());
        }
    }
}

#[test]
fn values_of_the_browser_are_named_only_where_the_browser_is() {
    for package in packages()
        .iter()
        .filter(|package| !BROWSER.contains(&package.name.as_str()))
    {
        let mut files = Vec::new();
        collect(&package.manifest_path.with_file_name("src"), &mut files);
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains(concat!("Js", "Value")), "{}", file.display());
        }
    }
}
