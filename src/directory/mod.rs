//! Finding people behind the same public address.
//!
//! The device that registers the Router ID of a namespace keeps its registry; all others check in
//! there and keep a copy. [`Member`] is one device's membership in one namespace, in every part it
//! can play: [`Router`](router::Router) or [`Follower`](follower::Follower) of one.
//! [`Roster`](roster::Roster) is the list. A router that is full sends people on to a later one,
//! and routers exchange their lists.
//!
//! [`Directory`] has one membership for each own address ([`addresses`]) under each root
//! ([`roots`]), and says which entries are contacts ([`recognition`]).

mod addresses;
mod feed;
mod follower;
mod following;
mod member;
mod recognition;
mod roots;
mod roster;
mod router;
#[cfg(test)]
mod tests;

pub(crate) use member::{Announcement, Member};

use crate::address::{self, Addresses};
use crate::calendar;
use crate::clock::{Mono, Now};
use crate::config::Config;
use crate::context::Context;
use crate::io::{BeaconAnswer, BeaconFailure, Link, LinkId, Path};
use crate::me::Me;
use crate::routes::LinkOwner;
use crate::values::ContactId;
use crate::view::BeaconStatus;
use crate::why::{Deadline, Why};
use crate::wire::Entry;
use addresses::Lookup;
use litemap::LiteMap;
use recognition::Recognition;
use roots::Roots;
use std::net::IpAddr;
use std::time::Duration;

/// Where contacts are seen: the entry of each, and the own Discovery ID beside it.
pub(crate) type Sightings = LiteMap<ContactId, (Entry, String)>;

/// The namespaces joined.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// Those under an older root of a beacon come first.
    members: Vec<Member>,
    roots: Roots,
    /// The addresses of the namespaces joined, or to be joined when there is a root.
    here: Vec<IpAddr>,
    lookup: Lookup,
    cellular: Cellular,
    /// The Router IDs in whose registries this device is, as the contacts near were told.
    routers: Vec<String>,
    day: u64,
    recognition: Recognition,
    /// The own Discovery ID in each membership, when contacts were last looked for.
    own: Vec<String>,
    /// The Discovery IDs whose entries came, changed or went in this input.
    changes: Vec<String>,
}

/// On a cellular network people behind one address do not know each other: no discovery.
#[derive(Debug, Default)]
struct Cellular {
    /// The browser says so.
    network: bool,
    /// The person says so.
    setting: bool,
}

impl Directory {
    /// Begins on a day.
    pub(crate) fn new(unix: u64) -> Self {
        Self {
            day: calendar::day_number(unix),
            ..Self::default()
        }
    }

    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns the ids of entries that came, changed or went in this input.
    pub(crate) fn changes(&self) -> &[String] {
        &self.changes
    }

    pub(crate) fn is_cellular(&self) -> bool {
        self.cellular.network || self.cellular.setting
    }

    /// Returns whether the last look-up gave no address.
    pub(crate) fn has_no_address(&self) -> bool {
        self.lookup.found_nothing()
    }

    /// When the address is looked up next.
    pub(crate) fn lookup_at(&self) -> Option<Mono> {
        self.lookup.at()
    }

    /// Returns whether a path shows the other end on one of this device's networks.
    pub(crate) fn is_local(&self, path: Path) -> bool {
        match path {
            Path::Local => true,
            Path::Public(ip) => self.lookup.found().include(ip),
            Path::Unknown => false,
        }
    }

    /// Returns from where and to where a stranger is dialled, by Discovery ID without its root:
    /// under the newest root where they are listed.
    pub(crate) fn way_to(&self, stranger: &str) -> Option<(String, String)> {
        let lists = |member: &&Member| {
            let id = member.namespace().rooted(stranger);
            member.is_held() && member.other(&id).is_some()
        };
        let member = self.members.iter().rev().find(lists)?;
        let to = member.namespace().rooted(stranger);
        Some((member.discovery_id().to_owned(), to))
    }

