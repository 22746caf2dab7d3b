//! A folder is planned, composed, checked and unpacked again.

use super::zip::{Entry, directory};
use super::*;
use crate::limits::{FOLDER_ENTRIES, FOLDER_PATH_BYTES};
use std::io::{self, Read, Seek, SeekFrom};

/// A file of which only what is not zero takes memory.
#[derive(Debug, Default)]
struct Sparse {
    parts: Vec<(u64, Vec<u8>)>,
    size: u64,
    at: u64,
    /// Bytes and times that were read.
    read: (u64, u32),
}

impl Sparse {
    fn add(&mut self, bytes: &[u8]) {
        self.parts.push((self.size, bytes.to_vec()));
        self.size += bytes.len() as u64;
    }

    fn range(&mut self, from: u64, length: usize) -> Vec<u8> {
        let mut out = vec![0; length];
        let end = from + length as u64;
        for (at, part) in &self.parts {
            let (start, stop) = ((*at).max(from), (at + part.len() as u64).min(end));
            if start < stop {
                let place = |at: u64, base: u64| usize::try_from(at - base).unwrap();
                out[place(start, from)..place(stop, from)]
                    .copy_from_slice(&part[place(start, *at)..place(stop, *at)]);
            }
        }
        self.read = (self.read.0 + length as u64, self.read.1 + 1);
        out
    }
}

impl Read for Sparse {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = usize::try_from(self.size - self.at)
            .unwrap_or(usize::MAX)
            .min(into.len());
        into[..length].copy_from_slice(&self.range(self.at, length));
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(back) => self.size.checked_add_signed(back).unwrap(),
            SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
        };
        Ok(self.at)
    }
}

fn check(file: &mut Sparse, files: u32) -> Result<(), Unsafe> {
    let mut check = Check::new(file.size, files);
    while let Some(range) = check.wants() {
        let bytes = file.range(
            range.start,
            usize::try_from(range.end - range.start).unwrap(),
        );
        check.take(&bytes)?;
    }
    Ok(())
}

fn found(path: &str, size: u64, modified: u64) -> Found {
    Found {
        path: path.to_owned(),
        size,
        modified,
    }
}

/// Composes a folder as whoever sends it does, in pieces of so many bytes; a file has this content, and then zeros.
fn composed(files: &[Found], piece: u64, content: impl Fn(usize) -> Vec<u8>) -> (Plan, Sparse) {
    let mut plan = Plan::new(files).unwrap();
    let sizes = plan.slots().map(|slot| content(slot.found).len() as u64);
    let mut sums = Sums::new(sizes.collect());
    plan.slots()
        .for_each(|slot| sums.take(&content(slot.found)));
    plan.set_sums(&sums.finish().unwrap());
    let mut file = Sparse::default();
    while file.size < plan.size() {
        for part in plan.parts(&(file.size..plan.size().min(file.size + piece))) {
            match part {
                Part::Made(bytes) => file.add(&bytes),
                Part::File { found, range } => {
                    let end = file.size + range.end - range.start;
                    let content = content(found);
                    let place = |at: u64| at.min(content.len() as u64) as usize;
                    file.add(&content[place(range.start)..place(range.end)]);
                    file.size = end;
                }
            }
        }
    }
    assert_eq!(file.size, plan.size(), "known before anything was read");
    (plan, file)
}

/// Composes whatever entries.
fn raw(entries: &[Entry]) -> Sparse {
    let mut file = Sparse::default();
    for entry in entries {
        file.add(&entry.header());
        file.size += entry.size;
    }
    file.add(&directory(entries.iter()).0);
    file
}

fn entry(name: &str, size: u64) -> Entry {
    Entry {
        name: name.to_owned(),
        size,
        crc: 0,
        modified: 1_700_000_000,
    }
}

