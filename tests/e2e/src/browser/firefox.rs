//! How Firefox is started.

use super::{Browser, has_display};
use crate::process;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The host of the extension's pages; by itself Firefox makes a new one for each profile.
pub(super) const UUID: &str = "5f2c1c52-3f0e-4d0c-9a53-6d6573686368";

pub(super) fn driver() -> Command {
    let mut command = Command::new("geckodriver");
    command.args(["--port", "0", "--allow-system-access"]);
    command
}

pub(super) fn capabilities(browser: &Browser) -> Result<Value> {
    fs::create_dir_all(browser.profile())?;
    let mut arguments = vec![
        "--profile".to_owned(),
        browser.profile().display().to_string(),
    ];
    arguments.extend([
        "--width".into(),
        "420".into(),
        "--height".into(),
        "700".into(),
    ]);
    if !has_display() {
        arguments.push("--headless".to_owned());
    }
    Ok(json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": "/usr/bin/firefox-esr",
            "args": arguments,
            "prefs": preferences(browser)?
        }
    }))
}

fn preferences(browser: &Browser) -> Result<Value> {
    let uuids = json!({ browser.extension.firefox_id()?: UUID }).to_string();
    let mut preferences = json!({
        "extensions.webextensions.uuids": uuids,
        // Only a packed, installed extension is there after a restart; ESR lets it be unsigned.
        "xpinstall.signatures.required": false,
        "extensions.autoDisableScopes": 0,
        "intl.locale.requested": browser.setup.language,
        "media.peerconnection.enabled": !browser.setup.no_webrtc,
        "dom.fs.enabled": !browser.setup.no_file_system,
        "media.peerconnection.ice.obfuscate_host_addresses": browser.setup.hidden,
        // A machine without any network has only this.
        "media.peerconnection.ice.loopback": browser.setup.place.is_none(),
        // The consoles of all pages, into the driver's log.
        "devtools.console.stdout.content": true,
        // What Firefox would ask its makers' servers about, which takes time and needs a network.
        "app.normandy.enabled": false,
        "browser.download.folderList": 2,
        "browser.download.dir": browser.downloads(),
        // Its own windows: there may be no desktop that shows notifications.
        "alerts.useSystemBackend": false,
        // A question for a permission is answered with yes: no driver can.
        "extensions.webextOptionalPermissionPrompts": false,
        "app.update.auto": false,
        "services.settings.server": "data:,#remote-settings-dummy/v1",
        "datareporting.policy.dataSubmissionEnabled": false
    });
    if browser.setup.disk.is_some() {
        // In KiB. By itself Firefox lets an extension use a tenth of a disk, and never looks how full that is.
        preferences["dom.quotaManager.temporaryStorage.fixedLimit"] = json!(10_485_760);
    }
    if let Some(seconds) = browser.setup.idle_timeout {
        preferences["extensions.background.idle.timeout"] = json!(seconds * 1000);
    }
    Ok(preferences)
}

/// Installs the extension for good, unless the profile has it from an earlier start.
pub(super) fn install(browser: &Browser) -> Result<()> {
    let package = browser.scratch.path().join("extension.xpi");
    if package.exists() {
        return Ok(());
    }
    browser.extension.pack(&package)?;
    let started = startup_list(browser);
    if started.exists() {
        fs::remove_file(started)?;
    }
    let body = json!({ "path": package, "temporary": false });
    browser
        .session()?
        .post("moz/addon/install", &body)
        .map(drop)
}

/// Switches the extension off or on, as its person does. No tab shows a page of it.
pub(super) fn switch_extension(browser: &Browser, on: bool) -> Result<()> {
    const SWITCH: &str = "
        const [id, on] = args;
        const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
        const addon = await AddonManager.getAddonByID(id);
        await (on ? addon.enable() : addon.disable());";
    let id = json!(browser.extension.firefox_id()?);
    in_chrome(browser, SWITCH, &[id, json!(on)])?;
    if on { await_extension(browser) } else { Ok(()) }
}

/// Installs the extension from its folder over the one that is there.
pub(super) fn update_extension(browser: &Browser) -> Result<()> {
    let package = browser.scratch.path().join("update.xpi");
    browser.extension.pack(&package)?;
    let body = json!({ "path": package, "temporary": false });
    browser.session()?.post("moz/addon/install", &body)?;
    await_extension(browser)
}

