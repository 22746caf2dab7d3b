//! The places a page's address can name: `popup.html#chat=<contact>`, `#request=<id>`
//! and `#backup`.
//!
//! Notifications open the popup at such an address, and the small popup leads to a tab.

use ipc::{ContactId, RequestId};

/// Bytes of an id in an address; ours are far shorter.
const ID_BYTES: usize = 200;

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeepLink {
    /// A contact's chat.
    Chat(ContactId),
    /// A waiting request.
    Request(RequestId),
    /// The backup in the settings.
    Backup,
}

impl DeepLink {
    /// Reads the part of an address from the `#` on, already percent-decoded.
    pub(crate) fn parse(fragment: &str) -> Option<Self> {
        if fragment == "#backup" {
            return Some(Self::Backup);
        }
        let (kind, id) = fragment.strip_prefix('#')?.split_once('=')?;
        if id.is_empty() || id.len() > ID_BYTES {
            return None;
        }
        match kind {
            "chat" => Some(Self::Chat(ContactId(id.to_owned()))),
            "request" => Some(Self::Request(RequestId(id.to_owned()))),
            _ => None,
        }
    }

    /// The part of an address from the `#` on.
    pub(crate) fn to_fragment(&self) -> String {
        match self {
            Self::Chat(ContactId(id)) => format!("#chat={id}"),
            Self::Request(RequestId(id)) => format!("#request={id}"),
            Self::Backup => "#backup".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_survives_the_way_to_an_address_and_back() {
        for text in ["#chat=abc", "#request=7", "#backup"] {
            let link = DeepLink::parse(text).unwrap();
            assert_eq!(link.to_fragment(), text);
        }
    }

    #[test]
    fn anything_else_is_no_place() {
        let long = format!("#chat={}", "x".repeat(300));
        for text in [
            "",
            "#",
            "#chat=",
            "chat=abc",
            "#settings",
            "#other=1",
            &long,
        ] {
            assert_eq!(DeepLink::parse(text), None, "{text}");
        }
    }
}