    /// Returns the own Discovery ID from which a listed one can be dialled.
    pub(crate) fn beside(&self, discovery_id: &str) -> Option<&str> {
        let lists = |member: &&Member| member.is_held() && member.other(discovery_id).is_some();
        let member = self.members.iter().find(lists)?;
        Some(member.discovery_id())
    }

    /// Returns whether an id is an own Discovery ID.
    pub(crate) fn is_own(&self, id: &str) -> bool {
        self.members.iter().any(|m| m.discovery_id() == id)
    }

    /// Returns the newest entry of a person, under whichever root.
    pub(crate) fn entry(&self, rootless: &str) -> Option<(&Member, &Entry)> {
        let mut members = self.members.iter().rev();
        members.find_map(|member| {
            let id = member.namespace().rooted(rootless);
            Some((member, member.other(&id)?))
        })
    }

    /// Returns whether an entry is a contact's.
    pub(crate) fn is_contact(&self, member: &Member, entry: &Entry) -> bool {
        self.recognition.of(member, entry).is_some()
    }

    /// Returns a number that is another one whenever other entries may be contacts'.
    pub(crate) fn recognised(&self) -> u64 {
        self.recognition.generation()
    }

    pub(crate) fn beacon_status(&self, now: Now) -> Option<BeaconStatus> {
        if self.is_cellular() {
            return None;
        }
        self.roots.status(now)
    }

    /// Takes the settings in force; the namespaces follow with [`Directory::rejoin`].
    pub(crate) fn configure(&mut self, ctx: &Context, config: &Config) {
        self.roots = Roots::new(config, ctx.now.mono);
    }

    pub(crate) fn look_up(&mut self, ctx: &mut Context) {
        if !self.is_cellular() {
            self.lookup.begin(ctx);
        }
    }

    /// The own addresses were looked up.
    pub(crate) fn addresses(&mut self, ctx: &mut Context, me: &Me, found: Addresses) {
        if self.is_cellular() {
            return;
        }
        let networks = found.networks();
        if self.lookup.take(ctx, found) {
            self.join_exactly(ctx, me, &networks);
        }
    }

    /// Leaves every namespace.
    pub(crate) fn leave(&mut self, ctx: &mut Context, me: &Me) {
        self.join_exactly(ctx, me, &[]);
    }

    fn join_exactly(&mut self, ctx: &mut Context, me: &Me, addresses: &[IpAddr]) {
        self.here = addresses.to_vec();
        self.rejoin(ctx, me);
    }

    /// Leaves and joins so that there is one membership for each address under each root.
    pub(crate) fn rejoin(&mut self, ctx: &mut Context, me: &Me) {
        let (roots, here) = (self.roots.now(), &self.here);
        let is_of = |member: &Member, root: &str, ip: IpAddr| {
            member.namespace().root() == root && address::same_network(ip, member.address())
        };
        let wanted = |member: &Member| {
            let mut roots = roots.iter();
            roots.any(|root| here.iter().any(|ip| is_of(member, root, *ip)))
        };
        let members = std::mem::take(&mut self.members).into_iter();
        let (kept, left): (Vec<_>, Vec<_>) = members.partition(wanted);
        self.members = kept;
        for member in left {
            member.leave(ctx);
        }
        let announcement = announcement(ctx, me);
        for (root, ip) in roots
            .iter()
            .flat_map(|root| here.iter().map(move |ip| (root, *ip)))
        {
            if !self.members.iter().any(|member| is_of(member, root, ip)) {
                let member = Member::join(ctx, root, ip, &announcement);
                self.members.push(member);
            }
        }
        // An address that came while there were two roots must not be taken for a newer one.
        let age = |member: &Member| {
            let of = |root: &String| member.namespace().root() == root;
            roots.iter().position(of)
        };
        self.members.sort_by_key(age);
    }

    /// The browser says whether the network is cellular.
    pub(crate) fn set_cellular_network(&mut self, cellular: bool) {
        self.cellular.network = cellular;
    }

    /// The person says so.
    pub(crate) fn set_cellular_setting(&mut self, cellular: bool) {
        self.cellular.setting = cellular;
    }

