//! Friendly names: what people call themselves, as text that can be shown safely.

use crate::limits::{NAME_BYTES, NAME_GRAPHEMES, NOTE_BYTES};
use std::fmt;

/// What a platform knows of Unicode. Browsers bring these tables; carrying our own would double
/// the size of the engine.
pub trait Unicode {
    /// Returns Normalisation Form C.
    fn nfc(&self, text: &str) -> String;
    /// Returns the compatibility decomposition in lower case: the same for two spellings of a text.
    fn folded(&self, text: &str) -> String;
    /// Returns how many extended grapheme clusters a text has: what a reader counts as characters.
    fn graphemes(&self, text: &str) -> usize;
}

/// Why a name cannot be shown to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsuitable {
    /// There is nothing in it.
    #[error("the name is empty")]
    Empty,
    /// It is longer than 32 characters or 96 bytes.
    #[error("the name is longer than 32 characters or 96 bytes")]
    TooLong,
    /// It has control, invisible or direction-changing characters.
    #[error("the name has characters that cannot be shown")]
    Characters,
}

/// A note is longer than 280 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoteTooLong;

/// The zero-width joiner, which emoji and several scripts need.
const JOINER: char = '\u{200D}';

/// The zero-width non-joiner, which Persian and several scripts of India need between letters.
const NON_JOINER: char = '\u{200C}';

/// Checks names and notes with the platform's Unicode tables.
pub(crate) struct Names(Box<dyn Unicode>);

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}

impl Names {
    pub(crate) fn new(unicode: Box<dyn Unicode>) -> Self {
        Self(unicode)
    }

    /// Returns what somebody typed as every keyboard and system would have typed it.
    pub(crate) fn normalised(&self, text: &str) -> String {
        self.0.nfc(text)
    }

    /// Checks a name somebody typed: trimmed and in NFC, 1 to 32 graphemes, at most 96 bytes,
    /// nothing invisible.
    pub(crate) fn parse(&self, text: &str) -> Result<String, Unsuitable> {
        if text.len() > 4 * NAME_BYTES {
            return Err(Unsuitable::TooLong);
        }
        let name = self.nfc(text.trim());
        if name.is_empty() {
            return Err(Unsuitable::Empty);
        }
        if name.chars().any(is_unsuitable) || has_stray_non_joiner(&name) {
            return Err(Unsuitable::Characters);
        }
        if name.len() > NAME_BYTES || self.graphemes(&name) > NAME_GRAPHEMES {
            return Err(Unsuitable::TooLong);
        }
        Ok(name)
    }

    /// Checks a name somebody else sent: it must be as [`Names::parse`] would leave it.
    pub(crate) fn accept(&self, name: &str) -> bool {
        self.parse(name).is_ok_and(|parsed| parsed == name)
    }

    /// Checks a note somebody typed, and returns it as it is sent: trimmed, and otherwise as
    /// [`Names::note`] shows it. `None` where nothing would be seen.
    pub(crate) fn parse_note(&self, text: &str) -> Result<Option<String>, NoteTooLong> {
        if text.len() > 4 * NOTE_BYTES {
            return Err(NoteTooLong);
        }
        let note = self.showable(text);
        let note = note.trim();
        if note.len() > NOTE_BYTES {
            return Err(NoteTooLong);
        }
        let is_seen = |c: char| !c.is_whitespace() && c != JOINER && c != NON_JOINER;
        Ok(note.contains(is_seen).then(|| note.to_owned()))
    }

    /// Returns a note as it is shown: NFC, at most 280 bytes, nothing invisible but line breaks.
    pub(crate) fn note(&self, text: &str) -> Option<String> {
        if text.len() > NOTE_BYTES {
            return None;
        }
        let note = self.showable(text);
        (note.len() <= NOTE_BYTES && !note.is_empty()).then_some(note)
    }

    /// Returns a text of several lines in NFC, without what [`is_unsuitable`].
    fn showable(&self, text: &str) -> String {
        let suitable = |c: &char| *c == '\n' || !is_unsuitable(*c);
        // In this order: what stood between a letter and its accent may be gone.
        let shown: String = text.chars().filter(suitable).collect();
        self.nfc(&shown)
    }

    /// Returns a text that is the same for two names that look alike: compatibility forms, case,
    /// white space, joiners and the commonest look-alike letters of Cyrillic and Greek are folded.
    pub(crate) fn skeleton(&self, name: &str) -> String {
        let folded = if name.is_ascii() {
            name.to_ascii_lowercase()
        } else {
            self.0.folded(name)
        };
        let plain = |c: &char| {
            !c.is_whitespace()
                && !matches!(
                    *c,
                    JOINER | NON_JOINER | '\u{0300}'..='\u{036F}' | '.' | '-' | '_'
                )
        };
        folded.chars().filter(plain).map(fold).collect()
    }

    /// Returns Normalisation Form C. ASCII is in every normal form, and most names are ASCII.
    fn nfc(&self, text: &str) -> String {
        if text.is_ascii() {
            text.to_owned()
        } else {
            self.0.nfc(text)
        }
    }

    fn graphemes(&self, name: &str) -> usize {
        if name.is_ascii() {
            name.len()
        } else {
            self.0.graphemes(name)
        }
    }
}

/// Unicode tables of our own, for where no browser has them: tests and tools.
#[cfg(feature = "tables")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Tables;

#[cfg(feature = "tables")]
impl Unicode for Tables {
    fn nfc(&self, text: &str) -> String {
        unicode_normalization::UnicodeNormalization::nfc(text).collect()
    }

