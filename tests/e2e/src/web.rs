//! The page: the same without an extension, from a web server of this machine.

use crate::browser::{Browser, Kind, Setup};
use crate::extension::copy;
use crate::page::Page;
use crate::paths::{self, Scratch};
use crate::services::Site;
use crate::world::World;
use anyhow::{Context, Result};
use base64ct::{Base64, Encoding};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// A copy of the built page with a configuration of its own, and the server of it.
pub struct Web {
    /// The server.
    pub site: Site,
    scratch: Scratch,
}

impl Web {
    /// Starts one whose page uses the services of this world.
    pub fn start(world: &World) -> Result<Self> {
        Self::start_with(&world.services.config())
    }

    /// Starts one with this `config.json`.
    pub fn start_with(config: &Value) -> Result<Self> {
        let scratch = Scratch::new()?;
        let built = paths::dist().join("web");
        copy(&built, scratch.path()).context("there is no page; run `cargo xtask dist`")?;
        let web = Self {
            site: Site::start(vec![scratch.path().to_path_buf()])?,
            scratch,
        };
        web.configure(config)?;
        Ok(web)
    }

    /// Replaces its `config.json`.
    pub fn configure(&self, config: &Value) -> Result<()> {
        Ok(fs::write(
            self.folder().join("config.json"),
            config.to_string(),
        )?)
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// Returns the address of the page.
    pub fn url(&self) -> String {
        self.site.url("")
    }

    /// Returns a configuration with which invites lead to the page.
    pub fn named_in(&self, mut config: Value) -> Value {
        config["page"] = self.url().into();
        config
    }

    /// Opens the page in the tab.
    pub fn open<'a>(&self, browser: &'a Browser) -> Result<Page<'a>> {
        browser.session()?.navigate(&self.url())?;
        Page::new(browser)
    }

    /// Opens a link to the page in the tab, as a click elsewhere does: not a part of the page that is shown.
    pub fn open_link<'a>(&self, browser: &'a Browser, link: &str) -> Result<Page<'a>> {
        browser.session()?.navigate("about:blank")?;
        browser.session()?.navigate(link)?;
        Page::new(browser)
    }

    /// Serves another version from now on.
    pub fn renew(&self) -> Result<()> {
        let build = self.folder().join("build.js");
        let text = fs::read_to_string(&build)?;
        let next = renamed(&text)?;
        let kept = self.folder().join("kept.js");
        let hashes = renamed(&fs::read_to_string(&kept)?)?;
        fs::write(kept, hashes.replace(&integrity(&text), &integrity(&next)))?;
        Ok(fs::write(build, next)?)
    }
}

/// Gives a script another version.
fn renamed(script: &str) -> Result<String> {
    let (before, version) = script.split_once("\"version\":\"").context("no version")?;
    Ok(format!("{before}\"version\":\"next-{version}"))
}

/// Returns by what the page's worker knows a file.
fn integrity(content: &str) -> String {
    let hash = Base64::encode_string(&Sha256::digest(content));
    format!("sha256-{hash}")
}

/// Starts browsers without the extension, for the page.
pub fn bare<const N: usize>(world: &World, who: [(Kind, &str); N]) -> Result<[Browser; N]> {
    world.launch_all(who.map(|(kind, name)| Setup {
        bare: true,
        ..Setup::new(kind, name)
    }))
}
