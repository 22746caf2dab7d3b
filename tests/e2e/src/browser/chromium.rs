//! How Chromium is started.

use super::{Browser, has_display};
use crate::webdriver::Session;
use anyhow::Result;
use serde_json::{Value, json};
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
        // Names in .local need multicast, which containers do not have.
        "--disable-features=WebRtcHideLocalIpsWithMdns",
        // A machine without any network has only this.
        "--allow-loopback-in-peer-connection",
        // The consoles of all pages and workers, into one file.
        "--enable-logging",
        "--log-level=0",
    ]
    .map(String::from)
    .into();
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

/// A command of the DevTools protocol, to the current tab.
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

/// Stops every service worker of the browser.
pub(super) fn stop_service_workers(session: &Session) -> Result<()> {
    devtools(session, "ServiceWorker.enable", &json!({}))?;
    devtools(session, "ServiceWorker.stopAllWorkers", &json!({}))?;
    // As long as DevTools listens, it may keep them running.
    devtools(session, "ServiceWorker.disable", &json!({})).map(drop)
}
