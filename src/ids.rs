//! The ids registered at a signalling server, and how they are made and read.

use crate::address;
use crate::limits::ROUTERS;
use std::net::IpAddr;
use uuid::Uuid;

/// A namespace under a root: everything that ids in it share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    root: String,
    label: String,
    prefix: String,
}

impl Namespace {
    /// Returns the namespace of the people behind one public address.
    pub fn of_address(root: &str, address: IpAddr) -> Self {
        let label = address::namespace(address);
        Self {
            root: root.to_owned(),
            prefix: format!("{root}-{label}-"),
            label,
        }
    }

    /// Returns the first part of every id in it.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Returns the Discovery ID of somebody under this root.
    pub fn rooted(&self, stranger: &Stranger) -> String {
        format!("{}-{}", self.root, stranger.0)
    }

    /// Returns the namespace without its root, as it goes into derivations.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Returns the `index`th Router ID, from 1.
    pub fn router_id(&self, index: u32) -> String {
        format!("{}{index}", self.prefix)
    }

    /// Returns the number of a Router ID; `None` for any other id, and for any other spelling.
    pub fn router_index(&self, id: &str) -> Option<u32> {
        let number = id.strip_prefix(&self.prefix)?;
        // No zeros or sign before it.
        let number = number
            .starts_with(|c| matches!(c, '1'..='9'))
            .then_some(number)?;
        let index = number.parse().ok()?;
        (1..=ROUTERS).contains(&index).then_some(index)
    }

    /// Returns the Discovery ID with this uuid.
    pub fn discovery_id(&self, uuid: Uuid) -> String {
        format!("{}{uuid}", self.prefix)
    }

    /// Returns the uuid of a Discovery ID of this namespace, where it is one in its one canonical
    /// form.
    pub fn discovery_uuid(&self, id: &str) -> Option<Uuid> {
        let text = id.strip_prefix(&self.prefix)?;
        let uuid = Uuid::try_parse(text).ok()?;
        let mut canonical = Uuid::encode_buffer();
        (uuid.hyphenated().encode_lower(&mut canonical) == text).then_some(uuid)
    }
}

/// Names somebody who is no contact, for a day: their Discovery ID without its root; where an invite
/// is used, the Transport ID that is dialled or called from.
///
/// The root changes with each slot of a beacon, and whoever is under the old and the new one is
/// one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stranger(String);

impl Stranger {
    /// Returns who is at an id.
    ///
    /// Only for ids that a [`Namespace`] has recognised, and Transport IDs: of any other id the end
    /// says nothing. Callers from others are not admitted, and entries with others are not listed.
    pub fn at(id: &str) -> Self {
        Self(rootless(id).to_owned())
    }

    /// Returns whether an id is theirs.
    pub fn is_at(&self, id: &str) -> bool {
        self.0 == rootless(id)
    }

