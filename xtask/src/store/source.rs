//! The source package for reviewers: everything that is tracked, the steps, and the compiler by its version.

use crate::dist::pack;
use crate::{paths, shell};
use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// The steps: a page of `docs/store/`, and the first that a reviewer looks for.
const STEPS: [&str; 2] = ["docs/store/BUILD.md", "BUILD.md"];

/// Has rustup take the compiler that made the bytes: another one makes others. In the repository it would bind everybody.
const TOOLCHAIN: &str = "rust-toolchain.toml";

/// Packs what is tracked. What is not committed would be in the extension and not in its source: it is refused.
pub(super) fn pack(out: &Path) -> Result<()> {
    let dirty = git(&["status", "--porcelain"])?;
    ensure!(dirty.is_empty(), "not committed:\n{dirty}");
    let stage = fresh("source")?;
    for name in git(&["ls-files", "-z"])?.split_terminator('\0') {
        copy(&paths::root().join(name), &stage.join(name))?;
    }
    let [from, to] = STEPS;
    copy(&stage.join(from), &stage.join(to))?;
    fs::write(stage.join(TOOLCHAIN), toolchain()?)?;
    pack::folder(&stage, out)
}

/// Unpacks it into a folder of its own, in the place of what an earlier run has left there but for what it has built.
pub(super) fn unpack(package: &Path) -> Result<PathBuf> {
    const BUILT: [&str; 2] = ["target", "node_modules"];
    let folder = paths::target().join("store/again");
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        if BUILT.iter().any(|built| entry.file_name() == *built) {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    ZipArchive::new(File::open(package)?)?.extract(&folder)?;
    Ok(folder)
}

fn toolchain() -> Result<String> {
    let version = shell::answer("rustc", &["--version"]).context("no rustc")?;
    let version = version.split(' ').nth(1).context("rustc has no version")?;
    Ok(format!(
        "[toolchain]\nchannel = \"{version}\"\nprofile = \"minimal\"\ntargets = [\"wasm32-unknown-unknown\"]\n"
    ))
}

fn git(args: &[&str]) -> Result<String> {
    let output = shell::output(shell::command("git").args(args))?;
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Returns an empty folder.
fn fresh(name: &str) -> Result<PathBuf> {
    let folder = paths::target().join("store").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| from.display().to_string())?;
    Ok(())
}