#[test]
fn a_folder_is_the_same_zip_whenever_it_is_composed() {
    let files = [
        found("fotos/b.jpg", 3, 1_700_000_001_999),
        found("fotos/leer/", 0, 0),
        found("fotos/ä/日本語.txt", 5, 1_600_000_000_000),
    ];
    let content = |of: usize| [b"one".to_vec(), Vec::new(), b"three".to_vec()][of].clone();
    let (plan, mut file) = composed(&files, 7, content);
    assert_eq!((plan.files(), plan.modified()), (2, 1_700_000_001_999));
    assert_eq!(check(&mut file, 2), Ok(()));
    let bytes = file.range(0, 512.min(usize::try_from(file.size).unwrap()));
    let expected = "504b0304140000080000";
    assert!(base16ct::lower::encode_string(&bytes).starts_with(expected));
    let other_way_round: Vec<Found> = files.iter().rev().cloned().collect();
    let (_, mut again) = composed(&other_way_round, 1_000, |of| content(2 - of));
    assert_eq!(again.range(0, bytes.len()), bytes);

    let mut archive = ::zip::ZipArchive::new(file).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(names, ["fotos/b.jpg", "fotos/leer/", "fotos/ä/日本語.txt"]);
    for (name, expected) in [("fotos/b.jpg", "one"), ("fotos/ä/日本語.txt", "three")] {
        let mut text = String::new();
        let mut file = archive.by_name(name).unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, expected);
        assert_eq!(file.unix_mode(), Some(0o100_644));
        let time = file.extra_data_fields().find_map(|field| match field {
            ::zip::ExtraField::ExtendedTimestamp(time) => time.mod_time(),
            _ => None,
        });
        let modified = files
            .iter()
            .find(|found| found.path == name)
            .unwrap()
            .modified;
        assert_eq!(time.map(u64::from), Some(modified / 1_000), "{name}");
    }
    assert!(archive.by_name("fotos/leer/").unwrap().is_dir());
}

/// Written by another program, from PROTOCOL.md: the first byte is how many files are in it.
#[test]
fn what_another_program_writes_is_the_same() {
    let (files, zip) = include_bytes!("../../fuzz/corpus/folder/three")
        .split_first()
        .unwrap();
    let mut theirs = Sparse::default();
    theirs.add(zip);
    assert_eq!(check(&mut theirs, (*files).into()), Ok(()));
    let found = [
        found("a/日.txt", 0, 1_600_000_000_000),
        found("a/leer/", 0, 0),
        found("a/b.txt", 5, 1_700_000_000_000),
    ];
    let (_, mut ours) = composed(&found, 9, |of| {
        vec![Vec::new(), Vec::new(), b"hello".to_vec()][of].clone()
    });
    assert_eq!(ours.range(0, zip.len()), zip);
    assert_eq!(ours.size, theirs.size);
}

#[test]
fn what_is_larger_than_four_gigabytes_has_what_it_needs_for_that_and_nothing_else_has() {
    const GB: u64 = 1 << 30;
    let files = [
        found("a", 3 * GB, 0),
        found("b", 5 * GB, 0),
        found("c", 7, 0),
        found("d", 6 * GB, 0),
    ];
    let (_, mut file) = composed(&files, GB, |_| Vec::new());
    assert_eq!(check(&mut file, 4), Ok(()));
    assert!(file.read.0 < 2_000 && file.read.1 <= 6, "{:?}", file.read);
    let mut archive = ::zip::ZipArchive::new(file).unwrap();
    for found in &files {
        assert_eq!(archive.by_name(&found.path).unwrap().size(), found.size);
    }
    let small = Plan::new(&files[..1]).unwrap().size();
    assert_eq!(small - 3 * GB, (30 + 46 + 2 * (1 + 9) + 22), "no zip64");
}

#[test]
fn many_small_files_are_checked_in_few_readings() {
    let path = |number: usize| format!("many/{}/file {number}.txt", number % 7);
    let files: Vec<Found> = (0..10_000)
        .map(|number| found(&path(number), 1_000, 5))
        .collect();
    let (plan, mut file) = composed(&files, 1 << 20, |of| vec![of as u8; 1_000]);
    assert_eq!(plan.files(), 10_000);
    assert_eq!(check(&mut file, 10_000), Ok(()));
    assert!(file.read.1 < 20, "{:?}", file.read);
}

#[test]
fn what_is_out_of_bounds_is_not_planned() {
    assert_eq!(Plan::new(&[]), Err(Unfit::Empty));
    assert_eq!(check(&mut raw(&[]), 0), Err(Unsafe::End));
    let many = vec![found("x", 0, 0); FOLDER_ENTRIES + 1];
    assert_eq!(Plan::new(&many), Err(Unfit::Many));
    let plan = Plan::new(&many[..2_000]).unwrap();
    let names: std::collections::BTreeSet<&str> = plan.names().collect();
    assert_eq!(names.len(), 2_000, "each has a name of its own");
    let long = vec!["z".repeat(190); 4].join("/");
    let long: Vec<Found> = (0..5_200)
        .map(|at| found(&format!("{at}/{long}"), 0, 0))
        .collect();
    assert_eq!(Plan::new(&long), Err(Unfit::Long));
    assert_eq!(Plan::new(&[found("x", u64::MAX, 0)]), Err(Unfit::Large));
}

