//! A folder that is to be sent.

use super::names::{Unfit, cleaned};
use super::zip::{Entry, after, directory};
use crate::limits::{FILE_BYTES, FOLDER_DIRECTORY_BYTES, FOLDER_ENTRIES};
use std::ops::Range;

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

/// A folder as it is going to be sent: where everything is in its zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In the order of the zip.
    entries: Vec<Placed>,
    /// Where the directory begins, and where it ends.
    directory: Range<u64>,
    modified: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Placed {
    /// Which of those found it is.
    found: usize,
    /// Where its header is.
    at: u64,
    entry: Entry,
}

/// Where the bytes of a file are in the zip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which of those found it is.
    pub found: usize,
    /// Where they begin.
    pub at: u64,
    /// How many there are.
    pub size: u64,
}

/// A part of the zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Bytes that are made.
    Made(Vec<u8>),
    /// Bytes of a file.
    File {
        /// Which of those found it is.
        found: usize,
        /// Which bytes of it.
        range: Range<u64>,
    },
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
        let placed = |(number, (name, found)): (usize, (String, &Found))| {
            // A browser does not say when a folder was changed.
            let is_folder = name.ends_with('/');
            let at = if is_folder { modified } else { found.modified };
            let entry = Entry {
                name,
                size: found.size,
                crc: 0,
                modified: seconds(at),
            };
            Placed {
                found: number,
                at: 0,
                entry,
            }
        };
        let names = cleaned(&paths)?.into_iter();
        let placed = names.zip(found).enumerate().map(placed);
        let mut entries: Vec<Placed> = placed.collect();
        entries.sort_by(|one, other| one.entry.name.cmp(&other.entry.name));
        let mut at = 0;
        for placed in &mut entries {
            placed.at = at;
            at = after(&placed.entry, at);
        }
        let (bytes, at) = directory(entries.iter().map(|placed| &placed.entry));
        if bytes.len() > FOLDER_DIRECTORY_BYTES {
            return Err(Unfit::Long);
        }
        let end = at.saturating_add(bytes.len() as u64);
        let plan = Self {
            entries,
            directory: at..end,
            modified,
        };
        let fits = end <= FILE_BYTES;
        fits.then_some(plan).ok_or(Unfit::Large)
    }

    /// Returns how many bytes the zip has.
    pub fn size(&self) -> u64 {
        self.directory.end
    }

    /// Returns when the newest file was changed last, Unix milliseconds.
    pub fn modified(&self) -> u64 {
        self.modified
    }

    /// Returns how many files are in it.
    pub fn files(&self) -> u32 {
        let is_file = |placed: &&Placed| !placed.entry.is_folder();
        let files = self.entries.iter().filter(is_file).count();
        u32::try_from(files).unwrap_or(u32::MAX)
    }

    /// Returns where the bytes of everything that was found are, in the order of the zip.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.entries.iter().map(|placed| Slot {
            found: placed.found,
            at: placed.at + placed.entry.header_bytes(),
            size: placed.entry.size,
        })
    }

    /// Returns what everything is called, in the order of the zip.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|placed| placed.entry.name.as_str())
    }

    /// Takes the sums of all bytes, in the order of the zip. Without them its headers are not as they have to be.
    pub fn set_sums(&mut self, sums: &[u32]) {
        for (placed, sum) in self.entries.iter_mut().zip(sums) {
            placed.entry.crc = *sum;
        }
    }

    /// Returns of what a range of the zip consists.
    pub fn parts(&self, range: &Range<u64>) -> Vec<Part> {
        let mut parts = Vec::new();
        let behind = self
            .entries
            .partition_point(|placed| placed.at <= range.start);
        let within = self.entries.iter().skip(behind.saturating_sub(1));
        for placed in within.take_while(|placed| placed.at < range.end) {
            let header = placed.entry.header();
            let content = placed.at + header.len() as u64;
            made(&mut parts, &header, placed.at, range);
            let of_it = common(&(content..content + placed.entry.size), range);
            if !of_it.is_empty() {
                parts.push(Part::File {
                    found: placed.found,
                    range: of_it.start - content..of_it.end - content,
                });
            }
        }
        if range.end > self.directory.start {
            let (bytes, at) = directory(self.entries.iter().map(|placed| &placed.entry));
            made(&mut parts, &bytes, at, range);
        }
        parts
    }
}

/// Adds what is in a range of bytes that begin there.
fn made(parts: &mut Vec<Part>, bytes: &[u8], at: u64, range: &Range<u64>) {
    let within = common(&(at..at + bytes.len() as u64), range);
    let place = |of: u64| usize::try_from(of.saturating_sub(at)).unwrap_or(usize::MAX);
    let bytes = bytes.get(place(within.start)..place(within.end));
    if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
        parts.push(Part::Made(bytes.to_vec()));
    }
}

/// Returns what two ranges have in common.
fn common(one: &Range<u64>, other: &Range<u64>) -> Range<u64> {
    one.start.max(other.start)..one.end.min(other.end)
}

/// Returns a time as the zip has it, from 1970 to 2038.
fn seconds(milliseconds: u64) -> u32 {
    let last = i32::MAX.unsigned_abs();
    u32::try_from(milliseconds / 1_000).map_or(last, |seconds| seconds.min(last))
}
