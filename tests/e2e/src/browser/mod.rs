//! A browser with the extension: started, looked at, killed, started again on the same profile.
//!
//! `chromium` and `firefox` know how each is started; everything else is the same for both.
//!
//! Long because it is the one list of what a test can do with a browser.

mod chromium;
mod disk;
mod firefox;
mod log;
mod memory;

use crate::extension::{self, Build, Extension};
use crate::lab::{self, Namespace};
use crate::page::Page;
use crate::paths::Scratch;
use crate::process::{self, Process};
use crate::tally::Tally;
use crate::webdriver::Session;
use anyhow::{Context, Result, bail};
use disk::Disk;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder of a profile.
const PROFILE: &str = "profile";

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Chromium: service worker and offscreen document.
    Chromium,
    /// Firefox: an event page.
    Firefox,
}

/// How a browser is to be started.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Which.
    pub kind: Kind,
    /// For log files and messages; of one person, usually.
    pub name: String,
    /// The language of its user interface.
    pub language: &'static str,
    /// Its time zone. Local time that is taken for UTC, or the other way round, shows in the usual one.
    pub zone: String,
    /// Firefox: seconds until an event page without events is stopped; `None` is the usual 30.
    pub idle_timeout: Option<u32>,
    /// No extension: an ordinary browser for ordinary pages.
    pub bare: bool,
    /// The network it is in; `None` is this machine's.
    pub place: Option<Namespace>,
    /// Own addresses are hidden behind names in `.local`, as browsers do for people. Those need
    /// multicast, which containers do not have.
    pub hidden: bool,
    /// The extension.
    pub build: Build,
    /// Firefox: WebRTC is switched off.
    pub no_webrtc: bool,
    /// Firefox: pages have no private file system.
    pub no_file_system: bool,
    /// Chromium: what its camera sees, a film in Y4M. It may be written later, and the person allows the camera.
    pub camera: Option<PathBuf>,
    /// Its profile is on a disk of its own with so many MiB, which only root can make.
    pub disk: Option<usize>,
}

impl Setup {
    /// Returns the usual options.
    pub fn new(kind: Kind, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            language: "en-US",
            zone: "Asia/Kathmandu".to_owned(),
            idle_timeout: None,
            bare: false,
            place: None,
            hidden: false,
            build: Build::default(),
            no_webrtc: false,
            no_file_system: false,
            camera: None,
            disk: None,
        }
    }
}

/// A running browser with a profile and an extension of its own.
pub struct Browser {
    setup: Setup,
    extension: Extension,
    logs: PathBuf,
    running: Option<Running>,
    // Held, and unmounted when nothing runs any more.
    _disk: Option<Disk>,
    // Last: fields are dropped in order, and the profile is in use until the browser is gone.
    scratch: Scratch,
}

struct Running {
    session: Session,
    // After the session: the driver must be there to end it.
    driver: Process,
}

impl Browser {
    /// Starts one with a new profile. Its logs go to `logs`.
    pub fn launch(setup: Setup, config: &Value, logs: &Path) -> Result<Self> {
        Self::launch_with_text(setup, &config.to_string(), logs)
    }

    /// Starts one whose `config.json` is this text, right or wrong.
    pub fn launch_with_text(setup: Setup, config: &str, logs: &Path) -> Result<Self> {
        let scratch = Scratch::new()?;
        let folder = scratch.path().join("extension");
        let extension = Extension::copy(&setup.build, setup.kind.dist(), &folder, config)?;
        let logs = logs.to_path_buf();
        let profile = scratch.path().join(PROFILE);
        let disk = setup.disk.map(|size| Disk::mount(&profile, size));
        let mut browser = Self {
            setup,
            extension,
            logs,
            running: None,
            _disk: disk.transpose()?,
            scratch,
        };
        browser.start()?;
        Ok(browser)
    }

    /// Starts the browser again, on the same profile.
    pub fn start(&mut self) -> Result<()> {
        if self.running.is_some() {
            bail!("{} runs already", self.setup.name);
        }
        let place = self.setup.place.clone();
        let (driver, port) = lab::within(place.as_ref(), || self.start_driver())??;
        let session = Session::start(place, port, &self.capabilities()?).with_context(|| {
            format!("starting {}; see {}", self.setup.name, self.logs.display())
        })?;
        self.running = Some(Running { session, driver });
        if self.setup.kind == Kind::Firefox && !self.setup.bare {
            firefox::install(self)?;
            firefox::await_extension(self)?;
        }
        match log::load_failure(&self.log("console")) {
            Some(failure) => bail!("{failure}"),
            None => Ok(()),
        }
    }

