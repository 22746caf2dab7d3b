//! How Chromium is started.

use super::{Browser, has_display};
use crate::services::own_address;
use crate::webdriver::Session;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Debian's wrapper in `/usr/bin` loads extensions of its own; the real program does not.
const PROGRAM: &str = "/usr/lib/chromium/chromium";

pub(super) fn driver() -> Command {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0");
    command
}

pub(super) fn capabilities(browser: &Browser) -> Result<Value> {
    let mut options = json!({
        "args": arguments(browser),
        // These keep pages awake that a person's browser would let sleep.
        "excludeSwitches": [
            "disable-background-timer-throttling",
            "disable-backgrounding-occluded-windows",
            "disable-renderer-backgrounding"
        ]
    });
    if Path::new(PROGRAM).is_file() {
        options["binary"] = json!(PROGRAM);
    }
    Ok(json!({ "browserName": "chrome", "goog:chromeOptions": options }))
}

fn arguments(browser: &Browser) -> Vec<String> {
    let mut arguments: Vec<String> = [
        // Chromium's sandbox does not start as root.
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=en-US",
        "--window-size=420,700",
        // The consoles of all pages and workers, into one file.
        "--enable-logging",
        "--log-level=0",
    ]
    .map(String::from)
    .into();
    if !browser.setup.hidden {
        arguments.push("--disable-features=WebRtcHideLocalIpsWithMdns".to_owned());
    }
    // A machine without any network has only this. Beside another network it is left out: Chromium
    // drops the loopback again when it has found that, and the connections over it die.
    if browser.setup.place.is_none() && own_address().is_loopback() {
        arguments.push("--allow-loopback-in-peer-connection".to_owned());
    }
    let path = |name: &str, path: &Path| format!("--{name}={}", path.display());
    arguments.push(path("log-file", &browser.log_file("console")));
    arguments.push(path("user-data-dir", &browser.profile()));
    if !browser.setup.bare {
        arguments.push(path(
            "disable-extensions-except",
            browser.extension.folder(),
        ));
        arguments.push(path("load-extension", browser.extension.folder()));
    }
    if !has_display() {
        arguments.push("--headless=new".to_owned());
    }
    arguments
}

/// Sends a command of the DevTools protocol to the current tab.
pub(super) fn devtools(session: &Session, command: &str, parameters: &Value) -> Result<Value> {
    session.post(
        "goog/cdp/execute",
        &json!({ "cmd": command, "params": parameters }),
    )
}

/// Shows pages as with this colour scheme.
pub(super) fn set_scheme(session: &Session, scheme: &str) -> Result<()> {
    let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
    devtools(
        session,
        "Emulation.setEmulatedMedia",
        &json!({ "features": [feature] }),
    )
    .map(drop)
}

/// Shows pages in this size.
pub(super) fn set_size(session: &Session, width: u32, height: u32) -> Result<()> {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    devtools(session, "Emulation.setDeviceMetricsOverride", &size).map(drop)
}

/// Stops every service worker of the browser.
pub(super) fn stop_service_workers(session: &Session) -> Result<()> {
    devtools(session, "ServiceWorker.enable", &json!({}))?;
    devtools(session, "ServiceWorker.stopAllWorkers", &json!({}))?;
    // As long as DevTools listens, it may keep them running.
    devtools(session, "ServiceWorker.disable", &json!({})).map(drop)
}

/// Removes the databases of an origin.
pub(super) fn remove_databases(session: &Session, origin: &str) -> Result<()> {
    let what = json!({ "origin": origin, "storageTypes": "indexeddb" });
    devtools(session, "Storage.clearDataForOrigin", &what).map(drop)
}

/// Loads a page with a script that watches it from the very beginning.
pub(super) fn time_to_paint(session: &Session, url: &str, selector: &str) -> Result<f64> {
    let watch = format!(
        "globalThis.painted = new Promise((resolve) => {{
           const observer = new MutationObserver(() => {{
             if (!document.querySelector({selector:?})) return;
             observer.disconnect();
             requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
           }});
           observer.observe(document, {{ subtree: true, childList: true }});
         }});"
    );
    let source = json!({ "source": watch });
    let script = devtools(session, "Page.addScriptToEvaluateOnNewDocument", &source)?;
    session.navigate(url)?;
    let time = session.execute_async("return painted;", &[])?;
    devtools(session, "Page.removeScriptToEvaluateOnNewDocument", &script)?;
    time.as_f64().context("not a time")
}

/// Adds up the private memory of the browser's processes for extensions.
pub(super) fn extension_memory(browser: u32) -> Result<f64> {
    let mut kilobytes = 0;
    for entry in fs::read_dir("/proc")?.flatten() {
        // Processes come and go while one looks.
        let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let status = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        if command.contains("--extension-process") && is_child(&status, browser) {
            kilobytes += private_memory(&entry.path());
        }
    }
    ensure!(kilobytes > 0, "no process runs the extension");
    Ok(f64::from(kilobytes) / 1000.0)
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
