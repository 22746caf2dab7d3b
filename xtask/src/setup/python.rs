//! The environment of the client in Python: `interop/.venv`, with the packages of `interop/requirements.txt` and no others.

use super::sha256;
use crate::{paths, shell};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Names the interpreter of another environment, which nothing is installed into.
const INTERPRETER: &str = "MESH_CHAT_PYTHON";

/// Returns the interpreter.
pub(crate) fn interpreter() -> PathBuf {
    match std::env::var_os(INTERPRETER) {
        Some(named) => named.into(),
        None => environment().join("bin/python"),
    }
}

/// Returns whether the environment is there, with the packages that are wanted now.
pub(super) fn is_ready() -> Result<bool> {
    let is_named = std::env::var_os(INTERPRETER).is_some();
    Ok(is_named || fs::read_to_string(stamp()).ok() == Some(wanted()?))
}

/// Returns whether Python can make an environment with pip in it.
pub(super) fn makes_environments() -> bool {
    shell::answer("python3", &["-c", "import ensurepip, venv"]).is_some()
}

/// Makes the environment anew. Each package has to have a hash that is known.
pub(super) fn install() -> Result<()> {
    let environment = environment();
    let make = ["-m", "venv", "--clear"];
    shell::run(shell::command("python3").args(make).arg(&environment))?;
    let install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r"];
    let mut pip = shell::command(environment.join("bin/python"));
    shell::run(pip.args(install).arg(requirements()))?;
    fs::write(stamp(), wanted()?)?;
    Ok(())
}

fn environment() -> PathBuf {
    paths::root().join("interop/.venv")
}

/// What is installed there. The tests of `e2e` look for it too.
fn stamp() -> PathBuf {
    environment().join("installed")
}

fn wanted() -> Result<String> {
    let file = requirements();
    let bytes = fs::read(&file).with_context(|| file.display().to_string())?;
    Ok(sha256(&bytes))
}

fn requirements() -> PathBuf {
    paths::root().join("interop/requirements.txt")
}
