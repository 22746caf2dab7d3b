//! What follows in one machine from what happened in another. The only file that knows two of them;
//! it has no rules of its own: what is decided, a machine decides.

use super::Node;
use crate::clock::Mono;
use crate::config::{Config, Settings};
use crate::contacts::{Contacts, Ways};
use crate::crypto::{Key, PublicKey};
use crate::directory::Directory;
use crate::fact::{Befriended, Fact, Invited, Purpose};
use crate::handshakes::{Book, Caller, Handshakes, Saved};
use crate::ids::rootless;
use crate::introductions::{Introductions, Late};
use crate::io::{Input, Link, LinkId, Output, Path, Signalling, StoreId};
use crate::records::{Change, ProfileRecord, RequestRecord};
use crate::routes::{IdOwner, LinkOwner};
use crate::store::Write;
use crate::values::{ContactId, InviteId, RequestId, Secret};
use crate::view::{Event, Notice, Notification, Ping, Refusal};
use crate::wire::SessionFrame;

impl Node {
    /// Begins with what was stored.
    pub(super) fn begin(&mut self) {
        let cellular = self.account.settings().cellular;
        self.directory.set_cellular_setting(cellular);
        self.go_online();
    }

    /// Hands an input to the machine that it is for.
    pub(super) fn route(&mut self, input: Input) {
        match input {
            Input::Timeout => {}
            Input::Command(id, command) => self.command(id, command),
            Input::Attach => self.shown.attach(&mut self.ctx),
            Input::Watched(watched) => self.watched = watched,
            Input::Signalling(signalling) => self.signalling(signalling),
            Input::Link(link, event) => self.link(link, event),
            Input::Addresses(found) => {
                if let Some(me) = self.account.me() {
                    self.directory.addresses(&mut self.ctx, me, found);
                }
            }
            Input::Beacon(result) => {
                let me = self.account.me();
                self.directory.beacon_answered(&mut self.ctx, me, &result);
            }
            Input::Woke => self.woke(),
            Input::Cellular(cellular) => {
                self.directory.set_cellular_network(cellular);
                self.apply_cellular();
            }
            Input::Stored(id, result) => self.stored(id, result),
        }
    }

    /// Acts on what the machines told, oldest first, until nothing is left.
    pub(super) fn settle(&mut self) {
        let mut steps = 0;
        while let Some(fact) = self.ctx.next_fact() {
            steps += 1;
            debug_assert!(steps < 1_000, "facts that lead to facts without end");
            self.act(fact);
        }
    }

