//! Finds the code in a message: between three backticks a block, between single ones a part of a line. Nothing
//! else is markup, and the text stays as it is.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span<'a> {
    /// Words.
    Text(&'a str),
    /// Code within a line.
    Inline(&'a str),
    /// Lines of code.
    Block(&'a str),
}

const FENCE: &str = "```";

/// Cuts a text into words and code.
pub(crate) fn spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some((before, block, after)) = next_block(rest) {
        inline(before.strip_suffix('\n').unwrap_or(before), &mut spans);
        spans.push(Span::Block(block));
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    inline(rest, &mut spans);
    spans
}

/// Returns the first block, without its marks and the ends of the lines they stand in, and what is around it.
fn next_block(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(FENCE)?;
    let (block, after) = rest.split_once(FENCE)?;
    let block = block.strip_prefix('\n').unwrap_or(block);
    let block = block.strip_suffix('\n').unwrap_or(block);
    (!block.trim().is_empty()).then_some((before, block, after))
}

fn inline<'a>(text: &'a str, spans: &mut Vec<Span<'a>>) {
    let mut rest = text;
    while let Some((before, code, after)) = next_inline(rest) {
        if !before.is_empty() {
            spans.push(Span::Text(before));
        }
        spans.push(Span::Inline(code));
        rest = after;
    }
    if !rest.is_empty() {
        spans.push(Span::Text(rest));
    }
}

/// Returns the first code within a line, and what is around it.
fn next_inline(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find('`')?;
        let rest = text.get(start + 1..)?;
        let end = rest.find('`')?;
        let code = rest.get(..end)?;
        if !code.trim().is_empty() && !code.contains('\n') {
            return Some((text.get(..start)?, code, rest.get(end + 1..)?));
        }
        // Several marks in a row, or one in another line, begin nothing.
        from = start + 1 + if code.is_empty() { end + 1 } else { end };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_found_in_lines_and_in_blocks() {
        assert_eq!(
            spans("run `ls -l` or\n```\na\n  b\n```\nthen"),
            [
                Span::Text("run "),
                Span::Inline("ls -l"),
                Span::Text(" or"),
                Span::Block("a\n  b"),
                Span::Text("then"),
            ]
        );
        assert_eq!(spans("```x```"), [Span::Block("x")]);
        assert_eq!(spans("```a `b` c```"), [Span::Block("a `b` c")]);
    }

    #[test]
    fn what_is_not_closed_or_empty_stays_text() {
        for text in [
            "`",
            "``",
            "```",
            "``````",
            "a ` b",
            "a `\n` b",
            "```\n\n```",
            "x ```y",
        ] {
            let joined: String = spans(text)
                .iter()
                .map(|span| match span {
                    Span::Text(text) => *text,
                    other @ (Span::Inline(_) | Span::Block(_)) => panic!("{text:?} has {other:?}"),
                })
                .collect();
            assert_eq!(joined, text);
        }
        assert_eq!(spans(""), []);
    }

    #[test]
    fn no_other_markup_counts() {
        assert_eq!(spans("*a* <b>_c_</b>"), [Span::Text("*a* <b>_c_</b>")]);
        assert_eq!(
            spans("`<b>` ä`ö`"),
            [Span::Inline("<b>"), Span::Text(" ä"), Span::Inline("ö")]
        );
    }

    #[test]
    fn many_marks_end() {
        spans(&"`".repeat(8_000));
        spans(&"` \n".repeat(2_000));
        spans(&"```x".repeat(2_000));
    }
}
