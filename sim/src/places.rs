//! The ids of namespaces that each device holds in a world with a beacon, and whom its person sees.

use std::collections::{BTreeMap, BTreeSet};

/// The root of the namespaces of everybody who has no beacon.
pub const PUBLIC: &str = "myapp";

/// What devices hold and see.
#[derive(Debug, Default)]
pub struct Places {
    /// The ids of namespaces that each device has asked for.
    ids: BTreeMap<usize, BTreeMap<String, Asked>>,
    /// Whom each person saw there after the last input, and since when by a connection.
    seen: BTreeMap<usize, Seen>,
    /// Devices whose lists changed in this input.
    changed: BTreeSet<usize>,
    /// Devices that left a root in this input while they were in as many as they can be.
    full: BTreeSet<usize>,
}

/// What is known of an id that a device has asked for.
#[derive(Debug)]
struct Asked {
    /// Its parts: they are asked for at every second.
    root: String,
    label: String,
    is_router: bool,
    is_first: bool,
    /// The device has it.
    held: bool,
}

impl Asked {
    fn place(&self) -> Place<'_> {
        Place {
            root: &self.root,
            label: &self.label,
            is_router: self.is_router,
            is_first: self.is_first,
        }
    }
}

/// The devices of the people that somebody sees there, and since when by a connection.
pub type Seen = BTreeMap<usize, Option<u64>>;

/// An id of a namespace, in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The root of the namespace.
    pub root: &'a str,
    /// The public address in it.
    pub label: &'a str,
    /// Whether it is a Router ID; otherwise it is a Discovery ID.
    pub is_router: bool,
    /// Whether it is the first one.
    pub is_first: bool,
}

impl<'a> Place<'a> {
    /// Returns the parts of an id, where it is one of a namespace of an IPv4 address.
    #[must_use]
    pub fn of(id: &'a str) -> Option<Self> {
        let (root, rest) = id.split_once('-')?;
        let groups = rest.matches('-').count() + 1;
        let end = match groups {
            5 => 1,
            9 => 5,
            _ => return None,
        };
        let (at, _) = rest.rmatch_indices('-').nth(end - 1)?;
        let label = rest.get(..at)?;
        let is_address = label.split('-').all(|part| part.parse::<u8>().is_ok());
        is_address.then_some(Place {
            root,
            label,
            is_router: groups == 5,
            is_first: groups == 5 && id.ends_with("-1"),
        })
    }
}

impl Places {
    /// A device asks for an id. Returns in how many roots it is then.
    pub fn registers(&mut self, index: usize, id: &str) -> usize {
        let ids = self.ids.entry(index).or_default();
        if let Some(place) = Place::of(id)
            && !ids.contains_key(id)
        {
            let asked = Asked {
                root: place.root.to_owned(),
                label: place.label.to_owned(),
                is_router: place.is_router,
                is_first: place.is_first,
                held: false,
            };
            ids.insert(id.to_owned(), asked);
        }
        self.roots_of(index).len()
    }

    /// A device has got an id.
    pub fn registered(&mut self, index: usize, id: &str) {
        let ids = self.ids.get_mut(&index);
        if let Some(asked) = ids.and_then(|ids| ids.get_mut(id)) {
            asked.held = true;
        }
    }

    /// A device gives an id back, or does not get it.
    pub fn releases(&mut self, index: usize, id: &str) {
        if let Some(ids) = self.ids.get_mut(&index) {
            ids.remove(id);
        }
    }

    /// The process of a device has ended; it holds and shows nothing.
    pub fn ended(&mut self, index: usize) {
        self.ids.remove(&index);
        self.seen.remove(&index);
    }

    /// Returns the places of a device, and whether it holds each.
    pub fn of(&self, index: usize) -> impl Iterator<Item = (Place<'_>, bool)> {
        let ids = self.ids.get(&index).into_iter().flatten();
        ids.map(|(_, asked)| (asked.place(), asked.held))
    }

    /// Returns the roots that a device is in.
    #[must_use]
    pub fn roots_of(&self, index: usize) -> BTreeSet<&str> {
        let places = self.of(index).map(|(place, _)| place);
        let own = places.filter(|place| !place.is_router);
        own.map(|place| place.root).collect()
    }

    /// The lists of a device have changed.
    pub fn changed(&mut self, index: usize) {
        self.changed.insert(index);
    }

    /// A device leaves a root because it is in as many as it can be.
    pub fn is_full(&mut self, index: usize) {
        self.full.insert(index);
    }

    /// Returns whether a device has left a root for that since the last call.
    pub fn take_full(&mut self, index: usize) -> bool {
        self.full.remove(&index)
    }

    /// Returns whether the lists of a device have changed since the last call.
    pub fn take_changed(&mut self, index: usize) -> bool {
        self.changed.remove(&index)
    }

    /// Returns whom a person saw after the last input.
    #[must_use]
    pub fn seen(&self, index: usize) -> Option<&Seen> {
        self.seen.get(&index)
    }

    /// Takes whom a person sees now, and returns whom it saw before.
    pub fn see(&mut self, index: usize, seen: Seen) -> Option<Seen> {
        self.seen.insert(index, seen)
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn the_ids_of_a_router_and_of_a_device_are_told_apart() {
        let router = Place::of("myapp-203-0-113-10-1").unwrap();
        let device = "myapp-203-0-113-10-0f3c2b1a-0000-4000-8000-000000000000";
        let device = Place::of(device).unwrap();
        assert!(router.is_router && !device.is_router);
        assert_eq!([router.label, device.label], ["203-0-113-10"; 2]);
        assert_eq!(Place::of("myapp-rendezvous-1"), None);
    }
}