    fn act(&mut self, fact: Fact) {
        let ctx = &mut self.ctx;
        match fact {
            Fact::Dialled {
                link,
                from,
                to,
                purpose,
            } => self.handshakes.dialled(link, from, to, purpose),
            Fact::LinkDropped(link) => self.handshakes.forget(link),
            Fact::LinkEnded(link) => self.rendezvous.link_ended(ctx, link),
            Fact::Asked(stranger, asked) => self.introductions.set_asked(ctx, stranger, asked),
            Fact::Requested(link, record, invited) => self.requested(link, *record, invited),
            Fact::RequestSpoilt(id) => self.introductions.forget_request(ctx, &id),
            Fact::RequestEnded(id) => self.handshakes.reject(ctx, &id),
            Fact::RequestWanted(id) => {
                if self.accept(&id).is_err() {
                    self.handshakes.drop_request(&mut self.ctx, &id);
                }
            }
            Fact::RequestWaits(record) => self.introductions.wait(*record),
            Fact::Proven(link, contact, key) => self.proven(link, contact, key),
            Fact::NotTheContact {
                link,
                contact,
                remote,
                fault,
            } => {
                let server = self.transport.server().unwrap_or_default();
                self.handshakes.blame(ctx, server, link, &remote, fault);
                self.contacts
                    .not_the_contact(ctx, &contact, link, &remote, fault);
            }
            Fact::NotMet(link, contact) => {
                self.contacts
                    .not_met(ctx, &contact, link, Ping::Unreachable);
            }
            Fact::Befriended(befriended) => self.befriended(*befriended),
            Fact::Kept(record, accepted_at) => {
                self.conversations.renew_rates(&record.id);
                self.contacts.keep_finished(*record, accepted_at);
            }
            Fact::Unfinished(record, remote) => {
                self.contacts.keep_unfinished(ctx, *record, remote);
            }
            Fact::BlockedAccepted {
                record,
                provisional,
                were_told,
            } => {
                let (id, name) = (record.id.clone(), self.contacts.name(&record.id));
                if were_told {
                    self.contacts.keep_finished(*record, None);
                    self.contacts.store(ctx, &id);
                    self.renew_discovery_uuid();
                }
                self.ctx.notice(Notice::Blocked { name });
                let change = Change::ForgetContact(provisional);
                self.ctx.store_for_certain(change);
            }
            Fact::Profile(contact, heard) => {
                // Whatever answered there before, they say so themselves.
                self.handshakes.pardon(&heard.card.transport_id);
                if let Err(how) = self.contacts.hear(ctx, &contact, *heard) {
                    ctx.tell(Fact::Misbehaved(contact, how));
                }
            }
            Fact::Misbehaved(contact, how) => {
                tracing::warn!(%how, "a contact's connection is closed");
                let name = self.contacts.own_name(&contact);
                self.end_session(&contact);
                let reason = how.to_string();
                self.ctx.notice(Notice::Misbehaved { name, reason });
            }
            Fact::Ended(contact, lasted) => self.contacts.lost(ctx, &contact, lasted),
            Fact::Replaced(contact) => {
                let ours = self.handshakes.is_meeting(&contact);
                self.conversations.replaced(ctx, &contact, ours);
            }
            Fact::Received(contact, text) => self.received(contact, text),
            Fact::Notify(notification) => self.notify(notification),
        }
    }

    /// Looks at every deadline; harmless at any time.
    pub(super) fn tick(&mut self) {
        let Some(me) = self.account.me() else {
            return;
        };
        self.directory.new_day(&mut self.ctx, me);
        self.directory.beacon_timeout(&mut self.ctx, me);
        if self.directory.is_listed_elsewhere() {
            self.send_profiles();
        }
        let missing = self.said_routers();
        self.directory.leave_hiding_routers(&mut self.ctx, &missing);
        self.directory.timeout(&mut self.ctx);
        for link in self.handshakes.late(self.ctx.now.mono) {
            self.handshakes.expire(&mut self.ctx, link);
            self.settle();
        }
        for contact in self.conversations.connected() {
            self.conversations.check(&mut self.ctx, &contact);
            self.settle();
        }
        self.dial_contacts();
        self.find_missing();
        self.introductions.expire(&mut self.ctx);
        self.contacts.expire_unfinished(&mut self.ctx);
        for change in self.ctx.store.take_due(self.ctx.now.mono) {
            let change = self.account.newest(change);
            self.ctx.store_for_certain(change);
        }
        self.settle();
    }

    /// Finds out which entries of the registries are contacts, and dials who is due by that.
    pub(super) fn recognise(&mut self) {
        let forced = self.contacts.take_unsighted();
        let contacts = &self.contacts;
        let seen = self
            .directory
            .recognise(&self.ctx, contacts.recognisable(), forced, |id| {
                contacts.is_seen_as(id)
            });
        if let Some(seen) = seen {
            self.contacts.see(self.ctx.now.mono, seen);
        }
        if self.account.me().is_some() {
            self.dial_contacts();
        }
        let (conversations, directory) = (&self.conversations, &self.directory);
        let is_here =
            |contact: &ContactId| conversations.is_here(contact, |path| directory.is_local(path));
        self.contacts.announce_arrivals(&mut self.ctx, is_here);
        if let Some(me) = self.account.me() {
            self.contacts.compute_safety_numbers(me.public_key());
        }
        self.settle();
    }

