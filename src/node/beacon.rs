//! The beacon's part in the namespaces: which roots they have.

use super::Node;
use super::network::Network;
use crate::beacon::client::Client;
use crate::clock::Mono;
use crate::discovery::Member;
use crate::ids::rootless;
use crate::io::{BeaconAnswer, BeaconFailure};
use crate::view::BeaconStatus;
use crate::wire::Entry;

impl Node {
    /// The beacon of the settings in force, from its beginning. What an earlier one signed is
    /// forgotten.
    pub(super) fn start_beacon(&mut self) {
        let config = self.defaults.with(&self.settings).beacon;
        let now = self.ctx.now.mono;
        self.network.beacon = config.and_then(|config| Client::new(&config, now));
    }

    /// The roots of the namespaces to be in, the oldest first. With a beacon it is never the
    /// configured one, whatever the beacon says.
    pub(super) fn roots(&self) -> Vec<String> {
        let config = self.defaults.with(&self.settings);
        if config.beacon.is_none() {
            return vec![config.root];
        }
        let beacon = self.network.beacon.as_ref();
        let roots = beacon.into_iter().flat_map(Client::roots);
        roots.map(str::to_owned).collect()
    }

    pub(super) fn beacon_answered(&mut self, result: &Result<BeaconAnswer, BeaconFailure>) {
        let beacon = self.network.beacon.as_mut();
        if beacon.is_some_and(|beacon| beacon.answered(&mut self.ctx, result)) {
            self.rejoin();
        }
    }

    pub(super) fn beacon_timeout(&mut self) {
        if self.is_cellular() {
            return;
        }
        let Network {
            members, beacon, ..
        } = &mut self.network;
        let moved = || have_moved(members);
        let beacon = beacon.as_mut();
        if beacon.is_some_and(|beacon| beacon.timeout(&mut self.ctx, moved)) {
            self.rejoin();
        }
    }

    pub(super) fn beacon_due(&self) -> Option<Mono> {
        let beacon = self.network.beacon.as_ref();
        beacon.filter(|_| !self.is_cellular())?.due(self.ctx.now)
    }

    pub(super) fn beacon_status(&self) -> Option<BeaconStatus> {
        let beacon = self.network.beacon.as_ref();
        let beacon = beacon.filter(|_| !self.is_cellular())?;
        Some(beacon.status(self.ctx.now))
    }
}

/// Whether everybody who is met under the oldest root is met under the newest.
fn have_moved(members: &[Member]) -> bool {
    let (Some(oldest), Some(newest)) = (members.first(), members.last()) else {
        return true;
    };
    let is_of =
        |member: &&Member, root: &Member| member.namespace().root() == root.namespace().root();
    let mut old = members.iter().filter(|member| is_of(member, oldest));
    old.all(|old| {
        let mut new = members.iter().filter(|member| is_of(member, newest));
        new.any(|new| replaces(new, old))
    })
}

/// Whether a membership has everybody whom an older one has.
fn replaces(new: &Member, old: &Member) -> bool {
    let same = new.namespace().label() == old.namespace().label();
    let meets = |entry: &Entry| {
        let id = new.namespace().rooted(rootless(&entry.discovery_id));
        new.other(&id).is_some()
    };
    same && new.listed_at().is_some() && old.others().all(meets)
}