/// Waits until the extension runs: a page of it that is asked for earlier never loads.
pub(super) fn await_extension(browser: &Browser) -> Result<()> {
    const RUNS: &str = "
        const [id] = args;
        const runs = () => WebExtensionPolicy.getByID(id)?.active;
        const { Management } = ChromeUtils.importESModule('resource://gre/modules/Extension.sys.mjs');
        await new Promise((resolve) => {
          const check = () => {
            if (!runs()) return;
            Management.off('ready', check);
            resolve();
          };
          Management.on('ready', check);
          check();
        });";
    in_chrome(browser, RUNS, &[json!(browser.extension.firefox_id()?)]).map(drop)
}

/// Runs the body of an async function in the browser's own window, with its rights.
fn in_chrome(browser: &Browser, body: &str, args: &[Value]) -> Result<Value> {
    let session = browser.session()?;
    let context = |name: &str| session.post("moz/context", &json!({ "context": name }));
    context("chrome")?;
    let outcome = session.execute_async(body, args);
    context("content")?;
    outcome
}

/// Shows pages in this size, on a screen that is touched: a telephone with Firefox, as far as a computer's can be one.
pub(super) fn be_telephone(browser: &Browser, width: u32, height: u32) -> Result<()> {
    const BE: &str = "
        const [width, height] = args;
        // A coarse pointer that hovers over nothing.
        for (const which of ['primary', 'all']) Services.prefs.setIntPref(`ui.${which}PointerCapabilities`, 1);
        Services.prefs.setIntPref('dom.w3c_touch_events.enabled', 1);
        // The window itself does not become as narrow as that.
        const { style } = gBrowser.selectedBrowser;
        style.maxWidth = `${width}px`;
        style.maxHeight = `${height}px`;";
    in_chrome(browser, BE, &[json!(width), json!(height)]).map(drop)
}

/// Ends the process of another tab than the current one, which must have one of its own.
pub(super) fn crash_tab(browser: &Browser, tab: &str) -> Result<()> {
    // The driver has Firefox end when one of its processes does.
    const PROCESS: &str = "
        Services.env.set('MOZ_CRASHREPORTER_SHUTDOWN', '');
        return gBrowser.selectedBrowser.browsingContext.currentWindowGlobal.osPid;";
    let process = || in_chrome(browser, PROCESS, &[]);
    let (own, other) = (process()?, browser.session()?.in_other(tab, process)?);
    ensure!(own != other, "both tabs are in one process");
    process::kill(other.as_u64().context("no process")?.try_into()?)
}

/// Loads the current tab anew, past caches and workers.
pub(super) fn reload_hard(browser: &Browser) -> Result<()> {
    const RELOAD: &str =
        "gBrowser.selectedBrowser.reloadWithFlags(Ci.nsIWebNavigation.LOAD_FLAGS_BYPASS_CACHE);";
    in_chrome(browser, RELOAD, &[]).map(drop)
}

/// Chooses the entry with this title among those of the extension, in the menu of a page that is about to open, and
/// waits for the page in the window that this opens. Returns all titles there.
pub(super) fn choose_in_menu(browser: &Browser, title: &str) -> Result<Value> {
    const CHOOSE: &str = "
        const [title] = args;
        const menu = document.getElementById('contentAreaContextMenu');
        if (menu.state !== 'open') {
          await new Promise((resolve) => menu.addEventListener('popupshown', resolve, { once: true }));
        }
        const all = [...menu.querySelectorAll('menu[label=\"Send with Mesh Chat\"] menuitem')];
        const titles = all.map((item) => item.getAttribute('label'));
        const { STATE_STOP, STATE_IS_WINDOW } = Ci.nsIWebProgressListener;
        const loaded = new Promise((resolve) => {
          const watch = (opened) => {
            Services.ww.unregisterNotification(watch);
            const onStateChange = (browser, progress, request, flags) => {
              const over = flags & STATE_STOP && flags & STATE_IS_WINDOW;
              if (over && browser.currentURI.schemeIs('moz-extension')) resolve();
            };
            const listen = () => opened.gBrowser.addTabsProgressListener({ onStateChange });
            opened.addEventListener('load', listen, { once: true });
          };
          Services.ww.registerNotification(watch);
        });
        all.find((item) => item.getAttribute('label') === title).doCommand();
        menu.hidePopup();
        await loaded;
        return titles;";
    in_chrome(browser, CHOOSE, &[json!(title)])
}