    /// Tells the views what changed.
    pub(super) fn show(&mut self) {
        self.conversations.tell_progress(&mut self.ctx);
        let state = super::present::State {
            account: &self.account,
            transport: &self.transport,
            directory: &self.directory,
            introductions: &self.introductions,
            contacts: &self.contacts,
            conversations: &self.conversations,
            now: self.ctx.now,
        };
        self.shown.update(&mut self.ctx, &state);
    }

    /// The first moment at which anything may be sent.
    fn go_online(&mut self) {
        let Some(me) = self.account.me() else {
            return;
        };
        let config = self.account.config();
        self.directory.configure(&self.ctx, &config);
        self.ctx.emit(Output::Configure(config));
        self.ctx.register(me.transport_id(), IdOwner::Transport);
        self.directory.look_up(&mut self.ctx);
    }

    /// The device woke, its network changed, or the person does not want to wait.
    pub(super) fn woke(&mut self) {
        if self.account.me().is_none() {
            return;
        }
        self.ctx.emit(Output::Probe);
        self.directory.probe(&mut self.ctx);
        for contact in self.conversations.connected() {
            self.conversations.doubt(&mut self.ctx, &contact);
        }
        self.directory.hurry(&mut self.ctx);
        self.contacts.redial_all(&mut self.ctx);
    }

    fn apply_cellular(&mut self) {
        if let Some(me) = self.account.me() {
            self.directory.apply_cellular(&mut self.ctx, me);
        }
    }

    fn signalling(&mut self, signalling: Signalling) {
        let ctx = &mut self.ctx;
        match signalling {
            Signalling::Registered(id) => match ctx.routes.id(&id) {
                Some(IdOwner::Transport) => {
                    let was_lost = self.transport.registered();
                    self.contacts.redial_all(ctx);
                    self.directory.reconnected(ctx, was_lost);
                }
                Some(IdOwner::Directory) => self.directory.registered(ctx, &id),
                Some(IdOwner::Rendezvous) => self.rendezvous.registered(&id),
                None => {}
            },
            Signalling::Taken(id) => match ctx.routes.id(&id) {
                Some(IdOwner::Transport) => self.transport_taken(&id),
                Some(IdOwner::Directory) => self.directory.taken(ctx, &id),
                Some(IdOwner::Rendezvous) => self.rendezvous.taken(&id),
                None => {}
            },
            Signalling::Lost(id) => match ctx.routes.id(&id) {
                Some(IdOwner::Transport) => self.transport.lost(),
                Some(IdOwner::Directory) => self.directory.lost(&id),
                Some(IdOwner::Rendezvous) | None => {}
            },
            Signalling::Server {
                server,
                up,
                retry_in,
                refused,
            } => {
                let unix = ctx.now.unix;
                self.transport
                    .set_server(server, up, retry_in, refused, unix);
            }
        }
    }

    /// Somebody else holds the own Transport ID: takes another, and says so.
    fn transport_taken(&mut self, id: &str) {
        self.transport.released();
        self.ctx.routes.remove_id(id);
        self.account.renew_transport_id(&mut self.ctx);
        if let Some(me) = self.account.me() {
            self.ctx.register(me.transport_id(), IdOwner::Transport);
        }
        self.contacts.moved();
        self.announce_profile();
    }

    fn link(&mut self, link: LinkId, event: Link) {
        if let Link::Incoming { local, remote } = event {
            return self.incoming(link, local, remote);
        }
        let closed = matches!(event, Link::Closed(_));
        match self.ctx.routes.link(link).cloned() {
            Some(LinkOwner::Directory) => self.directory.link(&mut self.ctx, link, event),
            Some(LinkOwner::Session(contact)) => self.session(&contact, event),
            Some(LinkOwner::Handshakes) => self.handshake(link, event),
            None => {}
        }
        if closed {
            self.ctx.routes.remove_link(link);
        }
    }

