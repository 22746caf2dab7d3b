//! One device's membership in one namespace: the election, and both parts it can end in.
//!
//! Long because the election is one machine: every happening is answered for all five states, and
//! they are read together.

mod deputy;
mod returning;
mod silence;
mod standing_by;
mod unanswered;
mod upkeep;

use super::follower::Follower;
use super::roster::{Roster, Standing};
use super::router::{Router, Scope};
use crate::clock::Mono;
use crate::context::Context;
use crate::crypto;
use crate::ids::Namespace;
use crate::io::LinkId;
use crate::limits::{CLAIM_JITTER, DISCOVERY_IDS, HIDDEN};
use crate::misbehaviour::Misbehaviour;
use crate::routes::IdOwner;
use crate::view::Role;
use crate::wire::{Entry, RouterFrame};
use deputy::Deputy;
use silence::Silence;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

/// How far the claims of the id of a router in doubt are spread, for each person.
const CLAIM_EARLY: Duration = Duration::from_millis(10);

/// How long the own Discovery IDs are left alone when others hold all of the day's.
const OWN_ID_RETRY: Duration = Duration::from_secs(15);

/// How many former own Discovery IDs are kept: each belongs to a day, a number of that day or a block, and a
/// registry tells of it for 90 s at most.
const FORMER_IDS: usize = 8;

/// What this device says of itself in a namespace.
#[derive(Clone)]
pub(crate) struct Announcement {
    pub(crate) name: String,
    pub(crate) discovery_uuid: [u8; 16],
    pub(crate) transport_id: String,
    /// The UTC day that the Discovery ID is for.
    pub(crate) day: String,
}

/// It holds a secret and a name, which no log may hold.
impl std::fmt::Debug for Announcement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Announcement").finish_non_exhaustive()
    }
}

/// A membership; dropped after [`Member::leave`].
#[derive(Debug)]
pub(crate) struct Member {
    pub(super) namespace: Namespace,
    address: IpAddr,
    /// The same as text: views are shown it, and are looked after in each input.
    written_address: String,
    pub(super) own: Entry,
    /// The Discovery IDs before the own one: a router that has not heard of the change still tells of them.
    former: VecDeque<String>,
    announced: Announcement,
    /// Which of the day's Discovery IDs the own one is: others have taken those before.
    number: u32,
    /// The own Discovery ID is held, so that one can dial from it.
    held: bool,
    retry_own: Option<Mono>,
    index: u32,
    /// Whoever holds a Router ID and does not answer.
    silence: Silence,
    /// What this device does so that a network is served while its router is not there.
    deputy: Deputy,
    /// How often a router has sent this device on since one served it.
    redirects: u32,
    /// How often a Router ID was passed over since the first one worked.
    passed: u32,
    /// Since when the router has not listed somebody who is there.
    missing_since: Option<Mono>,
    /// How many routers were left for that.
    hidden: u32,
    /// Until when the first router is not joined because it hid somebody.
    shunned: Option<Mono>,
    /// When to try the first Router ID again.
    reconsider: Option<Mono>,
    /// The first router is dialled, to go back to it from a later one.
    returning: Option<LinkId>,
    /// The later router from which it went back, and when that is left.
    leaving: Option<(LinkId, Mono)>,
    /// When to give up a later Router ID, because the first one is well.
    gather: Option<Mono>,
    /// When to remove who has not checked in again.
    sweep: Option<Mono>,
    /// When to claim the id of a router whose connection is in doubt.
    doubted: Option<Mono>,
    pub(super) state: State,
    pub(super) roster: Roster,
}

#[derive(Debug)]
pub(super) enum State {
    /// The Router ID was asked for at the server.
    Claiming,
    /// Somebody holds it: dialling, or waiting for the own id to dial from.
    Connecting(Option<LinkId>),
    /// Connected to the router.
    Following(Follower),
    /// The id is held here.
    Routing(Router),
    /// No router: waiting to claim the id.
    Waiting(Mono),
}