/// Lets the extension run in private windows, as its person does on its page, and opens one.
pub(super) fn open_private_window(browser: &Browser) -> Result<()> {
    const OPEN: &str = "
        const [id] = args;
        const { ExtensionPermissions } = ChromeUtils.importESModule('resource://gre/modules/ExtensionPermissions.sys.mjs');
        const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
        const { extension } = WebExtensionPolicy.getByID(id);
        const granted = { permissions: ['internal:privateBrowsingAllowed'], origins: [] };
        await ExtensionPermissions.add(id, granted, extension);
        await (await AddonManager.getAddonByID(id)).reload();
        const opened = new Promise((resolve) => {
          const watch = (window) => {
            Services.ww.unregisterNotification(watch);
            window.addEventListener('load', () => resolve(), { once: true });
          };
          Services.ww.registerNotification(watch);
        });
        OpenBrowserWindow({ private: true });
        await opened;";
    in_chrome(browser, OPEN, &[json!(browser.extension.firefox_id()?)])?;
    await_extension(browser)
}

/// Answers every dialog for a file that is to be saved, which Firefox shows from now on, with this place. As with
/// a real one, the window loses the focus, and the toolbar's popup closes.
pub(super) fn answer_save_dialogs(browser: &Browser, file: &Path) -> Result<()> {
    const ANSWER: &str = "
        const [path] = args;
        const file = Cc['@mozilla.org/file/local;1'].createInstance(Ci.nsIFile);
        file.initWithPath(path);
        const picker = {
          QueryInterface: ChromeUtils.generateQI(['nsIFilePicker']),
          init() {}, appendFilters() {}, appendFilter() {}, appendRawFilter() {},
          defaultString: '', defaultExtension: '', filterIndex: 0, displayDirectory: null,
          displaySpecialDirectory: '', addToRecentDocs: false, okButtonLabel: '', capture: 0,
          file, mode: Ci.nsIFilePicker.modeSave,
          open(callback) {
            for (const panel of document.querySelectorAll('panel')) panel.hidePopup();
            Services.tm.dispatchToMainThread(() => callback.done(Ci.nsIFilePicker.returnOK));
          },
        };
        const factory = {
          QueryInterface: ChromeUtils.generateQI(['nsIFactory']),
          createInstance: (iid) => picker.QueryInterface(iid),
        };
        Components.manager.QueryInterface(Ci.nsIComponentRegistrar).registerFactory(
          Services.uuid.generateUUID(), '', '@mozilla.org/filepicker;1', factory);
        Services.prefs.setBoolPref('browser.download.useDownloadDir', false);
        const { Downloads } = ChromeUtils.importESModule('resource://gre/modules/Downloads.sys.mjs');
        const list = await Downloads.getList(Downloads.ALL);
        window.ended = new Promise((resolve) => {
          const look = (one) => (one.succeeded || one.error) && resolve(String(one.error ?? 'saved'));
          list.addView({ onDownloadAdded: look, onDownloadChanged: look });
        });";
    in_chrome(browser, ANSWER, &[json!(file)]).map(drop)
}

/// Waits until a download has ended; how.
pub(super) fn see_download(browser: &Browser) -> Result<Value> {
    in_chrome(browser, "return await window.ended;", &[])
}

/// Waits until Firefox has written down that the extension is to be started: it does so a second
/// or two after the installation, and nobody kills a browser that soon. A list without it can have
/// been on its way before.
pub(super) fn settle(browser: &Browser) -> Result<()> {
    let id = browser.extension.firefox_id()?;
    let end = Instant::now() + Duration::from_secs(20);
    while !is_listed(browser, &id) {
        ensure!(
            Instant::now() < end,
            "Firefox does not save its list of extensions"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Returns whether the list names the extension. It is JSON, packed: eight bytes of magic, then
/// LZ4.
fn is_listed(browser: &Browser, id: &str) -> bool {
    let list = fs::read(startup_list(browser)).unwrap_or_default();
    let packed = list.strip_prefix(b"mozLz40\0").unwrap_or_default();
    let json = lz4_flex::block::decompress_size_prepended(packed).unwrap_or_default();
    json.windows(id.len()).any(|part| part == id.as_bytes())
}

fn startup_list(browser: &Browser) -> PathBuf {
    browser.profile().join("addonStartup.json.lz4")
}
