//! The folder a browser loads: `extension/` as it is, the manifest with its version, the wasm.

use super::bind::Bound;
use crate::paths;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

/// Makes the folder anew.
pub(super) fn folder(out: &Path, bound: &[Bound]) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    copy(&paths::root().join("extension"), out)?;
    fs::write(out.join("manifest.json"), manifest()?)?;
    bound
        .iter()
        .try_for_each(|bound| copy(&bound.dir, &out.join("wasm")))
}

/// Returns the manifest with the version of the workspace.
fn manifest() -> Result<String> {
    let path = paths::root().join("manifest.json");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    with_version(&text, env!("CARGO_PKG_VERSION"))
}

/// Replaces the value of `"version"` and leaves every other byte as it is.
fn with_version(manifest: &str, version: &str) -> Result<String> {
    const KEY: &str = "\"version\":";
    let value = manifest.split_once(KEY).and_then(|(before, rest)| {
        let (blank, rest) = rest.split_once('"')?;
        let (_, after) = rest.split_once('"')?;
        blank
            .trim()
            .is_empty()
            .then(|| format!("{before}{KEY}{blank}\"{version}\"{after}"))
    });
    let Some(manifest) = value else {
        bail!("manifest.json has no \"version\" to fill in");
    };
    serde_json::from_str::<serde_json::Value>(&manifest).context("manifest.json")?;
    Ok(manifest)
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

#[cfg(test)]
mod tests {
    use super::with_version;

    #[test]
    fn only_the_version_of_the_manifest_changes() {
        let text = "{ \"manifest_version\": 3,\n \"version\": \"0.0.0\", \"name\": \"x\" }";
        let filled = with_version(text, "1.2.3").unwrap();
        assert_eq!(filled, text.replace("0.0.0", "1.2.3"));
    }

    #[test]
    fn a_manifest_without_a_version_is_refused() {
        assert!(with_version("{ \"manifest_version\": 3 }", "1.2.3").is_err());
    }
}
