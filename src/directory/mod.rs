//! Finding people behind the same public address.
//!
//! The device that registers the Router ID of a namespace keeps its registry; all others check in
//! there and keep a copy. [`Member`] is one device's membership in one namespace, in every part it
//! can play: [`Router`](router::Router) or [`Follower`](follower::Follower) of one.
//! [`Roster`](roster::Roster) is the list. A router that is full sends people on to a later one,
//! and routers exchange their lists.
//!
//! [`Directory`] has one membership ([`joining`]) for each own address ([`addresses`]) under each root
//! ([`roots`]), and says which entries are contacts ([`recognition`], [`sightings`]).

mod addresses;
mod budget;
mod feed;
mod follower;
mod following;
mod joining;
mod member;
mod recognition;
mod roots;
mod roster;
mod router;
mod sightings;
#[cfg(test)]
mod tests;

pub(crate) use member::Member;
pub(crate) use roster::Standing;

use crate::address::same_network;
use crate::calendar;
use crate::clock::{Mono, Now};
use crate::context::Context;
use crate::ids::Stranger;
use crate::io::{Closed, Link, LinkId, Path};
use crate::limits::COMPLAINT;
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
    /// The person wants to be in no registry.
    unlisted: bool,
    /// The browser opens no direct connections: nobody could reach this device, whatever id it held.
    forbidden: bool,
    /// The Router IDs in whose registries this device is, as the contacts near were told.
    routers: Vec<String>,
    day: u64,
    recognition: Recognition,
    /// The contacts who were in a registry of this network.
    neighbours: LiteMap<ContactId, ()>,
    /// Because of whose word a router was left, and when.
    complained: LiteMap<ContactId, Complaint>,
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

/// A contact because of whose word a router was left.
#[derive(Debug)]
struct Complaint {
    /// Until when its word does not count again.
    until: Mono,
    /// How often it was believed.
    times: u32,
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

    /// Returns whether this device is to be in no namespace.
    fn stays_out(&self) -> bool {
        self.unlisted || self.is_cellular()
    }

