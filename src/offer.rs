//! A file that somebody offers in a chat: what is said of it before anything of it is sent.

use crate::encoding::is_base64;
use crate::limits::{
    FILE_BYTES, FILE_NAME_BYTES, FOLDER_ENTRIES, KIND_BYTES, PICTURE_BYTES, THUMBNAIL_CHARACTERS,
    UNASKED_BYTES,
};
use serde::{Deserialize, Serialize};

/// What is said of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileOffer {
    /// What it is called: a name, never a path.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// What the browser of the sender takes it for, as a media type; empty where that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// When it was changed last, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<u64>,
    /// Of a picture: a small one, a JPEG as base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
    /// Of a folder, or of many files at once: how many are in it. The file is a zip of them then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<u32>,
}

/// The kinds that are pictures: every browser decodes them, and none of them can carry out or load anything.
const PICTURES: [&str; 6] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/bmp",
];

/// How the names of pictures end.
const ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "gif", "webp", "avif", "bmp"];

impl FileOffer {
    /// Returns what people call it: a folder has an ending only as a file.
    pub fn title(&self) -> &str {
        let folder = self.folder.and_then(|_| self.name.strip_suffix(ZIP));
        folder.unwrap_or(&self.name)
    }

    /// Returns whether it is said to be a picture.
    pub fn is_picture(&self) -> bool {
        self.folder.is_none() && PICTURES.contains(&self.kind.as_str())
    }

    /// Returns whether it is kept to be looked at.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_picture() && self.size <= PICTURE_BYTES
    }

    /// Returns whether it may be saved without a click: small, and a picture also to whoever opens it by its ending.
    pub(crate) fn may_come_unasked(&self) -> bool {
        let ending = self.name.rsplit_once('.').map(|(_, ending)| ending);
        let is_picture = |ending: &str| ENDINGS.iter().any(|one| one.eq_ignore_ascii_case(ending));
        self.is_picture() && self.size <= UNASKED_BYTES && ending.is_some_and(is_picture)
    }

    /// Returns the offer as it is shown and saved here: with a name that is only a name. `None` where something
    /// else of it is out of bounds.
    pub(crate) fn checked(self) -> Option<Self> {
        let thumbnail = |text: &String| {
            let digits = text.trim_end_matches('=');
            text.len() <= THUMBNAIL_CHARACTERS && digits.bytes().all(is_base64)
        };
        let printable = |byte: u8| byte.is_ascii_graphic();
        let fits = self.size <= FILE_BYTES
            && self.name.len() <= 4 * FILE_NAME_BYTES
            && self.kind.len() <= KIND_BYTES
            && self.kind.bytes().all(printable)
            && self.thumbnail.as_ref().is_none_or(thumbnail)
            && self
                .folder
                .is_none_or(|files| files as usize <= FOLDER_ENTRIES);
        let name = || match self.folder {
            Some(_) => zip_name(&self.name),
            None => file_name(&self.name),
        };
        fits.then(|| Self {
            name: name(),
            ..self
        })
    }

    fn weight(&self) -> usize {
        self.name.len() + self.thumbnail.as_ref().map_or(0, String::len)
    }
}

/// Returns how many bytes of memory the content of a message takes.
pub(crate) fn weight(text: &str, offer: Option<&FileOffer>) -> usize {
    text.len() + offer.map_or(0, FileOffer::weight)
}

/// What the name of a folder ends in as a file.
const ZIP: &str = ".zip";

/// Returns the name of a zip.
fn zip_name(text: &str) -> String {
    let name = file_name(text);
    if name.len() > ZIP.len() && name.ends_with(ZIP) {
        return name;
    }
    file_name(&(name + ZIP))
}

/// Names that Windows takes for devices, whatever follows the first dot.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Returns a text as the name of a file: without folders, without characters that no system takes or that change
/// how the others are shown, and never one that stands for a device. An ending stays where the rest is too long.
pub(crate) fn file_name(text: &str) -> String {
    if planted!(NameNotCleaned) {
        return text.to_owned();
    }
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let taken = |c: &char| !c.is_control() && !is_hidden(*c) && !"<>:\"|?*".contains(*c);
    let name: String = last.chars().filter(taken).collect();
    // Windows drops them, and what is left may be another name.
    let name = name.trim().trim_end_matches(['.', ' ']);
    let (stem, ending) = match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    let (stem, ending) = if ending.len() > ENDING_BYTES {
        (name, "")
    } else {
        (stem, ending)
    };
    // One byte for what may come before it.
    let room = FILE_NAME_BYTES - ending.len() - 1;
    let stem = stem
        .get(..stem.floor_char_boundary(room))
        .unwrap_or_default();
    let stem = stem.trim_end_matches(['.', ' ']);
    match stem {
        "" => format!("file{ending}"),
        stem if is_device(stem) => format!("_{stem}{ending}"),
        stem => format!("{stem}{ending}"),
    }
}

