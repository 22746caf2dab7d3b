//! Who dials whom, and who of them is answered: an answer shows where somebody is.

use crate::places::Place;
use mesh_chat::node::LinkId;
use std::collections::{BTreeMap, BTreeSet};

/// A dial as it reaches a device.
#[derive(Clone, Debug)]
pub struct Call {
    /// The own id that was dialled.
    pub local: String,
    /// The id it was dialled from, as the server says.
    pub remote: String,
    /// The connection id.
    pub label: String,
}

/// By a device, the generation of its process, and the connection.
type Key = (usize, u64, LinkId);

/// The calls that wait for a decision, and what was answered.
#[derive(Debug, Default)]
pub struct Calls {
    waiting: BTreeMap<Key, Call>,
    /// The connection ids that a process has answered where only who is known is let in.
    answered: BTreeSet<(usize, u64, String)>,
    /// Which false friend has dialled with a connection id.
    dialled: BTreeMap<String, usize>,
}

impl Calls {
    /// A false friend dials somebody.
    pub fn dials(&mut self, friend: usize, label: &str) {
        self.dialled.insert(label.to_owned(), friend);
    }

    /// Returns which false friend has dialled.
    #[must_use]
    pub fn friend(&self, call: &Call) -> Option<usize> {
        self.dialled.get(&call.label).copied()
    }

    /// Somebody dials a device.
    pub fn comes(&mut self, key: Key, call: Call) {
        self.waiting.insert(key, call);
    }

    /// A device does not answer.
    pub fn refused(&mut self, key: &Key) {
        self.waiting.remove(key);
    }

    /// A device answers. Returns the call, and what is wrong with answering it.
    pub fn answered(&mut self, key: &Key) -> Option<(Call, Option<String>)> {
        let call = self.waiting.remove(key)?;
        let (index, generation, _) = *key;
        let said = || format!("P{index} at {} answers {}", call.local, call.remote);
        let wrong = match (Place::of(&call.local), Place::of(&call.remote)) {
            (Some(here), Some(there)) => {
                let same = (here.root, here.label) == (there.root, there.label);
                (!same).then(|| format!("{}, of another namespace", said()))
            }
            (Some(_), None) => Some(format!("{}, of no namespace", said())),
            (None, Some(_)) => Some(format!("{}, who is listed", said())),
            (None, None) => {
                let entry = (index, generation, call.label.clone());
                let first = self.answered.insert(entry);
                (!first).then(|| format!("{} twice to one offer", said()))
            }
        };
        Some((call, wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Calls};
    use mesh_chat::node::LinkId;

    const UUID: &str = "0f3c2b1a-0000-4000-8000-000000000000";

    fn wrong(calls: &mut Calls, link: u32, local: &str, remote: &str) -> bool {
        let key = (0, 0, LinkId::Accepted(link));
        let call = Call {
            local: format!("{local}-{UUID}"),
            remote: format!("{remote}-{UUID}"),
            label: "tag".to_owned(),
        };
        calls.comes(key, call);
        calls.answered(&key).unwrap().1.is_some()
    }

    #[test]
    fn an_answer_is_right_within_a_namespace_and_once_to_an_offer_elsewhere() {
        let (here, calls) = ("myapp-203-0-113-10", &mut Calls::default());
        assert!(!wrong(calls, 0, here, here));
        assert!(wrong(calls, 1, here, "0-203-0-113-10"));
        assert!(wrong(calls, 2, here, "myapp-203-0-113-11"));
        assert!(wrong(calls, 3, here, "myapp") && wrong(calls, 4, "myapp", here));
        assert!(!wrong(calls, 5, "myapp", "myapp"));
        assert!(wrong(calls, 6, "myapp", "myapp"));
    }
}
