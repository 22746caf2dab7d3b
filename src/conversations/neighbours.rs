//! Which connected contacts are on this device's networks: what their connection shows, and what they say.

use super::Conversations;
use crate::io::Path;
use crate::values::ContactId;

impl Conversations {
    /// Returns whether a direct connection shows the contact on one of this device's networks, to
    /// this side or to the other. `is_local` judges the path, and whether the contact is in a namespace
    /// of this device.
    pub(crate) fn is_here(&self, id: &ContactId, is_local: impl Fn(Path, bool) -> bool) -> bool {
        let session = self.session(id);
        session.is_some_and(|session| session.is_here(is_local))
    }

    /// Returns the contacts for whom [`Conversations::is_here`] is true, in the order of their ids.
    pub(crate) fn here(
        &self,
        is_local: impl Fn(Path, bool) -> bool,
    ) -> impl Iterator<Item = &ContactId> {
        self.all.iter().filter_map(move |(id, all)| {
            let session = all.session.as_ref()?;
            session.is_here(&is_local).then_some(id)
        })
    }

    /// Returns whether a contact who is connected is in a namespace of this device.
    pub(crate) fn shares(&self, id: &ContactId) -> bool {
        self.session(id).is_some_and(|session| session.shares)
    }

    /// Notes which contacts are in a namespace of this device: who was met there, or `is_there`, which is
    /// asked with the Router IDs in whose registries a contact says to be. Returns those at a private
    /// address with whom that is new: the address means something else now.
    pub(crate) fn follow_neighbours(
        &mut self,
        is_there: impl Fn(&ContactId, &[String]) -> bool,
    ) -> Vec<ContactId> {
        let mut changed = Vec::new();
        for (id, all) in self.all.iter_mut() {
            let Some(session) = &mut all.session else {
                continue;
            };
            let shares = session.met_there || is_there(id, &session.routers);
            if shares != session.shares && session.path == Path::Local {
                changed.push(id.clone());
            }
            session.shares = shares;
        }
        changed
    }

    /// Notes that this device is on another network: where contacts were met says nothing any more.
    pub(crate) fn moved(&mut self) {
        for (_, all) in self.all.iter_mut() {
            if let Some(session) = &mut all.session {
                session.met_there = false;
            }
        }
    }

    /// Returns the Router IDs in whose registries connected contacts say to be, by contact; only of those
    /// that are asked for, by the path to them.
    pub(crate) fn routers_of(
        &self,
        which: impl Fn(&ContactId, Path) -> bool,
    ) -> impl Iterator<Item = (&ContactId, &str)> {
        let sessions = self
            .all
            .iter()
            .filter_map(|(id, all)| Some((id, all.session.as_ref()?)));
        let these = sessions
            .filter(move |(id, session)| !session.routers.is_empty() && which(id, session.path));
        these.flat_map(|(id, session)| {
            let routers = session.routers.iter();
            routers.map(move |router| (id, router.as_str()))
        })
    }
}