    fn incoming(&mut self, link: LinkId, local: String, remote: String) {
        let ctx = &mut self.ctx;
        let expected = match ctx.routes.id(&local) {
            Some(IdOwner::Transport) => true,
            Some(IdOwner::Rendezvous) => self.rendezvous.holds(&local),
            Some(IdOwner::Directory) => {
                if self.directory.incoming(ctx, link, &local, &remote) {
                    return;
                }
                self.directory.is_own(&local)
            }
            None => false,
        };
        self.handshakes.incoming(ctx, link, local, remote, expected);
    }

    fn session(&mut self, contact: &ContactId, event: Link) {
        let ctx = &mut self.ctx;
        match event {
            Link::Frame(bytes) => {
                let receipts = self.account.settings().read_receipts;
                self.conversations.frame(ctx, contact, &bytes, receipts);
            }
            Link::Suspect => self.conversations.doubt(ctx, contact),
            Link::Closed(_) => self.conversations.gone(ctx, contact),
            Link::Open { .. } | Link::Incoming { .. } => {}
        }
    }

    fn handshake(&mut self, link: LinkId, event: Link) {
        let Some(me) = self.account.me() else {
            return;
        };
        let ctx = &mut self.ctx;
        let book = Known {
            contacts: &self.contacts,
            introductions: &self.introductions,
        };
        match event {
            Link::Open { binding, path } => {
                self.handshakes.opened(ctx, &book, link, binding, path);
            }
            Link::Frame(bytes) => {
                let broken = self.handshakes.frame(ctx, me, &book, link, bytes);
                self.settle();
                if let Some(broken) = broken {
                    self.handshakes.broken(&mut self.ctx, broken);
                }
            }
            Link::Closed(closed) => self.handshakes.closed(ctx, link, closed),
            Link::Suspect | Link::Incoming { .. } => {}
        }
    }

    fn requested(&mut self, link: LinkId, record: RequestRecord, invited: Option<Invited>) {
        let asking = self.handshakes.is_asking(rootless(&record.from));
        match self.introductions.judge(&record, invited.as_ref(), asking) {
            Ok(true) => {
                let ctx = &mut self.ctx;
                self.introductions.replace_request(ctx, &record.from);
                self.settle();
                self.introductions.take_request(&mut self.ctx, record);
            }
            Ok(false) => {}
            Err(fault) => self.handshakes.fail(&mut self.ctx, link, fault),
        }
    }

    /// Asks a stranger, under whichever root they are seen now.
    pub(super) fn ask(&mut self, stranger: &str) -> Result<(), Refusal> {
        let stranger = rootless(stranger);
        self.account.joined()?;
        if let Some(request) = self.introductions.request_of(stranger) {
            return self.accept(&request);
        }
        if self.handshakes.is_asking(stranger) {
            return Ok(());
        }
        let room = self.contacts.has_room();
        let way = self.directory.way_to(stranger);
        self.introductions.ask(&mut self.ctx, stranger, room, way)
    }

    /// Accepts a request.
    pub(super) fn accept(&mut self, id: &RequestId) -> Result<(), Refusal> {
        let room = self.contacts.has_room();
        let (request, secret) = self.introductions.accept(&mut self.ctx, id, room)?;
        match self.handshakes.accept(&mut self.ctx, request) {
            None => Ok(()),
            Some(request) => self.accept_late(request, secret),
        }
    }

    /// The connection of an accepted request has ended.
    fn accept_late(
        &mut self,
        request: RequestRecord,
        secret: Option<Secret>,
    ) -> Result<(), Refusal> {
        let from = request.from.clone();
        let listed = self.directory.way_to(rootless(&from)).is_some();
        let held = self.transport.is_held();
        let own = self
            .account
            .me()
            .filter(|_| held)
            .map(|me| me.transport_id());
        let late = self
            .introductions
            .accepted_late(&mut self.ctx, request, secret, own, listed);
        match late {
            Late::Settled => Ok(()),
            Late::AskBack => self.ask(&from),
        }
    }

