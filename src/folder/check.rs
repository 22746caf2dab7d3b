//! Whether a file is a folder as it was offered: a zip of the one form, in which every path is safe.
//!
//! What stands in its directory says how all that is no file's has to look. That is made and compared, byte by byte: first
//! the directory itself, then the header before each file. Only those are read, in few ranges and little memory.

use super::names::are_clean;
use super::zip::{CENTRAL_BYTES, END_64_BYTES, END_BYTES, Entry, after, directory, short};
use crate::limits::{FILE_BYTES, FOLDER_DIRECTORY_BYTES, FOLDER_ENTRIES};
use std::ops::Range;

/// Bytes that are read at once at most: a piece.
const READ: u64 = 1 << 20;

/// Bytes of files that are read for nothing, where that saves another reading.
const GAP: u64 = 16 << 10;

/// What is not as it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsafe {
    /// It does not end as a zip of this form, or its directory is out of bounds.
    End,
    /// Its directory is none of this form.
    Directory,
    /// A path could lead elsewhere, is shown otherwise than it is, or is one with another for some systems.
    Path,
    /// There are more or fewer files than was said.
    Count,
    /// Before a file stands something else than the directory says.
    Header,
}

/// Looks through a file by being handed the ranges that it wants, until it wants none.
#[derive(Debug)]
pub struct Check {
    size: u64,
    files: u32,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The last record is to be read.
    End,
    /// The directory is, from here on; it has so many entries.
    Directory { at: u64, count: u16 },
    /// The headers of these are, with where they begin, the next one last.
    Headers(Vec<(u64, Entry)>),
}

impl Check {
    /// Begins with a file of so many bytes in which so many files are said to be.
    pub fn new(size: u64, files: u32) -> Self {
        Self {
            size,
            files,
            stage: Stage::End,
        }
    }

    /// Returns what is to be read next; nothing where all is as it has to be.
    pub fn wants(&self) -> Option<Range<u64>> {
        match &self.stage {
            Stage::End => Some(self.size.saturating_sub(END_BYTES)..self.size),
            Stage::Directory { at, .. } => Some(*at..self.size),
            Stage::Headers(left) => {
                let mut left = left.iter().rev();
                let (start, first) = left.next()?;
                let end = |at: u64, entry: &Entry| at.saturating_add(entry.header_bytes());
                let mut until = end(*start, first);
                for (at, entry) in left {
                    let next = end(*at, entry);
                    if *at - until > GAP || next - start > READ {
                        break;
                    }
                    until = next;
                }
                Some(*start..until)
            }
        }
    }

    /// Takes the bytes of the range that it wants.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Unsafe> {
        let (from, stage) = (self.wants(), std::mem::replace(&mut self.stage, Stage::End));
        self.stage = match stage {
            Stage::End => self.end(bytes).ok_or(Unsafe::End)?,
            Stage::Directory { at, count } => Stage::Headers(self.directory(bytes, at, count)?),
            Stage::Headers(left) => Stage::Headers(compared(left, from, bytes)?),
        };
        Ok(())
    }

    fn end(&self, bytes: &[u8]) -> Option<Stage> {
        // Whatever else stands there is compared later.
        let count = word(bytes, 10)?;
        let length = u64::from(long(bytes, 12)?);
        let is_far = long(bytes, 16)? == u32::MAX;
        let fits = (1..=FOLDER_ENTRIES).contains(&count.into())
            && length <= FOLDER_DIRECTORY_BYTES as u64
            && self.size <= FILE_BYTES;
        let behind = END_BYTES + if is_far { END_64_BYTES } else { 0 };
        let at = self.size.checked_sub(length + behind)?;
        fits.then_some(Stage::Directory { at, count })
    }

    /// Reads the directory. Returns the entries with where they begin, the first one last.
    fn directory(&self, bytes: &[u8], at: u64, count: u16) -> Result<Vec<(u64, Entry)>, Unsafe> {
        let (mut rest, mut entries) = (bytes, Vec::with_capacity(count.into()));
        for _ in 0..count {
            let (entry, after) = entry(rest).ok_or(Unsafe::Directory)?;
            entries.push(entry);
            rest = after;
        }
        let (expected, expected_at) = directory(entries.iter());
        let sorted = entries
            .array_windows()
            .all(|[one, next]| one.name < next.name);
        let empty = |entry: &Entry| !entry.is_folder() || (entry.size, entry.crc) == (0, 0);
        if expected != bytes || expected_at != at || !sorted || !entries.iter().all(empty) {
            return Err(Unsafe::Directory);
        }
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        if !are_clean(&names) && !planted!(HostilePathTaken) {
            return Err(Unsafe::Path);
        }
        let files = entries.iter().filter(|entry| !entry.is_folder());
        if u32::try_from(files.count()) != Ok(self.files) {
            return Err(Unsafe::Count);
        }
        let mut at = 0;
        let placed = entries.into_iter().map(|entry| {
            let begins = at;
            at = after(&entry, at);
            (begins, entry)
        });
        let mut placed: Vec<(u64, Entry)> = placed.collect();
        placed.reverse();
        Ok(placed)
    }
}

/// Compares the headers that are in what was read. Returns those that are not.
fn compared(
    mut left: Vec<(u64, Entry)>,
    read: Option<Range<u64>>,
    bytes: &[u8],
) -> Result<Vec<(u64, Entry)>, Unsafe> {
    let read = read.unwrap_or_default();
    while let Some((at, entry)) = left.pop_if(|(at, _)| *at < read.end) {
        let begins = usize::try_from(at - read.start).ok();
        let there = begins.and_then(|begins| bytes.get(begins..));
        if !there.is_some_and(|there| there.starts_with(&entry.header())) {
            return Err(Unsafe::Header);
        }
    }
    Ok(left)
}

/// Reads an entry of the directory in as much as it says something of its own. Returns what stands behind it.
fn entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let name_bytes = usize::from(word(bytes, 28)?);
    let extra_bytes = usize::from(word(bytes, 30)?);
    let (_, rest) = bytes.split_at_checked(CENTRAL_BYTES)?;
    let (name, rest) = rest.split_at_checked(name_bytes)?;
    let (extra, rest) = rest.split_at_checked(extra_bytes)?;
    let size = match long(bytes, 24)? {
        u32::MAX => u64::from(long(extra, 13)?) | u64::from(long(extra, 17)?) << 32,
        size => size.into(),
    };
    // One that would have stood in its place is another form.
    (short(size) == long(bytes, 24)?).then_some(())?;
    let entry = Entry {
        name: String::from_utf8(name.to_vec()).ok()?,
        size,
        crc: long(bytes, 16)?,
        modified: long(extra, 5)?,
    };
    Some((entry, rest))
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}
