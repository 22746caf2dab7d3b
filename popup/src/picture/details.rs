//! What a picture says of itself beside the picture: where, when and with what it was taken, and by whom. It is left out
//! of what is sent: the file is put together anew of its other parts, and nothing of the picture is touched.
//!
//! What is known to be for a decoder stays, and all else goes: of a PNG and a WebP what is said here, of a JPEG in
//! [`super::jpeg`]. How the picture stands stays, and the profile of its colours. Other kinds are not looked into.

use super::parts::{PARTS, Part, Read, Unreadable, keep};
use super::{Kind, jpeg, tiff};

/// Bytes of what a camera notes that are looked at for how the picture stands.
const NOTED: u64 = 64 * 1024;

/// The bit of a WebP that says that it has what a camera notes, and the one of XMP.
const WEBP_EXIF: u8 = 0x08;
const WEBP_XMP: u8 = 0x04;

/// Parts of a PNG that a decoder can do without, and that are for it: of transparency, colours, size and animation.
const PNG_KEPT: &[&[u8; 4]] = &[
    b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD",
    b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
];

/// The bit in the first letter of such a part.
const ANCILLARY: u8 = 0x20;

/// The parts of a WebP that are the picture, but what is said of the whole.
const WEBP_KEPT: &[&[u8; 4]] = &[b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];

/// Returns of what a file of so many bytes is put together without details; `None` where there are none, or it is no
/// picture of which they are known.
pub(crate) async fn without_details(
    size: u64,
    file: &impl Read,
) -> Result<Option<Vec<Part>>, Unreadable> {
    let parts = match Kind::of(&file.read(0, 16).await?) {
        Some(Kind::Jpeg) => jpeg::without_details(size, file).await?,
        Some(Kind::Png) => of_png(size, file).await?,
        Some(Kind::Webp) => of_webp(size, file).await?,
        Some(Kind::Gif | Kind::Avif | Kind::Bmp) | None => None,
    };
    Ok(parts.filter(|parts| *parts != [Part::Old(0..size)]))
}

async fn of_png(size: u64, file: &impl Read) -> Result<Option<Vec<Part>>, Unreadable> {
    let mut parts = vec![Part::Old(0..8)];
    let mut at = 8;
    for _ in 0..PARTS {
        let head = file.read(at, 8).await?;
        let Some((length, kind)) = head.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u64::from(u32::from_be_bytes(*length));
        let end = at + 12 + length;
        if kind.len() < 4 || end > size {
            return Ok(None);
        }
        match kind {
            b"eXIf" => {
                let noted = file.read(at + 8, length.min(NOTED)).await?;
                match tiff::orientation(&noted).map(tiff::upright) {
                    // One that says nothing else is left as it is.
                    Some(upright) if upright == noted => keep(&mut parts, at..end),
                    Some(upright) => parts.push(Part::New(png_exif(&upright))),
                    None => {}
                }
            }
            [first, ..] if first & ANCILLARY == 0 => keep(&mut parts, at..end),
            kind if PNG_KEPT.iter().any(|kept| *kept == kind) => keep(&mut parts, at..end),
            _ => {}
        }
        // What stands behind the end is no part of the picture.
        if kind == b"IEND" {
            return Ok(Some(parts));
        }
        at = end;
    }
    Ok(None)
}