    /// Somebody with the secret of a contact has proven a key.
    fn proven(&mut self, link: LinkId, contact: ContactId, key: PublicKey) {
        match self.contacts.prove(&mut self.ctx, &contact, key) {
            Ok(contact) => {
                let Some(me) = self.account.me() else {
                    return;
                };
                let path = self.handshakes.answer_proof(&mut self.ctx, me, link, key);
                self.meet(link, &contact, path);
            }
            Err(fault) => self.handshakes.fail(&mut self.ctx, link, fault),
        }
    }

    /// Both have accepted, and it is stored.
    fn befriended(&mut self, befriended: Befriended) {
        let Befriended {
            link,
            record,
            accepted_at,
            asked,
            remote,
            path,
            early,
        } = befriended;
        let id = record.id.clone();
        self.introductions.befriended(&remote);
        self.end_session(&id);
        self.conversations.renew_rates(&id);
        self.contacts.keep_finished(record, Some(accepted_at));
        self.contacts.forget_unfinished(&mut self.ctx, &remote);
        self.meet(link, &id, path);
        for frame in early {
            self.session(&id, Link::Frame(frame));
            self.settle();
        }
        if asked {
            let name = self.contacts.name(&id);
            self.notify(Notification::Accepted { contact: id, name });
        }
    }

    /// Both have proven who they are: begins the session.
    fn meet(&mut self, link: LinkId, contact: &ContactId, path: Path) {
        let own = self.account.me().map(|me| me.public_key().to_bytes());
        let theirs = self.contacts.get(contact).and_then(|c| c.identity());
        let ours_is_smaller = own < theirs.map(PublicKey::to_bytes);
        let ctx = &mut self.ctx;
        let begun = self
            .conversations
            .begin(ctx, contact, link, path, ours_is_smaller);
        if !begun {
            return self.contacts.met_twice(contact, link);
        }
        self.contacts.met(ctx, contact, link);
        self.send_profile(contact);
        let receipts = self.account.settings().read_receipts;
        self.conversations
            .send_have(&mut self.ctx, contact, receipts);
    }

    /// Ends a session, and lets the contact be dialled again.
    pub(super) fn end_session(&mut self, contact: &ContactId) {
        self.conversations.end(&mut self.ctx, contact);
        self.settle();
    }

    /// Tells a contact who this is by now, and where.
    pub(super) fn send_profile(&mut self, contact: &ContactId) {
        let (Some(me), Some(path)) = (self.account.me(), self.conversations.path(contact)) else {
            return;
        };
        let number = me.record().profile_number;
        let near = self.directory.is_local(path);
        let routers: Vec<String> = if near {
            self.directory.listed_at().collect()
        } else {
            Vec::new()
        };
        let saved = self.contacts.get(contact);
        let frame = SessionFrame::Profile {
            number,
            friendlyname: me.name().to_owned(),
            card: me.card(),
            near,
            special: saved.is_some_and(|contact| contact.preferences().special),
            at: self.ctx.now.unix,
            routers: Some(routers).filter(|routers| !routers.is_empty()),
        };
        self.conversations.say(&mut self.ctx, contact, &frame);
        self.contacts.profile_sent(&mut self.ctx, contact, number);
    }

    fn send_profiles(&mut self) {
        for contact in self.conversations.connected() {
            self.send_profile(&contact);
        }
    }

    /// Name or addresses changed: tells the namespaces and the connected contacts.
    pub(super) fn announce_profile(&mut self) {
        if let Some(me) = self.account.me() {
            self.directory.announce(&mut self.ctx, me);
        }
        self.send_profiles();
    }

    /// Hands a new discoveryUUID to the contacts that stay: the connected ones at once, the others
    /// when they are met.
    pub(super) fn renew_discovery_uuid(&mut self) {
        self.account.renew_discovery_uuid(&mut self.ctx);
        self.announce_profile();
    }

    /// Ends every connection with a contact, those being made too.
    pub(super) fn part_from(&mut self, contact: &ContactId) {
        self.conversations.part(&mut self.ctx, contact);
        self.contacts.parted(contact);
        self.handshakes.stop_meeting(&mut self.ctx, contact);
    }

