//! The folder a browser loads: `extension/` as it is, the manifest of that browser, the wasm. And the folder of the page:
//! `extension/` and `page/`, the wasm, and what is in it.

use super::bind::Bound;
use super::{manifest, pack};
use crate::{paths, setup};
use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// What of `extension/` the page has in another form.
const REPLACED: [&str; 3] = ["popup.html", "offscreen.html", "offscreen.js"];

/// What the page's worker does not keep from the beginning: it keeps the start page under its address, the configuration as
/// it was last, and one language; the large icons are for whoever installs the page.
const NOT_KEPT: [&str; 5] = [
    "index.html",
    "config.json",
    "sw.js",
    "icons/icon-192.png",
    "icons/icon-512.png",
];

/// Makes the folder of a browser anew.
pub(super) fn folder(browser: &str, out: &Path, bound: &[Bound]) -> Result<()> {
    begin(out, bound)?;
    Ok(fs::write(
        out.join("manifest.json"),
        manifest::of(browser)?,
    )?)
}

/// Makes the folder of the page anew.
pub(super) fn page(out: &Path, bound: &[Bound]) -> Result<()> {
    begin(out, bound)?;
    for file in REPLACED {
        fs::remove_file(out.join(file)).with_context(|| file.to_owned())?;
    }
    copy(&paths::root().join("page"), out)?;
    let build = out.join("build.js");
    let rest = fs::read_to_string(&build)?;
    let first = format!("globalThis.BUILD = {};\n", contents(out)?);
    Ok(fs::write(build, first + &rest)?)
}

/// Says what is in the folder of the page, under a version that any other content has not.
fn contents(folder: &Path) -> Result<serde_json::Value> {
    let mut names = pack::names(folder)?;
    names.sort();
    let mut hash = Sha256::new();
    for name in names.iter().filter(|name| *name != "config.json") {
        hash.update(name);
        hash.update(Sha256::digest(fs::read(folder.join(name))?));
    }
    let version = setup::hex(&hash.finalize()).split_off(48);
    let language = |name: &String| {
        Some(
            name.strip_prefix("_locales/")?
                .split_once('/')?
                .0
                .to_owned(),
        )
    };
    let languages: Vec<_> = names.iter().filter_map(language).collect();
    names.retain(|name| !name.starts_with("_locales/") && !NOT_KEPT.contains(&name.as_str()));
    Ok(json!({
        "version": format!("{}-{version}", env!("CARGO_PKG_VERSION")),
        "files": names,
        "languages": languages,
    }))
}

/// Makes a folder anew with what all have.
fn begin(out: &Path, bound: &[Bound]) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    copy(&paths::root().join("extension"), out)?;
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