    /// Leaves or joins as the network is now.
    pub(crate) fn apply_cellular(&mut self, ctx: &mut Context, me: &Me) {
        if self.is_cellular() {
            self.lookup.stop();
            self.join_exactly(ctx, me, &[]);
        } else if self.lookup.at().is_none() {
            self.look_up(ctx);
        }
    }

    pub(crate) fn beacon_answered(
        &mut self,
        ctx: &mut Context,
        me: Option<&Me>,
        result: &Result<BeaconAnswer, BeaconFailure>,
    ) {
        if self.roots.answered(ctx, result)
            && let Some(me) = me
        {
            self.rejoin(ctx, me);
        }
    }

    /// An own id is held.
    pub(crate) fn registered(&mut self, ctx: &mut Context, id: &str) {
        for member in &mut self.members {
            if member.registered(ctx, id) {
                return;
            }
        }
    }

    /// An own id is held by somebody else.
    pub(crate) fn taken(&mut self, ctx: &mut Context, id: &str) {
        for member in &mut self.members {
            if member.taken(ctx, id) {
                return;
            }
        }
    }

    /// An own id is not held at the moment.
    pub(crate) fn lost(&mut self, id: &str) {
        for member in &mut self.members {
            member.lost(id);
        }
    }

    /// The signalling server is back after it was lost, so perhaps the network is another one: no
    /// event tells of every change of network, but sockets do not survive one.
    pub(crate) fn reconnected(&mut self, ctx: &mut Context, was_lost: bool) {
        if was_lost {
            self.roots.reconnected(ctx.now.mono);
        }
        if was_lost || self.lookup.found_nothing() {
            self.look_up(ctx);
        }
    }

    /// Somebody dialled a Router ID of this device. Returns whether a router here takes it.
    pub(crate) fn incoming(
        &mut self,
        ctx: &mut Context,
        link: LinkId,
        local: &str,
        remote: &str,
    ) -> bool {
        let mut members = self.members.iter_mut();
        let taken = members.any(|member| member.incoming(ctx, link, local, remote));
        if taken {
            ctx.routes.set_link(link, LinkOwner::Directory);
        }
        taken
    }

    /// A connection of a membership says something.
    pub(crate) fn link(&mut self, ctx: &mut Context, link: LinkId, event: Link) {
        let (members, lookup) = (&mut self.members, &self.lookup);
        let Some(member) = members.iter_mut().find(|member| member.owns(link)) else {
            return;
        };
        match event {
            Link::Open { path, .. } => {
                let foreign = matches!(path, Path::Public(ip) if !lookup.found().include(ip));
                member.opened(ctx, link, foreign);
            }
            Link::Frame(bytes) => {
                if let Err(how) = member.frame(ctx, link, &bytes) {
                    tracing::warn!(%how, "a connection of the namespace is closed");
                }
            }
            Link::Suspect => member.suspect(ctx, link),
            Link::Closed(_) => member.closed(ctx, link),
            Link::Incoming { .. } => {}
        }
    }

    /// The name, the addresses or the day changed.
    pub(crate) fn announce(&mut self, ctx: &mut Context, me: &Me) {
        let announcement = announcement(ctx, me);
        for member in &mut self.members {
            member.announce(ctx, &announcement);
        }
    }

    /// On a new day everybody has another Discovery ID.
    pub(crate) fn new_day(&mut self, ctx: &mut Context, me: &Me) {
        let day = calendar::day_number(ctx.now.unix);
        if std::mem::replace(&mut self.day, day) != day {
            self.announce(ctx, me);
        }
    }

    /// The device woke, or its network changed.
    pub(crate) fn probe(&mut self, ctx: &mut Context) {
        for member in &mut self.members {
            member.probe(ctx);
        }
    }

    /// Does not wait for the next look-up, nor for the beacon's next answer.
    pub(crate) fn hurry(&mut self, ctx: &mut Context) {
        self.lookup.forget_failures();
        self.look_up(ctx);
        self.roots.hurry(ctx.now.mono);
    }