async fn of_webp(size: u64, file: &impl Read) -> Result<Option<Vec<Part>>, Unreadable> {
    let begin = file.read(0, 12).await?;
    let Some(whole) = le32(&begin, 4) else {
        return Ok(None);
    };
    let whole = 8 + u64::from(whole);
    let (mut parts, mut left_out) = (Vec::new(), whole < size);
    let (mut about, mut way, mut at) = (Vec::new(), None, 12);
    for _ in 0..PARTS {
        if at == whole && whole <= size {
            return Ok(left_out.then(|| webp(about, parts, way)));
        }
        let head = file.read(at, 8).await?;
        let (Some(kind), Some(length)) = (head.first_chunk::<4>(), le32(&head, 4)) else {
            return Ok(None);
        };
        let length = u64::from(length);
        let end = at + 8 + length + length % 2;
        if end > whole.min(size) {
            return Ok(None);
        }
        match kind {
            b"EXIF" => {
                let noted = file.read(at + 8, length.min(NOTED)).await?;
                let tiff = noted.strip_prefix(jpeg::EXIF).unwrap_or(&noted);
                way = way.or(tiff::orientation(tiff));
                // One that says nothing else is left as it is.
                left_out |= way.is_none_or(|way| noted != tiff::upright(way));
            }
            b"VP8X" if at == 12 => about = file.read(at, end - at).await?,
            kind if WEBP_KEPT.contains(&kind) => keep(&mut parts, at..end),
            _ => left_out = true,
        }
        at = end;
    }
    Ok(None)
}

/// Puts a WebP together of what is said of the whole, its parts, and how it stands. Where nothing is said of the whole,
/// nobody looks for how it stands.
fn webp(mut about: Vec<u8>, mut parts: Vec<Part>, way: Option<u16>) -> Vec<Part> {
    if let Some(flags) = about.get_mut(8) {
        *flags &= !(WEBP_EXIF | WEBP_XMP);
        if let Some(way) = way {
            *flags |= WEBP_EXIF;
            parts.push(Part::New(webp_exif(&tiff::upright(way))));
        }
    }
    let rest: u64 = parts.iter().map(Part::length).sum();
    let length = 4 + about.len() as u64 + rest;
    // It is no longer than before, but for how it stands, which was in what is longer.
    let length = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let begin = [b"RIFF", &length[..], b"WEBP", &about].concat();
    parts.insert(0, Part::New(begin));
    parts
}

/// Returns a part of a WebP. What says how a picture stands has an even length, and needs no byte more.
fn webp_exif(tiff: &[u8]) -> Vec<u8> {
    let length = u32::try_from(tiff.len()).unwrap_or_default().to_le_bytes();
    [b"EXIF", &length[..], tiff].concat()
}

fn png_exif(tiff: &[u8]) -> Vec<u8> {
    let length = u32::try_from(tiff.len()).unwrap_or_default().to_be_bytes();
    let checked = [b"eXIf", tiff].concat();
    [&length[..], &checked, &crc(&checked).to_be_bytes()].concat()
}

