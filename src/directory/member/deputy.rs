//! What a membership keeps of standing by: for which Router ID, and how it goes with the router above. What is done
//! about that is in `standing_by`.

use crate::clock::Mono;
use crate::directory::router::Router;
use crate::ids::Namespace;
use crate::io::LinkId;

#[derive(Debug, Default)]
pub(super) struct Deputy {
    /// The number of the Router ID that is asked for, to stand by there, and since when.
    pub(super) asked: Option<(u32, Mono)>,
    /// This device stands by, or does when the first router is there again.
    pub(super) stays: bool,
    /// The connection on which it was asked to; it stays open until what the router knows is known here.
    pub(super) former: Option<LinkId>,
    /// The number of the Router ID at which that was dialled.
    pub(super) from: u32,
    /// Until when that must be.
    pub(super) joined_by: Option<Mono>,
    /// Since when the router above is gone.
    pub(super) gone: Option<Mono>,
    /// When its own entry goes, because it is.
    pub(super) missing: Option<Mono>,
    /// When to ask for the first Router ID.
    pub(super) claim: Option<Mono>,
    /// The peers of the first router are to be told when the server has said who holds its id.
    pub(super) alarmed: bool,
    /// Who was sent back to the first router: that this one does not have them any more is told later.
    pub(super) dismissed: Vec<String>,
    /// When the peers of the first router were told last.
    pub(super) told: Option<Mono>,
}

impl Deputy {
    /// Returns whether the first router is there, so that this one only stands by.
    pub(super) fn stands_by(&self, router: &Router) -> bool {
        self.stays && (router.is_joined_up() || self.joined_by.is_some())
    }

    pub(super) fn is_former(&self, link: LinkId) -> bool {
        self.former == Some(link)
    }

    pub(super) fn closed(&mut self, link: LinkId) {
        self.former.take_if(|former| *former == link);
    }

    /// Notes that somebody else holds the id at which this device was to stand by.
    pub(super) fn is_refused(&mut self, namespace: &Namespace, id: &str) -> bool {
        let asked = |(index, _): &mut (u32, Mono)| namespace.router_id(*index) == id;
        self.asked.take_if(asked).is_some()
    }

    pub(super) fn due(&self) -> [Option<Mono>; 3] {
        [self.joined_by, self.claim, self.missing]
    }
}
