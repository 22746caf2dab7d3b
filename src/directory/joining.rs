//! Which namespaces to be in: one for each own address under each root.

use super::Directory;
use super::member::{Announcement, Member};
use super::roots::Roots;
use crate::address::{self, Addresses};
use crate::calendar;
use crate::clock::Mono;
use crate::config::Config;
use crate::context::Context;
use crate::io::{BeaconAnswer, BeaconFailure};
use crate::me::Me;
use std::net::IpAddr;
use std::time::Duration;

impl Directory {
    /// Tells every namespace the name, the addresses and the day, because one of them changed.
    pub(crate) fn announce(&mut self, ctx: &mut Context, me: &Me) {
        let announcement = announcement(ctx, me);
        for member in &mut self.members {
            member.announce(ctx, &announcement);
        }
    }

    /// Announces a new Discovery ID on a new day.
    pub(crate) fn new_day(&mut self, ctx: &mut Context, me: &Me) {
        let day = calendar::day_number(ctx.now.unix);
        if std::mem::replace(&mut self.day, day) != day {
            self.announce(ctx, me);
        }
    }

    /// Takes the settings in force; the namespaces follow with [`Directory::rejoin`].
    pub(crate) fn configure(&mut self, ctx: &mut Context, config: &Config) {
        ctx.relays = config.has_relay();
        self.roots = Roots::new(config, ctx.now.mono);
    }

    pub(crate) fn look_up(&mut self, ctx: &mut Context) {
        if !self.stays_out() {
            self.lookup.begin(ctx);
        }
    }

    /// Takes the own addresses as looked up. Returns whether this device is on another network.
    pub(crate) fn addresses(&mut self, ctx: &mut Context, me: &Me, found: Addresses) -> bool {
        if self.stays_out() {
            return false;
        }
        let networks = found.networks();
        let here: Vec<IpAddr> = found.all().collect();
        if self.lookup.take(ctx, found) {
            ctx.here = here;
            return self.join_exactly(ctx, me, &networks);
        }
        false
    }

    /// Leaves every namespace.
    pub(crate) fn leave(&mut self, ctx: &mut Context, me: &Me) {
        self.join_exactly(ctx, me, &[]);
    }

    /// Returns whether these are other addresses than before.
    fn join_exactly(&mut self, ctx: &mut Context, me: &Me, addresses: &[IpAddr]) -> bool {
        let moved = self.here != addresses;
        if moved {
            self.neighbours.clear();
        }
        self.here = addresses.to_vec();
        self.rejoin(ctx, me);
        moved
    }

    /// Leaves and joins so that there is one membership for each address under each root.
    pub(crate) fn rejoin(&mut self, ctx: &mut Context, me: &Me) {
        let here: &[IpAddr] = if self.forbidden { &[] } else { &self.here };
        let roots = self.roots.now();
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
                let same = self.members.iter().find(|member| member.address() == ip);
                let number = same.map_or(0, Member::number);
                let member = Member::join(ctx, root, ip, &announcement, number);
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

    /// Takes whether the browser opens direct connections. Where it does not, this device holds no id
    /// at which others would look for somebody who answers.
    pub(crate) fn set_direct(&mut self, ctx: &mut Context, me: Option<&Me>, direct: bool) {
        let changed = std::mem::replace(&mut self.forbidden, !direct) == direct;
        if let Some(me) = me.filter(|_| changed) {
            self.rejoin(ctx, me);
        }
    }

    /// Takes whether the network is cellular, as the browser says.
    pub(crate) fn set_cellular_network(&mut self, cellular: bool) {
        self.cellular.network = cellular;
    }

    /// Takes whether the network is cellular, as the person says.
    pub(crate) fn set_cellular_setting(&mut self, cellular: bool) {
        self.cellular.setting = cellular;
    }

    /// Takes whether the person wants to be in no registry.
    pub(crate) fn set_unlisted(&mut self, unlisted: bool) {
        self.unlisted = unlisted;
    }

    /// Leaves or joins as the network, and the person, want it now.
    pub(crate) fn apply_discovery(&mut self, ctx: &mut Context, me: &Me) {
        if self.stays_out() {
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

    /// Looks up the address again after the signalling server was lost and is back: the network may
    /// be another one. No event tells of every change of network, but sockets do not survive one.
    pub(crate) fn reconnected(&mut self, ctx: &mut Context, was_lost: bool) {
        if was_lost {
            self.roots.reconnected(ctx.now.mono);
        }
        if was_lost || self.lookup.found_nothing() {
            self.look_up(ctx);
        }
    }

    /// Does not wait for the next look-up, nor for the beacon's next answer.
    pub(crate) fn hurry(&mut self, ctx: &mut Context) {
        self.lookup.forget_failures();
        if self.stays_out() {
            // Nothing is looked up, and this device may be elsewhere by now.
            self.lookup.forget();
        }
        self.look_up(ctx);
        self.hurry_beacon(ctx.now.mono);
    }

    /// Notes that this device's clock was set back by so much.
    pub(crate) fn clock_set_back(&mut self, by: Duration) {
        self.roots.clock_set_back(by);
    }

    /// Asks the beacon at once: where it is in its slot is known by the own clock, which was set.
    pub(crate) fn hurry_beacon(&mut self, now: Mono) {
        self.roots.hurry(now);
    }

    /// Looks at the slots of the beacon.
    pub(crate) fn beacon_timeout(&mut self, ctx: &mut Context, me: &Me) {
        if !self.stays_out() && self.roots.timeout(ctx, &self.members) {
            self.rejoin(ctx, me);
        }
    }
}

/// Returns what this device says of itself today.
fn announcement(ctx: &Context, me: &Me) -> Announcement {
    Announcement {
        name: me.name().to_owned(),
        discovery_uuid: me.discovery_uuid(),
        transport_id: me.transport_id().to_owned(),
        day: calendar::day(ctx.now.unix, 0),
    }
}
