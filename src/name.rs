//! Friendly names: what people call themselves, as text that can be shown safely.

use crate::limits::{NAME_BYTES, NAME_GRAPHEMES, NOTE_BYTES};
use crate::view::Refusal;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Checks a name somebody typed: trimmed and in NFC, 1 to 32 graphemes, at most 96 bytes, nothing
/// invisible.
pub fn parse(text: &str) -> Result<String, Refusal> {
    if text.len() > 4 * NAME_BYTES {
        return Err(Refusal::NameTooLong);
    }
    let name: String = text.trim().nfc().collect();
    if name.is_empty() {
        return Err(Refusal::NameEmpty);
    }
    if name.chars().any(is_unsuitable) {
        return Err(Refusal::NameCharacters);
    }
    if name.len() > NAME_BYTES || name.graphemes(true).count() > NAME_GRAPHEMES {
        return Err(Refusal::NameTooLong);
    }
    Ok(name)
}

/// Checks a name somebody else sent: it must be as [`parse`] would leave it.
pub fn is_acceptable(name: &str) -> bool {
    parse(name).is_ok_and(|parsed| parsed == name)
}

/// A note as it is shown: NFC, at most 280 bytes, nothing invisible but line breaks.
pub fn parse_note(text: &str) -> Option<String> {
    if text.len() > NOTE_BYTES {
        return None;
    }
    let note: String = text
        .nfc()
        .filter(|&c| c == '\n' || !is_unsuitable(c))
        .collect();
    (note.len() <= NOTE_BYTES && !note.is_empty()).then_some(note)
}

/// Control, format, bidi and invisible characters: a name with them can pass for another. The
/// zero-width joiner is kept, emoji and several scripts need it; the look-alike check ignores it.
fn is_unsuitable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E001F}'
            | '\u{E0080}'..='\u{E0FFF}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// What two names that look alike have in common: compatibility forms, case, white space, joiners
/// and the commonest look-alike letters of Cyrillic and Greek are folded.
pub fn skeleton(name: &str) -> String {
    name.nfkd()
        .flat_map(char::to_lowercase)
        .filter(|c| {
            !c.is_whitespace()
                && !matches!(c, '\u{200D}' | '\u{0300}'..='\u{036F}' | '.' | '-' | '_')
        })
        .map(fold)
        .collect()
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

    #[test]
    fn a_name_is_trimmed_and_normalised() {
        assert_eq!(parse("  Zoe\u{308} "), Ok("Zoë".to_owned()));
        assert_eq!(parse("李 小龙"), Ok("李 小龙".to_owned()));
        assert_eq!(parse("👩‍👩‍👧"), Ok("👩‍👩‍👧".to_owned()));
    }

    #[test]
    fn a_name_that_cannot_be_shown_safely_is_refused_with_the_reason() {
        assert_eq!(parse("   "), Err(Refusal::NameEmpty));
        assert_eq!(parse(&"x".repeat(33)), Err(Refusal::NameTooLong));
        assert_eq!(parse(&"👩‍👩‍👧".repeat(6)), Err(Refusal::NameTooLong));
        assert_eq!(parse(&"x".repeat(10_000)), Err(Refusal::NameTooLong));
        for bad in [
            "a\u{202E}b",
            "a\nb",
            "a\u{200B}b",
            "a\u{2066}b",
            "\u{3164}",
            "a\u{0}",
        ] {
            assert_eq!(parse(bad), Err(Refusal::NameCharacters), "{bad:?}");
        }
        assert!(!is_acceptable(" Ann"));
        assert!(!is_acceptable("Zoe\u{308}"));
        assert!(is_acceptable("<b>Ann</b>"), "markup is text like any other");
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