    fn folded(&self, text: &str) -> String {
        let decomposed: String = unicode_normalization::UnicodeNormalization::nfkd(text).collect();
        decomposed.to_lowercase()
    }

    fn graphemes(&self, text: &str) -> usize {
        unicode_segmentation::UnicodeSegmentation::graphemes(text, true).count()
    }
}

/// Returns whether a character is a control, format, bidi or invisible one: a name with it can pass
/// for another. The zero-width joiner and non-joiner are kept, emoji and several scripts need them;
/// the look-alike check ignores both.
fn is_unsuitable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E001F}'
            | '\u{E0080}'..='\u{E0FFF}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Returns whether there is a non-joiner anywhere but between two letters.
fn has_stray_non_joiner(name: &str) -> bool {
    let mut parts = name.split(NON_JOINER);
    let Some(mut before) = parts.next() else {
        return false;
    };
    parts.any(|part| {
        let joins = before.ends_with(ends_letter) && part.starts_with(char::is_alphabetic);
        before = part;
        !joins
    })
}

/// Returns whether a character ends a letter: it is one, or a virama, which takes the vowel off the
/// letter before it.
fn ends_letter(c: char) -> bool {
    c.is_alphabetic()
        || matches!(
            c,
            '\u{094D}'
                | '\u{09CD}'
                | '\u{0A4D}'
                | '\u{0ACD}'
                | '\u{0B4D}'
                | '\u{0BCD}'
                | '\u{0C4D}'
                | '\u{0CCD}'
                | '\u{0D4D}'
                | '\u{0DCA}'
                | '\u{1039}'
                | '\u{17D2}'
        )
}

fn fold(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' | 'ı' | 'l' | '1' | '|' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'н' | 'η' => 'n',
        'о' | 'ο' | '0' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::new(Box::new(Tables))
    }

    fn parse(text: &str) -> Result<String, Unsuitable> {
        names().parse(text)
    }

    fn is_acceptable(text: &str) -> bool {
        names().accept(text)
    }

    fn skeleton(text: &str) -> String {
        names().skeleton(text)
    }

    #[test]
    fn a_name_is_trimmed_and_normalised() {
        assert_eq!(parse("  Zoe\u{308} "), Ok("Zoë".to_owned()));
        assert_eq!(parse("李 小龙"), Ok("李 小龙".to_owned()));
        assert_eq!(parse("👩‍👩‍👧"), Ok("👩‍👩‍👧".to_owned()));
    }

    #[test]
    fn a_name_that_cannot_be_shown_safely_is_refused_with_the_reason() {
        assert_eq!(parse("   "), Err(Unsuitable::Empty));
        assert_eq!(parse(&"x".repeat(33)), Err(Unsuitable::TooLong));
        assert_eq!(parse(&"👩‍👩‍👧".repeat(6)), Err(Unsuitable::TooLong));
        assert_eq!(parse(&"x".repeat(10_000)), Err(Unsuitable::TooLong));
        for bad in [
            "a\u{202E}b",
            "a\nb",
            "a\u{200B}b",
            "\u{200C}a",
            "a\u{200C}",
            "a\u{200C}\u{200C}b",
            "a \u{200C}b",
            "a\u{200C} b",
            "1\u{200C}2",
            "a\u{2066}b",
            "\u{3164}",
            "a\u{0}",
        ] {
            assert_eq!(parse(bad), Err(Unsuitable::Characters), "{bad:?}");
        }
        assert!(!is_acceptable(" Ann"));
        assert!(!is_acceptable("Zoe\u{308}"));
        assert!(is_acceptable("<b>Ann</b>"), "markup is text like any other");
    }

    #[test]
    fn a_non_joiner_stands_between_two_letters_and_makes_no_other_name() {
        for name in ["علی\u{200C}رضا", "क्\u{200C}ष", "Auf\u{200C}lage"] {
            assert_eq!(parse(name), Ok(name.to_owned()));
            assert!(is_acceptable(name));
            let without = name.replace(NON_JOINER, "");
            assert_eq!(skeleton(name), skeleton(&without));
        }
    }

    #[test]
    fn a_note_is_sent_without_what_cannot_be_shown_and_is_bounded_in_bytes() {
        let note = |text: &str| names().parse_note(text);
        let sent = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(
            note("  Hi Zoe\u{308}\nit is me \n"),
            sent("Hi Zoë\nit is me")
        );
        assert_eq!(note("\u{202E}a\u{0}\u{200B}b\u{2066}\r"), sent("ab"));
        assert_eq!(note("Zoe\u{0}\u{308}"), sent("Zoë"));
        assert_eq!(note("👩‍👩‍👧"), sent("👩‍👩‍👧"));
        for nothing in ["", " \n\t", "\u{202E}\u{200B}", "\u{200D} \u{FEFF}"] {
            assert_eq!(note(nothing), Ok(None), "{nothing:?}");
        }
        let longest = "é".repeat(NOTE_BYTES / 2);
        assert_eq!(note(&format!(" {longest} ")), sent(&longest));
        assert_eq!(names().note(&longest), Some(longest.clone()));
        assert_eq!(note(&format!("{longest}x")), Err(NoteTooLong));
        assert_eq!(note(&"x".repeat(100_000)), Err(NoteTooLong));
    }

    #[test]
    fn look_alikes_share_a_skeleton() {
        for (a, b) in [
            ("Alice", "Аlice"),
            ("Alice", "ALICE"),
            ("Bob", "B0b"),
            ("Al ice", "alice"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
        assert_ne!(skeleton("Alice"), skeleton("Alicia"));
    }
}
