//! The width and the height that a picture declares.

/// Boxes of an AVIF that are looked at: what describes one picture has a few.
const BOXES: usize = 1_000;

/// Parts of a GIF before its first frame that are passed over.
const BLOCKS: usize = 10_000;

fn u8_at(file: &[u8], at: usize) -> Option<usize> {
    file.get(at).copied().map(usize::from)
}

fn le16(file: &[u8], at: usize) -> Option<u32> {
    let bytes = file.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*bytes).into())
}

fn le24(file: &[u8], at: usize) -> Option<u32> {
    let [a, b, c] = *file.get(at..)?.first_chunk::<3>()?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

fn le32(file: &[u8], at: usize) -> Option<u32> {
    let bytes = file.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*bytes))
}

fn be32(file: &[u8], at: usize) -> Option<u32> {
    let bytes = file.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*bytes))
}

/// Its first part says it.
pub(super) fn png(file: &[u8]) -> Option<(u32, u32)> {
    let is_first = file.get(12..16)? == b"IHDR";
    Some((be32(file, 16)?, be32(file, 20)?)).filter(|_| is_first)
}

/// The larger of what is said of the whole and of its first frame: a browser makes room for both.
pub(super) fn gif(file: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = (le16(file, 6)?, le16(file, 8)?);
    let table = |flags: usize| {
        if flags & 0x80 == 0 {
            0
        } else {
            3 << ((flags & 7) + 1)
        }
    };
    let mut at = 13 + table(u8_at(file, 10)?);
    for _ in 0..BLOCKS {
        match file.get(at)? {
            // A frame: left, top, width, height.
            0x2c => {
                let right = le16(file, at + 1)? + le16(file, at + 5)?;
                let bottom = le16(file, at + 3)? + le16(file, at + 7)?;
                return Some((width.max(right), height.max(bottom)));
            }
            // Something else, in blocks with their lengths.
            0x21 => {
                at += 2;
                loop {
                    let length = u8_at(file, at)?;
                    at += 1 + length;
                    if length == 0 {
                        break;
                    }
                }
            }
            _ => return None,
        }
    }
    None
}

/// Of three kinds: with more than a picture in it, lossy, lossless.
pub(super) fn webp(file: &[u8]) -> Option<(u32, u32)> {
    match file.get(12..16)? {
        b"VP8X" => Some((le24(file, 24)? + 1, le24(file, 27)? + 1)),
        b"VP8 " => {
            let starts = file.get(23..26)? == [0x9d, 0x01, 0x2a];
            let side = |at| Some(le16(file, at)? & 0x3fff);
            Some((side(26)?, side(28)?)).filter(|_| starts)
        }
        b"VP8L" => {
            let bits = le32(file, 21)?;
            let side = |bits: u32| (bits & 0x3fff) + 1;
            (u8_at(file, 20)? == 0x2f).then_some((side(bits), side(bits >> 14)))
        }
        _ => None,
    }
}

/// The newer headers have sides of four bytes, of which the second may count from below.
pub(super) fn bmp(file: &[u8]) -> Option<(u32, u32)> {
    if le32(file, 14)? == 12 {
        return Some((le16(file, 18)?, le16(file, 20)?));
    }
    let side = |at| Some(le32(file, at)?.cast_signed().unsigned_abs());
    Some((side(18)?, side(22)?))
}

/// The largest of what is said of the pictures in it: one may be made of several. What is in it as a film, with sides of
/// its own, is none; and where anything of it is not read, that might say more.
pub(super) fn avif(file: &[u8]) -> Option<(u32, u32)> {
    let mut left = BOXES;
    let all = boxes(file, Within::File, &mut left)?;
    let is_film = |(kind, content): &(&[u8; 4], &[u8])| match *kind {
        b"moov" => true,
        b"ftyp" => content.chunks(4).any(|brand| brand == b"avis"),
        _ => false,
    };
    if all.iter().any(is_film) {
        return None;
    }
    // A header of four bytes stands before what is in it.
    let mut inside = only(&all, b"meta")?.get(4..)?;
    for kind in [b"iprp", b"ipco"] {
        inside = only(&boxes(inside, Within::Box, &mut left)?, kind)?;
    }
    let mut largest = None;
    for (kind, content) in boxes(inside, Within::Box, &mut left)? {
        if kind == b"ispe" {
            let (width, height) = (be32(content, 4)?, be32(content, 8)?);
            largest = largest.max(Some((u64::from(width) * u64::from(height), width, height)));
        }
    }
    largest.map(|(_, width, height)| (width, height))
}

