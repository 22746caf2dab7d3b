//! `setup`: installs what is missing, and says so before it does.
//!
//! Other commands ask here for what they need, so that each of them works on a fresh machine. When
//! nothing is missing this costs a few file look-ups.

pub(crate) mod python;

use crate::{paths, shell};
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// What `setup` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only what a build needs: no browsers, no servers
    #[arg(long)]
    build_only: bool,
    /// Say what is missing and install nothing; fails when something is
    #[arg(long)]
    check: bool,
}

/// The WebDriver of Firefox; Debian has no package of it.
const GECKODRIVER: &str = "0.37.1";

/// What looks for attacks in the models of `formal/`.
const VERIFPAL: &str = "1.6.7";

/// Programs of the tests: a path or a name on `PATH`, and the Debian package it comes in.
const PROGRAMS: &[(&str, &str)] = &[
    ("/usr/lib/chromium/chromium", "chromium"),
    // Pictures for the stores show other languages too.
    ("/usr/lib/chromium/locales/de.pak", "chromium-l10n"),
    ("chromedriver", "chromium-driver"),
    ("firefox-esr", "firefox-esr"),
    ("turnserver", "coturn"),
    ("ip", "iproute2"),
    ("iptables", "iptables"),
];

/// One thing that is missing, and how it is installed.
enum Missing {
    RustTarget(&'static str),
    NpmPackages,
    Debian(Vec<&'static str>),
    Geckodriver,
    Verifpal,
    PythonPackages,
}

impl Missing {
    fn describe(&self) -> String {
        match self {
            Self::RustTarget(target) => format!("the Rust target {target} (rustup)"),
            Self::NpmPackages => "the npm packages of package-lock.json, into node_modules".into(),
            Self::Debian(packages) => format!("Debian packages: {}", packages.join(" ")),
            Self::Geckodriver => format!("geckodriver {GECKODRIVER} (cargo install, about 2 min)"),
            Self::Verifpal => format!("verifpal {VERIFPAL} (cargo install, some minutes)"),
            Self::PythonPackages => {
                "the packages of interop/requirements.txt, into interop/.venv".into()
            }
        }
    }

    fn install(&self) -> Result<()> {
        match self {
            Self::RustTarget(target) => rust_target(target),
            Self::NpmPackages => npm_packages(),
            Self::Debian(packages) => debian(packages),
            Self::Geckodriver => geckodriver(),
            Self::Verifpal => verifpal(),
            Self::PythonPackages => python::install(),
        }
    }
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut missing = missing_for_build()?;
    if !options.build_only {
        missing.extend(missing_for_browsers());
        missing.extend(missing_for_fuzzing());
        missing.extend(missing_for_interop()?);
    }
    if options.check {
        return report(&missing);
    }
    install(&missing)?;
    println!("setup: everything is there");
    Ok(())
}

/// Installs what `dist` needs.
pub(crate) fn for_build() -> Result<()> {
    install(&missing_for_build()?)
}

/// Installs what everything with a browser in it needs.
pub(crate) fn for_browsers() -> Result<()> {
    for_build()?;
    install(&missing_for_browsers())
}

/// Installs what the models of `formal/` need.
pub(crate) fn for_formal() -> Result<()> {
    let version = shell::answer("verifpal", &["--version"]).unwrap_or_default();
    if version.ends_with(VERIFPAL) {
        return Ok(());
    }
    install(&[Missing::Verifpal])
}

/// Installs what the tests of the core in wasm need.
pub(crate) fn for_wasm_tests() -> Result<()> {
    install(
        &missing_target("wasm32-wasip1")
            .into_iter()
            .collect::<Vec<_>>(),
    )
}

/// Installs what the fuzzer needs.
pub(crate) fn for_fuzzing() -> Result<()> {
    install(&missing_for_fuzzing())
}

/// Installs what the client in Python needs.
pub(crate) fn for_interop() -> Result<()> {
    install(&missing_for_interop()?)
}

/// The environment is made by a part of Python that Debian packs by itself.
fn missing_for_interop() -> Result<Vec<Missing>> {
    if python::is_ready()? {
        return Ok(Vec::new());
    }
    let package = (!python::makes_environments()).then(|| Missing::Debian(vec!["python3-venv"]));
    Ok(package
        .into_iter()
        .chain([Missing::PythonPackages])
        .collect())
}

/// The engine of the fuzzer is built from C++ source.
fn missing_for_fuzzing() -> Vec<Missing> {
    let there = std::env::var_os("CXX").is_some() || is_there("c++");
    let missing = (!there).then(|| Missing::Debian(vec!["g++"]));
    missing.into_iter().collect()
}

fn report(missing: &[Missing]) -> Result<()> {
    for item in missing {
        println!("setup: missing {}", item.describe());
    }
    match missing.len() {
        0 => {
            println!("setup: nothing is missing");
            Ok(())
        }
        count => bail!("{count} missing; `cargo xtask setup` installs them"),
    }
}

fn install(missing: &[Missing]) -> Result<()> {
    for item in missing {
        println!("setup: installing {}", item.describe());
    }
    for item in missing {
        item.install()
            .with_context(|| format!("installing {}", item.describe()))?;
    }
    Ok(())
}

fn missing_for_build() -> Result<Vec<Missing>> {
    let mut missing: Vec<_> = missing_target("wasm32-unknown-unknown")
        .into_iter()
        .collect();
    if fs::read_to_string(npm_stamp()).ok() != Some(npm_lock_hash()?) {
        missing.push(Missing::NpmPackages);
    }
    Ok(missing)
}

fn missing_for_browsers() -> Vec<Missing> {
    let packages: Vec<_> = PROGRAMS
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect();
    let mut missing = Vec::new();
    if !packages.is_empty() {
        missing.push(Missing::Debian(packages));
    }
    if shell::find("geckodriver").is_none() {
        missing.push(Missing::Geckodriver);
    }
    missing
}

fn is_there(program: &str) -> bool {
    // Programs for the administrator are often outside the path of a user.
    Path::new(program).is_file()
        || shell::find(program).is_some()
        || Path::new("/usr/sbin").join(program).is_file()
}

fn missing_target(target: &'static str) -> Option<Missing> {
    let libdir = shell::answer("rustc", &["--print", "target-libdir", "--target", target])?;
    (!Path::new(&libdir).is_dir()).then_some(Missing::RustTarget(target))
}

fn rust_target(target: &str) -> Result<()> {
    if shell::find("rustup").is_none() {
        bail!("there is no rustup: install the standard library of {target} by hand");
    }
    shell::run(shell::command("rustup").args(["target", "add", target]))
}

fn npm_packages() -> Result<()> {
    if shell::find("npm").is_none() {
        bail!("there is no npm: install Node.js 20 or newer, with npm, by hand");
    }
    shell::run(shell::command("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]))?;
    fs::write(npm_stamp(), npm_lock_hash()?)?;
    Ok(())
}

fn npm_stamp() -> std::path::PathBuf {
    paths::root().join("node_modules/.installed")
}

fn npm_lock_hash() -> Result<String> {
    let lock = paths::root().join("package-lock.json");
    let bytes = fs::read(&lock).with_context(|| lock.display().to_string())?;
    Ok(sha256(&bytes))
}

fn debian(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if shell::find("apt-get").is_none() {
        bail!("this is not Debian: install what these packages hold by hand: {list}");
    }
    let sudo = !is_root();
    if sudo && shell::find("sudo").is_none() {
        bail!(
            "not root and no sudo: as root, run `apt-get install --no-install-recommends {list}`"
        );
    }
    let apt = |args: &[&str]| {
        let mut command = shell::command(if sudo { "sudo" } else { "env" });
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"])
            .args(args);
        shell::run(&mut command)
    };
    apt(&["update"])?;
    let mut install = vec!["install", "--no-install-recommends"];
    install.extend(packages);
    apt(&install)
}

/// Returns whether this runs as the administrator.
pub(crate) fn is_root() -> bool {
    shell::answer("id", &["-u"]).as_deref() == Some("0")
}

fn geckodriver() -> Result<()> {
    let args = [
        "install",
        "--locked",
        "geckodriver",
        "--version",
        GECKODRIVER,
    ];
    shell::run(shell::cargo().args(args))?;
    if shell::find("geckodriver").is_none() {
        bail!("geckodriver was installed where PATH does not lead: add ~/.cargo/bin to it");
    }
    Ok(())
}

/// It asks for a newer compiler than it needs.
fn verifpal() -> Result<()> {
    let args = ["install", "--locked", "--ignore-rust-version", "--force"];
    let what = ["verifpal", "--version", VERIFPAL];
    shell::run(shell::cargo().args(args).args(what))
}

/// Returns a hash in hex, as `sha256sum` prints it.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Encodes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
