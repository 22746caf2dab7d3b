//! Of what a file is put together anew, and how it is read for that.

use std::ops::Range;

/// Parts of a picture that are looked at: at 8 kB each, as common encoders write them, a picture of 800 MB.
pub(super) const PARTS: usize = 100_000;

/// Of what a file is put together anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Bytes of the file as it is.
    Old(Range<u64>),
    /// Others.
    New(Vec<u8>),
}

impl Part {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Old(range) => range.end - range.start,
            Self::New(bytes) => bytes.len() as u64,
        }
    }
}

/// The file could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// Reads so many bytes from a place on, or fewer at the end of the file.
pub(crate) trait Read {
    /// Reads them.
    async fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, Unreadable>;
}

/// Adds bytes of the file, to those before where they follow them.
pub(super) fn keep(parts: &mut Vec<Part>, range: Range<u64>) {
    match parts.last_mut() {
        Some(Part::Old(before)) if before.end == range.start => before.end = range.end,
        _ => parts.push(Part::Old(range)),
    }
}
