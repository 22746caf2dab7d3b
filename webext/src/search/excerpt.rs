//! What is shown of a message that was found: a line around the first of the words, with all of them marked.

use ipc::Piece;
use std::ops::Range;

/// Characters before the first word.
const BEFORE: usize = 24;

/// Characters in all.
const LENGTH: usize = 160;

/// Returns the text around the first of the marked ranges (in bytes).
pub(super) fn pieces(text: &str, mut marked: Vec<Range<usize>>) -> Vec<Piece> {
    marked.sort_by_key(|range| range.start);
    let shown = shown(text, marked.first().map_or(0, |first| first.start));
    let mut pieces = Vec::new();
    let mut push = |range: Range<usize>, marked| {
        let range = range.start.max(shown.start)..range.end.min(shown.end);
        if let Some(part) = text.get(range).filter(|part| !part.is_empty()) {
            let text = part.replace(char::is_whitespace, " ");
            pieces.push(Piece { text, marked });
        }
    };
    let mut done = 0;
    for range in marked {
        if range.end > done {
            push(done..range.start, false);
            push(range.start.max(done)..range.end, true);
            done = range.end;
        }
    }
    push(done..text.len(), false);
    if shown.start > 0 {
        pieces.insert(0, ellipsis());
    }
    if shown.end < text.len() {
        pieces.push(ellipsis());
    }
    pieces
}

fn ellipsis() -> Piece {
    Piece {
        text: "…".to_owned(),
        marked: false,
    }
}

fn shown(text: &str, first: usize) -> Range<usize> {
    let before = text.get(..first).unwrap_or_default();
    let start = before.char_indices().rev().take(BEFORE).last();
    let start = start.map_or(first, |(at, _)| at);
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(LENGTH);
    start..end.map_or(text.len(), |(at, _)| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(text: &str, marked: Vec<Range<usize>>) -> String {
        let piece = |piece: Piece| match piece.marked {
            true => format!("[{}]", piece.text),
            false => piece.text,
        };
        pieces(text, marked).into_iter().map(piece).collect()
    }

    #[test]
    fn the_words_are_marked_in_one_line() {
        assert_eq!(
            shown_of("see\nyou soon", vec![8..12, 0..3]),
            "[see] you [soon]"
        );
        assert_eq!(shown_of("東京都", vec![0..6, 3..9]), "[東京][都]");
        assert_eq!(shown_of("nothing", Vec::new()), "nothing");
    }

    #[test]
    fn of_a_long_text_what_is_around_the_first_word_is_shown() {
        let text = format!("{}wörd{}", "ä".repeat(500), "ö".repeat(500));
        let only = 1000..1005;
        let shown = shown_of(&text, Vec::from([only]));
        assert!(shown.starts_with(&format!("…{}[wörd]ö", "ä".repeat(BEFORE))));
        assert_eq!(shown.chars().count(), LENGTH + 4);
    }
}
