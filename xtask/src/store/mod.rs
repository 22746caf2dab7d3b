//! `store`: everything that is handed to the stores, in `artifacts/store`, after it has kept their rules.
//!
//! `lint` asks Mozilla's linter, `rules` and `permissions` are what Chrome asks, `source` packs the source for reviewers,
//! `listing` writes the texts. What is made is the same bytes each time, but for the pictures, which show the time.

mod lint;
mod listing;
mod permissions;
mod rules;
mod source;

use crate::dist::BROWSERS;
use crate::{dist, paths, setup, shell, stories};
use anyhow::{Context, Result, bail, ensure};
use rules::Built;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What `store` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leave out what takes minutes: the pictures, and the second build from the source package
    #[arg(long)]
    quick: bool,
}

/// The source package.
const SOURCE: &str = "mesh-chat-source.zip";

/// The hashes, as `sha256sum --check` reads them.
const HASHES: &str = "SHA256SUMS";

/// How large both stores want pictures.
const PICTURE: [u32; 2] = [1280, 800];

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let dist = dist::run(&dist::Options::default())?;
    check(&dist)?;
    let out = paths::root().join("artifacts/store");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;
    for browser in BROWSERS {
        fs::copy(dist::zip(&dist, browser), dist::zip(&out, browser))?;
    }
    source::pack(&out.join(SOURCE))?;
    let [first, ..] = BROWSERS;
    listing::write(
        &Built::read(&dist.join(first))?,
        &manifest()?,
        &out.join("listing"),
    )?;
    let hashes = hashes(&out)?;
    fs::write(out.join(HASHES), &hashes)?;
    if !options.quick {
        build_again(&out)?;
        pictures(&dist, &out.join("pictures"))?;
    }
    println!("store: {}\n{hashes}", out.display());
    Ok(())
}

/// Checks what was built against the rules of both stores; says all that breaks one.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let privacy = fs::read_to_string(paths::root().join("PRIVACY.md"))?;
    let mut broken = permissions::needless(&manifest()?, &privacy);
    for browser in BROWSERS {
        let built = Built::read(&dist.join(browser))?;
        broken.extend(rules::broken(&built, &privacy).context(browser)?);
    }
    broken.extend(lint::complaints(&dist::zip(dist, "firefox"))?);
    for line in &broken {
        eprintln!("{line}");
    }
    if !broken.is_empty() {
        bail!("{} rules of the stores are broken", broken.len());
    }
    println!("store: the rules of both stores are kept");
    Ok(())
}

/// Returns the manifest of both browsers.
fn manifest() -> Result<Value> {
    let text = fs::read(paths::root().join("manifest.json"))?;
    serde_json::from_slice(&text).context("manifest.json")
}

/// Returns the hash of each file that is there, as `sha256sum` prints it.
fn hashes(out: &Path) -> Result<String> {
    let mut names = dist::pack::names(out)?;
    names.sort();
    let line = |name: String| {
        let hash = setup::sha256(&fs::read(out.join(&name))?);
        Ok(format!("{hash}  {name}\n"))
    };
    names.into_iter().map(line).collect()
}

/// Does what a reviewer does: unpacks the source in another folder, builds there, and compares the zips.
fn build_again(out: &Path) -> Result<()> {
    let folder = source::unpack(&out.join(SOURCE))?;
    println!("store: building again in {}", folder.display());
    let mut cargo = shell::cargo();
    cargo.args(["xtask", "dist"]).current_dir(&folder);
    shell::run(cargo.env_remove("CARGO_TARGET_DIR"))?;
    for browser in BROWSERS {
        let (here, there) = (
            dist::zip(out, browser),
            dist::zip(&folder.join("dist"), browser),
        );
        ensure!(
            fs::read(&here)? == fs::read(&there)?,
            "{} and {} differ",
            here.display(),
            there.display()
        );
    }
    println!("store: the source package makes the same zips in another folder");
    Ok(())
}

/// Takes pictures of the extension in a browser.
fn pictures(dist: &Path, out: &Path) -> Result<()> {
    fs::create_dir_all(out)?;
    stories::program("pictures", dist, &[out.display().to_string()])?;
    let names = dist::pack::names(out)?;
    ensure!(!names.is_empty(), "no pictures in {}", out.display());
    for name in names {
        let size = rules::png_size(&fs::read(out.join(&name))?);
        ensure!(size == Some(PICTURE), "{name} is of {size:?} pixels");
    }
    Ok(())
}
