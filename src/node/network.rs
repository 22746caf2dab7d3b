//! Where this device is: its addresses, the namespaces joined, and the signalling server.

use super::{Link, LinkId, Node, Output, Path, Signalling};
use crate::address::{self, Addresses};
use crate::beacon::client::Client;
use crate::calendar;
use crate::clock::{Mono, UnixMillis};
use crate::config::{Config, Settings};
use crate::context::Context;
use crate::discovery::{Announcement, Member};
use crate::ids;
use crate::limits;
use crate::view::ContactId;
use std::net::IpAddr;
use std::time::Duration;

/// The wait after the first failed look-up of the address; doubled to [`limits::ADDRESS_CHECK`].
const FIRST_LOOKUP_RETRY: Duration = Duration::from_secs(5);

/// The state of the network as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// Those under an older root of a beacon come first.
    pub(super) members: Vec<Member>,
    pub(super) beacon: Option<Client>,
    /// The addresses of the namespaces joined, or to be joined when there is a root.
    here: Vec<IpAddr>,
    /// The public addresses as last looked up.
    pub(super) addresses: Addresses,
    pub(super) transport_held: bool,
    /// It was held and is lost: perhaps because the network is another one.
    transport_lost: bool,
    /// `host:port` of the server in use, and whether it can be reached.
    pub(super) server: Option<String>,
    pub(super) server_up: bool,
    pub(super) retry_at: Option<UnixMillis>,
    pub(super) refused: Option<String>,
    /// The last look-up gave no address.
    pub(super) no_address: bool,
    pub(super) lookup_at: Option<Mono>,
    /// The Router IDs in whose registries this device is, as the contacts near were told.
    routers: Vec<String>,
    failures: u32,
    /// The browser says that the network is cellular.
    pub(super) cellular: bool,
}

impl Network {
    pub(super) fn owns(&self, link: LinkId) -> bool {
        self.members.iter().any(|member| member.owns(link))
    }

    /// The newest membership that lists whoever has a Discovery ID with this end, where it can be
    /// dialled from.
    pub(super) fn member_of(&self, rootless: &str) -> Option<&Member> {
        let lists = |member: &&Member| {
            let id = member.namespace().rooted(rootless);
            member.is_held() && member.other(&id).is_some()
        };
        self.members.iter().rev().find(lists)
    }

    /// The membership that lists a Discovery ID, where it can be dialled from.
    pub(super) fn member_at(&self, discovery_id: &str) -> Option<&Member> {
        let lists = |member: &&Member| member.is_held() && member.other(discovery_id).is_some();
        self.members.iter().find(lists)
    }

    /// Whether an id is an own Discovery ID.
    pub(super) fn is_own(&self, id: &str) -> bool {
        self.members
            .iter()
            .any(|member| member.discovery_id() == id)
    }

    pub(super) fn incoming(
        &mut self,
        ctx: &Context,
        link: LinkId,
        local: &str,
        remote: &str,
    ) -> bool {
        self.members
            .iter_mut()
            .any(|member| member.incoming(ctx, link, local, remote))
    }
}

impl Node {
    /// The first moment at which anything may be sent.
    pub(super) fn go_online(&mut self) {
        let config = self.defaults.with(&self.settings);
        self.ctx.emit(Output::Configure(config));
        if let Some(me) = &self.me {
            self.ctx.register(&me.record.transport_id);
        }
        self.start_beacon();
        self.look_up();
    }

    pub(super) fn is_cellular(&self) -> bool {
        self.network.cellular || self.settings.cellular
    }

    fn look_up(&mut self) {
        if self.me.is_some() && !self.is_cellular() {
            self.ctx.emit(Output::LookUpAddress);
            self.network.lookup_at = Some(self.ctx.now.mono + limits::ADDRESS_CHECK);
        }
    }

    pub(super) fn announcement(&self) -> Option<Announcement> {
        let me = self.me.as_ref()?;
        Some(Announcement {
            name: me.record.name.clone(),
            discovery_uuid: me.discovery_uuid,
            transport_id: me.record.transport_id.clone(),
            day: calendar::day(self.ctx.now.unix, 0),
        })
    }

    pub(super) fn addresses(&mut self, found: Addresses) {
        if self.is_cellular() || self.me.is_none() {
            return;
        }
        let networks = found.networks();
        let network = &mut self.network;
        network.addresses = found;
        network.no_address = networks.is_empty();
        if network.no_address {
            let wait = FIRST_LOOKUP_RETRY * 2_u32.saturating_pow(network.failures.min(10));
            network.failures = network.failures.saturating_add(1);
            network.lookup_at = Some(self.ctx.now.mono + wait.min(limits::ADDRESS_CHECK));
            return;
        }
        network.failures = 0;
        network.lookup_at = Some(self.ctx.now.mono + limits::ADDRESS_CHECK);
        self.join_exactly(&networks);
    }

