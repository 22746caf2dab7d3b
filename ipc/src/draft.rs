//! Where unsent texts are kept: in `localStorage`, which all pages of the extension share. Views write
//! them; the engine removes those of contacts that are gone.

use mesh_chat::view::ContactId;

/// What is in the message field.
const DRAFT: &str = "draft:";

/// What was sent and is not known to be stored.
const UNSENT: &str = "unsent:";

/// Returns the key of the text in the message field of a contact's chat.
pub fn draft_key(ContactId(id): &ContactId) -> String {
    format!("{DRAFT}{id}")
}

/// Returns the key of the texts to a contact that were sent and are not known to be stored.
pub fn unsent_key(ContactId(id): &ContactId) -> String {
    format!("{UNSENT}{id}")
}

/// Returns whose text is kept under a key.
pub fn contact_of_key(key: &str) -> Option<ContactId> {
    let id = key
        .strip_prefix(DRAFT)
        .or_else(|| key.strip_prefix(UNSENT))?;
    Some(ContactId(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_whose_text_it_is_and_others_are_no_texts() {
        let ann = ContactId("ann".to_owned());
        assert_eq!(contact_of_key(&draft_key(&ann)), Some(ann.clone()));
        assert_eq!(contact_of_key(&unsent_key(&ann)), Some(ann));
        assert_eq!(contact_of_key("log"), None);
    }
}
