//! The places of the popup that an address can name: `popup.html#chat=<contact>`.
//!
//! A notification is about a place, its id names that place, and a click on it opens it. So the
//! background and the popup must spell places alike.

use mesh_chat::view::{About, ContactId, Hidden, INVITE_LINK, RequestId};

/// The most bytes that an id in an address may have; ours have 16.
const ID_BYTES: usize = 200;

/// The most characters of an invite in an address that are looked at; ours have 76, and a longer one is none.
const INVITE_CHARACTERS: usize = 200;

/// A place in the popup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The lists of people.
    People,
    /// The chat with a contact.
    Chat(ContactId),
    /// The chat with a contact, with what was chosen for them in the menu of a page.
    Send(ContactId),
    /// The next chat with something unread.
    Unread,
    /// A waiting request, in the lists.
    Request(RequestId),
    /// The page of a contact.
    Contact(ContactId),
    /// The invites.
    Invites,
    /// The invites, with the code of one to be used.
    Invite(Hidden),
    /// The backup in the settings.
    Backup,
}

impl Place {
    /// Returns the place that a notification is about.
    pub fn of(about: &About) -> Self {
        match about {
            About::Chat(contact) => Self::Chat(contact.clone()),
            About::Request(request) => Self::Request(request.clone()),
            About::Requests => Self::People,
        }
    }

    /// Returns the part of an address from the `#` on, without percent-encoding.
    pub fn to_fragment(&self) -> String {
        match self {
            Self::People => "#people".to_owned(),
            Self::Chat(ContactId(id)) => format!("#chat={id}"),
            Self::Send(ContactId(id)) => format!("#send={id}"),
            Self::Unread => "#unread".to_owned(),
            Self::Request(RequestId(id)) => format!("#request={id}"),
            Self::Contact(ContactId(id)) => format!("#contact={id}"),
            Self::Invites => "#invites".to_owned(),
            Self::Invite(Hidden(code)) => format!("{INVITE_LINK}{code}"),
            Self::Backup => "#backup".to_owned(),
        }
    }

    /// Reads the part of an address from the `#` on, already percent-decoded.
    pub fn parse(fragment: &str) -> Option<Self> {
        if let Some(code) = fragment.strip_prefix(INVITE_LINK) {
            let code = code.chars().take(INVITE_CHARACTERS).collect();
            return Some(Self::Invite(Hidden(code)));
        }
        let name = fragment.strip_prefix('#')?;
        let Some((kind, id)) = name.split_once('=') else {
            return match name {
                "people" => Some(Self::People),
                "invites" => Some(Self::Invites),
                "unread" => Some(Self::Unread),
                "backup" => Some(Self::Backup),
                _ => None,
            };
        };
        if id.is_empty() || id.len() > ID_BYTES {
            return None;
        }
        match kind {
            "chat" => Some(Self::Chat(ContactId(id.to_owned()))),
            "contact" => Some(Self::Contact(ContactId(id.to_owned()))),
            "send" => Some(Self::Send(ContactId(id.to_owned()))),
            "request" => Some(Self::Request(RequestId(id.to_owned()))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact() -> ContactId {
        ContactId("00ff".to_owned())
    }

    fn request() -> RequestId {
        RequestId("7".to_owned())
    }

    #[test]
    fn each_place_survives_the_way_to_an_address_and_back() {
        for (place, text) in [
            (Place::People, "#people"),
            (Place::Invites, "#invites"),
            (Place::Contact(contact()), "#contact=00ff"),
            (Place::Chat(contact()), "#chat=00ff"),
            (Place::Send(contact()), "#send=00ff"),
            (Place::Unread, "#unread"),
            (Place::Invite(Hidden("AQ".to_owned())), "#i=AQ"),
            (Place::Request(request()), "#request=7"),
            (Place::Backup, "#backup"),
        ] {
            assert_eq!(place.to_fragment(), text);
            assert_eq!(Place::parse(text), Some(place));
        }
    }

    #[test]
    fn a_notification_leads_to_what_it_is_about() {
        for (about, place) in [
            (About::Chat(contact()), Place::Chat(contact())),
            (About::Request(request()), Place::Request(request())),
            (About::Requests, Place::People),
        ] {
            let id = Place::of(&about).to_fragment();
            assert_eq!(Place::parse(&id), Some(place));
        }
    }

    #[test]
    fn anything_else_is_no_place() {
        let long = format!("#chat={}", "x".repeat(300));
        for text in [
            "",
            "#",
            "#chat",
            "#chat=",
            "chat=abc",
            "#people=1",
            "#settings",
            "#other=1",
            &long,
        ] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
