//! The source package for reviewers: everything that is tracked, the steps, and the compiler by its version.

use crate::dist::pack;
use crate::{paths, shell};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
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

/// What a build leaves in its folder.
const BUILT: [&str; 3] = ["target", "node_modules", "dist"];

/// Unpacks it into a folder of its own. What an earlier run has left there goes, but for what was built, and for files that are the
/// same: the compiler takes a file that is written anew for another one.
pub(super) fn unpack(package: &Path) -> Result<PathBuf> {
    let folder = paths::target().join("store/again");
    fs::create_dir_all(&folder)?;
    let mut left = BTreeSet::new();
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let path = folder.join(&name);
        match path.is_dir() {
            true if BUILT.contains(&name.as_str()) => {}
            true => left.extend(
                pack::names(&path)?
                    .iter()
                    .map(|file| format!("{name}/{file}")),
            ),
            false => left.extend([name]),
        }
    }
    let mut package = ZipArchive::new(File::open(package)?)?;
    for index in 0..package.len() {
        let mut file = package.by_index(index)?;
        let name = file.name()?.into_owned();
        let path = folder.join(&name);
        left.remove(&name);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if fs::read(&path).ok().as_ref() != Some(&bytes) {
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, bytes)?;
        }
    }
    for name in left {
        fs::remove_file(folder.join(name))?;
    }
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
