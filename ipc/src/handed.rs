//! What a person chose on a page of the web, to send it to a contact.
//!
//! Whatever is in it was written by that page: it goes into the message field as text, and is sent only by the person.

use mesh_chat::limits::HANDED_BYTES;
use mesh_chat::view::ContactId;

/// What the menu was opened on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// What is selected.
    pub selection: Option<String>,
    /// Where the link leads.
    pub link: Option<String>,
    /// Where the picture is.
    pub picture: Option<String>,
}

impl Chosen {
    /// Returns what is to be sent: what is selected; else the address of the link, or of the picture.
    pub fn text(&self) -> Option<String> {
        let selection = self.selection.as_deref().map(str::trim);
        if let Some(selection) = selection.filter(|text| !text.is_empty()) {
            return Some(beginning(selection).to_owned());
        }
        let mut addresses = [&self.link, &self.picture].into_iter().flatten();
        addresses.find_map(|address| of_the_web(address))
    }
}

/// Returns under which key a text waits in `storage.session` until a view takes it.
pub fn handed_key(ContactId(contact): &ContactId) -> String {
    format!("handed={contact}")
}

/// Returns a text with another one on lines of its own.
pub fn added(mut before: String, text: &str) -> String {
    if !before.is_empty() {
        before.push('\n');
    }
    before.push_str(text);
    before
}

/// Returns as much of a text as is taken. It may be more than a message can have: then the message field says so.
fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(HANDED_BYTES))
        .unwrap_or_default()
}

/// Returns an address that leads to the web. A part of one would lead elsewhere.
fn of_the_web(address: &str) -> Option<String> {
    let (scheme, _) = address.split_once("://")?;
    let known = ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let is_plain = !address.chars().any(|c| c.is_whitespace() || c.is_control());
    let fits = address.len() <= HANDED_BYTES;
    (known && is_plain && fits).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn what_is_selected_goes_before_the_link_and_the_link_before_the_picture() {
        let mut chosen = Chosen {
            selection: some(" half a sentence\n"),
            link: some("https://example.org/a"),
            picture: some("http://example.org/b.png"),
        };
        assert_eq!(chosen.text(), some("half a sentence"));
        chosen.selection = some(" \n");
        assert_eq!(chosen.text(), chosen.link);
        chosen.link = None;
        assert_eq!(chosen.text(), chosen.picture);
        assert_eq!(Chosen::default().text(), None);
    }

    #[test]
    fn what_was_begun_stays_before_what_was_chosen() {
        assert_eq!(added(String::new(), "a\nb"), "a\nb");
        assert_eq!(added("half a sen".to_owned(), "a"), "half a sen\na");
    }

    #[test]
    fn only_addresses_of_the_web_are_sent() {
        let long = format!("https://example.org/{}", "x".repeat(HANDED_BYTES));
        for address in [
            "javascript:alert(1)//https://example.org",
            "data:image/png;base64,AA==",
            "blob:https://example.org/1",
            "file:///etc/passwd",
            "ftp://example.org/a",
            "//example.org/a",
            "https://example.org/a b",
            "https://example.org/\u{2028}",
            "",
            &long,
        ] {
            let link = Chosen {
                link: some(address),
                ..Chosen::default()
            };
            let picture = Chosen {
                picture: some(address),
                ..Chosen::default()
            };
            assert_eq!((link.text(), picture.text()), (None, None), "{address}");
        }
        let chosen = Chosen {
            link: some("javascript:void(0)"),
            picture: some("HTTPS://example.org/a.png"),
            ..Chosen::default()
        };
        assert_eq!(chosen.text(), chosen.picture);
    }

    #[test]
    fn a_long_selection_is_cut_between_two_characters() {
        let chosen = Chosen {
            selection: Some("x".to_owned() + &"é".repeat(HANDED_BYTES)),
            ..Chosen::default()
        };
        let text = chosen.text().unwrap_or_default();
        assert_eq!(text.len(), HANDED_BYTES - 1);
    }
}
