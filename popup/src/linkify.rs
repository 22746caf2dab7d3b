//! Finds the web addresses in a message, so that they can be shown as links.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Words.
    Text(&'a str),
    /// An `http:` or `https:` address.
    Link(&'a str),
}

/// Cuts a text into words and addresses; joined again, the pieces are the text.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, link, after)) = next_link(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Link(link));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        // Searching for more than one character would bring a searcher of 3 kB.
        let start = from + text.get(from..)?.find('h')?;
        from = start + 'h'.len_utf8();
        let (before, candidate) = text.split_at_checked(start)?;
        if !candidate.starts_with("http") {
            continue;
        }
        let link = candidate.get(..link_length(candidate))?;
        if !before.ends_with(|c: char| c.is_ascii_alphanumeric()) && has_host(link) {
            return Some((before, link, candidate.get(link.len()..)?));
        }
    }
}

fn has_host(link: &str) -> bool {
    let rest = link
        .strip_prefix("https://")
        .or_else(|| link.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[' || !c.is_ascii())
    })
}

/// Returns how far an address reaches: up to white space, a quotation mark or an invisible character,
/// without the punctuation that belongs to the sentence.
fn link_length(text: &str) -> usize {
    let end = text.find(ends_link).unwrap_or(text.len());
    let mut link = text.get(..end).unwrap_or_default();
    while let Some(last) = link.chars().next_back() {
        let closes_nothing = last == ')' && !link.contains('(');
        if !closes_nothing && !".,;:!?*'".contains(last) {
            break;
        }
        link = link.strip_suffix(last).unwrap_or_default();
    }
    link.len()
}

fn ends_link(c: char) -> bool {
    let invisible = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_whitespace() || c.is_control() || invisible || "<>\"`{}|\\^".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        let pieces = pieces(text);
        let joined: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) | Piece::Link(text) => *text,
            })
            .collect();
        assert_eq!(joined, text, "nothing of the text is lost");
        pieces
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Link(link) => Some(link),
                Piece::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn addresses_are_found_without_the_punctuation_around_them() {
        assert_eq!(
            links("see https://a.example/x?y=1, (http://b.example) and http://c.example/d(e)."),
            [
                "https://a.example/x?y=1",
                "http://b.example",
                "http://c.example/d(e)"
            ]
        );
        assert_eq!(
            links("http://[2001:db8::1]:8080/"),
            ["http://[2001:db8::1]:8080/"]
        );
    }

    #[test]
    fn other_schemes_and_half_addresses_stay_text() {
        for text in [
            "",
            "http",
            "https://",
            "http:// x",
            "javascript:alert(1)",
            "xhttps://a.example",
            "data:text/html,x",
            "HTTPSomething",
            "https://\u{202e}moc.elpmaxe",
        ] {
            assert_eq!(links(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn an_address_ends_before_markup_and_invisible_characters() {
        assert_eq!(links("https://a.example/<b>"), ["https://a.example/"]);
        assert_eq!(
            links("https://a.example/\u{202e}gpj.exe"),
            ["https://a.example/"]
        );
    }

    #[test]
    fn two_addresses_without_a_space_and_many_starts_end() {
        assert_eq!(links(&"http".repeat(2_000)), Vec::<&str>::new());
        assert_eq!(links("ünhttps://a.example ü"), Vec::<&str>::new());
    }
}
