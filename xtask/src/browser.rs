//! `run`: a browser with the extension and its packed, public servers, in a profile of its own.

use crate::{dist, paths, setup, shell};
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What `run` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Which browser
    #[arg(value_enum, default_value = "chromium")]
    browser: Browser,
    /// Start with an empty profile instead of that of the last time
    #[arg(long)]
    fresh: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Browser {
    Chromium,
    Firefox,
}

/// The host of the extension's pages in Firefox: always the same, so that its storage is found.
const FIREFOX_UUID: &str = "0c1d7a3e-52a6-4b0e-8d0c-6d6573686368";

/// Runs the command. Ends with the browser.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::for_browsers()?;
    let dist = dist::run(&dist::Options::default())?;
    let name = match options.browser {
        Browser::Chromium => "chromium",
        Browser::Firefox => "firefox",
    };
    let profile = paths::target().join("profiles").join(name);
    if options.fresh && profile.exists() {
        fs::remove_dir_all(&profile)?;
    }
    fs::create_dir_all(&profile)?;
    println!(
        "run: {name} with the extension; its profile is {}",
        profile.display()
    );
    let mut command = match options.browser {
        Browser::Chromium => chromium(&dist.join("chrome"), &profile),
        Browser::Firefox => firefox(&dist, &profile)?,
    };
    shell::run(&mut command)
}

fn chromium(extension: &Path, profile: &Path) -> Command {
    // Debian's wrapper in /usr/bin loads extensions of its own.
    let real = Path::new("/usr/lib/chromium/chromium");
    let mut command = shell::command(if real.is_file() {
        real
    } else {
        Path::new("chromium")
    });
    command.arg(format!("--load-extension={}", extension.display()));
    command.arg(format!(
        "--disable-extensions-except={}",
        extension.display()
    ));
    command.arg(format!("--user-data-dir={}", profile.display()));
    command.args(["--no-first-run", "chrome://extensions"]);
    if setup::is_root() {
        // Chromium's sandbox does not start as root.
        command.arg("--no-sandbox");
    }
    command
}

fn firefox(dist: &Path, profile: &Path) -> Result<Command> {
    let manifest = fs::read(dist.join("firefox/manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest)?;
    let id = manifest
        .pointer("/browser_specific_settings/gecko/id")
        .and_then(|id| id.as_str());
    let id = id.context("the manifest has no gecko id")?;
    let extensions = profile.join("extensions");
    fs::create_dir_all(&extensions)?;
    fs::copy(
        dist.join("mesh-chat-firefox.zip"),
        extensions.join(format!("{id}.xpi")),
    )?;
    // Without its lists Firefox looks into the folder, and so finds what was built just now.
    for list in ["addonStartup.json.lz4", "extensions.json"] {
        if profile.join(list).exists() {
            fs::remove_file(profile.join(list))?;
        }
    }
    fs::write(profile.join("user.js"), preferences(id))?;
    let mut command = shell::command("firefox-esr");
    command
        .args(["--no-remote", "--profile"])
        .arg(profile)
        .arg("about:addons");
    Ok(command)
}

fn preferences(id: &str) -> String {
    let uuids = serde_json::json!({ id: FIREFOX_UUID }).to_string();
    let preferences = [
        ("extensions.webextensions.uuids", serde_json::json!(uuids)),
        // ESR loads unsigned extensions when told so.
        ("xpinstall.signatures.required", false.into()),
        ("extensions.autoDisableScopes", 0.into()),
    ];
    let line =
        |(name, value): &(&str, serde_json::Value)| format!("user_pref(\"{name}\", {value});\n");
    preferences.iter().map(line).collect()
}
