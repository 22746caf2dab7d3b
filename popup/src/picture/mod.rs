//! Pictures as files: what kind one is and how large it declares to be, found in its first bytes, so that nothing is
//! decoded that would take the memory of the browser.
//!
//! Whose bytes they are does not matter: everything is looked at within bounds, and what is out of them is no picture.

pub(crate) mod details;
pub(crate) mod jpeg;
pub(crate) mod parts;
mod sides;
#[cfg(test)]
mod testing;
mod tiff;

/// A kind of picture, by how its bytes begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Jpeg,
    Png,
    Gif,
    Webp,
    Avif,
    Bmp,
}

impl Kind {
    /// Returns what a file is, whatever is said of it.
    pub(crate) fn of(file: &[u8]) -> Option<Self> {
        let at = |place: usize, bytes: &[u8]| {
            let there = file.get(place..);
            there.is_some_and(|there| there.starts_with(bytes))
        };
        let brand = |brand: &[u8]| at(4, b"ftyp") && at(8, brand);
        match () {
            () if at(0, &[0xff, 0xd8, 0xff]) => Some(Self::Jpeg),
            () if at(0, b"\x89PNG\r\n\x1a\n") => Some(Self::Png),
            () if at(0, b"GIF87a") || at(0, b"GIF89a") => Some(Self::Gif),
            () if at(0, b"RIFF") && at(8, b"WEBP") => Some(Self::Webp),
            () if brand(b"avif") || brand(b"avis") => Some(Self::Avif),
            () if at(0, b"BM") => Some(Self::Bmp),
            () => None,
        }
    }

    /// Returns its media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
            Self::Bmp => "image/bmp",
        }
    }

    /// Returns the width and the height that a picture of this kind declares, of its beginning and how many bytes it has.
    pub(crate) fn sides(self, file: &[u8], size: u64) -> Option<(u32, u32)> {
        let sides = match self {
            Self::Jpeg => jpeg::size(file).map(|(width, height)| (width.into(), height.into())),
            Self::Png => sides::png(file),
            Self::Gif => sides::gif(file),
            Self::Webp => sides::webp(file),
            // What stands further behind counts too.
            Self::Avif if file.len() as u64 != size => None,
            Self::Avif => sides::avif(file),
            Self::Bmp => sides::bmp(file),
        };
        sides.filter(|(width, height)| *width > 0 && *height > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_what_the_bytes_are_and_not_what_is_said_of_them() {
        for (file, kind) in [
            (&b"\xff\xd8\xff\xe0"[..], Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0", Some(Kind::Png)),
            (b"GIF89a", Some(Kind::Gif)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(Kind::Webp)),
            (b"\0\0\0\x1cftypavif\0\0\0\0", Some(Kind::Avif)),
            (b"BM\0\0", Some(Kind::Bmp)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"<!doctype html>", None),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"\0\0\0\x1cftypheic", None),
            (b"\x89PNG", None),
            (b"", None),
        ] {
            assert_eq!(Kind::of(file), kind, "{file:?}");
        }
    }
}
