//! The bytes of a zip that are not those of its files.
//!
//! After PKWARE's APPNOTE 6.3.10; the extended timestamp is Info-ZIP's. Times of DOS have no zone: they are those of UTC here,
//! or the same folder would be another file after a journey.

use crate::calendar::civil;

/// From here on a number does not fit where it stood before zip64.
const LARGE: u64 = 0xFFFF_FFFF;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;

/// The version of the form that a reader has to know: 2.0, and 4.5 for zip64.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
/// Attributes are those of Unix.
const MADE_BY: u16 = 3 << 8 | VERSION_64;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;

/// A readable file, and a folder, which DOS knows too.
const FILE: u32 = 0o100_644 << 16;
const FOLDER: u32 = 0o040_755 << 16 | 0x10;

/// Bytes of the fixed parts.
const LOCAL_BYTES: u64 = 30;
const TIME_BYTES: u16 = 9;
const SIZES_BYTES: u16 = 20;
/// Bytes of an entry of the directory before its name.
pub(super) const CENTRAL_BYTES: usize = 46;
/// Bytes of the last record, and of what zip64 has before it.
pub(super) const END_BYTES: u64 = 22;
pub(super) const END_64_BYTES: u64 = 56 + 20;

/// A file in the zip, or an empty folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path, with `/`; that of a folder ends so.
    pub(super) name: String,
    /// How many bytes it has.
    pub(super) size: u64,
    /// The CRC-32 of its bytes.
    pub(super) crc: u32,
    /// When it was changed last, Unix seconds.
    pub(super) modified: u32,
}

impl Entry {
    /// Returns what stands before its bytes.
    pub(super) fn header(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(LOCAL_BYTES as usize + self.name.len());
        put32(&mut out, LOCAL);
        self.common(&mut out, self.is_large(), self.extra_bytes());
        out.extend(self.name.as_bytes());
        self.extra(&mut out);
        out
    }

    /// Returns how many bytes stand before its own.
    pub(super) fn header_bytes(&self) -> u64 {
        LOCAL_BYTES + self.name.len() as u64 + u64::from(self.extra_bytes())
    }

    /// Returns whether it is an empty folder.
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    fn is_large(&self) -> bool {
        self.size >= LARGE
    }

    fn extra_bytes(&self) -> u16 {
        TIME_BYTES + if self.is_large() { SIZES_BYTES } else { 0 }
    }

    /// Writes its entry of the directory; `at` is where its header is.
    fn central(&self, out: &mut Vec<u8>, at: u64) {
        let is_far = at >= LARGE;
        let extra_bytes = match (self.is_large(), is_far) {
            (_, false) => self.extra_bytes(),
            (true, true) => self.extra_bytes() + 8,
            (false, true) => self.extra_bytes() + 12,
        };
        put32(out, CENTRAL);
        put16(out, MADE_BY);
        self.common(out, self.is_large() || is_far, extra_bytes);
        // No comment, the first disk, binary.
        out.extend([0; 6]);
        put32(out, if self.is_folder() { FOLDER } else { FILE });
        put32(out, short(at));
        out.extend(self.name.as_bytes());
        if !is_far {
            return self.extra(out);
        }
        self.time(out);
        put16(out, 1);
        put16(out, extra_bytes - TIME_BYTES - 4);
        if self.is_large() {
            put64(out, self.size);
            put64(out, self.size);
        }
        put64(out, at);
    }

    fn common(&self, out: &mut Vec<u8>, is_64: bool, extra_bytes: u16) {
        let (date, time) = dos(self.modified);
        put16(out, if is_64 { VERSION_64 } else { VERSION });
        put16(out, FLAGS);
        // Stored.
        put16(out, 0);
        put16(out, time);
        put16(out, date);
        put32(out, self.crc);
        put32(out, short(self.size));
        put32(out, short(self.size));
        put16(out, u16::try_from(self.name.len()).unwrap_or(u16::MAX));
        put16(out, extra_bytes);
    }

