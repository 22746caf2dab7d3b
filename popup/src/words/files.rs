//! Files in words: how far they are, how large, and how fast.

use super::network::Tone;
use crate::browser;
use crate::i18n::{Plural, Text, count, fill, t};
use crate::state::{FileShown, PictureError, Stage};
use ipc::{Failure, Transfer, TransferState};

/// Endings of what a computer carries out when it is opened.
const PROGRAMS: &[&str] = &[
    "apk", "app", "appimage", "bat", "cmd", "com", "cpl", "desktop", "dll", "dmg", "exe", "gadget",
    "hta", "jar", "js", "jse", "lnk", "msi", "msp", "pif", "pkg", "ps1", "reg", "run", "scr", "sh",
    "url", "vb", "vbe", "vbs", "ws", "wsf",
];

/// How far a file is, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileLine {
    /// The words.
    pub(crate) text: Text,
    /// The sign beside them.
    pub(crate) icon: &'static str,
    /// How good it is.
    pub(crate) tone: Tone,
}

/// Returns how far a file is.
pub(crate) fn file_line(own: bool, stage: Stage, chosen: bool) -> FileLine {
    let pick = |here: Text, there: Text| if own { here } else { there };
    let (text, icon, tone) = match stage {
        Stage::Undecided => (Text::FileUndecided, "about", Tone::Busy),
        Stage::Deciding => (Text::Working, "waiting", Tone::Busy),
        Stage::Forgotten => (Text::FileForgotten, "about", Tone::Busy),
        Stage::At(state) => match state {
            TransferState::Offered => (Text::FileOffered, "waiting", Tone::Busy),
            TransferState::Waiting => (Text::FileWaiting, "waiting", Tone::Busy),
            TransferState::Running => (
                pick(Text::FileSending, Text::FileReceiving),
                if own { "up" } else { "down" },
                Tone::Good,
            ),
            TransferState::Paused { there } => {
                let text = if there {
                    Text::FilePausedThere
                } else {
                    Text::FilePaused
                };
                (text, "pause", Tone::Busy)
            }
            TransferState::NeedsFile => (
                pick(Text::FileNeeded, Text::FileNeededThere),
                "warning",
                Tone::Bad,
            ),
            TransferState::Saving => (Text::FileSaving, "waiting", Tone::Good),
            TransferState::Unsaved => (Text::FileUnsaved, "warning", Tone::Bad),
            TransferState::Saved => (
                pick(
                    Text::FileSavedThere,
                    if chosen {
                        Text::FileSavedAs
                    } else {
                        Text::FileSaved
                    },
                ),
                "sent",
                Tone::Good,
            ),
            TransferState::Declined => (
                pick(Text::FileDeclinedThere, Text::FileDeclined),
                "close",
                Tone::Busy,
            ),
            TransferState::Cancelled { there: true } => {
                (Text::FileCancelledThere, "close", Tone::Busy)
            }
            TransferState::Cancelled { there: false } => (Text::FileCancelled, "close", Tone::Busy),
            TransferState::Failed { why } => (failure(own, why), "warning", Tone::Bad),
        },
    };
    FileLine { text, icon, tone }
}

fn failure(own: bool, why: Failure) -> Text {
    match why {
        Failure::Changed if own => Text::FileChanged,
        Failure::Changed => Text::FileChangedThere,
        Failure::NoRoom => Text::FileNoRoom,
        Failure::NoStorage => Text::FileNoStorage,
        Failure::Damaged => Text::FileDamaged,
        Failure::Unsafe => Text::FileUnsafe,
        Failure::There if own => Text::FileFailedThere,
        Failure::There => Text::FileFailedSender,
        Failure::TooOld => Text::FileTooOld,
    }
}

/// Returns why a picture is not shown in full, and where it is.
pub(crate) fn picture_error(own: bool, why: PictureError) -> Text {
    match why {
        PictureError::Gone if own => Text::PictureGoneOwn,
        PictureError::Gone => Text::PictureGone,
        PictureError::TooLarge => Text::PictureTooLarge,
        PictureError::NoPicture => Text::PictureNone,
    }
}

/// Returns what is read aloud when a file has come to its end.
pub(crate) fn file_ended(file: &Transfer) -> String {
    let line = file_line(file.own, Stage::At(file.state), file.asks);
    format!("{}: {}", super::isolate(&file.name), t(line.text))
}

/// Returns a name and its ending, which is set apart where a computer carries out what has it.
pub(crate) fn parted(name: &str) -> (&str, Option<&str>) {
    let ending = name.rfind('.').and_then(|dot| name.split_at_checked(dot));
    let is_program = |ending: &str| {
        let ending = ending.trim_start_matches('.').to_ascii_lowercase();
        PROGRAMS.contains(&ending.as_str())
    };
    match ending {
        Some((stem, ending)) if is_program(ending) => (stem, Some(ending)),
        _ => (name, None),
    }
}