    /// Returns how views name them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns a Discovery ID without its root: the four groups of the namespace and the five of the
/// uuid. What has fewer groups, such as a Transport ID, stays as it is.
fn rootless(id: &str) -> &str {
    let before = id.rmatch_indices('-').nth(8);
    let rest = before.and_then(|(at, _)| id.get(at + 1..));
    rest.unwrap_or(id)
}

/// Returns whether a text can be (the first part of) a PeerJS id: alphanumeric words joined by
/// single spaces, `_` or `-`.
pub fn is_peer_id(text: &str) -> bool {
    text.split([' ', '_', '-'])
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Returns a fresh Transport ID: the product's fixed root, whatever root discovery uses.
pub(crate) fn transport_id(random: [u8; 16]) -> String {
    transport_id_of(uuid::Builder::from_random_bytes(random).into_uuid())
}

/// Returns the Transport ID with this uuid.
pub(crate) fn transport_id_of(uuid: Uuid) -> String {
    format!("{TRANSPORT_ROOT}-{uuid}")
}

/// Returns the uuid of a Transport ID in its one canonical form.
pub(crate) fn transport_uuid(id: &str) -> Option<Uuid> {
    let text = id.strip_prefix(TRANSPORT_ROOT)?.strip_prefix('-')?;
    let uuid = Uuid::try_parse(text).ok()?;
    (uuid.to_string() == text).then_some(uuid)
}

/// Returns whether an id somebody sent can be a Transport ID.
pub(crate) fn is_transport_id(id: &str) -> bool {
    transport_uuid(id).is_some()
}

/// The first part of every Transport ID.
const TRANSPORT_ROOT: &str = "myapp";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_documented_forms() {
        let namespace = Namespace::of_address("myapp", "203.0.113.7".parse().unwrap());
        let uuid = Uuid::from_bytes([0x11; 16]);
        assert_eq!(namespace.router_id(1), "myapp-203-0-113-7-1");
        assert_eq!(namespace.label(), "203-0-113-7");
        let id = namespace.discovery_id(uuid);
        assert_eq!(id, "myapp-203-0-113-7-11111111-1111-1111-1111-111111111111");
        assert_eq!(namespace.discovery_uuid(&id), Some(uuid));
        assert!(is_peer_id(&id));
    }

    #[test]
    fn a_foreign_or_malformed_discovery_id_is_none() {
        let namespace = Namespace::of_address("myapp", "203.0.113.7".parse().unwrap());
        for bad in [
            "myapp-203-0-113-8-11111111-1111-1111-1111-111111111111",
            "other-203-0-113-7-11111111-1111-1111-1111-111111111111",
            "myapp-203-0-113-7-11111111111111111111111111111111",
            "myapp-203-0-113-7-AAAAAAAA-1111-1111-1111-111111111111",
            "myapp-203-0-113-7-1",
            "",
        ] {
            assert_eq!(namespace.discovery_uuid(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_discovery_id_has_the_same_rest_under_every_root() {
        let uuid = Uuid::from_bytes([0x11; 16]);
        for address in ["203.0.113.7", "2001:db8:85a3::1"] {
            let at = |root| Namespace::of_address(root, address.parse().unwrap());
            let (one, two) = (at("my-app"), at("sig41128019959f3574"));
            let id = one.discovery_id(uuid);
            let stranger = Stranger::at(&id);
            assert_eq!(stranger.as_str(), format!("{}-{uuid}", one.label()));
            assert_eq!(Stranger::at(stranger.as_str()), stranger);
            assert_eq!(two.rooted(&stranger), two.discovery_id(uuid));
            assert!(stranger.is_at(&two.discovery_id(uuid)));
        }
        let transport = transport_id_of(uuid);
        assert_eq!(Stranger::at(&transport).as_str(), transport);
    }

    #[test]
    fn router_ids_are_told_from_everything_else() {
        let namespace = Namespace::of_address("myapp", "203.0.113.7".parse().unwrap());
        assert_eq!(namespace.router_index("myapp-203-0-113-7-1"), Some(1));
        assert_eq!(namespace.router_index("myapp-203-0-113-7-64"), Some(64));
        for bad in ["0", "65", "01", "+1", "x", "", "99999999999"] {
            let id = format!("myapp-203-0-113-7-{bad}");
            assert_eq!(namespace.router_index(&id), None, "{bad}");
        }
        assert_eq!(namespace.router_index("myapp-203-0-113-8-1"), None);
    }

    #[test]
    fn peer_ids_are_words_with_single_separators() {
        for good in ["myapp", "a b", "a-b_c", "sig8a2b", "0"] {
            assert!(is_peer_id(good), "{good}");
        }
        for bad in ["", "a--b", "-a", "a-", "a.b", "a:b", "ä"] {
            assert!(!is_peer_id(bad), "{bad}");
        }
    }

    #[test]
    fn transport_ids_are_recognised() {
        let id = transport_id([7; 16]);
        assert!(is_transport_id(&id), "{id}");
        assert!(!is_transport_id("myapp-203-0-113-7-1"));
        assert!(!is_transport_id(
            "other-07070707-0707-4707-8707-070707070707"
        ));
    }
}
