//! Who agreed to whom, and whose key is whose: a contact is there only where its person agreed to
//! exactly the one who holds that key.

use crate::names::{anybody, device_of};
use mesh_chat::records::Change;
use std::collections::{BTreeMap, BTreeSet};

/// What people agreed to, and the keys that they have.
#[derive(Debug, Default)]
pub struct Consents {
    /// Who asked, or accepted, whom.
    agreed: BTreeSet<(usize, usize)>,
    /// Who asked anybody.
    asked: BTreeSet<usize>,
    /// Whose key it is, as its own device says.
    keys: BTreeMap<String, usize>,
    /// The pair secrets that each device has ever written.
    secrets: BTreeSet<(usize, String)>,
}

impl Consents {
    /// A person asks another one to connect, or somebody who is there only in a list.
    pub fn asks(&mut self, one: usize, other: Option<usize>) {
        self.asked.insert(one);
        self.agreed.extend(other.map(|other| (one, other)));
    }

    /// A person accepts the request of another one.
    pub fn accepts(&mut self, one: usize, other: usize) {
        self.agreed.insert((one, other));
    }

    /// A person's device sends a frame: the key in it is its own.
    pub fn says(&mut self, index: usize, frame: &str) {
        if let Some(key) = key_in(frame)
            && !self.keys.contains_key(key)
        {
            self.keys.insert(key.to_owned(), index);
        }
    }

    /// Returns whose key is somewhere in a text.
    #[must_use]
    pub fn key_within(&self, text: &str) -> Option<usize> {
        let mut keys = self.keys.iter();
        let (_, owner) = keys.find(|(key, _)| text.contains(key.as_str()))?;
        Some(*owner)
    }

    /// Follows what a person's device stores. Returns what is wrong with it. Where somebody `confuses`
    /// whose id is whose, whoever asks reaches another one, who may accept.
    #[must_use]
    pub fn stores(&mut self, index: usize, change: &Change, confused: bool) -> Option<String> {
        let Change::Contact(record) = change else {
            return None;
        };
        let secret = record.pair_secret.0.clone();
        self.secrets.insert((index, secret.clone()));
        let key = record.identity.as_ref()?;
        let Some(owner) = self.keys.get(key).copied() else {
            return Some(format!("P{index} stores a contact with nobody's key"));
        };
        if anybody(&record.name) != Some(owner) {
            let name = &record.name;
            return Some(format!("P{index} stores {name} with the key of {owner}"));
        }
        // Both make the secret, and each has written it before the other side may rely on that: so nobody is in
        // between, and the two recognise each other later on.
        if device_of(&record.name).is_some() && self.secrets.insert((owner, secret)) {
            let wrong = format!("P{index} has a secret with P{owner}, who has never had it");
            return Some(wrong);
        }
        let agreed = self.agreed.contains(&(index, owner));
        let agreed = agreed || confused && self.asked.contains(&index);
        (!agreed).then(|| format!("P{index} has P{owner} as a contact, and never agreed to that"))
    }
}

/// Returns the identity key in a frame of a handshake.
fn key_in(frame: &str) -> Option<&str> {
    let (_, rest) = frame.split_once(r#""key":""#)?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::Consents;
    use mesh_chat::records::{Change, ContactRecord, Secret};
    use mesh_chat::view::ContactId;

    fn contact(other: usize, secret: &str, is_finished: bool) -> Change {
        Change::Contact(ContactRecord {
            version: 1,
            id: ContactId("1".to_owned()),
            identity: is_finished.then(|| format!("key of {other}")),
            name: format!("P{other}"),
            new_name: None,
            card: None,
            profile_number: 0,
            pair_secret: Secret(secret.to_owned()),
            last_seen: None,
            preferences: Box::default(),
            introduced: None,
        })
    }

    #[test]
    fn a_contact_has_a_secret_that_the_other_side_has_written_too() {
        let mut consents = Consents::default();
        for (one, other) in [(0, 1), (1, 0)] {
            consents.asks(one, Some(other));
            consents.says(one, &format!(r#"{{"key":"key of {one}"}}"#));
        }
        let mut wrong = |index, change| consents.stores(index, &change, false).is_some();
        assert!(!wrong(1, contact(0, "first", false)));
        assert!(!wrong(0, contact(1, "first", true)));
        assert!(!wrong(1, contact(0, "first", true)));
        assert!(wrong(0, contact(1, "second", true)));
    }
}
