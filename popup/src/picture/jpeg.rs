//! What stands in a JPEG before the picture itself.

use super::tiff;

/// What begins the part with these details.
pub(super) const EXIF: &[u8] = b"Exif\0\0";

/// What came of reading the beginning of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// It is no JPEG.
    Other,
    /// More of the file is needed.
    Short,
    /// All before the picture itself.
    Whole {
        /// The same without what is left out.
        clean: Vec<u8>,
        /// How many bytes of the file it stands for.
        length: usize,
    },
}

/// A part of a file: what is said of it, and where it is.
struct Segment<'a> {
    marker: u8,
    /// With its marker and length.
    whole: &'a [u8],
    content: &'a [u8],
}

/// Reads the beginning of a file, and leaves out what applications say about the picture (Exif, XMP, IPTC).
pub(super) fn without_details(file: &[u8]) -> Head {
    let Some(start) = file.strip_prefix(&[0xff, 0xd8]) else {
        return if file.len() < 2 {
            Head::Short
        } else {
            Head::Other
        };
    };
    let (mut clean, mut rest) = (vec![0xff, 0xd8], start);
    loop {
        match next(rest) {
            Next::Segment(segment, after) => {
                match segment.marker {
                    0xe1 => clean.extend(
                        orientation(segment.content)
                            .map(upright)
                            .into_iter()
                            .flatten(),
                    ),
                    0xed => {}
                    _ => clean.extend_from_slice(segment.whole),
                }
                rest = after;
            }
            Next::Picture => {
                let length = file.len() - rest.len();
                return Head::Whole { clean, length };
            }
            Next::Short => return Head::Short,
            Next::Wrong => return Head::Other,
        }
    }
}

/// Returns the width and the height that a JPEG declares.
pub(crate) fn size(file: &[u8]) -> Option<(u16, u16)> {
    let mut rest = file.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let Next::Segment(segment, after) = next(rest) else {
            return None;
        };
        if matches!(segment.marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
            let [_, height @ .., _] = segment.content.first_chunk::<6>()?;
            let [h1, h2, w1, w2] = *height;
            return Some((u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2])));
        }
        rest = after;
    }
}

enum Next<'a> {
    Segment(Segment<'a>, &'a [u8]),
    /// The picture begins here.
    Picture,
    Short,
    Wrong,
}

fn next(bytes: &[u8]) -> Next<'_> {
    let [first, after @ ..] = bytes else {
        return Next::Short;
    };
    let fill = after.iter().take_while(|byte| **byte == 0xff).count();
    let [marker, content @ ..] = after.get(fill..).unwrap_or_default() else {
        return Next::Short;
    };
    match (first, marker) {
        (0xff, 0xda) => return Next::Picture,
        // Those without a length do not stand before a picture.
        (0xff, 0xc0..=0xcf | 0xdb..=0xfe) => {}
        _ => return Next::Wrong,
    }
    let Some(length) = content.first_chunk::<2>() else {
        return Next::Short;
    };
    let length = usize::from(u16::from_be_bytes(*length));
    let whole = 2 + fill + length;
    match (length, bytes.split_at_checked(whole)) {
        (..2, _) => Next::Wrong,
        (_, None) => Next::Short,
        (_, Some((whole, after))) => {
            let segment = Segment {
                marker: *marker,
                whole,
                content: content.get(2..length).unwrap_or_default(),
            };
            Next::Segment(segment, after)
        }
    }
}

/// Returns how the picture stands, where that is said and is not upright.
fn orientation(content: &[u8]) -> Option<u16> {
    tiff::orientation(content.strip_prefix(EXIF)?)
}

/// Returns a part that says how the picture stands, and nothing else.
fn upright(way: u16) -> Vec<u8> {
    [&[0xff, 0xe1, 0, 34], EXIF, &tiff::upright(way)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], &length[..], content].concat()
    }

    fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
        let picture = b"\xff\xda\0\x02scan\xff\xd9";
        [&[0xff, 0xd8], &segments.concat()[..], picture].concat()
    }

    /// What a camera writes: in the other byte order, how it was held after another entry, and a place.
    fn exif(way: u16) -> Vec<u8> {
        let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend_from_slice(b"\x0f\x01\x02\0\x04\0\0\0ACME");
        tiff.extend_from_slice(b"\x12\x01\x03\0\x01\0\0\0");
        tiff.extend_from_slice(&[&way.to_le_bytes()[..], &[0, 0]].concat());
        tiff.extend_from_slice(b"\0\0\0\0GPS 52.5 N");
        segment(0xe1, &tiff)
    }

    fn cleaned(file: &[u8]) -> Vec<u8> {
        let Head::Whole { clean, length } = without_details(file) else {
            panic!("it is a JPEG");
        };
        [&clean, &file[length..]].concat()
    }

    #[test]
    fn what_was_noted_with_a_photograph_is_left_out_and_the_picture_is_the_same() {
        let xmp = segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x>");
        let iptc = segment(0xed, b"Photoshop 3.0\0");
        let kept = [
            segment(0xe0, b"JFIF\0"),
            segment(0xe2, b"ICC_PROFILE\0"),
            segment(0xdb, b"table"),
        ];
        let [jfif, icc, table] = kept.clone();
        let file = jpeg(&[jfif, exif(1), xmp, icc, iptc, table]);
        assert_eq!(cleaned(&file), jpeg(&kept));
    }

    #[test]
    fn how_the_picture_stands_is_all_that_stays() {
        let file = jpeg(&[exif(6), segment(0xdb, b"table")]);
        let clean = cleaned(&file);
        assert!(!clean.windows(3).any(|three| three == b"GPS"));
        assert!(!clean.windows(4).any(|four| four == b"ACME"));
        let Next::Segment(segment, _) = next(&clean[2..]) else {
            panic!("a part is there");
        };
        assert_eq!(
            (segment.marker, orientation(segment.content)),
            (0xe1, Some(6))
        );
        assert_eq!(cleaned(&clean), clean, "the same once more changes nothing");
    }

    #[test]
    fn nothing_else_is_taken_for_a_photograph_and_more_is_asked_for_where_it_is_cut_off() {
        let file = jpeg(&[exif(3), segment(0xdb, b"table")]);
        let picture = file.len() - b"\0\x02scan\xff\xd9".len();
        for end in 0..file.len() {
            let short = without_details(&file[..end]) == Head::Short;
            assert_eq!(short, end < picture, "{end}");
        }
        for other in [
            &b"GIF89a"[..],
            b"\xff\xd8<html>",
            b"\xff\xd8\xff\xe1\0\x01",
            b"\xff\xd8\xff\x00",
        ] {
            assert_eq!(without_details(other), Head::Other, "{other:?}");
        }
    }

    #[test]
    fn the_size_that_is_declared_is_read() {
        let frame = segment(0xc2, b"\x08\x01\x2c\x01\x90\x03");
        assert_eq!(size(&jpeg(&[exif(1), frame])), Some((400, 300)));
        assert_eq!(size(&jpeg(&[exif(1)])), None);
        assert_eq!(size(b"\x89PNG"), None);
    }
}