    fn extra(&self, out: &mut Vec<u8>) {
        self.time(out);
        if self.is_large() {
            put16(out, 1);
            put16(out, SIZES_BYTES - 4);
            put64(out, self.size);
            put64(out, self.size);
        }
    }

    fn time(&self, out: &mut Vec<u8>) {
        out.extend(*b"UT");
        put16(out, TIME_BYTES - 4);
        out.push(1);
        put32(out, self.modified);
    }
}

/// Returns what stands behind the bytes of all files, and where it begins.
pub(super) fn directory<'a>(entries: impl Iterator<Item = &'a Entry>) -> (Vec<u8>, u64) {
    let (mut out, mut at, mut count) = (Vec::new(), 0_u64, 0_u16);
    for entry in entries {
        entry.central(&mut out, at);
        at = after(entry, at);
        count = count.saturating_add(1);
    }
    let bytes = out.len() as u64;
    if at >= LARGE {
        put32(&mut out, END_64);
        put64(&mut out, 44);
        put16(&mut out, MADE_BY);
        put16(&mut out, VERSION_64);
        out.extend([0; 8]);
        put64(&mut out, count.into());
        put64(&mut out, count.into());
        put64(&mut out, bytes);
        put64(&mut out, at);
        put32(&mut out, LOCATOR_64);
        put32(&mut out, 0);
        put64(&mut out, at.saturating_add(bytes));
        put32(&mut out, 1);
    }
    put32(&mut out, END);
    out.extend([0; 4]);
    put16(&mut out, count);
    put16(&mut out, count);
    put32(&mut out, short(bytes));
    put32(&mut out, short(at));
    put16(&mut out, 0);
    (out, at)
}

/// Returns where the entry behind one begins that begins here.
pub(super) fn after(entry: &Entry, at: u64) -> u64 {
    at.saturating_add(entry.header_bytes())
        .saturating_add(entry.size)
}

/// Returns a number where it fits, and else what says that it stands elsewhere.
pub(super) fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Returns date and time as DOS has them, from 1980 to 2107.
fn dos(seconds: u32) -> (u16, u16) {
    const FIRST: u32 = 315_532_800;
    let seconds = seconds.max(FIRST);
    let (year, month, day) = civil(u64::from(seconds / 86_400));
    let of_day = seconds % 86_400;
    let date = (year.saturating_sub(1_980) << 9) | (month << 5) | day;
    let time = (of_day / 3_600) << 11 | (of_day / 60 % 60) << 5 | (of_day % 60 / 2);
    let short = |number: u64| u16::try_from(number).unwrap_or(u16::MAX);
    (short(date), short(time.into()))
}

fn put16(out: &mut Vec<u8>, number: u16) {
    out.extend(number.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, number: u32) {
    out.extend(number.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, number: u64) {
    out.extend(number.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_dos() {
        for (seconds, date, time) in [
            (0, 0x0021, 0),
            (315_532_800, 0x0021, 0),
            // 2026-11-28 06:23:11
            (1_795_846_991, 46 << 9 | 11 << 5 | 28, 6 << 11 | 23 << 5 | 5),
            // 2038-01-19 03:14:07
            (
                i32::MAX as u32,
                58 << 9 | 1 << 5 | 19,
                3 << 11 | 14 << 5 | 3,
            ),
        ] {
            assert_eq!(dos(seconds), (date, time), "{seconds}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_header_has_as_many_bytes_as_is_said(
            name in ".{1,20}",
            size in 0_u64..1 << 34,
            at in 0_u64..1 << 34,
        ) {
            let entry = Entry { name, size, crc: 5, modified: 9 };
            proptest::prop_assert_eq!(entry.header().len() as u64, entry.header_bytes());
            let mut central = Vec::new();
            entry.central(&mut central, at);
            let extra = u16::from_le_bytes([central[30], central[31]]);
            proptest::prop_assert_eq!(central.len(), CENTRAL_BYTES + entry.name.len() + usize::from(extra));
        }
    }
}