/// The longest ending that stays.
pub(crate) const ENDING_BYTES: usize = 16;

fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default().trim_end();
    let first = first.to_lowercase();
    let port = |kind: &str| {
        let number = first.strip_prefix(kind);
        number.is_some_and(|number| number.chars().count() == 1 && number != "0")
    };
    DEVICES.contains(&first.as_str()) || port("com") || port("lpt")
}

/// Whether a character is not seen and changes how others are.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        let names = [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\evil.exe", "evil.exe"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("tab\there\n.txt", "tabhere.txt"),
            ("NUL", "_NUL"),
            ("com1.tar.gz", "_com1.tar.gz"),
            ("company.txt", "company.txt"),
            ("..", "file"),
            ("", "file"),
            (".gitignore", ".gitignore"),
            ("what? <really>.txt", "what really.txt"),
            ("trailing. . ", "trailing"),
            ("日本語.pdf", "日本語.pdf"),
        ];
        for (text, name) in names {
            assert_eq!(file_name(text), name, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_name_stays_as_it_was_once_made(text in ".{0,300}|[a. /]{0,9}|(nul|com1)[. ]{0,3}.{0,3}") {
            let name = file_name(&text);
            proptest::prop_assert!((1..=FILE_NAME_BYTES).contains(&name.len()), "{name:?}");
            proptest::prop_assert_eq!(file_name(&name), name);
        }
    }

    #[test]
    fn a_name_that_is_too_long_keeps_its_ending() {
        let long = "ä".repeat(300) + ".jpeg";
        let name = file_name(&long);
        assert!(
            name.len() <= FILE_NAME_BYTES && name.ends_with("ä.jpeg"),
            "{name}"
        );
        let long = "x.".to_owned() + &"y".repeat(300);
        assert_eq!(file_name(&long).len(), FILE_NAME_BYTES - 1);
    }

    #[test]
    fn a_folder_is_saved_as_a_zip_whatever_it_is_called() {
        let long = "ä".repeat(300);
        let names = [
            ("photos.zip", "photos.zip", "photos"),
            ("photos", "photos.zip", "photos"),
            ("evil.exe", "evil.exe.zip", "evil.exe"),
            ("../a.zip", "a.zip", "a"),
            (".zip", ".zip.zip", ".zip"),
            (&long, &("ä".repeat(97) + ".zip"), &"ä".repeat(97)),
        ];
        for (text, name, title) in names {
            let offer = FileOffer {
                name: text.to_owned(),
                size: 1,
                kind: String::new(),
                modified: None,
                thumbnail: None,
                folder: Some(1),
            };
            let offer = offer.checked().unwrap();
            assert_eq!((offer.name.as_str(), offer.title()), (name, title));
        }
    }

    #[test]
    fn only_a_small_picture_that_ends_as_one_may_come_without_a_click() {
        let offer = |name: &str, kind: &str, size| FileOffer {
            name: name.into(),
            size,
            kind: kind.into(),
            modified: None,
            thumbnail: None,
            folder: None,
        };
        for (name, kind, size, may) in [
            ("a.png", "image/png", UNASKED_BYTES, true),
            ("a.tar.JPG", "image/jpeg", 1, true),
            ("a.png", "image/png", UNASKED_BYTES + 1, false),
            ("a.exe", "image/png", 1, false),
            ("a.png.exe", "image/png", 1, false),
            ("png", "image/png", 1, false),
            ("a.svg", "image/svg+xml", 1, false),
            ("a.png", "", 1, false),
        ] {
            let offer = offer(name, kind, size);
            assert_eq!(offer.may_come_unasked(), may, "{offer:?}");
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_no_offer() {
        let offer = FileOffer {
            name: "a.zip".into(),
            size: FILE_BYTES,
            kind: "text/plain".into(),
            modified: None,
            thumbnail: Some("abc=".into()),
            folder: Some(20_000),
        };
        assert_eq!(offer.clone().checked().as_ref(), Some(&offer));
        let spoilt: [fn(&mut FileOffer); 6] = [
            |offer| offer.folder = Some(20_001),
            |offer| offer.size += 1,
            |offer| offer.name = "x".repeat(4 * FILE_NAME_BYTES + 1),
            |offer| offer.kind = "text/plain\n".into(),
            |offer| offer.thumbnail = Some("<svg>".into()),
            |offer| offer.thumbnail = Some("a".repeat(THUMBNAIL_CHARACTERS + 1)),
        ];
        for spoil in spoilt {
            let mut offer = offer.clone();
            spoil(&mut offer);
            assert_eq!(offer.clone().checked(), None, "{offer:?}");
        }
    }
}
