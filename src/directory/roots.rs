//! Under which roots the namespaces are: the configured one, or those that a beacon signs.

use super::member::Member;
use crate::beacon::client::Client;
use crate::clock::{Mono, Now};
use crate::config::Config;
use crate::context::Context;
use crate::ids::Stranger;
use crate::io::{BeaconAnswer, BeaconFailure};
use crate::view::BeaconStatus;
use crate::why::{Deadline, Why};
use crate::wire::Entry;
use std::time::Duration;

/// Where the roots come from.
#[derive(Debug)]
pub(super) enum Roots {
    Fixed(String),
    /// Never the configured one, whatever the beacon says; none while its settings cannot be used.
    Signed(Option<Box<Client>>),
}

impl Default for Roots {
    fn default() -> Self {
        Self::Signed(None)
    }
}

impl Roots {
    /// Returns the roots of the settings in force, from their beginning. What a beacon signed
    /// before is forgotten.
    pub(super) fn new(config: &Config, now: Mono) -> Self {
        match &config.beacon {
            None => Self::Fixed(config.root.clone()),
            Some(beacon) => Self::Signed(Client::new(beacon, now).map(Box::new)),
        }
    }

    fn client(&self) -> Option<&Client> {
        match self {
            Self::Fixed(_) => None,
            Self::Signed(client) => client.as_deref(),
        }
    }

    fn client_mut(&mut self) -> Option<&mut Client> {
        match self {
            Self::Fixed(_) => None,
            Self::Signed(client) => client.as_deref_mut(),
        }
    }

    /// Returns the roots to be under, the oldest first.
    pub(super) fn now(&self) -> Vec<String> {
        match self {
            Self::Fixed(root) => vec![root.clone()],
            Self::Signed(client) => {
                let roots = client.iter().flat_map(|client| client.roots());
                roots.map(str::to_owned).collect()
            }
        }
    }

    /// Takes the beacon's answer. Returns whether the roots changed.
    pub(super) fn answered(
        &mut self,
        ctx: &mut Context,
        result: &Result<BeaconAnswer, BeaconFailure>,
    ) -> bool {
        let client = self.client_mut();
        client.is_some_and(|client| client.answered(ctx, result))
    }

    /// Looks at the time. Returns whether the roots changed.
    pub(super) fn timeout(&mut self, ctx: &mut Context, members: &[Member]) -> bool {
        let moved = || have_moved(members);
        let client = self.client_mut();
        client.is_some_and(|client| client.timeout(ctx, moved))
    }

    pub(super) fn hurry(&mut self, now: Mono) {
        if let Some(client) = self.client_mut() {
            client.hurry(now);
        }
    }

    /// Notes that this device's clock was set back by so much.
    pub(super) fn clock_set_back(&mut self, by: Duration) {
        if let Some(client) = self.client_mut() {
            client.clock_set_back(by);
        }
    }

    /// Notes that the connection to the signalling server is back.
    pub(super) fn reconnected(&mut self, now: Mono) {
        if let Some(client) = self.client_mut() {
            client.reconnected(now);
        }
    }

    pub(super) fn due(&self, now: Now) -> Option<Deadline> {
        let at = self.client()?.due(now)?;
        Some(Why::Beacon.at(at))
    }

    pub(super) fn status(&self, now: Now) -> Option<BeaconStatus> {
        Some(self.client()?.status(now))
    }
}

/// Returns whether everybody who is met under the oldest root is met under the newest.
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

/// Returns whether every person in an older membership is also in a newer one.
fn replaces(new: &Member, old: &Member) -> bool {
    let same = new.namespace().label() == old.namespace().label();
    let meets = |entry: &Entry| {
        let id = new.namespace().rooted(&Stranger::at(&entry.discovery_id));
        new.other(&id).is_some()
    };
    same && new.listed_at().is_some() && old.others().all(|(_, entry)| meets(entry))
}