#[test]
fn a_hostile_path_in_a_folder_is_found() {
    for name in [
        "../x",
        "/x",
        "a/../../x",
        "a\\b",
        "C:/x",
        "nul",
        "a\u{202e}b",
        "a\nb",
        "a//b",
        "x.",
    ] {
        assert_eq!(
            check(&mut raw(&[entry(name, 5)]), 1),
            Err(Unsafe::Path),
            "{name:?}"
        );
    }
    let long = "x/".repeat(FOLDER_PATH_BYTES / 2) + "x";
    assert_eq!(check(&mut raw(&[entry(&long, 5)]), 1), Err(Unsafe::Path));
}

#[test]
fn a_zip_of_another_form_is_found() {
    let twice = [entry("A", 1), entry("a", 1)];
    assert_eq!(check(&mut raw(&twice), 2), Err(Unsafe::Path));
    assert_eq!(
        check(&mut raw(&[entry("a", 1), entry("a/b", 1)]), 2),
        Err(Unsafe::Path)
    );
    let unsorted = [entry("b", 1), entry("a", 1)];
    assert_eq!(check(&mut raw(&unsorted), 2), Err(Unsafe::Directory));
    assert_eq!(
        check(&mut raw(&[entry("a/", 1)]), 0),
        Err(Unsafe::Directory),
        "a folder with bytes"
    );
    let honest = || [entry("a", 1), entry("b/", 0), entry("c", 1 << 33)];
    assert_eq!(check(&mut raw(&honest()), 2), Ok(()));
    assert_eq!(check(&mut raw(&honest()), 3), Err(Unsafe::Count));
    // What an unpacker reads from the front is not what it reads from the end.
    for spoil in [
        |entry: &mut Entry| entry.size += 1,
        |entry: &mut Entry| entry.name = "x".to_owned(),
        |entry: &mut Entry| entry.crc += 1,
    ] {
        let mut other = honest();
        spoil(&mut other[0]);
        let mut file = raw(&honest());
        file.parts[0].1 = other[0].header();
        assert_eq!(check(&mut file, 2), Err(Unsafe::Header));
    }
    for size in [0, 1, 21, 22, 100, 5_000] {
        let mut nothing = Sparse {
            size,
            ..Sparse::default()
        };
        assert!(check(&mut nothing, 1).is_err(), "{size} zeros");
    }
}

/// Bytes at any place of it are compared.
#[test]
fn no_byte_of_a_header_can_be_another_one() {
    let files = [
        found("a/b", 3, 1_700_000_000_000),
        found("a/c/", 0, 0),
        found("d", 2, 3_000),
    ];
    let (_, mut file) = composed(&files, 1, |of| vec![b'x'; [3, 0, 2][of]]);
    let bytes = file.range(0, usize::try_from(file.size).unwrap());
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bent = bytes.clone();
            bent[at] ^= 1 << bit;
            let mut bent_file = Sparse::default();
            bent_file.add(&bent);
            let of_a_file = bytes[at] == b'x';
            assert_eq!(check(&mut bent_file, 2).is_ok(), of_a_file, "{at} {bit}");
        }
        let mut cut = Sparse::default();
        cut.add(&bytes[..at]);
        assert!(check(&mut cut, 2).is_err(), "{at}");
    }
}

proptest::proptest! {
    #[test]
    fn whatever_is_in_a_folder_arrives_in_it(
        files in proptest::collection::btree_map("(([ab]|ü |日|a\\?)/){0,3}[ab.x]{1,3}", "[a-z]{0,20}", 1..12),
        piece in 1_u64..99,
    ) {
        let paths: Vec<Found> = files.iter().map(|(path, text)| found(path, text.len() as u64, 9_000)).collect();
        let texts: Vec<&String> = files.values().collect();
        let (plan, mut file) = composed(&paths, piece, |of| texts[of].clone().into_bytes());
        proptest::prop_assert_eq!(check(&mut file, plan.files()), Ok(()));
        let mut archive = ::zip::ZipArchive::new(file).unwrap();
        for (slot, name) in plan.slots().zip(plan.names()) {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            proptest::prop_assert_eq!(&text, texts[slot.found]);
        }
    }
}