/// Returns the check sum of a part of a PNG: CRC-32 of ISO 3309.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let shift = |crc: u32| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| shift(crc))
    };
    !bytes.iter().fold(u32::MAX, step)
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::testing::sent;

    /// What a camera writes: how it was held, after another entry, and a place.
    fn noted(way: u8) -> Vec<u8> {
        let entries = b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x04\0\0\0ACME\x12\x01\x03\0\x01\0\0\0";
        [&entries[..], &[way, 0, 0, 0], b"\0\0\0\0GPS 52.5 N"].concat()
    }

    fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        let checked = [kind, content].concat();
        let crc = crc(&checked).to_be_bytes();
        [&length[..], &checked, &crc].concat()
    }

    fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
        [b"\x89PNG\r\n\x1a\n", &chunks.concat()[..]].concat()
    }

    fn riff(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        let pad = &[0][..content.len() % 2];
        [kind, &length[..], content, pad].concat()
    }

    fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
        let chunks = chunks.concat();
        riff(b"RIFF", &[b"WEBP", &chunks[..]].concat())
    }

    fn about(flags: u8) -> Vec<u8> {
        riff(b"VP8X", &[flags, 0, 0, 0, 1, 0, 0, 1, 0, 0])
    }

    #[test]
    fn a_check_sum_is_that_of_the_standard() {
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn what_was_noted_in_a_png_is_left_out_wherever_it_stands() {
        let head = chunk(b"IHDR", &[7; 13]);
        let kept = PNG_KEPT.iter().map(|kind| chunk(kind, b"p"));
        let kept = kept.collect::<Vec<_>>().concat();
        let (data, end) = (chunk(b"IDAT", b"d"), chunk(b"IEND", b""));
        let file = png(&[
            head.clone(),
            chunk(b"tEXt", b"Author\0Ann"),
            kept.clone(),
            chunk(b"eXIf", &noted(1)),
            data.clone(),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0"),
            data.clone(),
            chunk(b"zTXt", b"Comment\0\0"),
            chunk(b"tIME", &[0; 7]),
            chunk(b"caBX", b"jumbf"),
            chunk(b"prVt", b"of a program"),
            end.clone(),
            b"what another program left behind the end".to_vec(),
        ]);
        let clean = png(&[head, kept, data.clone(), data, end]);
        assert_eq!(sent(&file), Some(clean.clone()));
        assert_eq!(sent(&clean), None, "nothing more is to be left out");
    }

    #[test]
    fn how_a_png_stands_is_all_that_stays_of_its_notes() {
        let (head, end) = (chunk(b"IHDR", &[7; 13]), chunk(b"IEND", b""));
        let with = |noted: &[u8]| png(&[head.clone(), chunk(b"eXIf", noted), end.clone()]);
        let clean = sent(&with(&noted(6))).expect("a place is left out");
        assert_eq!(clean, with(&tiff::upright(6)));
        assert_eq!(tiff::orientation(&tiff::upright(6)), Some(6));
        assert_eq!(sent(&clean), None);
    }

    #[test]
    fn what_was_noted_in_a_webp_is_left_out_and_nothing_points_to_it() {
        let (profile, data) = (riff(b"ICCP", b"p"), riff(b"VP8 ", b"data."));
        let notes = [
            riff(b"EXIF", &noted(1)),
            riff(b"XMP ", b"<x/>"),
            riff(b"C2PA", b"j"),
        ];
        let notes = notes.concat();
        let file = webp(&[about(0x2c), profile.clone(), data.clone(), notes.clone()]);
        let clean = webp(&[about(0x20), profile, data.clone()]);
        assert_eq!(sent(&file), Some(clean.clone()));
        assert_eq!(sent(&clean), None);
        let behind = [&clean[..], b"more"].concat();
        assert_eq!(sent(&behind), Some(clean));
        // Where nothing is said of the whole, nobody looks for it; it goes all the same.
        let plain = webp(std::slice::from_ref(&data));
        assert_eq!(sent(&webp(&[data, notes])), Some(plain));
    }

    #[test]
    fn how_a_webp_stands_is_all_that_stays_of_its_notes() {
        let data = riff(b"VP8L", b"data");
        let with = |noted: &[u8]| webp(&[about(0x08), data.clone(), riff(b"EXIF", noted)]);
        let wanted = with(&tiff::upright(8));
        for noted in [noted(8), [jpeg::EXIF, &noted(8)].concat()] {
            assert_eq!(sent(&with(&noted)), Some(wanted.clone()));
        }
        assert_eq!(sent(&wanted), None);
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_left_as_it_is() {
        let whole = png(&[
            chunk(b"IHDR", &[7; 13]),
            chunk(b"tEXt", b"Author\0Ann"),
            chunk(b"IEND", b""),
        ]);
        for end in 0..whole.len() {
            assert_eq!(sent(&whole[..end]), None, "{end}");
        }
        let whole = webp(&[about(0x04), riff(b"VP8 ", b"data"), riff(b"XMP ", b"<x/>")]);
        for end in 0..whole.len() {
            assert_eq!(sent(&whole[..end]), None, "{end}");
        }
        for other in [
            &b"GIF89a"[..],
            b"",
            b"<svg/>",
            b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXt",
        ] {
            assert_eq!(sent(other), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_bytes_are_what_is_sent_has_nothing_more_to_leave_out(
            rest in proptest::collection::vec(0_u8..4, 0..200), kind in 0_usize..2,
        ) {
            let begins = [&b"\x89PNG\r\n\x1a\n"[..], b"RIFF\xc8\0\0\0WEBP"];
            let file = [begins[kind], &rest].concat();
            if let Some(clean) = sent(&file) {
                proptest::prop_assert_eq!(sent(&clean), None);
            }
        }
    }
}
