//! `dist`: the extension as folders that can be loaded, and as zips that are the same each time; the page as a folder for any
//! web server.
//!
//! `build` makes wasm of the crates, `bind` makes it loadable and small, `assemble` puts the
//! folder together with the `manifest` of its browser, `pack` zips it, `sizes` weighs it.

mod assemble;
mod bind;
mod build;
mod manifest;
pub(crate) mod pack;
mod sizes;

use crate::{paths, setup};
use anyhow::{Result, anyhow};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

/// What `dist` can be told.
#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Fail, not only warn, when a part is over its size budget
    #[arg(long)]
    pub(crate) strict: bool,
    /// Where the folders and zips go [default: dist]
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

/// The browsers there is a folder for. Only their manifests differ.
pub(crate) const BROWSERS: [&str; 2] = ["chrome", "firefox"];

/// The folder of the page, beside those.
pub(crate) const PAGE: &str = "web";

/// A crate that becomes wasm, and what it may weigh.
pub(crate) struct Part {
    /// The crate.
    pub(crate) name: &'static str,
    /// How people call it.
    pub(crate) title: &'static str,
    /// The most its wasm may have after gzip, in bytes.
    pub(crate) budget: u64,
}

/// The three contexts of the extension, and what a view loads when somebody scans.
pub(crate) const PARTS: [Part; 4] = [
    Part {
        name: "background",
        title: "background",
        budget: 60_000,
    },
    Part {
        name: "offscreen",
        title: "engine",
        budget: 150_000,
    },
    Part {
        name: "popup",
        title: "popup",
        budget: 150_000,
    },
    Part {
        name: "scan",
        title: "scanner",
        budget: 100_000,
    },
];

/// Returns the zip for a browser in such a folder.
pub(crate) fn zip(out: &Path, browser: &str) -> PathBuf {
    out.join(format!("mesh-chat-{browser}.zip"))
}

/// Builds and binds all parts. Each is bound while the next is built: the end of a build and most of the
/// binding leave all cores but one alone.
fn bound() -> Result<Vec<bind::Bound>> {
    thread::scope(|scope| {
        let mut binding = Vec::new();
        for part in &PARTS {
            let module = build::wasm(part.name)?;
            binding.push(scope.spawn(move || bind::bind(&module)));
        }
        let failed = |_| anyhow!("the binding of a part panicked");
        let bound = binding.into_iter().map(|part| part.join().map_err(failed)?);
        bound.collect()
    })
}

/// Runs the command. Returns the folder that holds `chrome` and `firefox`.
pub(crate) fn run(options: &Options) -> Result<PathBuf> {
    setup::for_build()?;
    let out = match &options.out {
        Some(out) => std::path::absolute(out)?,
        None => paths::root().join("dist"),
    };
    let started = Instant::now();
    let bound = bound()?;
    for browser in BROWSERS {
        assemble::folder(browser, &out.join(browser), &bound)?;
        pack::folder(&out.join(browser), &zip(&out, browser))?;
    }
    assemble::page(&out.join(PAGE), &bound)?;
    let sizes = sizes::weigh(&bound)?;
    sizes::print(&sizes, &out)?;
    sizes::save(&sizes, &out)?;
    for browser in BROWSERS {
        let zip = zip(&out, browser);
        println!("{}  {}", setup::sha256(&fs::read(&zip)?), zip.display());
    }
    println!(
        "dist: {} in {:.1} s",
        out.display(),
        started.elapsed().as_secs_f64()
    );
    sizes::judge(&sizes, options.strict)?;
    Ok(out)
}