    pub(super) fn join_exactly(&mut self, addresses: &[IpAddr]) {
        self.network.here = addresses.to_vec();
        self.rejoin();
    }

    /// Leaves and joins so that there is one membership for each address under each root.
    pub(super) fn rejoin(&mut self) {
        let Some(me) = self.announcement() else {
            return;
        };
        let (roots, here) = (self.roots(), self.network.here.clone());
        let is_of = |member: &Member, root: &str, ip: IpAddr| {
            member.namespace().root() == root && address::same_network(ip, member.address())
        };
        let wanted = |member: &Member| {
            let mut roots = roots.iter();
            roots.any(|root| here.iter().any(|ip| is_of(member, root, *ip)))
        };
        let members = std::mem::take(&mut self.network.members).into_iter();
        let (kept, left): (Vec<_>, Vec<_>) = members.partition(wanted);
        self.network.members = kept;
        left.into_iter()
            .for_each(|member| member.leave(&mut self.ctx));
        for (root, ip) in roots
            .iter()
            .flat_map(|root| here.iter().map(move |ip| (root, *ip)))
        {
            let mut members = self.network.members.iter();
            if !members.any(|member| is_of(member, root, ip)) {
                let member = Member::join(&mut self.ctx, root, ip, &me);
                self.network.members.push(member);
            }
        }
        // An address that came while there were two roots must not be taken for a newer one.
        let age = |member: &Member| {
            roots
                .iter()
                .position(|root| member.namespace().root() == root)
        };
        self.network.members.sort_by_key(age);
    }

    pub(super) fn cellular(&mut self, cellular: bool) {
        self.network.cellular = cellular;
        self.apply_cellular();
    }

    fn apply_cellular(&mut self) {
        if self.is_cellular() {
            self.network.lookup_at = None;
            self.join_exactly(&[]);
        } else if self.network.lookup_at.is_none() {
            self.look_up();
        }
    }

    pub(super) fn take_settings(&mut self, settings: Settings) {
        let before = self.defaults.with(&self.settings);
        self.settings = settings;
        let after = self.defaults.with(&self.settings);
        let same_but_beacon = Config {
            beacon: after.beacon.clone(),
            ..before.clone()
        };
        if before != after && self.me.is_some() && same_but_beacon == after {
            self.start_beacon();
            self.rejoin();
        } else if before != after && self.me.is_some() {
            // Other servers or another root: everything is registered anew. Chats go on over
            // new connections.
            self.join_exactly(&[]);
            let links: Vec<LinkId> = self.links.keys().copied().collect();
            links.into_iter().for_each(|link| self.drop_link(link));
            let ids: Vec<ContactId> = self.contacts.keys().cloned().collect();
            ids.iter().for_each(|id| self.end_session(id));
            self.network.transport_held = false;
            self.network.server = None;
            self.network.server_up = false;
            self.network.refused = None;
            self.go_online();
        }
        self.apply_cellular();
    }

    pub(super) fn signalling(&mut self, signalling: Signalling) {
        match signalling {
            Signalling::Registered(id) => self.registered(&id),
            Signalling::Taken(id) => self.taken(&id),
            Signalling::Lost(id) => {
                if self.is_transport(&id) {
                    self.network.transport_held = false;
                    self.network.transport_lost = true;
                }
                self.network
                    .members
                    .iter_mut()
                    .for_each(|member| member.lost(&id));
            }
            Signalling::Server {
                server,
                up,
                retry_in,
                refused,
            } => {
                let unix = self.ctx.now.unix;
                let millis = |wait: Duration| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                self.network.server = Some(server);
                self.network.server_up = up;
                self.network.retry_at = retry_in.map(|wait| unix.saturating_add(millis(wait)));
                self.network.refused = refused;
            }
        }
    }

    fn is_transport(&self, id: &str) -> bool {
        self.me
            .as_ref()
            .is_some_and(|me| me.record.transport_id == id)
    }

    /// The key of the blacklist: another server may have the right one at the same id.
    fn server(&self) -> &str {
        self.network.server.as_deref().unwrap_or_default()
    }

    pub(super) fn blacklist_id(&mut self, id: &str) {
        let server = self.server().to_owned();
        self.blacklist.add(&server, id, self.ctx.now.mono);
    }

    pub(super) fn blacklisted_until(&self, id: &str) -> Option<Mono> {
        self.blacklist.until(self.server(), id, self.ctx.now.mono)
    }

    fn registered(&mut self, id: &str) {
        if self.is_transport(id) {
            self.network.transport_held = true;
            self.redial_all();
            // No event tells of every change of network, but sockets do not survive one.
            let lost = std::mem::take(&mut self.network.transport_lost);
            let beacon = self.network.beacon.as_mut().filter(|_| lost);
            beacon
                .into_iter()
                .for_each(|beacon| beacon.reconnected(self.ctx.now.mono));
            if lost || self.network.no_address {
                self.look_up();
            }
            return;
        }
        if self.seat_registered(id) {
            return;
        }
        let Network { members, .. } = &mut self.network;
        let _ = members
            .iter_mut()
            .any(|member| member.registered(&mut self.ctx, id));
    }

