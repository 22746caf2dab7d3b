//! Texts that were sent and are not known to be stored: each window keeps its own in the storage that all share,
//! beside those of the others.

use crate::browser;
use crate::state::Kept;
use ipc::ContactId;
use litemap::LiteMap;

/// What this window keeps there, and what it found there and looks after now.
#[derive(Debug, Default)]
pub(crate) struct Unsent(LiteMap<ContactId, Vec<Kept>>);

impl Unsent {
    /// Returns what is kept for a contact. From now on this window looks after it.
    pub(crate) fn load(&mut self, contact: &ContactId) -> Vec<Kept> {
        let texts = browser::load_unsent(contact);
        self.0.insert(contact.clone(), texts.clone());
        texts
    }

    /// Keeps texts in the place of those that this window has kept for a contact.
    pub(crate) fn save(&mut self, contact: ContactId, texts: Vec<Kept>) {
        let before = self.0.get(&contact).map_or(&[][..], Vec::as_slice);
        let all = of_all(browser::load_unsent(&contact), before, &texts);
        browser::save_unsent(&contact, &all);
        self.0.insert(contact, texts);
    }
}

/// Returns what all windows keep, once one keeps `own` in the place of `before`.
fn of_all(mut all: Vec<Kept>, before: &[Kept], own: &[Kept]) -> Vec<Kept> {
    for text in before {
        if let Some(at) = all.iter().position(|kept| kept == text) {
            all.remove(at);
        }
    }
    all.extend_from_slice(own);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_keeps_its_texts_beside_those_of_others() {
        let kept = |texts: &str| -> Vec<Kept> {
            let kept = |text: char| Kept {
                after: 1,
                text: text.to_string(),
                changes: None,
            };
            texts.chars().map(kept).collect()
        };
        let cases = [
            ("the first", "", "", "a", "a"),
            ("beside another's", "b", "", "a", "ba"),
            ("one more", "ab", "a", "ac", "bac"),
            ("stored now", "ba", "a", "", "b"),
            ("the same text in two windows", "aa", "a", "", "a"),
            ("another window saw it stored", "b", "a", "", "b"),
        ];
        for (what, all, before, own, result) in cases {
            let all = of_all(kept(all), &kept(before), &kept(own));
            assert_eq!(all, kept(result), "{what}");
        }
    }
}
