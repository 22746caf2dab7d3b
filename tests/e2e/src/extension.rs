//! A copy of the built extension with a configuration of its own.

use crate::{crowd, paths};
use anyhow::{Context, Result};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Any bytes do as a key: Chromium makes the id from their hash and asks for no signature.
const KEY: &[u8] = b"Mesh Chat in its own tests";

/// A page of the extension that does nothing by itself, for tests to stand on.
pub const BLANK_PAGE: &str = "harness.html";

/// What tests can ask of a page that has loaded it.
pub(crate) const SCRIPT: &str = "harness.js";

/// The popup's page, and that of Chromium's engine.
const PAGES: [&str; 2] = ["popup.html", "offscreen.html"];

/// Which build of the extension is used, and how.
#[derive(Clone, Debug)]
pub struct Build {
    /// The folder that was built.
    pub dist: PathBuf,
    /// Its pages note when a message passes.
    pub traced: bool,
    /// Its popup can be told of a crowd that is none: `popup.html?crowd=1000`.
    pub crowded: bool,
    /// It may save files in the browser's downloads, which a person grants with a click.
    pub saves: bool,
    /// Its background finds only those interfaces that Firefox for Android has.
    pub android: bool,
}

impl Default for Build {
    fn default() -> Self {
        Self {
            dist: paths::dist(),
            traced: false,
            crowded: false,
            saves: false,
            android: false,
        }
    }
}

/// A folder that a browser loads.
pub struct Extension {
    folder: PathBuf,
}

impl Extension {
    /// Copies what was built for `browser` ("chrome" or "firefox") to `folder`.
    pub fn copy(build: &Build, browser: &str, folder: &Path, config: &str) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        copy(&paths::built(&build.dist, browser)?, folder)?;
        let extension = Self {
            folder: folder.to_path_buf(),
        };
        if browser == "chrome" {
            extension.set_key()?;
        }
        fs::write(
            folder.join(BLANK_PAGE),
            format!("<!doctype html><title>Harness</title><script src={SCRIPT:?}></script>"),
        )?;
        fs::write(folder.join(SCRIPT), include_str!("../js/harness.js"))?;
        if build.saves {
            extension.grant("downloads")?;
        }
        if build.traced {
            extension.begin_with("trace.js", include_str!("../js/trace.js"), &PAGES)?;
        }
        if build.crowded {
            let popup = &PAGES[..1];
            extension.begin_with("crowd.js", &crowd::script()?, popup)?;
        }
        if build.android {
            extension.take_away_in_background()?;
        }
        extension.configure(config)?;
        Ok(extension)
    }

    /// Puts a script in front of all others of these pages.
    fn begin_with(&self, name: &str, script: &str, pages: &[&str]) -> Result<()> {
        fs::write(self.folder.join(name), script)?;
        for page in pages {
            let page = self.folder.join(page);
            let first = format!("<head>\n    <script src={name:?}></script>");
            let html = fs::read_to_string(&page)?.replacen("<head>", &first, 1);
            fs::write(page, html)?;
        }
        Ok(())
    }

    /// Takes from the background what Firefox for Android does not have.
    fn take_away_in_background(&self) -> Result<()> {
        let file = self.folder.join("background.js");
        let script = fs::read_to_string(&file)?;
        let less = include_str!("../js/android.js");
        Ok(fs::write(file, format!("{less}{script}"))?)
    }

    /// Replaces `config.json`, as somebody would who edits a built extension.
    pub fn configure(&self, config: &str) -> Result<()> {
        Ok(fs::write(self.folder.join("config.json"), config)?)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the id it has in Chromium, which makes it from the key.
    pub fn chromium_id() -> String {
        let letter = |nibble: u8| char::from(b'a' + nibble);
        let hash = Sha256::digest(KEY);
        hash.iter()
            .take(16)
            .flat_map(|byte| [letter(byte >> 4), letter(byte & 15)])
            .collect()
    }

    /// Returns the id it has in Firefox, from its manifest.
    pub fn firefox_id(&self) -> Result<String> {
        let id = &self.manifest()?["browser_specific_settings"]["gecko"]["id"];
        id.as_str()
            .map(str::to_owned)
            .context("the manifest has no gecko id")
    }

    /// Packs it into one file; Firefox keeps only packed ones over a restart.
    pub fn pack(&self, file: &Path) -> Result<()> {
        let mut zip = ZipWriter::new(File::create(file)?);
        add(&mut zip, &self.folder, "")?;
        zip.finish()?;
        Ok(())
    }

    fn manifest(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&fs::read(
            self.folder.join("manifest.json"),
        )?)?)
    }

    /// Gives it another version, as an update does.
    pub fn set_version(&self, version: &str) -> Result<()> {
        self.change("version", version)
    }

    /// Has a permission granted from the beginning.
    fn grant(&self, permission: &str) -> Result<()> {
        let mut manifest = self.manifest()?;
        let permissions = manifest["permissions"].as_array_mut();
        let permissions = permissions.context("no permissions")?;
        permissions.push(json!(permission));
        self.write(&manifest)
    }

    fn set_key(&self) -> Result<()> {
        self.change("key", &Base64::encode_string(KEY))
    }

    fn change(&self, field: &str, value: &str) -> Result<()> {
        let mut manifest = self.manifest()?;
        manifest[field] = json!(value);
        self.write(&manifest)
    }

    fn write(&self, manifest: &Value) -> Result<()> {
        let file = self.folder.join("manifest.json");
        Ok(fs::write(file, manifest.to_string())?)
    }
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
}

fn add(zip: &mut ZipWriter<File>, folder: &Path, prefix: &str) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add(zip, &entry.path(), &format!("{name}/"))?;
        } else {
            zip.start_file(name, SimpleFileOptions::default())?;
            zip.write_all(&fs::read(entry.path())?)?;
        }
    }
    Ok(())
}