    /// Starts the driver; returns it and its port.
    fn start_driver(&self) -> Result<(Process, u16)> {
        // Chromedriver draws a free port of IPv6, and ends where IPv4 has that one in use.
        for _ in 0..5 {
            let (driver, port) = self.try_driver()?;
            if let Some(port) = port {
                return Ok((driver, port));
            }
        }
        bail!("the driver finds no port that is free")
    }

    /// Starts the driver; returns no port where the one that it drew is in use.
    fn try_driver(&self) -> Result<(Process, Option<u16>)> {
        let port = Tally::default();
        let found = port.clone();
        let temporary = self.scratch.path().join("tmp");
        fs::create_dir_all(&temporary)?;
        let mut command = self.setup.kind.driver();
        // What a killed browser leaves behind goes with the profile.
        command.env("TMPDIR", temporary);
        command.env("TZ", &self.setup.zone);
        // Where Chromium for Linux reads its language.
        command.env("LANGUAGE", self.setup.language);
        let driver =
            Process::start(
                &mut command,
                &self.log_file("driver"),
                move |line| match listening_port(line) {
                    Some(port) => found.add(Some(port)),
                    None if line.contains("port not available") => found.add(None),
                    None => {}
                },
            )?;
        let port = port.wait("the driver's port", Duration::from_secs(20), |_| true)?;
        Ok((driver, port))
    }

    /// Gives the browser itself another language; it counts from the next start.
    pub fn set_language(&mut self, language: &'static str) {
        self.setup.language = language;
    }

    /// Replaces `config.json`; it counts from the next start.
    pub fn configure(&self, config: &str) -> Result<()> {
        self.extension.configure(config)
    }

