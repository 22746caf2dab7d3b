//! A folder that is to be sent.

use super::names::{Unfit, cleaned};
use super::zip::{Entry, directory};
use crate::limits::{FILE_BYTES, FOLDER_DIRECTORY_BYTES, FOLDER_ENTRIES};

/// A file of a folder as the browser has found it, or an empty folder in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its path, with `/`; that of a folder ends so.
    pub path: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it was changed last, Unix milliseconds.
    pub modified: u64,
}

/// A folder as it is going to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The entries, in their order; of each, which of those found it is.
    entries: Vec<(usize, Entry)>,
    size: u64,
    modified: u64,
}

impl Plan {
    /// Makes a plan of what was found.
    pub fn new(found: &[Found]) -> Result<Self, Unfit> {
        if found.is_empty() {
            return Err(Unfit::Empty);
        }
        if found.len() > FOLDER_ENTRIES {
            return Err(Unfit::Many);
        }
        let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
        let modified = found.iter().map(|found| found.modified).max();
        let modified = modified.unwrap_or_default();
        let entry = |(name, found): (String, &Found)| {
            // A browser does not say when a folder was changed.
            let at = if name.ends_with('/') { modified } else { found.modified };
            Entry {
                name,
                size: found.size,
                crc: 0,
                modified: seconds(at),
            }
        };
        let names = cleaned(&paths)?.into_iter();
        let entries = names.zip(found).map(entry).enumerate();
        let mut entries: Vec<(usize, Entry)> = entries.collect();
        entries.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        let mut plan = Self {
            entries,
            size: 0,
            modified,
        };
        let (directory, at) = plan.directory();
        if directory.len() > FOLDER_DIRECTORY_BYTES {
            return Err(Unfit::Long);
        }
        plan.size = at.saturating_add(directory.len() as u64);
        let fits = plan.size <= FILE_BYTES;
        fits.then_some(plan).ok_or(Unfit::Large)
    }

    /// Returns how many bytes the zip has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns when the newest file was changed last, Unix milliseconds.
    pub fn modified(&self) -> u64 {
        self.modified
    }

    /// Returns how many files are in it.
    pub fn files(&self) -> u32 {
        let files = self.entries.iter().filter(|(_, entry)| !entry.is_folder());
        u32::try_from(files.count()).unwrap_or(u32::MAX)
    }

    /// Returns the entries in their order; of each, which of those found it is.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().map(|(found, entry)| (*found, entry))
    }

    /// Takes the sums of all entries, in their order.
    pub fn set_sums(&mut self, sums: &[u32]) {
        for ((_, entry), sum) in self.entries.iter_mut().zip(sums) {
            entry.crc = *sum;
        }
    }

    /// Returns what stands behind the bytes of all files.
    pub fn end(&self) -> Vec<u8> {
        self.directory().0
    }

    fn directory(&self) -> (Vec<u8>, u64) {
        directory(self.entries.iter().map(|(_, entry)| entry))
    }
}

/// Returns a time as the zip has it, from 1970 to 2038.
fn seconds(milliseconds: u64) -> u32 {
    let last = i32::MAX.unsigned_abs();
    u32::try_from(milliseconds / 1_000).map_or(last, |seconds| seconds.min(last))
}
