//! The folder a browser loads: `extension/` as it is, the manifest of that browser, the wasm. And the folder of the page:
//! `extension/` and `page/`, the wasm, and what is in it.

use super::bind::Bound;
use super::{manifest, pack};
use crate::{paths, setup};
use anyhow::{Context, Result};
use base64ct::{Base64, Encoding};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// What of `extension/` the page has in another form.
const REPLACED: [&str; 3] = ["popup.html", "offscreen.html", "offscreen.js"];

/// The start page, which the page's worker keeps under the address of the folder.
const START: &str = "index.html";

/// What the page's worker does not keep as it was built: it keeps the configuration as it was last; the large icons are
/// for whoever installs the page.
const NOT_KEPT: [&str; 5] = [
    "config.json",
    "sw.js",
    KEPT,
    "icons/icon-192.png",
    "icons/icon-512.png",
];

/// What the page's worker keeps, and how it knows it.
const KEPT: &str = "kept.js";

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
    let version = version(out)?;
    let build = out.join("build.js");
    let rest = fs::read_to_string(&build)?;
    let contents = json!({ "version": version, "languages": languages(out)? });
    fs::write(build, format!("globalThis.BUILD = {contents};\n{rest}"))?;
    let kept = json!({ "version": version, "files": hashes(out)? });
    Ok(fs::write(
        out.join(KEPT),
        format!("globalThis.KEPT = {kept};\n"),
    )?)
}

/// Returns a version that no other content of the folder has.
fn version(folder: &Path) -> Result<String> {
    let mut names = pack::names(folder)?;
    names.sort();
    let mut hash = Sha256::new();
    for name in names.iter().filter(|name| *name != "config.json") {
        hash.update(name);
        hash.update(Sha256::digest(fs::read(folder.join(name))?));
    }
    let hash = setup::hex(&hash.finalize()).split_off(48);
    Ok(format!("{}-{hash}", env!("CARGO_PKG_VERSION")))
}

/// Returns the languages that there are texts in.
fn languages(folder: &Path) -> Result<Vec<String>> {
    let mut names = pack::names(&folder.join("_locales"))?;
    names.sort();
    let language = |name: String| {
        name.split_once('/')
            .map(|(language, _)| language.to_owned())
    };
    Ok(names.into_iter().filter_map(language).collect())
}

/// Returns the hash of each file that the page's worker may keep, in the form of `integrity`: it keeps no other content
/// under this version, whatever a server sends in the midst of a change.
fn hashes(folder: &Path) -> Result<Map<String, Value>> {
    let mut names = pack::names(folder)?;
    names.sort();
    names.retain(|name| !NOT_KEPT.contains(&name.as_str()));
    let hash = |name: String| {
        let hash = Base64::encode_string(&Sha256::digest(fs::read(folder.join(&name))?));
        let path = if name == START { String::new() } else { name };
        Ok((path, format!("sha256-{hash}").into()))
    };
    names.into_iter().map(hash).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worker_is_told_the_content_of_all_that_it_keeps() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("kept-{}", std::process::id()));
        fs::create_dir_all(folder.join("wasm"))?;
        for name in [START, "config.json", "sw.js", "wasm/a.wasm"] {
            fs::write(folder.join(name), "hello")?;
        }
        let hashes = hashes(&folder);
        fs::remove_dir_all(&folder)?;
        // As `openssl dgst -sha256 -binary | base64` prints it.
        let hello = "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        let expected = json!({ "": hello, "wasm/a.wasm": hello });
        assert_eq!(Value::Object(hashes?), expected);
        Ok(())
    }
}