    /// Returns the Router IDs at which connected contacts say to be who are seen in no registry.
    fn said_routers(&self) -> Vec<String> {
        let seen = |contact: &ContactId| self.contacts.get(contact).and_then(|c| c.seen_as());
        let connected = self.conversations.connected().into_iter();
        let unseen = connected.filter(|contact| seen(contact).is_none());
        unseen
            .flat_map(|contact| self.conversations.routers(&contact).to_vec())
            .collect()
    }

    /// Dials contacts who are due.
    fn dial_contacts(&mut self) {
        for remote in self.contacts.take_to_ask_back(self.ctx.now.mono) {
            if let Err(refusal) = self.ask(&remote) {
                tracing::info!(%refusal, "an acceptance waits for the next meeting");
            }
        }
        let ways = KnownWays {
            directory: &self.directory,
            handshakes: &self.handshakes,
            server: self.transport.server().unwrap_or_default(),
            own: self.account.me().map(|me| me.transport_id()),
            held: self.transport.is_held(),
            now: self.ctx.now.mono,
        };
        self.contacts.timeout(&mut self.ctx, &ways);
        self.settle();
    }

    /// Looks for contacts at their rendezvous.
    fn find_missing(&mut self) {
        let missing = if self.transport.is_held() {
            self.contacts.missing(self.ctx.now.mono)
        } else {
            Vec::new()
        };
        let own = self.account.me().map(|me| me.transport_id());
        let root = self.account.config().root;
        self.rendezvous.timeout(&mut self.ctx, &missing, &root, own);
        self.settle();
    }

    fn stored(&mut self, id: StoreId, result: Result<(), String>) {
        let Some(write) = self.ctx.store.ended(id) else {
            return;
        };
        match result {
            Ok(()) => self.written(write),
            Err(reason) => self.not_written(write, reason),
        }
    }

    fn written(&mut self, write: Write) {
        let ctx = &mut self.ctx;
        match write {
            Write::Plain | Write::Certain(_) | Write::Contact(_) => {}
            Write::Profile(record, command) => {
                self.take_profile(*record);
                self.ctx.reply(command, Ok(()));
            }
            Write::Settings(settings, command) => {
                self.take_settings(*settings);
                self.ctx.reply(command, Ok(()));
            }
            Write::Request(record) => self.introductions.request_stored(ctx, *record),
            Write::Invite(record, command) => {
                self.introductions.invite_stored(record);
                ctx.reply(command, Ok(()));
            }
            Write::Import(backup, command) => {
                let (profile, contacts) = *backup;
                self.imported(profile, contacts, command);
            }
            Write::Acceptance(link) => self.acceptance_written(link, true),
            Write::Thread(contact) => self.conversations.stored(ctx, &contact),
        }
    }

    fn not_written(&mut self, write: Write, reason: String) {
        tracing::warn!("a write failed");
        let ctx = &mut self.ctx;
        ctx.notice(Notice::StorageFailed {
            reason: reason.clone(),
        });
        let refusal = Refusal::Storage { reason };
        match write {
            Write::Profile(_, command)
            | Write::Settings(_, command)
            | Write::Invite(_, command)
            | Write::Import(_, command) => ctx.reply(command, Err(refusal)),
            Write::Contact(contact) => self.contacts.not_stored(ctx, &contact),
            Write::Certain(change) => ctx.store.try_later(*change, ctx.now.mono),
            Write::Acceptance(link) => self.acceptance_written(link, false),
            Write::Thread(contact) => self.conversations.not_stored(ctx, &contact, &refusal),
            Write::Plain | Write::Request(_) => {}
        }
    }

    fn acceptance_written(&mut self, link: LinkId, stored: bool) {
        if let Some(me) = self.account.me() {
            self.handshakes.written(&mut self.ctx, me, link, stored);
        }
    }