    /// Waits until none of the extension's notifications is shown. From a page of the extension.
    pub fn see_no_notification(&self) -> Result<()> {
        self.run(
            "for (let left = 100; left > 0; left--) {
               if (Object.keys(await api.notifications.getAll()).length === 0) return;
               await new Promise((resolve) => setTimeout(resolve, 100));
             }
             throw new Error('a notification is still there after 10 s');",
        )
        .map(drop)
    }

    /// Takes all notifications away, as a person does who has seen them. From a page of the extension.
    pub fn clear_notifications(&self) -> Result<()> {
        self.run(
            "for (const id of Object.keys(await api.notifications.getAll())) {
               await api.notifications.clear(id);
             }",
        )
        .map(drop)
    }

    /// Returns its WebDriver session.
    pub fn session(&self) -> Result<&Session> {
        let running = self.running.as_ref();
        running
            .map(|running| &running.session)
            .with_context(|| format!("{} is off", self.name()))
    }

    /// Returns the name of its person.
    pub fn name(&self) -> &str {
        &self.setup.name
    }

    /// Returns which browser it is.
    pub fn kind(&self) -> Kind {
        self.setup.kind
    }

    /// Returns the address of a page of the extension.
    pub fn url(&self, page: &str) -> String {
        match self.setup.kind {
            Kind::Chromium => format!("chrome-extension://{}/{page}", Extension::chromium_id()),
            Kind::Firefox => format!("moz-extension://{}/{page}", firefox::UUID),
        }
    }

    /// Opens the popup's page in the tab.
    pub fn popup(&self) -> Result<Page<'_>> {
        self.session()?.navigate(&self.url("popup.html"))?;
        Page::new(self)
    }

    /// Leaves the popup: a page of the extension that is no view, from which scripts of a test
    /// can use the browser's extension interface.
    pub fn leave_popup(&self) -> Result<()> {
        self.session()?.navigate(&self.url(extension::BLANK_PAGE))
    }

    /// Runs the body of an async function on a page of the extension; `api` is its interface to
    /// the browser.
    pub fn run(&self, body: &str) -> Result<Value> {
        let script = format!("const api = globalThis.browser ?? globalThis.chrome; {body}");
        self.session()?.execute_async(&script, &[])
    }

    /// Opens the popup of Firefox's toolbar and runs the body of an async function on its page; `view` is its window.
    /// Only from a page of the extension that is no view.
    pub fn run_in_toolbar_popup(&self, body: &str) -> Result<Value> {
        self.run(&format!(
            "const connected = new Promise((resolve) => api.runtime.onConnect.addListener(resolve));
             await api.action.openPopup();
             // It talks to the engine, and so is there.
             await connected;
             const view = api.extension.getViews({{ type: 'popup' }})[0];
             {body}"
        ))
    }

    /// Lets Firefox run the extension in private windows, and goes on in one, which it opens. Every page of the extension is
    /// closed by that. Only from a page that is none.
    pub fn go_private(&self) -> Result<()> {
        let before = self.session()?.windows()?;
        firefox::open_private_window(self)?;
        self.session()?.switch_to_new(&before)
    }

    /// Chooses an entry of the extension in the menu of a page that Firefox shows, which opens a window; all titles
    /// there.
    pub fn choose_in_menu(&self, title: &str) -> Result<Value> {
        firefox::choose_in_menu(self, title)
    }

    /// Has Firefox ask where each file is to be saved, and answers with this place. A dialog closes the popup.
    pub fn answer_save_dialogs(&self, file: &Path) -> Result<()> {
        firefox::answer_save_dialogs(self, file)
    }

    /// Waits until a download of Firefox has ended; how.
    pub fn see_download(&self) -> Result<Value> {
        firefox::see_download(self)
    }

    /// Waits until one of the extension's notifications is shown; their ids. Only from a page of
    /// the extension that is no view.
    pub fn see_notification(&self) -> Result<Vec<String>> {
        // There is no event for a notification of somebody else's page.
        let ids = self.run(
            "for (let left = 100; left > 0; left--) {
               const ids = Object.keys(await api.notifications.getAll());
               if (ids.length > 0) return ids;
               await new Promise((resolve) => setTimeout(resolve, 100));
             }
             throw new Error('no notification in 10 s');",
        )?;
        Ok(serde_json::from_value(ids)?)
    }

    /// Has an alarm ring now, beside the one that rings every 30 s. Only from a page of the extension.
    pub fn ring_alarm(&self) -> Result<()> {
        self.run("await api.alarms.create('harness', { when: Date.now() });")
            .map(drop)
    }

    /// Stops the service worker of Chromium, as the browser does when it is idle.
    pub fn stop_service_worker(&self) -> Result<()> {
        chromium::stop_service_workers(self.session()?)?;
        self.run(
            "for (let left = 100; left > 0; left--) {
               const running = await api.runtime.getContexts({ contextTypes: ['BACKGROUND'] });
               if (running.length === 0) return;
               await new Promise((resolve) => setTimeout(resolve, 50));
             }
             throw new Error('the service worker still runs');",
        )
        .map(drop)
    }

    /// Cuts the engine's wasm short, as a failing disk does. The other half comes back with
    /// [`Browser::mend_engine`].
    pub fn break_engine(&self) -> Result<()> {
        let whole = fs::read(self.engine())?;
        fs::write(self.engine().with_extension("whole"), &whole)?;
        let half = whole.get(..whole.len() / 2).unwrap_or_default();
        Ok(fs::write(self.engine(), half)?)
    }

    /// Puts the engine's wasm back.
    pub fn mend_engine(&self) -> Result<()> {
        Ok(fs::rename(
            self.engine().with_extension("whole"),
            self.engine(),
        )?)
    }

    fn engine(&self) -> PathBuf {
        self.extension.folder().join("wasm/offscreen_bg.wasm")
    }

    /// Removes the stored chats behind the back of Chromium's engine, as clearing site data does.
    pub fn remove_chats(&self) -> Result<()> {
        let origin = self.url("");
        chromium::remove_databases(self.session()?, origin.trim_end_matches('/'))
    }

    /// Puts another version of the extension in its place, which Chromium loads once the extension asks for it.
    /// Pages of it are closed.
    pub fn prepare_update(&self, version: &str) -> Result<()> {
        self.extension.set_version(version)?;
        chromium::allow_reload(self)
    }

    /// Updates the extension to another version while it runs. Pages of it are closed.
    pub fn update_extension(&self, version: &str) -> Result<()> {
        self.extension.set_version(version)?;
        match self.setup.kind {
            Kind::Chromium => chromium::reload_extension(self),
            Kind::Firefox => {
                self.session()?.navigate("about:blank")?;
                firefox::update_extension(self)
            }
        }
    }

    /// Switches the extension off or on, as its person does. Pages of it are closed.
    pub fn switch_extension(&self, on: bool) -> Result<()> {
        match self.setup.kind {
            Kind::Chromium => chromium::switch_extension(self, on),
            Kind::Firefox => {
                self.session()?.navigate("about:blank")?;
                firefox::switch_extension(self, on)
            }
        }
    }

    /// Closes the offscreen document of Chromium, as a crash of its process does.
    pub fn close_engine(&self) -> Result<()> {
        self.run("await api.offscreen.closeDocument();").map(drop)
    }

    /// Loads a page of the extension in Chromium. Returns the milliseconds from its beginning to
    /// the frame that shows the first element for `selector`.
    pub fn time_to_paint(&self, page: &str, selector: &str) -> Result<f64> {
        chromium::time_to_paint(self.session()?, &self.url(page), selector)
    }

    /// Returns the private memory of the process that runs the extension's pages, in MB.
    pub fn extension_memory(&self) -> Result<f64> {
        let kind = self.setup.kind;
        memory::of_extensions(kind, kind.process_id(self.session()?)?)
    }

    /// Shows pages in the size of the popup, in Chromium.
    pub fn as_popup(&self) -> Result<()> {
        self.in_size(380, 600)
    }

    /// Shows pages in this size, in Chromium.
    pub fn in_size(&self, width: u32, height: u32) -> Result<()> {
        chromium::set_size(self.session()?, width, height)
    }

    /// Shows pages in this colour scheme and without motion, in Chromium; with few colours where they are `forced`.
    pub fn in_colours(&self, scheme: &str, forced: bool) -> Result<()> {
        chromium::set_colours(self.session()?, scheme, forced)
    }

    /// Gives pages that are opened from now on other texts, in Chromium: `messages.json` of a language. The browser
    /// itself needs not have that language.
    pub fn speak(&self, texts: &Value) -> Result<()> {
        chromium::speak(self.session()?, texts)
    }

    /// Saves what is shown as `<artifacts>/<name>.png`.
    pub fn screenshot(&self, folder: &Path, name: &str) -> Result<()> {
        Ok(fs::write(
            folder.join(format!("{name}.png")),
            self.session()?.screenshot()?,
        )?)
    }

    /// Shows pages as a telephone of this size does, with a finger in the place of a mouse.
    pub fn as_telephone(&self, width: u32, height: u32) -> Result<()> {
        match self.setup.kind {
            Kind::Chromium => chromium::be_telephone(self.session()?, width, height),
            Kind::Firefox => firefox::be_telephone(self, width, height),
        }
    }

    /// Saves what is shown in light and in dark, as `<name>-light.png` and `<name>-dark.png`; of
    /// Firefox, which cannot change its colour scheme while it runs, only as `<name>-light.png`.
    pub fn screenshots(&self, folder: &Path, name: &str) -> Result<()> {
        if self.setup.kind == Kind::Firefox {
            return self.screenshot(folder, &format!("{name}-light"));
        }
        for scheme in ["light", "dark"] {
            let session = self.session()?;
            chromium::set_scheme(session, scheme)?;
            // Colours that fade over would be shown half-way.
            let finish = "document.getAnimations().forEach((animation) => animation.finish());";
            session.execute(finish, &[])?;
            self.screenshot(folder, &format!("{name}-{scheme}"))?;
        }
        Ok(())
    }

    /// Ends the process of another tab, as a crash does.
    pub fn crash(&self, tab: &str) -> Result<()> {
        let session = self.session()?;
        match self.setup.kind {
            Kind::Chromium => session.in_other(tab, || chromium::crash_tab(session)),
            Kind::Firefox => firefox::crash_tab(self, tab),
        }
    }

    /// Loads another tab anew, past everything that is kept of the page.
    pub fn reload_hard(&self, tab: &str) -> Result<()> {
        let session = self.session()?;
        session.in_other(tab, || match self.setup.kind {
            Kind::Chromium => chromium::reload_hard(session),
            Kind::Firefox => firefox::reload_hard(self),
        })
    }

    /// Ends the browser at once, as a crash or a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        if self.running.is_some() && self.setup.kind == Kind::Firefox && !self.setup.bare {
            firefox::settle(self)?;
        }
        let Some(mut running) = self.running.take() else {
            return Ok(());
        };
        process::kill(self.setup.kind.process_id(&running.session)?)?;
        running.driver.kill()?;
        self.setup.kind.clear_locks(&self.profile())
    }

    /// Ends the browser in order.
    pub fn quit(&mut self) -> Result<()> {
        match self.running.take() {
            Some(running) => running.session.quit(),
            None => Ok(()),
        }
    }

    /// Returns what the extension's pages and workers complained about on their consoles, ever.
    pub fn complaints(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for name in ["driver", "console"] {
            lines.extend(log::complaints(&self.log(name)));
        }
        lines
    }

    /// Fails when the extension has complained.
    pub fn check_console(&self) -> Result<()> {
        let complaints = self.complaints();
        if !complaints.is_empty() {
            bail!(
                "the console of {} has:\n{}",
                self.name(),
                complaints.join("\n")
            );
        }
        Ok(())
    }

    fn capabilities(&self) -> Result<Value> {
        let own = match self.setup.kind {
            Kind::Chromium => chromium::capabilities(self)?,
            Kind::Firefox => firefox::capabilities(self)?,
        };
        let mut all = json!({ "timeouts": { "script": 300_000, "pageLoad": 60_000 } });
        if let (Some(all), Value::Object(own)) = (all.as_object_mut(), own) {
            all.extend(own);
        }
        Ok(all)
    }

    /// Where its downloads go.
    pub fn downloads(&self) -> PathBuf {
        self.scratch.path().join("downloads")
    }

    /// Where its profile is.
    pub fn profile(&self) -> PathBuf {
        self.scratch.path().join(PROFILE)
    }

    fn log(&self, what: &str) -> String {
        // Not every browser writes every log.
        let bytes = fs::read(self.log_file(what)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn log_file(&self, what: &str) -> PathBuf {
        self.logs
            .join(format!("{}-{what}.log", self.setup.name.to_lowercase()))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver's process group is ended in any case.
        let _ = self.quit();
    }
}

/// Returns whether windows can be shown.
pub fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some())
}

