//! Which machine a connection and an own id belong to: decided when they begin, and once more when
//! a connection becomes a session.

use crate::io::LinkId;
use crate::limits::{LINKS, LINKS_RESERVED};
use crate::values::ContactId;
use litemap::LiteMap;
use std::net::IpAddr;

/// Whose connection it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkOwner {
    /// It is between a peer and a router, or between two routers.
    Directory,
    /// It is not authenticated yet.
    Handshakes,
    /// It is the session with this contact.
    Session(ContactId),
    /// Files of this contact pass on it, or those for it.
    Files(ContactId),
}

/// What an own id at the signalling server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdOwner {
    /// The own Transport ID.
    Transport,
    /// The one before, which is held for a while for contacts who do not know the new one.
    Former,
    /// The id in an invite.
    Invite,
    /// A Discovery ID or a Router ID of the namespace of this address.
    Directory(IpAddr),
    /// A Router ID of a rendezvous.
    Rendezvous,
}

/// The owners.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    links: LiteMap<LinkId, LinkOwner>,
    ids: LiteMap<String, IdOwner>,
}

impl Routes {
    /// Returns whether there is room for a connection of somebody who has shown nothing: the last
    /// ones are for contacts and own dials.
    pub(crate) fn have_room_for_strangers(&self) -> bool {
        self.links.len() < LINKS - LINKS_RESERVED
    }

    pub(crate) fn link(&self, link: LinkId) -> Option<&LinkOwner> {
        self.links.get(&link)
    }

    pub(crate) fn set_link(&mut self, link: LinkId, owner: LinkOwner) {
        self.links.insert(link, owner);
    }

    pub(crate) fn remove_link(&mut self, link: LinkId) {
        self.links.remove(&link);
    }

    pub(crate) fn id(&self, id: &str) -> Option<IdOwner> {
        self.ids.get(id).copied()
    }

    pub(crate) fn set_id(&mut self, id: &str, owner: IdOwner) {
        self.ids.insert(id.to_owned(), owner);
    }

    /// Returns whose id it is, and forgets it: it is given up.
    pub(crate) fn take_id(&mut self, id: &str) -> Option<IdOwner> {
        self.ids.remove(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_was_given_up_belongs_to_nobody() {
        let mut routes = Routes::default();
        routes.set_id("a", IdOwner::Rendezvous);
        assert_eq!(routes.take_id("a"), Some(IdOwner::Rendezvous));
        assert_eq!(routes.id("a"), None);
        assert!(routes.ids.is_empty(), "nothing is kept of it");
    }
}
