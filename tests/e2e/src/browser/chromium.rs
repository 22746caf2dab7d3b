//! How Chromium is started.

use super::{Browser, has_display};
use crate::extension::Extension;
use crate::services::own_address;
use crate::webdriver::Session;
use anyhow::{Context, Result, bail};
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
        "prefs": { "download.default_directory": browser.downloads() },
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
    arguments.push(format!("--lang={}", browser.setup.language));
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
    if let Some(film) = &browser.setup.camera {
        arguments.push("--use-fake-device-for-media-stream".to_owned());
        arguments.push("--use-fake-ui-for-media-stream".to_owned());
        arguments.push(path("use-file-for-fake-video-capture", film));
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

/// Shows pages in this colour scheme, and in the person's own few colours where they are `forced`.
pub(super) fn set_colours(session: &Session, scheme: &str, forced: bool) -> Result<()> {
    let forced = if forced { "active" } else { "none" };
    let features = json!([
        { "name": "prefers-color-scheme", "value": scheme },
        { "name": "forced-colors", "value": forced },
        { "name": "prefers-reduced-motion", "value": "reduce" }
    ]);
    devtools(
        session,
        "Emulation.setEmulatedMedia",
        &json!({ "features": features }),
    )
    .map(drop)
}

/// Gives pages that are opened from now on these texts in place of those of the browser's language.
pub(super) fn speak(session: &Session, texts: &Value) -> Result<()> {
    let source = format!(
        "chrome.i18n.getMessage = (key, gaps = []) => {{
           const text = ({texts})[key]?.message ?? '';
           return text.replace(/\\$(\\d)/g, (_, number) => [gaps].flat()[number - 1] ?? '');
         }};"
    );
    let source = json!({ "source": source });
    devtools(session, "Page.addScriptToEvaluateOnNewDocument", &source).map(drop)
}

/// Shows pages in this size.
pub(super) fn set_size(session: &Session, width: u32, height: u32) -> Result<()> {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    devtools(session, "Emulation.setDeviceMetricsOverride", &size).map(drop)
}

/// Shows pages in this size, on a screen that is touched.
pub(super) fn be_telephone(session: &Session, width: u32, height: u32) -> Result<()> {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
    devtools(session, "Emulation.setDeviceMetricsOverride", &size)?;
    let touch = json!({ "enabled": true });
    devtools(session, "Emulation.setTouchEmulationEnabled", &touch).map(drop)
}

/// Ends the process of the current tab.
pub(super) fn crash_tab(session: &Session) -> Result<()> {
    match devtools(session, "Page.crash", &json!({})) {
        Err(error) if format!("{error:#}").contains("tab crashed") => Ok(()),
        other => bail!("the tab has not crashed: {other:?}"),
    }
}

/// Loads the current tab anew, past caches and workers.
pub(super) fn reload_hard(session: &Session) -> Result<()> {
    devtools(session, "Page.reload", &json!({ "ignoreCache": true })).map(drop)
}

/// Runs the body of an async function in the tab where extensions are managed; `id` is the extension's.
fn manage(browser: &Browser, body: &str) -> Result<()> {
    let session = browser.session()?;
    session.navigate("chrome://extensions")?;
    // Without developer mode an extension that is loaded from a folder is not loaded a second time: one that
    // reloads itself is switched off (156).
    let script = format!(
        "await chrome.developerPrivate.updateProfileConfiguration({{ inDeveloperMode: true }});
         const [id] = args;
         {body}"
    );
    let id = json!(Extension::chromium_id());
    session.execute_async(&script, &[id]).map(drop)
}

/// Switches the extension off or on, as its person does.
pub(super) fn switch_extension(browser: &Browser, on: bool) -> Result<()> {
    manage(
        browser,
        &format!("await chrome.management.setEnabled(id, {on});"),
    )
}

/// Lets the extension load itself again from its folder.
pub(super) fn allow_reload(browser: &Browser) -> Result<()> {
    manage(browser, "")
}

/// Loads the extension again from its folder, as an update does.
pub(super) fn reload_extension(browser: &Browser) -> Result<()> {
    manage(
        browser,
        "await chrome.developerPrivate.reload(id, { failQuietly: false });",
    )
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