    fn taken(&mut self, id: &str) {
        if self.is_transport(id) {
            self.replace_transport();
            return;
        }
        if self.seat_taken(id) {
            return;
        }
        let Network { members, .. } = &mut self.network;
        let _ = members
            .iter_mut()
            .any(|member| member.taken(&mut self.ctx, id));
    }

    /// Somebody else holds the own Transport ID: take another, and say so.
    fn replace_transport(&mut self) {
        self.network.transport_held = false;
        let fresh = ids::transport_id(self.ctx.random());
        let Some(me) = &mut self.me else { return };
        me.record.transport_id.clone_from(&fresh);
        self.store_profile();
        self.ctx.register(&fresh);
        self.moved();
        self.announce_profile();
    }

    pub(super) fn announce_members(&mut self) {
        let Some(me) = self.announcement() else {
            return;
        };
        self.network
            .members
            .iter_mut()
            .for_each(|member| member.announce(&mut self.ctx, &me));
    }

    /// A connection of a membership says something.
    pub(super) fn network_link(&mut self, link: LinkId, event: Link) {
        let Network {
            members, addresses, ..
        } = &mut self.network;
        let Some(member) = members.iter_mut().find(|member| member.owns(link)) else {
            return;
        };
        match event {
            Link::Open { path, .. } => {
                let foreign = matches!(path, Path::Public(ip) if !addresses.include(ip));
                member.opened(&mut self.ctx, link, foreign);
            }
            Link::Frame(bytes) => {
                if let Err(reason) = member.frame(&mut self.ctx, link, &bytes) {
                    tracing::warn!(%reason, "a connection of the namespace is closed");
                }
            }
            Link::Suspect => member.suspect(&mut self.ctx, link),
            Link::Closed(_) => member.closed(&mut self.ctx, link),
            Link::Incoming { .. } => {}
        }
    }

    /// The device woke, the network changed, or the person does not want to wait.
    pub(super) fn woke(&mut self) {
        if self.me.is_none() {
            return;
        }
        self.ctx.emit(Output::Probe);
        self.network
            .members
            .iter_mut()
            .for_each(|member| member.probe(&mut self.ctx));
        let ids: Vec<ContactId> = self.contacts.keys().cloned().collect();
        ids.iter().for_each(|id| self.doubt(id));
        self.network.failures = 0;
        self.look_up();
        let beacon = self.network.beacon.as_mut();
        beacon
            .into_iter()
            .for_each(|beacon| beacon.hurry(self.ctx.now.mono));
        self.redial_all();
    }

    pub(super) fn new_day(&mut self) {
        let day = calendar::day_number(self.ctx.now.unix);
        if std::mem::replace(&mut self.day, day) != day {
            self.announce_members();
        }
    }

    /// Contacts on the same network learn in whose registry this device is, so that they notice
    /// a router that hides it.
    fn tell_routers(&mut self) {
        let members = self.network.members.iter();
        let routers: Vec<String> = members.filter_map(Member::listed_at).collect();
        if self.network.routers != routers {
            self.network.routers = routers;
            self.send_profiles();
        }
    }

    /// Whether somebody near says to be in a namespace and its router does not list them.
    fn misses_somebody(&self, member: &Member) -> bool {
        let here = |router: &String| member.namespace().router_index(router).is_some();
        self.contacts.values().any(|contact| {
            let session = contact.session.as_ref();
            let listed = contact.seen_as.is_some();
            !listed && session.is_some_and(|session| session.routers.iter().any(here))
        })
    }

    fn leave_hiding_routers(&mut self) {
        let members = self.network.members.iter();
        let missing: Vec<bool> = members.map(|member| self.misses_somebody(member)).collect();
        for (member, misses) in self.network.members.iter_mut().zip(missing) {
            member.misses(&mut self.ctx, misses);
        }
    }

    pub(super) fn network_timeout(&mut self) {
        self.beacon_timeout();
        self.tell_routers();
        self.leave_hiding_routers();
        if self
            .network
            .lookup_at
            .is_some_and(|at| self.ctx.now.mono >= at)
        {
            self.look_up();
        }
        self.network
            .members
            .iter_mut()
            .for_each(|member| member.timeout(&mut self.ctx));
    }

    pub(super) fn network_due(&self) -> Option<Mono> {
        let day = 86_400_000;
        let midnight = Duration::from_millis(day - self.ctx.now.unix % day);
        let members = self.network.members.iter().filter_map(Member::due);
        members
            .chain(self.network.lookup_at)
            .chain(self.beacon_due())
            .chain([self.ctx.now.mono + midnight])
            .min()
    }
}
