//! A small disk in memory, which is gone with its value.

use anyhow::{Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted disk.
pub(super) struct Disk(PathBuf);

impl Disk {
    /// Mounts one with so many MiB as this folder.
    pub(super) fn mount(folder: &Path, size: usize) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let options = format!("size={size}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]);
        ensure!(mount.arg(folder).status()?.success(), "cannot mount a disk");
        Ok(Self(folder.to_path_buf()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A program that is just ending may still hold it.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
