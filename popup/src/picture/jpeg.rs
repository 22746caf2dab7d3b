//! Of what a JPEG consists: segments, and after some of them the picture itself in scans.

use super::parts::{PARTS, Part, Read, Unreadable, keep};
use super::tiff;

/// What begins the segment in which a camera notes something.
pub(super) const EXIF: &[u8] = b"Exif\0\0";

/// How much of a scan is read at once to find its end, in bytes.
const SCAN: u64 = 256 * 1024;

/// The bytes of the segments of JFIF and Adobe; in the former a small picture may follow, of what was there before it was
/// cut.
const JFIF: usize = 14;
const ADOBE: usize = 12;

/// Returns of what a file of so many bytes is put together with the segments that a decoder needs, and no others; `None`
/// where it does not consist of segments and scans. What stands behind its end is no part of it: telephones put a film
/// or further pictures there, each with its own notes.
pub(super) async fn without_details(
    size: u64,
    file: &impl Read,
) -> Result<Option<Vec<Part>>, Unreadable> {
    let mut parts = vec![Part::Old(0..2)];
    let mut at = 2;
    for _ in 0..PARTS {
        let (marker, length) = match *file.read(at, 4).await? {
            [0xff, 0xff, ..] => {
                keep(&mut parts, at..at + 1);
                at += 1;
                continue;
            }
            [0xff, 0xd9, ..] => {
                keep(&mut parts, at..at + 2);
                return Ok(Some(parts));
            }
            [0xff, marker @ (0xc0..=0xcf | 0xda..=0xfe), a, b] => {
                (marker, u64::from(u16::from_be_bytes([a, b])))
            }
            _ => return Ok(None),
        };
        let end = at + 2 + length;
        if length < 2 || end > size {
            return Ok(None);
        }
        match marker {
            // Frames, tables, scans, and what is said of them.
            0xc0..=0xc7 | 0xc9..=0xcf | 0xda..=0xdd => keep(&mut parts, at..end),
            0xe0..=0xef => {
                let content = file.read(at + 4, length - 2).await?;
                match stays(marker, &content) {
                    Some(part) if part == content => keep(&mut parts, at..end),
                    Some(part) => parts.push(Part::New(segment(marker, &part))),
                    None => {}
                }
            }
            _ => {}
        }
        at = end;
        if marker == 0xda {
            let Some(after) = after_scan(at, file).await? else {
                return Ok(None);
            };
            keep(&mut parts, at..after);
            at = after;
            // A decoder shows as much as there is.
            if at == size {
                return Ok(Some(parts));
            }
        }
    }
    Ok(None)
}

/// Returns where the marker behind a scan is, or the end of the file.
async fn after_scan(mut at: u64, file: &impl Read) -> Result<Option<u64>, Unreadable> {
    loop {
        let bytes = file.read(at, SCAN).await?;
        let mut place = 0;
        loop {
            let rest = bytes.get(place..).unwrap_or_default();
            let Some(begin) = rest.iter().position(|byte| *byte == 0xff) else {
                place = bytes.len();
                break;
            };
            let run = rest.iter().skip(begin).take_while(|byte| **byte == 0xff);
            let run = run.count();
            place += begin;
            match bytes.get(place + run) {
                // A byte of the picture, or a place from which a decoder can go on.
                Some(0x00 | 0xd0..=0xd7) => place += run + 1,
                Some(_) => return Ok(Some(at + place as u64)),
                None => break,
            }
        }
        let is_end = (bytes.len() as u64) < SCAN;
        if is_end {
            return Ok(Some(at + bytes.len() as u64));
        }
        if place == 0 {
            return Ok(None);
        }
        at += place as u64;
    }
}

/// Returns what of the segment of an application stays.
fn stays(marker: u8, content: &[u8]) -> Option<Vec<u8>> {
    match marker {
        0xe0 if content.starts_with(b"JFIF\0") => {
            let about = content.get(..JFIF - 2)?;
            // No dots of a small picture.
            Some([about, &[0, 0]].concat())
        }
        0xe1 => orientation(content).map(|way| [EXIF, &tiff::upright(way)].concat()),
        0xe2 if content.starts_with(b"ICC_PROFILE\0") => Some(content.to_vec()),
        0xee if content.starts_with(b"Adobe") => content.get(..ADOBE).map(<[u8]>::to_vec),
        _ => None,
    }
}

