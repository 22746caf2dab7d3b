//! What the architecture promises, read from the source text: which crate may know which
//! ([`crates`]), that no machine of the core names another ([`machines`]), that no modules know each
//! other in a circle ([`circles`]), how long files are and where lints are switched off
//! ([`files`]); and that the tests exist which SECURITY.md names ([`promises`]).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a helper cannot do fails its test"
)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a syntax tree has many more kinds than matter here"
)]

mod circles;
mod crates;
mod files;
mod graph;
mod machines;
mod modules;
mod paths;
mod promises;

use std::path::{Path, PathBuf};

/// Returns the root of the repository.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap().to_path_buf()
}

/// Collects the Rust files under a folder, in the order of their names.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