    /// Looks at the slots of the beacon.
    pub(crate) fn beacon_timeout(&mut self, ctx: &mut Context, me: &Me) {
        if !self.is_cellular() && self.roots.timeout(ctx, &self.members) {
            self.rejoin(ctx, me);
        }
    }

    /// Returns the Router IDs in whose registries this device is.
    pub(crate) fn listed_at(&self) -> impl Iterator<Item = String> {
        self.members.iter().filter_map(Member::listed_at)
    }

    /// Returns whether other routers than before list this device. Contacts on the same network
    /// learn of it, so that they notice a router that hides it.
    pub(crate) fn is_listed_elsewhere(&mut self) -> bool {
        let routers: Vec<String> = self.listed_at().collect();
        let changed = self.routers != routers;
        self.routers = routers;
        changed
    }

    /// Leaves routers that hide somebody. `missing` are the Router IDs at which contacts say to be
    /// who are seen in no registry.
    pub(crate) fn leave_hiding_routers(&mut self, ctx: &mut Context, missing: &[String]) {
        for member in &mut self.members {
            let here = |router: &String| member.namespace().router_index(router).is_some();
            let misses = missing.iter().any(here);
            member.misses(ctx, misses);
        }
    }

    pub(crate) fn timeout(&mut self, ctx: &mut Context) {
        if self.lookup.at().is_some_and(|at| ctx.now.mono >= at) {
            self.look_up(ctx);
        }
        for member in &mut self.members {
            member.timeout(ctx);
        }
    }

    pub(crate) fn due(&self, ctx: &Context) -> Option<Deadline> {
        let day = 86_400_000;
        let midnight = Duration::from_millis(day - ctx.now.unix % day);
        let members = self.members.iter().filter_map(Member::due);
        let beacon = self.roots.due(ctx.now).filter(|_| !self.is_cellular());
        members
            .map(|at| Why::Membership.at(at))
            .chain(self.lookup.due())
            .chain(beacon)
            .chain([Why::NewDay.at(ctx.now.mono + midnight)])
            .min()
    }

    /// Follows what changed in the registries in this input. Returns where the contacts are seen,
    /// if that may have changed. `forced` is whether a contact is new, and `seen_as` whether an
    /// entry was a contact's before.
    pub(crate) fn recognise<'a>(
        &mut self,
        ctx: &Context,
        contacts: impl Iterator<Item = (&'a ContactId, [u8; 16])> + Clone,
        forced: bool,
        was_contact: impl Fn(&str) -> bool,
    ) -> Option<Sightings> {
        let members = self.members.iter_mut();
        self.changes = members.flat_map(Member::take_changes).collect();
        let members = self.members.iter();
        let own: Vec<String> = members.map(|m| m.discovery_id().to_owned()).collect();
        let moved = self.own != own;
        self.own = own;
        let renewed = self
            .recognition
            .update(ctx.now.unix, &self.members, contacts);
        let concerns = |id: &String| was_contact(id) || self.is_contact_id(id);
        (forced || moved || renewed || self.changes.iter().any(concerns)).then(|| self.sightings())
    }

    fn is_contact_id(&self, id: &str) -> bool {
        let mut members = self.members.iter();
        members.any(|member| {
            let entry = member.other(id);
            entry.is_some_and(|entry| self.is_contact(member, entry))
        })
    }

    fn sightings(&self) -> Sightings {
        let mut seen = LiteMap::new_vec();
        for member in &self.members {
            for entry in member.others() {
                // The newest root under which they can be dialled.
                if let Some(id) = self.recognition.of(member, entry)
                    && (member.is_held() || !seen.contains_key(id))
                {
                    let own = member.discovery_id().to_owned();
                    seen.insert(id.clone(), (entry.clone(), own));
                }
            }
        }
        seen
    }
}

fn announcement(ctx: &Context, me: &Me) -> Announcement {
    Announcement {
        name: me.name().to_owned(),
        discovery_uuid: me.discovery_uuid(),
        transport_id: me.transport_id().to_owned(),
        day: calendar::day(ctx.now.unix, 0),
    }
}