    /// A profile is stored: it counts from now on.
    pub(super) fn take_profile(&mut self, record: ProfileRecord) {
        if self.account.take_profile(record) {
            self.go_online();
        } else {
            self.announce_profile();
        }
    }

    fn take_settings(&mut self, settings: Settings) {
        let before = self.account.config();
        self.directory.set_cellular_setting(settings.cellular);
        self.account.take_settings(settings);
        let after = self.account.config();
        let same_but_beacon = Config {
            beacon: after.beacon.clone(),
            ..before.clone()
        };
        if let Some(me) = self.account.me()
            && before != after
        {
            if same_but_beacon == after {
                self.directory.configure(&self.ctx, &after);
                self.directory.rejoin(&mut self.ctx, me);
            } else {
                self.change_servers();
            }
        }
        self.apply_cellular();
    }

    /// There are other servers or another root: everything is registered anew. Chats go on over
    /// new connections.
    fn change_servers(&mut self) {
        if let Some(me) = self.account.me() {
            self.directory.leave(&mut self.ctx, me);
        }
        self.handshakes.drop_all(&mut self.ctx);
        self.settle();
        for contact in self.conversations.connected() {
            self.end_session(&contact);
        }
        self.transport.forget_server();
        self.go_online();
    }

    fn received(&mut self, contact: ContactId, text: String) {
        let saved = self.contacts.get(&contact);
        let muted = saved.is_some_and(|contact| contact.preferences().muted);
        if !self.watched && !muted {
            let name = self.contacts.name(&contact);
            self.notify(Notification::Message {
                contact,
                name,
                text,
            });
        }
    }

    fn notify(&mut self, notification: Notification) {
        if self.account.settings().notifications {
            self.ctx.event(Event::Notify(notification));
        }
    }
}

/// The people saved here, for the handshakes.
struct Known<'a> {
    contacts: &'a Contacts,
    introductions: &'a Introductions,
}

impl Book for Known<'_> {
    fn secret_for(&self, purpose: &Purpose) -> Option<Option<Key>> {
        match purpose {
            Purpose::Ask(stranger) => Some(self.introductions.secret_for(stranger)),
            Purpose::Meet(contact) => Some(Some(self.contacts.get(contact)?.pair_secret())),
        }
    }

    /// Blocked contacts are strangers.
    fn callers(&self, remote: &str) -> Vec<(Caller, Key)> {
        let contacts = self.contacts.all().filter(|contact| !contact.is_blocked());
        let contacts = contacts.map(|c| (Caller::Contact(c.id().clone()), c.pair_secret()));
        let by_us = |id: &InviteId| Caller::Invited(Invited::ByUs(id.clone()));
        let invites = self.introductions.invite_secrets();
        let invites = invites.map(|(id, secret)| (by_us(id), secret));
        let maker = self.introductions.secret_for(remote);
        let maker = maker.map(|secret| (Caller::Invited(Invited::ByThem), secret));
        contacts.chain(invites).chain(maker).collect()
    }

    fn identity(&self, contact: &ContactId) -> Option<Option<PublicKey>> {
        Some(self.contacts.get(contact)?.identity())
    }

    fn saved(&self, key: PublicKey) -> Option<Saved> {
        let contact = self.contacts.by_key(key)?;
        Some(Saved {
            record: contact.record().clone(),
            accepted_at: contact.accepted_at(),
        })
    }
}

/// The ways to contacts, as far as they are known here.
struct KnownWays<'a> {
    directory: &'a Directory,
    handshakes: &'a Handshakes,
    server: &'a str,
    own: Option<&'a str>,
    held: bool,
    now: Mono,
}

impl Ways for KnownWays<'_> {
    fn near(&self, discovery_id: &str) -> Option<&str> {
        self.directory.beside(discovery_id)
    }

    fn own_transport(&self) -> Option<&str> {
        self.own.filter(|_| self.held)
    }

    fn blacklisted_until(&self, id: &str) -> Option<Mono> {
        self.handshakes.blacklisted_until(self.server, id, self.now)
    }
}
