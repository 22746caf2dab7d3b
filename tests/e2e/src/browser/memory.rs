//! The memory of the processes in which a browser runs extensions.

use super::Kind;
use anyhow::{Result, ensure};
use std::fs;
use std::path::Path;

/// Adds up the private memory of the browser's processes for extensions.
pub(super) fn of_extensions(kind: Kind, browser: u32) -> Result<f64> {
    let mut kilobytes = 0;
    for entry in fs::read_dir("/proc")?.flatten() {
        let process = entry.path();
        // Processes come and go while one looks.
        let status = fs::read_to_string(process.join("stat")).unwrap_or_default();
        if runs_extensions(kind, &process) && is_child(&status, browser) {
            kilobytes += private_memory(&process);
        }
    }
    ensure!(kilobytes > 0, "no process runs the extension");
    Ok(f64::from(kilobytes) / 1000.0)
}

/// Returns whether a process is one of those that run extensions.
fn runs_extensions(kind: Kind, process: &Path) -> bool {
    let part = |name: &str| fs::read(process.join(name)).unwrap_or_default();
    match kind {
        Kind::Chromium => String::from_utf8_lossy(&part("cmdline")).contains("--extension-process"),
        Kind::Firefox => part("comm").starts_with(b"WebExtensions"),
    }
}

/// Returns whether a process belongs to the browser. Renderers are forked by a zygote, which the
/// browser starts.
fn is_child(stat: &str, browser: u32) -> bool {
    let parent = |stat: &str| -> Option<u32> {
        stat.rsplit(')')
            .next()?
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()
    };
    let mut next = parent(stat);
    while let Some(process) = next.filter(|process| *process > 1) {
        if process == browser {
            return true;
        }
        next = fs::read_to_string(format!("/proc/{process}/stat"))
            .ok()
            .as_deref()
            .and_then(parent);
    }
    false
}

/// Returns this process's own memory in kB, from `smaps_rollup`.
fn private_memory(process: &Path) -> u32 {
    let rollup = fs::read_to_string(process.join("smaps_rollup")).unwrap_or_default();
    let private = rollup.lines().filter(|line| line.starts_with("Private_"));
    private
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u32>().ok())
        .sum()
}
