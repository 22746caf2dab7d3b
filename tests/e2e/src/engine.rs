//! The page in which a browser's engine runs: what its connections are, and how it is worn out.

use crate::browser::{Browser, Kind};
use crate::devtools::HiddenPage;
use crate::extension::SCRIPT;
use anyhow::{Context, Result};
use serde_json::Value;

/// The engine's page, whose connections are counted.
pub struct EnginePage<'a>(Place<'a>);

enum Place<'a> {
    /// Chromium's offscreen document.
    Hidden(Box<HiddenPage>),
    /// Firefox's event page, reached from the tab: that shows a page of the extension.
    Event(&'a Browser),
}

impl<'a> EnginePage<'a> {
    /// Finds the page of a browser's engine. In the tab is a page of the extension.
    pub fn of(browser: &'a Browser) -> Result<Self> {
        let place = match browser.kind() {
            Kind::Chromium => Place::Hidden(Box::new(HiddenPage::find(browser, "offscreen.html")?)),
            Kind::Firefox => Place::Event(browser),
        };
        Ok(Self(place))
    }

    /// Finds it, and counts its connections from now on.
    pub fn count(browser: &'a Browser) -> Result<Self> {
        let mut page = Self::of(browser)?;
        page.run(&format!(
            "await new Promise((resolve, reject) => {{
               const script = page.document.createElement('script');
               script.src = {SCRIPT:?};
               script.onload = resolve;
               script.onerror = reject;
               page.document.documentElement.append(script);
             }});
             page.harness.count();"
        ))?;
        Ok(page)
    }

    /// Has it look up the address so often, each time to the end; what it has made in all.
    pub fn look_up(&mut self, times: u32) -> Result<Value> {
        self.run(&format!(
            "return await page.harness.engine.lookUp({times});"
        ))
    }

    /// Has it hold as many connections as a full engine.
    pub fn hold(&mut self, many: u32) -> Result<()> {
        self.run(&format!("page.harness.engine.hold({many});"))
            .map(drop)
    }

    /// Lets go of them.
    pub fn release(&mut self) -> Result<()> {
        self.run("page.harness.engine.release();").map(drop)
    }

    /// From now on it is old, and can make no more connections; it has tried so often.
    pub fn wear_out(&mut self, times: u32) -> Result<()> {
        self.run(&format!("await page.harness.engine.wearOut({times});"))
            .map(drop)
    }

    /// Returns whether this is still the page whose connections are counted.
    pub fn is_the_same(&mut self) -> Result<bool> {
        let same = self.run("return Boolean(page.harness);")?;
        same.as_bool().context("not a yes or no")
    }

    /// Returns what it has made in all, and how much of that the browser still counts.
    pub fn counts(&mut self) -> Result<Value> {
        self.run("return { ...page.harness.engine.counts };")
    }

    /// Runs the body of an async function; `page` is the window of the engine's page.
    pub fn run(&mut self, body: &str) -> Result<Value> {
        match &mut self.0 {
            Place::Hidden(page) => page.run(&format!("const page = globalThis; {body}")),
            Place::Event(browser) => browser.run(&format!(
                "const page = await api.runtime.getBackgroundPage(); {body}"
            )),
        }
        .context("in the engine's page")
    }
}