/// Returns a size, as it is written in the person's language.
pub(crate) fn size(bytes: u64) -> String {
    let (number, unit) = scaled(bytes);
    browser::quantity(number, unit)
}

/// Returns how large a file is, and what is in a folder.
pub(crate) fn extent(bytes: u64, folder: Option<u32>) -> String {
    match folder {
        Some(files) => format!("{} · {}", parts(files), size(bytes)),
        None => size(bytes),
    }
}

fn parts(files: u32) -> String {
    let files = count(files.into(), Plural::FileCount);
    format!("{} · {files}", t(Text::FileFolder))
}

/// Returns how much of a file is there, how fast it comes, and how long that takes.
pub(crate) fn progress(shown: &FileShown, of: u64) -> String {
    let mut parts = vec![fill(Text::FileOf, &[&size(shown.bytes), &size(of)])];
    if let Some(rate) = shown.rate {
        let (number, unit) = scaled(rate);
        parts.push(browser::quantity(number, &format!("{unit}-per-second")));
    }
    if let Some(left) = shown.left {
        let (number, unit) = lasting(left);
        parts.push(fill(Text::FileLeft, &[&browser::quantity(number, unit)]));
    }
    parts.join(" · ")
}

/// Returns a number of bytes in the largest unit of which there is one, with two digits at least.
#[expect(clippy::cast_precision_loss, reason = "rounded to three digits")]
fn scaled(bytes: u64) -> (f64, &'static str) {
    const UNITS: [&str; 5] = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    let mut number = bytes as f64;
    let mut units = UNITS.into_iter().peekable();
    let mut unit = units.next().unwrap_or_default();
    // 999.5 would be written as 1,000.
    while let (true, Some(next)) = (number >= 999.5, units.peek()) {
        number /= 1_000.0;
        unit = next;
        units.next();
    }
    let number = if number < 10.0 {
        (number * 10.0).round() / 10.0
    } else {
        number.round()
    };
    (number, unit)
}

/// Returns a time in the unit in which people say it.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn lasting(seconds: u64) -> (f64, &'static str) {
    let (number, unit) = match seconds {
        ..60 => (seconds, "second"),
        60..5_400 => (seconds.div_ceil(60), "minute"),
        5_400..129_600 => (seconds.div_ceil(3_600), "hour"),
        _ => (seconds.div_ceil(86_400), "day"),
    };
    (number as f64, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_or_three_digits() {
        for (bytes, number, unit) in [
            (0, 0.0, "byte"),
            (999, 999.0, "byte"),
            (1_000, 1.0, "kilobyte"),
            (9_949, 9.9, "kilobyte"),
            (12_340_000, 12.0, "megabyte"),
            (999_499_999, 999.0, "megabyte"),
            (999_500_000, 1.0, "gigabyte"),
            (1 << 50, 1_126.0, "terabyte"),
        ] {
            assert_eq!(scaled(bytes), (number, unit), "{bytes}");
        }
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        for (seconds, number, unit) in [
            (0, 0.0, "second"),
            (59, 59.0, "second"),
            (61, 2.0, "minute"),
            (5_399, 90.0, "minute"),
            (5_400, 2.0, "hour"),
            (200_000, 3.0, "day"),
        ] {
            assert_eq!(lasting(seconds), (number, unit), "{seconds}");
        }
    }

    #[test]
    fn a_folder_says_how_many_files_are_in_it() {
        let [one, more] = [1, 3].map(parts);
        assert_eq!(one, "Folder · 1 file");
        assert_eq!(more, "Folder · 3 files");
    }

    #[test]
    fn the_ending_of_a_program_is_set_apart() {
        for (name, stem, ending) in [
            ("photo.jpg", "photo.jpg", None),
            ("photo.jpg.EXE", "photo.jpg", Some(".EXE")),
            ("setup.msi", "setup", Some(".msi")),
            (".sh", "", Some(".sh")),
            ("exe", "exe", None),
            ("notes.", "notes.", None),
        ] {
            assert_eq!(parted(name), (stem, ending));
        }
    }

    #[test]
    fn both_sides_are_told_what_concerns_them() {
        let say = |own, state| t(file_line(own, Stage::At(state), false).text);
        assert_eq!(say(true, TransferState::Running), "Sending");
        assert_eq!(say(false, TransferState::Running), "Receiving");
        assert_ne!(
            say(true, TransferState::Saved),
            say(false, TransferState::Saved)
        );
        let saved = |chosen| t(file_line(false, Stage::At(TransferState::Saved), chosen).text);
        assert_eq!(saved(true), "Saved where you chose");
        assert_eq!(saved(false), "Saved in your downloads");
        for why in [
            Failure::Changed,
            Failure::NoRoom,
            Failure::NoStorage,
            Failure::Damaged,
            Failure::Unsafe,
            Failure::There,
            Failure::TooOld,
        ] {
            for own in [true, false] {
                let line = file_line(own, Stage::At(TransferState::Failed { why }), false);
                assert_eq!(line.tone, Tone::Bad);
            }
        }
    }
}