    /// Returns whether the browser opens no direct connections.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.forbidden
    }

    /// Returns whether the last look-up gave no address.
    pub(crate) fn has_no_address(&self) -> bool {
        self.lookup.found_nothing()
    }

    /// Returns when the address is looked up next.
    pub(crate) fn lookup_at(&self) -> Option<Mono> {
        self.lookup.at()
    }

    /// Returns whether a path shows the other end on one of this device's networks. At a private address
    /// they may as well be at the other end of a tunnel between two networks: so there it counts only with
    /// `shares`, which is whether they are in a namespace of this device.
    pub(crate) fn is_local(&self, path: Path, shares: bool) -> bool {
        match path {
            Path::Local => shares,
            Path::Public(ip) => self.lookup.found().include(ip),
            Path::Relay | Path::Unknown => false,
        }
    }

    /// Returns whether a path shows the other end on another network. A relay hides where it is, and
    /// is needed between neighbours only where the settings name one.
    pub(crate) fn is_foreign(ctx: &Context, path: Path) -> bool {
        match path {
            Path::Local | Path::Unknown => false,
            // A look-up that found nothing has moved nobody.
            Path::Public(ip) => !ctx.here.iter().any(|own| same_network(*own, ip)),
            Path::Relay => !ctx.relays,
        }
    }

    /// Returns from where and to where a stranger is dialled: under the newest root where they are
    /// listed.
    pub(crate) fn way_to(&self, stranger: &Stranger) -> Option<(String, String)> {
        let lists = |member: &&Member| {
            let id = member.namespace().rooted(stranger);
            member.is_held() && member.other(&id).is_some()
        };
        let member = self.members.iter().rev().find(lists)?;
        let to = member.namespace().rooted(stranger);
        Some((member.discovery_id().to_owned(), to))
    }

    /// Returns from where and to where somebody is dialled who was listed under an id and a name: there or,
    /// where nobody is listed there any more, at everybody of that name. A new day has other ids for all.
    /// Those come first of whom the most shows that they are there: invented ones use up no tries.
    pub(crate) fn ways_back(&self, stranger: &Stranger, name: &str) -> Vec<(String, String)> {
        if self.entry(stranger).is_some() {
            return self.way_to(stranger).into_iter().collect();
        }
        let all = self.strangers();
        let mut namesakes: Vec<_> = all.filter(|(_, e)| e.friendlyname == name).collect();
        namesakes.sort_by_key(|(standing, _)| std::cmp::Reverse(*standing));
        let namesakes = namesakes.into_iter();
        let namesakes = namesakes.map(|(_, entry)| Stranger::at(&entry.discovery_id));
        namesakes
            .filter_map(|namesake| self.way_to(&namesake))
            .collect()
    }

    /// Returns the name under which somebody is listed.
    pub(crate) fn name_of(&self, person: &Stranger) -> Option<&str> {
        let (_, entry) = self.entry(person)?;
        Some(&entry.friendlyname)
    }

    /// Returns the own Discovery ID from which a listed one can be dialled.
    pub(crate) fn id_to_dial_from(&self, discovery_id: &str) -> Option<&str> {
        let lists = |member: &&Member| member.is_held() && member.other(discovery_id).is_some();
        let member = self.members.iter().find(lists)?;
        Some(member.discovery_id())
    }

    /// Returns whether an id is a Router ID of a namespace of this device.
    pub(crate) fn is_router_here(&self, id: &str) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.namespace().router_index(id).is_some())
    }

    /// Returns whether somebody calls an own Discovery ID from one of the same namespace, which is
    /// under one of the present roots.
    pub(crate) fn knows_caller(&self, local: &str, remote: &str) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.knows_caller(local, remote))
    }

    /// Returns the newest entry of a person, under whichever root.
    pub(crate) fn entry(&self, person: &Stranger) -> Option<(&Member, &Entry)> {
        let mut members = self.members.iter().rev();
        members.find_map(|member| {
            let id = member.namespace().rooted(person);
            Some((member, member.other(&id)?))
        })
    }

    pub(crate) fn beacon_status(&self, now: Now) -> Option<BeaconStatus> {
        if self.stays_out() {
            return None;
        }
        self.roots.status(now)
    }

    /// Notes that an own id is held.
    pub(crate) fn registered(&mut self, ctx: &mut Context, id: &str) {
        for member in &mut self.members {
            if member.registered(ctx, id) {
                return;
            }
        }
        // It was asked for before something else happened: nobody would answer there.
        ctx.release(id);
    }

    /// Notes that somebody else holds an own id.
    pub(crate) fn taken(&mut self, ctx: &mut Context, id: &str) {
        let mut members = self.members.iter_mut();
        let Some(member) = members.find_map(|member| member.taken(ctx, id).then_some(member))
        else {
            return;
        };
        let (address, number) = (member.address(), member.number());
        // Under two roots with two numbers, strangers would see two people.
        for member in &mut self.members {
            if member.address() == address && member.number() < number {
                member.take_number(ctx, number);
            }
        }
    }

    /// Notes that an own id is not held at the moment.
    pub(crate) fn lost(&mut self, id: &str) {
        for member in &mut self.members {
            member.lost(id);
        }
    }

    /// Notes that somebody has knocked at an own id.
    pub(crate) fn knocked(&mut self, ctx: &mut Context, local: &str, remote: &str) {
        for member in &mut self.members {
            member.knocked(ctx, local, remote);
        }
    }

    /// Takes a connection of somebody who dialled a Router ID of this device. Returns whether a
    /// router here accepts it.
    pub(crate) fn incoming(
        &mut self,
        ctx: &mut Context,
        link: LinkId,
        local: &str,
        remote: &str,
    ) -> bool {
        let mut members = self.members.iter_mut();
        let taken = ctx.routes.have_room_for_strangers()
            && members.any(|member| member.incoming(ctx, link, local, remote));
        if taken {
            ctx.admit(link, local, LinkOwner::Directory);
        }
        taken
    }

    /// Handles an event of a connection of a membership.
    pub(crate) fn link(&mut self, ctx: &mut Context, link: LinkId, event: Link) {
        let foreign = matches!(event, Link::Open { path, .. } if Self::is_foreign(ctx, path));
        let mut members = self.members.iter_mut();
        let Some(member) = members.find(|member| member.owns(link)) else {
            return;
        };
        match event {
            Link::Open { .. } => member.opened(ctx, link, foreign),
            Link::Frame(bytes) => {
                if let Err(how) = member.frame(ctx, link, &bytes) {
                    tracing::warn!(%how, "a connection of the namespace is closed");
                }
            }
            Link::Suspect => member.suspect(ctx, link),
            Link::Closed(closed) => member.closed(ctx, link, closed == Closed::Elsewhere),
            Link::Incoming { .. } => {}
        }
    }

    /// Asks every connection for a sign of life: the device woke, or its network changed.
    pub(crate) fn probe(&mut self, ctx: &mut Context) {
        for member in &mut self.members {
            member.probe(ctx);
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

    /// Leaves routers that hide somebody. `missing` are the Router IDs at which contacts who are on this
    /// network, and are seen in no registry, say to be. The word of one contact counts where it was in
    /// a registry here before, and for one router in an hour, then in two, up to a day: else it could
    /// keep this device from everybody else.
    pub(crate) fn leave_hiding_routers(
        &mut self,
        ctx: &mut Context,
        missing: &[(&ContactId, &str)],
    ) {
        let now = ctx.now.mono;
        for member in &mut self.members {
            let counts = |(contact, router): &&(&ContactId, &str)| {
                let of_here = member.namespace().router_index(router).is_some();
                let before = self.complained.get(*contact);
                of_here && before.is_none_or(|before| now >= before.until)
            };
            let contacts = missing.iter().filter(counts).map(|(contact, _)| *contact);
            let mut contacts: Vec<&ContactId> = contacts.collect();
            contacts.dedup();
            let was_here = |contact: &&ContactId| self.neighbours.contains_key(*contact);
            let misses = contacts.len() > 1 || contacts.iter().any(was_here);
            if member.misses(ctx, misses) {
                for contact in contacts {
                    let times = self
                        .complained
                        .get(contact)
                        .map_or(0, |before| before.times);
                    let until = now + COMPLAINT.doubled(times);
                    let times = times.saturating_add(1);
                    self.complained
                        .insert(contact.clone(), Complaint { until, times });
                }
            }
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
        let telling = self.members.iter().filter_map(Member::tells_at);
        let beacon = self.roots.due(ctx.now).filter(|_| !self.stays_out());
        members
            .map(|at| Why::Membership.at(at))
            .chain(telling.map(|at| Why::Update.at(at)))
            .chain(self.lookup.due())
            .chain(beacon)
            .chain([Why::NewDay.at(ctx.now.mono + midnight)])
            .min()
    }
}