impl Member {
    /// Joins: registers both ids at once, the election is decided by the answer. `number` is which of
    /// the ids of the day to begin with: under two roots it is the same, so that nobody sees two people.
    pub(crate) fn join(
        ctx: &mut Context,
        root: &str,
        address: IpAddr,
        me: &Announcement,
        number: u32,
    ) -> Self {
        let namespace = Namespace::of_address(root, address);
        let own = own_entry(ctx, &namespace, me, number);
        ctx.register(&own.discovery_id, IdOwner::Directory(address));
        ctx.register(&namespace.router_id(1), IdOwner::Directory(address));
        Self {
            namespace,
            address,
            written_address: address.to_string(),
            own,
            former: VecDeque::new(),
            announced: me.clone(),
            number,
            held: false,
            retry_own: None,
            index: 1,
            silence: Silence::default(),
            deputy: Deputy::default(),
            redirects: 0,
            passed: 0,
            missing_since: None,
            hidden: 0,
            shunned: None,
            reconsider: None,
            returning: None,
            leaving: None,
            gather: None,
            sweep: None,
            doubted: None,
            state: State::Claiming,
            roster: Roster::default(),
        }
    }

    /// Leaves, with a goodbye to everybody who is connected.
    pub(crate) fn leave(mut self, ctx: &mut Context) {
        self.drop_part(ctx, State::Waiting(ctx.now.mono));
        ctx.release(&self.own.discovery_id);
    }

    pub(crate) fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Returns which of the ids of the day it has.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// Returns the address as people write it.
    pub(crate) fn written_address(&self) -> &str {
        &self.written_address
    }

    /// Returns the own Discovery ID, to dial others from.
    pub(crate) fn discovery_id(&self) -> &str {
        &self.own.discovery_id
    }

    /// Returns whether the own Discovery ID can be dialled from.
    pub(crate) fn is_held(&self) -> bool {
        self.held
    }

    /// Returns everybody but oneself.
    pub(crate) fn others(&self) -> impl Iterator<Item = (Standing, &Entry)> {
        let everybody = self.roster.entries();
        everybody.filter(|(_, entry)| !self.is_own(&entry.discovery_id))
    }

    /// Returns whether an id is the own Discovery ID, or was.
    fn is_own(&self, id: &str) -> bool {
        self.own_ids().any(|own| own == id)
    }

    fn own_ids(&self) -> impl Iterator<Item = &String> {
        self.former.iter().chain([&self.own.discovery_id])
    }

    /// Returns the Router ID in whose registry this device is.
    pub(crate) fn listed_at(&self) -> Option<String> {
        matches!(self.role(), Role::Router | Role::Peer).then(|| self.router_id())
    }

    /// Returns one of [`Member::others`].
    pub(crate) fn other(&self, discovery_id: &str) -> Option<&Entry> {
        let entry = self.roster.get(discovery_id)?;
        (!self.is_own(discovery_id)).then_some(entry)
    }

    /// Returns the ids of entries that came, changed or went since the last call.
    pub(crate) fn take_changes(&mut self) -> Vec<String> {
        self.roster.take_changes()
    }

    /// Counts the people who are there, oneself included.
    pub(crate) fn people(&self) -> u32 {
        let listed = self.own_ids().filter(|id| self.roster.get(id).is_some());
        let others = self.roster.len() - listed.count();
        u32::try_from(others + 1).unwrap_or(u32::MAX)
    }

    pub(crate) fn role(&self) -> Role {
        match &self.state {
            State::Routing(router) if self.deputy.stands_by(router) => Role::Peer,
            State::Routing(_) => Role::Router,
            State::Following(follower) if follower.feed.is_complete() => Role::Peer,
            State::Waiting(_) => Role::Electing,
            State::Claiming | State::Connecting(_) | State::Following(_) => {
                if self.roster.len() > 1 {
                    Role::Electing
                } else {
                    Role::Joining
                }
            }
        }
    }