type Boxes<'a> = Vec<(&'a [u8; 4], &'a [u8])>;

/// In what boxes stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// The last one may go to its end without a length.
    File,
    Box,
}

/// Returns what is in the box of a kind, where that is the only one.
fn only<'a>(boxes: &Boxes<'a>, wanted: &[u8; 4]) -> Option<&'a [u8]> {
    let mut found = boxes.iter().filter(|(kind, _)| *kind == wanted);
    let (_, content) = found.next()?;
    found.next().is_none().then_some(content)
}

/// Returns all boxes with their kinds; `None` where one cannot be read, or they are more than may be `left`.
fn boxes<'a>(mut rest: &'a [u8], within: Within, left: &mut usize) -> Option<Boxes<'a>> {
    let mut all = Vec::new();
    while !rest.is_empty() {
        *left = left.checked_sub(1)?;
        let kind = rest.get(4..)?.first_chunk::<4>()?;
        let (head, length) = match be32(rest, 0)? {
            0 if within == Within::File => (8, rest.len()),
            1 => {
                let long = rest.get(8..)?.first_chunk::<8>()?;
                (16, usize::try_from(u64::from_be_bytes(*long)).ok()?)
            }
            short => (8, usize::try_from(short).ok()?),
        };
        let (whole, after) = rest.split_at_checked(length)?;
        all.push((kind, whole.get(head..)?));
        rest = after;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use crate::picture::Kind;

    fn sides(file: &[u8]) -> Option<(u32, u32)> {
        let size = file.len() as u64;
        Kind::of(file).expect("a picture").sides(file, size)
    }

    /// Checks what is declared, and that no shorter beginning fails or says something else.
    fn declares(file: &[u8], width: u32, height: u32) {
        assert_eq!(sides(file), Some((width, height)));
        for end in 12..file.len() {
            if let Some(short) = sides(&file[..end]) {
                assert_eq!(short, (width, height), "{end}");
            }
        }
    }

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [&length[..], kind, content].concat()
    }

    #[test]
    fn every_kind_declares_its_sides() {
        declares(
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x90\0\0\x01\x2c\x08",
            400,
            300,
        );
        declares(
            b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\x90\x01\0\0\xd4\xfe\xff\xff",
            400,
            300,
        );
        declares(
            b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x0c\0\0\0\x90\x01\x2c\x01",
            400,
            300,
        );
        let webp = |rest: &[u8]| [b"RIFF\0\0\0\0WEBP", rest].concat();
        declares(
            &webp(b"VP8X\x0a\0\0\0\0\0\0\0\x8f\x01\0\x2b\x01\0"),
            400,
            300,
        );
        declares(
            &webp(b"VP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x90\x01\x2c\x41"),
            400,
            300,
        );
        // 399 and 299 in 14 bits each.
        let bits: u32 = 399 | 299 << 14;
        let lossless = [&b"VP8L\0\0\0\0\x2f"[..], &bits.to_le_bytes()].concat();
        declares(&webp(&lossless), 400, 300);
    }

    #[test]
    fn a_gif_is_as_large_as_its_first_frame() {
        let screen = b"GIF89a\x0a\0\x0a\0\x80\0\0......";
        let note = b"\x21\xfe\x03abc\0";
        let frame = b"\x2c\x05\0\x05\0\x90\x01\x2c\x01\0";
        let file = [&screen[..], note, frame].concat();
        declares(&file, 405, 305);
        assert_eq!(sides(&screen[..]), None);
    }

    fn ispe(w: u32, h: u32) -> Vec<u8> {
        let content = [&[0; 4][..], &w.to_be_bytes(), &h.to_be_bytes()].concat();
        boxed(b"ispe", &content)
    }

    fn ftyp(brands: &[u8]) -> Vec<u8> {
        boxed(b"ftyp", brands)
    }

    fn meta(properties: &[Vec<u8>]) -> Vec<u8> {
        let iprp = boxed(b"iprp", &boxed(b"ipco", &properties.concat()));
        boxed(
            b"meta",
            &[&[0; 4][..], &boxed(b"hdlr", b"pict"), &iprp].concat(),
        )
    }

    fn avif(parts: &[Vec<u8>]) -> Vec<u8> {
        [ftyp(b"avif\0\0\0\0mif1"), parts.concat()].concat()
    }

    /// A box whose length takes eight bytes.
    fn long(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u64 + 16).to_be_bytes();
        [&[0, 0, 0, 1], &kind[..], &length, content].concat()
    }

    #[test]
    fn an_avif_is_as_large_as_the_largest_picture_in_it() {
        let properties = [ispe(100, 50), boxed(b"pixi", b"...."), ispe(400, 300)];
        let file = avif(&[meta(&properties), boxed(b"mdat", b"dots")]);
        declares(&file, 400, 300);
        // Lengths of eight bytes, and none of the last.
        let hidden = [ispe(100, 50), long(b"free", b"x"), ispe(400, 300)];
        let file = avif(&[meta(&hidden), b"\0\0\0\0mdatdots".to_vec()]);
        declares(&file, 400, 300);
    }

    #[test]
    fn an_avif_of_which_something_is_not_read_declares_nothing() {
        let small = || ispe(100, 50);
        assert_eq!(sides(&avif(&[meta(&[small()])])), Some((100, 50)));
        let crowd = vec![boxed(b"free", b""); super::BOXES];
        for unread in [
            [small(), b"\0\0\0\0free".to_vec(), ispe(9_000, 9_000)].concat(),
            [small(), b"\0\0\0\x07free".to_vec(), ispe(9_000, 9_000)].concat(),
            [small(), b"\0\0\xff\xfffree".to_vec()].concat(),
            [small(), b"\0\0\0\x01free\0\0\0\0\0\0\0\x01".to_vec()].concat(),
            [small(), crowd.concat(), ispe(9_000, 9_000)].concat(),
            [small(), b"\0".to_vec()].concat(),
            [small(), boxed(b"ispe", b"short")].concat(),
        ] {
            assert_eq!(sides(&avif(&[meta(&[unread])])), None);
        }
        let twice = avif(&[meta(&[small()]), meta(&[ispe(9_000, 9_000)])]);
        assert_eq!(sides(&twice), None);
        // Boxes without a length lead nowhere, and are not followed for ever.
        assert_eq!(sides(&avif(&[vec![0; 100]])), None);
    }

    #[test]
    fn a_film_is_no_picture_wherever_it_stands() {
        let still = meta(&[ispe(100, 50)]);
        let film = boxed(b"moov", b"trak");
        assert_eq!(sides(&avif(&[still.clone(), film])), None);
        for brands in [&b"avis\0\0\0\0avif"[..], b"avif\0\0\0\0mif1avis"] {
            assert_eq!(sides(&[ftyp(brands), still.clone()].concat()), None);
        }
        // It may stand behind what was read of the file.
        let read = avif(&[still]);
        let longer = read.len() as u64 + 12;
        assert_eq!(Kind::Avif.sides(&read, longer), None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_bytes_are_they_are_read_to_an_end(
            mut file in proptest::collection::vec(0_u8.., 0..400), kind in 0_usize..6,
        ) {
            let begins: [&[u8]; 6] = [
                b"\xff\xd8\xff",
                b"\x89PNG\r\n\x1a\n",
                b"GIF89a",
                b"RIFF\0\0\0\0WEBPVP8X",
                b"\0\0\0\x10ftypavif\0\0\0\0\0\0\0\x80meta",
                b"BM",
            ];
            file.splice(0..0, begins[kind].iter().copied());
            let found = Kind::of(&file).expect("a picture");
            let _ = found.sides(&file, file.len() as u64);
        }
    }
}