/// Returns how the picture stands, where that is said and is not upright.
fn orientation(content: &[u8]) -> Option<u16> {
    tiff::orientation(content.strip_prefix(EXIF)?)
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX);
    [&[0xff, marker], &length.to_be_bytes()[..], content].concat()
}

/// Returns the width and the height that a JPEG declares.
pub(crate) fn size(file: &[u8]) -> Option<(u16, u16)> {
    let mut rest = file.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (marker, content, after) = next(rest)?;
        if matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
            let [_, height @ .., _] = content.first_chunk::<6>()?;
            let [h1, h2, w1, w2] = *height;
            return Some((u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2])));
        }
        rest = after;
    }
}

/// Returns the marker of the next segment, what is in it, and what follows; `None` where the picture itself begins.
fn next(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let after = bytes.strip_prefix(&[0xff])?;
    let fill = after.iter().take_while(|byte| **byte == 0xff).count();
    let [marker, content @ ..] = after.get(fill..)? else {
        return None;
    };
    // Those without a length do not stand before a picture.
    if !matches!(marker, 0xc0..=0xcf | 0xdb..=0xfe) {
        return None;
    }
    let length = u16::from_be_bytes(*content.first_chunk::<2>()?);
    let (whole, after) = content.split_at_checked(length.into())?;
    Some((*marker, whole.get(2..)?, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::testing::sent;

    const SCAN_OF_IT: &[u8] = b"\xff\xda\0\x02sc\xff\0an\xff\xd0more\xff\xff\0\xff\xd7";
    const END: &[u8] = b"\xff\xd9";

    fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
        [&[0xff, 0xd8], &segments.concat()[..], SCAN_OF_IT, END].concat()
    }

    fn jfif() -> Vec<u8> {
        segment(0xe0, b"JFIF\0\x01\x02\0\0\x48\0\x48\0\0")
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

    #[test]
    fn only_what_a_decoder_needs_stays_of_a_photograph_and_the_picture_is_the_same() {
        let noted = [
            exif(1),
            segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x>"),
            segment(0xe0, b"JFXX\0\x10small"),
            segment(0xe2, b"MPF\0II*\0"),
            segment(0xe4, b"of a maker"),
            segment(0xeb, b"JP\0\x01jumbf"),
            segment(0xed, b"Photoshop 3.0\0"),
            segment(0xee, b"Ducky"),
            segment(0xfe, b"by Ann"),
        ];
        let needed = [
            jfif(),
            segment(0xe2, b"ICC_PROFILE\0\x01\x01profile"),
            segment(0xee, b"Adobe\0\x64\0\0\0\0\x01"),
            segment(0xdb, b"table"),
            segment(0xc4, b"table"),
            segment(0xdd, b"\0\x08"),
            segment(0xc2, b"\x08\x01\x2c\x01\x90\x03"),
        ];
        let clean = jpeg(&needed);
        assert_eq!(sent(&clean), None, "nothing is to be left out");
        let [begin, rest @ ..] = &needed;
        let file = jpeg(&[std::slice::from_ref(begin), &noted[..], rest].concat());
        assert_eq!(sent(&file), Some(clean.clone()));
        let file = jpeg(&[needed.to_vec(), noted.to_vec()].concat());
        assert_eq!(sent(&file), Some(clean));
    }

    #[test]
    fn what_stands_behind_the_end_of_a_photograph_is_left_out() {
        let clean = jpeg(&[jfif()]);
        let film = b"\0\0\0\x18ftypmp42 and where it was";
        let another = jpeg(&[exif(6)]);
        for behind in [&film[..], &another, b"\0"] {
            assert_eq!(sent(&[&clean, behind].concat()), Some(clean.clone()));
        }
    }

    #[test]
    fn what_was_noted_between_scans_is_left_out_and_they_stay() {
        let (table, lines) = (segment(0xc4, b"table"), segment(0xdc, b"\x01\x2c"));
        let second = [&table, SCAN_OF_IT, END].concat();
        let begin = [&[0xff, 0xd8], SCAN_OF_IT, &lines].concat();
        let file = [&begin, &segment(0xfe, b"by Ann"), &exif(1), &second[..]].concat();
        let clean = [begin, second].concat();
        assert_eq!(sent(&file), Some(clean.clone()));
        assert_eq!(sent(&clean), None);
    }

    #[test]
    fn a_scan_is_longer_than_what_is_read_at_once() {
        let begin = [&[0xff, 0xd8], &b"\xff\xda\0\x02"[..]].concat();
        let window = usize::try_from(SCAN).unwrap();
        // What belongs together is parted wherever it may be.
        for length in window - 3..window + 1 {
            let scan = [&vec![7; length], &b"\xff\0\xff\xd3\xff\xff\0"[..]].concat();
            let scan = scan.repeat(2);
            let clean = [&begin, &scan, END].concat();
            assert_eq!(sent(&clean), None, "{length}");
            let file = [&clean, &b"behind"[..]].concat();
            assert_eq!(sent(&file), Some(clean), "{length}");
        }
        let filled = [begin, vec![0xff; 2 * window], END.to_vec()].concat();
        assert_eq!(sent(&filled), None);
    }

    #[test]
    fn the_small_picture_in_the_first_segment_is_left_out() {
        let small = segment(0xe0, b"JFIF\0\x01\x02\0\0\x48\0\x48\x01\x01rgb");
        assert_eq!(sent(&jpeg(&[small])), Some(jpeg(&[jfif()])));
    }

    #[test]
    fn how_the_picture_stands_is_all_that_stays() {
        let table = segment(0xdb, b"table");
        let clean = sent(&jpeg(&[exif(6), table.clone()])).expect("a place is left out");
        let way = segment(0xe1, &[EXIF, &tiff::upright(6)].concat());
        assert_eq!(clean, jpeg(&[way, table]));
        assert_eq!(
            sent(&clean),
            None,
            "the same once more has nothing to leave out"
        );
    }

    #[test]
    fn one_that_is_cut_off_in_its_picture_is_cleaned_all_the_same() {
        let whole = jpeg(&[exif(3)]);
        let clean = sent(&whole).expect("a place is left out");
        let head = 2 + exif(3).len() + 4;
        for end in 2..whole.len() {
            let short = sent(&whole[..end]);
            let left = whole.len() - end;
            let wanted = (end >= head).then(|| clean[..clean.len() - left].to_vec());
            assert_eq!(short, wanted, "{end}");
        }
    }

    #[test]
    fn nothing_else_is_taken_for_a_photograph() {
        for other in [
            &b"GIF89a"[..],
            b"\xff\xd8<html>",
            b"\xff\xd8\xff\xe1\0\x01",
            b"\xff\xd8\xff\x00",
            b"\xff\xd8\xff\xfe\0\x04by\xff\xd8",
        ] {
            assert_eq!(sent(other), None, "{other:?}");
        }
    }

    #[test]
    fn the_size_that_is_declared_is_read() {
        let frame = segment(0xc2, b"\x08\x01\x2c\x01\x90\x03");
        assert_eq!(size(&jpeg(&[exif(1), frame])), Some((400, 300)));
        assert_eq!(size(&jpeg(&[exif(1)])), None);
        assert_eq!(size(b"\x89PNG"), None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_segments_are_what_is_sent_has_nothing_more_to_leave_out(
            markers in proptest::collection::vec((0xc0_u8.., proptest::collection::vec(0xd0_u8.., 0..9)), 0..9),
        ) {
            let segments = markers.iter().map(|(marker, content)| segment(*marker, content));
            let file = jpeg(&segments.collect::<Vec<_>>());
            if let Some(clean) = sent(&file) {
                proptest::prop_assert_eq!(sent(&clean), None);
            }
        }
    }
}