    /// Returns whether this device is alone because whoever holds an earlier Router ID does not answer.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.silence.is_no_ghost() && self.people() == 1
    }

    /// Returns whether a connection belongs to this membership.
    pub(crate) fn owns(&self, link: LinkId) -> bool {
        if self.returning == Some(link) || self.is_leaving(link) {
            return true;
        }
        match &self.state {
            State::Connecting(dialled) => *dialled == Some(link),
            State::Following(follower) => follower.owns(link),
            State::Routing(router) => router.has(link) || self.deputy.is_former(link),
            State::Claiming | State::Waiting(_) => false,
        }
    }

    /// Takes a changed name, address or day, and tells everybody.
    pub(crate) fn announce(&mut self, ctx: &mut Context, me: &Announcement) {
        let before = std::mem::replace(&mut self.announced, me.clone());
        if (before.day, before.discovery_uuid) != (me.day.clone(), me.discovery_uuid) {
            self.number = 0;
        }
        self.renew_own(ctx);
    }

    /// Takes another one of the ids of this day.
    pub(crate) fn take_number(&mut self, ctx: &mut Context, number: u32) {
        self.number = number;
        self.renew_own(ctx);
    }

    /// Makes the own entry anew, and tells everybody. Where its id is another one, everybody is met from
    /// that one.
    fn renew_own(&mut self, ctx: &mut Context) {
        let own = own_entry(ctx, &self.namespace, &self.announced, self.number);
        let before = std::mem::replace(&mut self.own, own);
        let moved = before.discovery_id != self.own.discovery_id;
        if moved {
            self.held = false;
            ctx.register(&self.own.discovery_id, IdOwner::Directory(self.address));
            ctx.release(&before.discovery_id);
            self.roster.remove(&before.discovery_id);
            self.remember(&before.discovery_id);
        }
        self.keep_own(ctx);
        match &mut self.state {
            State::Routing(router) => {
                let left = moved.then_some(before.discovery_id);
                let own = self.own.discovery_id.clone();
                router.announce(ctx.now.mono, left.into_iter().chain([own]));
            }
            State::Following(follower) if moved => {
                follower.leave(ctx);
                self.roster.forget_all();
                self.state = State::Connecting(None);
            }
            State::Following(follower) => {
                let link = follower.link;
                if follower.may_check_in(ctx.now.mono) {
                    self.check_in(ctx, link);
                }
            }
            State::Claiming | State::Connecting(_) | State::Waiting(_) => {}
        }
    }

    /// Keeps a Discovery ID that is not the own one any more.
    fn remember(&mut self, id: &str) {
        let own = &self.own.discovery_id;
        self.former.retain(|known| known != id && known != own);
        self.former.truncate(FORMER_IDS - 1);
        self.former.push_front(id.to_owned());
    }

    /// Notes that an id is held. Returns whether it is one of this membership's.
    pub(crate) fn registered(&mut self, ctx: &mut Context, id: &str) -> bool {
        if self.registered_as_deputy(ctx, id) {
            true
        } else if id == self.own.discovery_id {
            self.held = true;
            self.retry_own = None;
            self.connect(ctx);
            true
        } else if id == self.router_id() {
            // Whoever was followed or dialled does not hold it any more.
            match &mut self.state {
                State::Routing(_) => {
                    self.tell_deputy(ctx);
                    return true;
                }
                State::Following(follower) => follower.leave(ctx),
                State::Connecting(Some(link)) => ctx.close(*link),
                State::Connecting(None) | State::Claiming | State::Waiting(_) => {}
            }
            self.roster.forget_all();
            self.become_router(ctx);
            true
        } else if id == self.namespace.router_id(1) && matches!(self.state, State::Routing(_)) {
            self.rise(ctx);
            true
        } else {
            false
        }
    }

    /// Notes that somebody else holds an id. Returns whether it is one of this membership's.
    pub(crate) fn taken(&mut self, ctx: &mut Context, id: &str) -> bool {
        if self.deputy.is_refused(&self.namespace, id) {
            true
        } else if id == self.own.discovery_id {
            self.held = false;
            if self.number + 1 < DISCOVERY_IDS {
                self.number += 1;
                self.renew_own(ctx);
            } else {
                self.retry_own = Some(ctx.now.mono + OWN_ID_RETRY);
            }
            true
        } else if id == self.router_id() {
            match &mut self.state {
                State::Routing(_) if planted!(NeverStepsDown) => {}
                State::Claiming | State::Routing(_) => {
                    self.deputy_leaves(ctx);
                    let before = std::mem::replace(&mut self.state, State::Connecting(None));
                    if let State::Routing(router) = before {
                        router.close(ctx);
                        self.roster.forget_all();
                    }
                    self.connect(ctx);
                }
                State::Following(follower) if follower.liveness.is_asked() => {
                    self.dial_successor(ctx, self.index);
                }
                State::Following(_) | State::Connecting(_) | State::Waiting(_) => {}
            }
            true
        } else if id == self.namespace.router_id(1) {
            if let State::Routing(router) = &mut self.state {
                router.try_first(ctx.now.mono);
                self.alarm(ctx);
            }
            true
        } else {
            false
        }
    }

    /// Notes that an id is not held at the moment.
    pub(crate) fn lost(&mut self, id: &str) {
        if id == self.own.discovery_id {
            self.held = false;
        }
    }

    /// Returns whether somebody of this namespace calls the own Discovery ID.
    pub(crate) fn knows_caller(&self, local: &str, remote: &str) -> bool {
        let is_of_namespace = self.namespace.discovery_uuid(remote).is_some();
        let is_of_namespace = is_of_namespace || planted!(ForeignCallerAnswered);
        local == self.own.discovery_id && remote != local && is_of_namespace
    }

    /// Takes a connection of somebody who dialled the Router ID. Returns whether it is accepted.
    pub(crate) fn incoming(
        &mut self,
        ctx: &Context,
        link: LinkId,
        local: &str,
        remote: &str,
    ) -> bool {
        let dialled = local == self.router_id();
        match &mut self.state {
            State::Routing(router) if dialled => {
                router.accept(&self.namespace, link, remote, ctx.now.mono)
            }
            State::Routing(_)
            | State::Claiming
            | State::Connecting(_)
            | State::Following(_)
            | State::Waiting(_) => false,
        }
    }

    /// Begins to talk on a connection that has opened, to the router or from a peer. `foreign`
    /// means that its path shows the other end on another network.
    pub(crate) fn opened(&mut self, ctx: &mut Context, link: LinkId, foreign: bool) {
        self.returns(ctx, link, foreign);
        if let State::Routing(router) = &mut self.state {
            let mut scope = scope(&self.namespace, &mut self.roster, &self.own);
            router.opened(ctx, &mut scope, link, foreign);
            return;
        }
        if let State::Following(follower) = &self.state
            && follower
                .successor
                .is_some_and(|(_, dialled)| dialled == link)
        {
            ctx.close(follower.link);
            self.router_gone(ctx);
        }
        if !matches!(self.state, State::Connecting(Some(dialled)) if dialled == link) {
            return;
        }
        if foreign {
            tracing::warn!("the router is not on this network, passing it over");
            self.pass_over(ctx, link);
            return;
        }
        self.check_in(ctx, link);
        self.state = State::Following(Follower::new(link, ctx.now.mono));
    }

    /// Takes a message on a connection of this membership. The error says what was wrong with it;
    /// the connection is closed already.
    pub(crate) fn frame(
        &mut self,
        ctx: &mut Context,
        link: LinkId,
        bytes: &[u8],
    ) -> Result<(), Misbehaviour> {
        if self.is_leaving(link) {
            return Ok(());
        }
        let frame = RouterFrame::decode(bytes).map_err(Misbehaviour::from);
        match &mut self.state {
            State::Routing(router) => {
                let mut scope = scope(&self.namespace, &mut self.roster, &self.own);
                // The router that asked this device to stand by tells the rest to its deputy.
                if self.deputy.is_former(link) {
                    return Ok(());
                }
                let result = frame.and_then(|frame| router.frame(ctx, &mut scope, link, frame));
                if result.is_err() {
                    ctx.close(link);
                    router.gone(ctx, &mut scope, link);
                }
                result
            }
            State::Following(_) => {
                let result = frame.and_then(|frame| self.router_says(ctx, link, frame));
                if result.is_err() {
                    self.pass_over(ctx, link);
                }
                result
            }
            State::Claiming | State::Connecting(_) | State::Waiting(_) => Ok(()),
        }
    }

    /// Asks the other end of a connection that the transport doubts.
    pub(crate) fn suspect(&mut self, ctx: &mut Context, link: LinkId) {
        match &mut self.state {
            State::Routing(router) => router.suspect(ctx, link),
            State::Following(follower) if follower.link == link => {
                follower.doubt(ctx);
                // A router that lives answers, and the server says that its id is taken. So
                // claiming now costs nothing and saves the wait for the answer; the more people,
                // the more evenly it is spread.
                let at = ctx.now.mono + ctx.jitter(self.spread(CLAIM_EARLY, CLAIM_JITTER));
                self.doubted.get_or_insert(at);
            }
            State::Following(_) | State::Claiming | State::Connecting(_) | State::Waiting(_) => {}
        }
    }

    /// Asks everybody whether they are there: the device woke, or its network changed.
    pub(crate) fn probe(&mut self, ctx: &mut Context) {
        match &mut self.state {
            State::Routing(router) => {
                router.suspect_all(ctx);
                router.try_first(ctx.now.mono);
                self.tell_deputy(ctx);
            }
            State::Following(follower) => follower.doubt(ctx),
            State::Waiting(until) => *until = ctx.now.mono,
            State::Claiming | State::Connecting(_) => {}
        }
    }

    /// Notes that a connection is gone. `elsewhere` means that whoever was dialled has no address on
    /// this network.
    pub(crate) fn closed(&mut self, ctx: &mut Context, link: LinkId, elsewhere: bool) {
        self.deputy.closed(link);
        self.returning.take_if(|dialled| *dialled == link);
        if self.is_leaving(link) {
            self.leaving = None;
            return;
        }
        match &mut self.state {
            State::Routing(router) => {
                let mut scope = scope(&self.namespace, &mut self.roster, &self.own);
                if elsewhere {
                    router.is_elsewhere(ctx, link);
                }
                router.gone(ctx, &mut scope, link);
            }
            State::Following(follower) if follower.link == link => self.router_gone(ctx),
            State::Following(follower) => follower.lost_successor(link),
            State::Connecting(Some(dialled)) if *dialled == link && elsewhere => {
                tracing::warn!("the router is not on this network, passing it over");
                self.pass_over(ctx, link);
            }
            State::Connecting(Some(dialled)) if *dialled == link => self.nobody_answers(ctx),
            State::Connecting(_) | State::Claiming | State::Waiting(_) => {}
        }
    }

    pub(crate) fn timeout(&mut self, ctx: &mut Context) {
        let now = ctx.now.mono;
        if self.retry_own.is_some_and(|at| now >= at) {
            self.retry_own = None;
            self.number = 0;
            self.renew_own(ctx);
        }
        self.shunned.take_if(|until| now >= *until);
        if self.gather.take_if(|at| now >= *at).is_some() {
            self.gather_now(ctx);
        }
        if self.reconsider.take_if(|at| now >= *at).is_some() {
            self.try_first(ctx);
        }
        if self.doubted.take_if(|at| now >= *at).is_some()
            && matches!(self.state, State::Following(_))
        {
            ctx.register(&self.router_id(), IdOwner::Directory(self.address));
        }
        self.sweep(ctx);
        self.leave_former(ctx);
        match &mut self.state {
            State::Waiting(until) if now >= *until => {
                self.state = State::Claiming;
                ctx.register(
                    &self.namespace.router_id(self.index),
                    IdOwner::Directory(self.address),
                );
            }
            State::Routing(router) => {
                let mut scope = scope(&self.namespace, &mut self.roster, &self.own);
                router.timeout(ctx, &mut scope);
                self.stand_by(ctx);
                self.gather_again(ctx);
            }
            State::Following(_) => {
                self.check_router(ctx);
                self.follow_knock(ctx);
            }
            State::Connecting(Some(link)) if self.silence.is_over(*link, now) => {
                let link = *link;
                ctx.close(link);
                self.nobody_answers(ctx);
            }
            State::Waiting(_) | State::Claiming | State::Connecting(_) => {}
        }
        self.silence
            .judge(now, matches!(self.state, State::Following(_)));
        self.expire(ctx);
        if let State::Routing(router) = &mut self.state {
            router.tell(ctx, &self.roster);
        }
    }

    /// Returns when a router tells everybody what changed.
    pub(crate) fn tells_at(&self) -> Option<Mono> {
        match &self.state {
            State::Routing(router) => router.tells_at(),
            State::Claiming | State::Connecting(_) | State::Following(_) | State::Waiting(_) => {
                None
            }
        }
    }

    pub(crate) fn due(&self) -> Option<Mono> {
        let state = match &self.state {
            State::Waiting(until) => Some(*until),
            State::Routing(router) => router.due(),
            State::Following(follower) => Some(follower.due()),
            State::Connecting(Some(link)) => self.silence.answer_by(*link),
            State::Claiming | State::Connecting(None) => None,
        };
        let hidden = self.missing_since.map(|since| since + HIDDEN);
        let returns = [self.reconsider, self.gather, self.shunned];
        let soon = [self.sweep, self.doubted, self.leaving.map(|(_, at)| at)];
        let other = [state, self.retry_own, hidden, self.roster.due()];
        let other = other.into_iter().chain(self.deputy.due());
        let other = other.chain([self.silence.due()]);
        let all = returns.into_iter().chain(soon).chain(other);
        all.flatten().min()
    }

    fn router_id(&self) -> String {
        self.namespace.router_id(self.index)
    }

    fn become_router(&mut self, ctx: &mut Context) {
        let mut router = Router::new(self.index, ctx.now.unix, ctx.now.mono);
        self.stay_as_deputy();
        if self.deputy.stays {
            router.stand_by();
        }
        self.state = State::Routing(router);
        if self.index == 1 {
            self.bury_router(ctx);
        }
        self.tell_deputy(ctx);
        self.roster.spare_leftovers();
        self.settled(ctx);
        self.keep_own(ctx);
        self.sweep_soon(ctx);
    }

    fn connect(&mut self, ctx: &mut Context) {
        if self.held && matches!(self.state, State::Connecting(None)) {
            let link = ctx.dial(&self.own.discovery_id, &self.router_id());
            self.silence.dialled(link, ctx.now.mono);
            self.state = State::Connecting(Some(link));
        }
    }

    /// Begins to look for a new router: keeps the copy, waits a little, claims the id. Where the
    /// successor is dialled already, there is nothing to claim.
    pub(super) fn router_gone(&mut self, ctx: &mut Context) {
        self.roster.forget_all();
        if let State::Following(Follower {
            successor: Some((index, link)),
            ..
        }) = self.state
        {
            self.index = index;
            self.state = State::Connecting(Some(link));
            return;
        }
        if let Some(index) = self.silence.take_knock(ctx.now.mono) {
            self.index = index;
            return self.wait_to_claim(ctx, self.spread(CLAIM_EARLY, CLAIM_JITTER));
        }
        self.wait_to_claim(ctx, CLAIM_JITTER);
    }

    /// Claims the Router ID after a random time up to this.
    fn wait_to_claim(&mut self, ctx: &mut Context, most: Duration) {
        let jitter = ctx.jitter(most) * u32::from(!planted!(JitterZero));
        self.state = State::Waiting(ctx.now.mono + jitter);
    }

    /// Returns a time to spread claims over: the more people, the longer.
    fn spread(&self, each: Duration, most: Duration) -> Duration {
        let people = u32::try_from(self.roster.len()).unwrap_or(u32::MAX);
        each.saturating_mul(people).min(most)
    }

    /// Ends the present part in the election.
    fn drop_part(&mut self, ctx: &mut Context, next: State) {
        self.deputy_leaves(ctx);
        let former = self.leaving.take().map(|(link, _)| link);
        let other = [self.returning.take(), former];
        other.into_iter().flatten().for_each(|link| ctx.close(link));
        match std::mem::replace(&mut self.state, next) {
            State::Routing(router) => {
                router.close(ctx);
                ctx.release(&self.router_id());
            }
            State::Claiming => ctx.release(&self.router_id()),
            State::Following(mut follower) => follower.leave(ctx),
            State::Connecting(Some(link)) => ctx.close(link),
            State::Connecting(None) | State::Waiting(_) => {}
        }
    }
}

fn scope<'a>(namespace: &'a Namespace, roster: &'a mut Roster, own: &'a Entry) -> Scope<'a> {
    Scope {
        namespace,
        roster,
        own: &own.discovery_id,
    }
}

fn own_entry(ctx: &mut Context, namespace: &Namespace, me: &Announcement, number: u32) -> Entry {
    let uuid = crypto::discovery_uuid(&me.discovery_uuid, namespace.label(), &me.day, number);
    let discovery_id = namespace.discovery_id(uuid);
    let sealed_transport = crypto::seal_transport(
        &me.discovery_uuid,
        &discovery_id,
        &me.transport_id,
        ctx.random(),
    );
    Entry {
        discovery_id,
        friendlyname: me.name.clone(),
        last_seen: 0,
        sealed_transport,
        relayed: None,
        router: None,
    }
}
