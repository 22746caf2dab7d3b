//! Where things are.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Returns the root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Returns where the built extension is: `MESH_CHAT_DIST`, or `dist`.
pub fn dist() -> PathBuf {
    std::env::var_os("MESH_CHAT_DIST").map_or_else(|| root().join("dist"), PathBuf::from)
}

/// Returns the extension for a browser of what was built there.
pub fn built(dist: &Path, browser: &str) -> Result<PathBuf> {
    let folder = dist.join(browser);
    if !folder.join("manifest.json").is_file() {
        bail!(
            "there is no extension in {}; run `cargo xtask dist`",
            folder.display()
        );
    }
    Ok(folder)
}

/// Returns what people may want to look at afterwards: screenshots and logs.
pub fn artifacts(name: &str) -> Result<PathBuf> {
    let folder = root().join("artifacts").join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Returns the same folder, emptied.
pub fn fresh_artifacts(name: &str) -> Result<PathBuf> {
    let folder = root().join("artifacts").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    artifacts(name)
}

/// A new folder that goes away with the value, for profiles.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one.
    pub fn new() -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("mesh-chat-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left behind it costs only space, in a folder made for that.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
