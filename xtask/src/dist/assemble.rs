//! The folder a browser loads: `extension/` as it is, the manifest of that browser, the wasm.

use super::bind::Bound;
use super::manifest;
use crate::paths;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Makes the folder of a browser anew.
pub(super) fn folder(browser: &str, out: &Path, bound: &[Bound]) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    copy(&paths::root().join("extension"), out)?;
    fs::write(out.join("manifest.json"), manifest::of(browser)?)?;
    bound
        .iter()
        .try_for_each(|bound| copy(&bound.dir, &out.join("wasm")))
}

/// Copies what is in one folder into another, with the folders below it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
}
