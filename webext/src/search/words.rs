//! Folding and words: how a text is cut into what can be found.
//!
//! Two texts that a person takes for the same fold to the same: NFKD in lower case, without accents. Scripts with
//! spaces have words, which are found by their beginnings. The others (Chinese, Japanese, Thai, Lao, Khmer, Burmese)
//! have runs, which are found by any part: the index holds every pair of neighbours. The browser's `Intl.Segmenter`
//! would find their words, but not the same ones in each version, and a text is looked for years after it was cut.

use mesh_chat::name::Unicode;
use std::ops::Range;

/// So many characters of a word are in the index. What follows is compared in the message itself.
pub const STEM: usize = 6;

/// A word or a run of a folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded.
    pub text: Vec<char>,
    /// It is a run, without spaces between its words.
    pub run: bool,
    /// Where it begins among the folded characters of the text.
    pub at: usize,
}

/// Returns a text as it is compared.
pub fn folded(text: &str, unicode: &dyn Unicode) -> Vec<char> {
    if text.is_ascii() {
        return text.to_ascii_lowercase().chars().collect();
    }
    unicode.folded(text).chars().flat_map(plain).collect()
}

/// Returns the same, with the place in the text that each folded character comes from.
pub fn folded_from(text: &str, unicode: &dyn Unicode) -> (Vec<char>, Vec<Range<usize>>) {
    let mut chars = Vec::new();
    let mut places = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let of_it = text.get(at..end).unwrap_or_default();
        for folded in folded(of_it, unicode) {
            chars.push(folded);
            places.push(at..end);
        }
    }
    (chars, places)
}

/// Cuts a folded text into its words and runs.
pub fn words(text: &[char]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut before = None;
    for (at, c) in text.iter().enumerate() {
        let kind = is_of_word(*c).then(|| is_of_run(*c));
        match (kind, words.last_mut()) {
            (Some(_), Some(word)) if kind == before => word.text.push(*c),
            (Some(run), _) => words.push(Word {
                text: vec![*c],
                run,
                at,
            }),
            (None, _) => {}
        }
        before = kind;
    }
    words
}

impl Word {
    /// Returns what of it is in the index.
    pub fn stems(&self) -> impl Iterator<Item = String> + '_ {
        let (starts, length) = if self.run {
            (self.text.len(), 2)
        } else {
            (1, STEM)
        };
        (0..starts).map(move |at| self.text.iter().skip(at).take(length).collect())
    }
}

/// Returns what stays of a character in lower case: accents go, and letters of which some keyboards have only the plain
/// form become that.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (one, two) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' => ('d', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        c => (c, None),
    };
    let stays = !is_mark(c);
    stays.then_some(one).into_iter().chain(two)
}

/// Accents, points and what is not seen. In scripts where such signs are vowels they stay.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{300}'..='\u{36F}'
            | '\u{483}'..='\u{489}'
            | '\u{591}'..='\u{5BD}'
            | '\u{5BF}'..='\u{5C7}'
            | '\u{610}'..='\u{61A}'
            | '\u{640}'
            | '\u{64B}'..='\u{65F}'
            | '\u{670}'
            | '\u{6D6}'..='\u{6ED}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2060}'
            | '\u{20D0}'..='\u{20FF}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FE20}'..='\u{FE2F}'
            | '\u{FEFF}'
    )
}

/// Letters and digits; and the signs of India and South-East Asia that stand for vowels or bind letters.
fn is_of_word(c: char) -> bool {
    let is_vowel = matches!(c,
        '\u{900}'..='\u{DFF}' | '\u{E31}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}' | '\u{EB1}'..='\u{ECE}'
        | '\u{102B}'..='\u{103E}' | '\u{17B4}'..='\u{17D3}' | '\u{3099}' | '\u{309A}');
    let is_stop = matches!(c, '\u{964}' | '\u{965}' | '\u{970}' | '\u{DF4}');
    c.is_alphanumeric() || is_vowel && !is_stop
}

/// Scripts without spaces between words.
fn is_of_run(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{2FDF}'
        | '\u{3005}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_chat::name::Tables;

    fn cut(text: &str) -> Vec<String> {
        let words = words(&folded(text, &Tables));
        let text = |word: Word| word.text.into_iter().collect();
        words.into_iter().map(text).collect()
    }

    #[test]
    fn twelve_languages_are_cut_into_what_their_readers_look_for() {
        for (language, text, parts) in [
            ("English", "Don't PANIC, it's 42!", "don t panic it s 42"),
            ("German", "Größe: Straße & Übung", "grosse strasse ubung"),
            ("French", "L’été, cœur brisé", "l ete coeur brise"),
            ("Polish", "Łódź–Gdańsk", "lodz gdansk"),
            ("Turkish", "İSTANBUL ılık", "istanbul ilik"),
            ("Greek", "Καλημέρα ΣΑΣ", "καλημερα σασ"),
            ("Russian", "Ёлка и ещё одна", "елка и еще одна"),
            ("Arabic", "السَّلامُ عليكم", "السلام عليكم"),
            ("Hebrew", "שָׁלוֹם עולם", "שלום עולם"),
            ("Hindi", "नमस्ते दुनिया।", "नमस्ते दुनिया"),
            ("Vietnamese", "Tiếng Việt, đẹp", "tieng viet dep"),
            ("Chinese", "我住在東京iPhone、好。", "我住在東京 iphone 好"),
            ("Japanese", "東京タワー、ﾀﾜｰ", "東京タワー タワー"),
            ("Thai", "สวัสดี ครับ", "สวัสดี ครับ"),
        ] {
            assert_eq!(cut(text).join(" "), parts, "{language}");
        }
        // A syllable of Korean becomes its letters: a word is found while its last syllable is being typed.
        assert!(cut("안녕하세요")[0].starts_with(&cut("안녀")[0]));
    }

    #[test]
    fn two_spellings_fold_to_the_same() {
        for (one, other) in [
            ("e\u{301}te\u{301}", "été"),
            ("ＡＢＣ", "abc"),
            ("ﬁn", "fin"),
            ("co\u{AD}operate", "cooperate"),
            ("STRASSE", "straße"),
        ] {
            assert_eq!(folded(one, &Tables), folded(other, &Tables), "{one}");
        }
    }

    #[test]
    fn every_folded_character_has_the_place_that_it_comes_from() {
        for text in ["plain", "Größe ﬁn", "안녕 e\u{301} ΣΑΣ", "東京ﾀﾜｰ", "İx"] {
            let (chars, places) = folded_from(text, &Tables);
            assert_eq!(chars, folded(text, &Tables), "{text}");
            assert_eq!(chars.len(), places.len());
        }
        let (_, places) = folded_from("aßb", &Tables);
        assert_eq!(places, [0..1, 1..3, 1..3, 3..4]);
    }

    #[test]
    fn a_word_is_in_the_index_by_its_beginning_and_a_run_by_its_pairs() {
        let stems = |text: &str| -> Vec<String> {
            let words = words(&folded(text, &Tables));
            words
                .iter()
                .flat_map(|word| word.stems().collect::<Vec<_>>())
                .collect()
        };
        assert_eq!(stems("Freundschaft is"), ["freund", "is"]);
        assert_eq!(stems("東京都"), ["東京", "京都", "都"]);
        assert_eq!(stems("!?… 🎉"), [] as [&str; 0]);
        assert_eq!(stems(&"a".repeat(8_000)), ["aaaaaa"]);
    }
}