/// Returns the port from what a driver prints; both drivers use sentences of their own.
fn listening_port(line: &str) -> Option<u16> {
    let after = line
        .split_once("on port ")
        .or_else(|| line.split_once("Listening on 127.0.0.1:"));
    let digits: String = after?.1.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|port| *port != 0)
}

impl Kind {
    /// Returns the folder below `dist`.
    fn dist(self) -> &'static str {
        match self {
            Self::Chromium => "chrome",
            Self::Firefox => "firefox",
        }
    }

    fn driver(self) -> std::process::Command {
        match self {
            Self::Chromium => chromium::driver(),
            Self::Firefox => firefox::driver(),
        }
    }

    fn process_id(self, session: &Session) -> Result<u32> {
        let name = match self {
            Self::Chromium => "goog:processID",
            Self::Firefox => "moz:processID",
        };
        let id = session.capabilities[name]
            .as_u64()
            .context("the driver names no process")?;
        Ok(id.try_into()?)
    }

    /// Removes what a killed browser leaves behind and would fail on.
    fn clear_locks(self, profile: &Path) -> Result<()> {
        for name in [
            "SingletonLock",
            "SingletonSocket",
            "SingletonCookie",
            "lock",
            ".parentlock",
        ] {
            match fs::remove_file(profile.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::listening_port;

    #[test]
    fn the_port_of_each_driver_is_found() {
        let chromium = "ChromeDriver was started successfully on port 40389.";
        assert_eq!(listening_port(chromium), Some(40389));
        assert_eq!(
            listening_port("Starting ChromeDriver 156.0 (…) on port 0"),
            None
        );
        let firefox = "1700000000000\tgeckodriver\tINFO\tListening on 127.0.0.1:4444";
        assert_eq!(listening_port(firefox), Some(4444));
    }
}
