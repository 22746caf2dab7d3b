//! The round of every input: deadlines, who is recognised, who is dialled, what views are shown.

use super::queries::KnownWays;
use crate::contacts::Contact;
use crate::io::Output;
use crate::node::{Node, present};
use crate::records::Change;
use crate::routes::IdOwner;
use crate::values::ContactId;

impl Node {
    /// Begins with what was stored.
    pub(in crate::node) fn begin(&mut self) {
        let cellular = self.account.settings().cellular;
        self.directory.set_cellular_setting(cellular);
        self.account.count_start(&mut self.ctx);
        self.begin_availability();
        self.go_online();
    }

    /// Looks at every deadline; harmless at any time.
    pub(in crate::node) fn tick(&mut self) {
        self.follow_availability();
        let Some(me) = self.account.me() else {
            return;
        };
        self.directory.new_day(&mut self.ctx, me);
        self.directory.beacon_timeout(&mut self.ctx, me);
        if self.directory.is_listed_elsewhere() {
            self.send_profiles();
        }
        for contact in self.conversations.owed_profiles(self.ctx.now.mono) {
            self.send_profile(&contact);
        }
        let (contacts, directory) = (&self.contacts, &self.directory);
        let unseen = |id: &ContactId, path| {
            directory.is_local(path, true) && !contacts.get(id).is_some_and(Contact::is_seen)
        };
        let missing: Vec<_> = self.conversations.routers_of(unseen).collect();
        self.directory.leave_hiding_routers(&mut self.ctx, &missing);
        self.directory.timeout(&mut self.ctx);
        let settings = self.account.settings();
        self.attention.timeout(&mut self.ctx, settings);
        for link in self.handshakes.late(self.ctx.now.mono) {
            self.handshakes.expire(&mut self.ctx, link);
            self.settle();
        }
        for contact in self.conversations.to_check(self.ctx.now.mono) {
            self.conversations.check(&mut self.ctx, &contact);
            self.settle();
        }
        self.follow_introductions();
        self.dial_contacts();
        self.call_people_back();
        self.find_missing();
        self.fetch_files();
        self.introductions.expire(&mut self.ctx);
        self.release_former();
        if self.contacts.expire_unfinished(&mut self.ctx) {
            self.withdraw_card();
        }
        for change in self.ctx.store.take_due(self.ctx.now.mono) {
            if !self.is_overtaken(&change) {
                let change = if matches!(change, Change::Availability(_)) {
                    Change::Availability(self.presence.record())
                } else {
                    self.account.newest(change)
                };
                self.ctx.store_for_certain(change);
            }
        }
        self.settle();
    }

    /// Finds out which entries of the registries are contacts, and dials who is due by that.
    pub(in crate::node) fn recognise(&mut self) {
        let forced = self.contacts.take_unsighted();
        let contacts = &self.contacts;
        let seen = self.directory.recognise(
            &self.ctx,
            contacts.recognisable(),
            forced,
            contacts.seen_as(),
        );
        if let Some(seen) = seen {
            self.contacts.see(self.ctx.now.mono, seen);
            if self.account.me().is_some() {
                self.dial_contacts();
            }
        }
        for contact in self.follow_neighbours() {
            self.send_profile(&contact);
        }
        let (conversations, directory) = (&self.conversations, &self.directory);
        let here = conversations.here(|path, shares| directory.is_local(path, shares));
        self.contacts.announce_arrivals(&mut self.ctx, here);
        let members = self.directory.members().iter();
        let place = members.map(|member| member.address());
        self.attention.at(self.ctx.now.mono, place);
        if let Ok(me) = self.account.joined() {
            let (own, shown) = (me.public_key(), me.shown());
            self.contacts.compute_safety_numbers(own, &shown);
        }
        self.settle();
    }

    /// Tells the views what changed.
    pub(in crate::node) fn show(&mut self) {
        self.conversations.tell_progress(&mut self.ctx);
        let state = present::State {
            account: &self.account,
            transport: &self.transport,
            directory: &self.directory,
            introductions: &self.introductions,
            contacts: &self.contacts,
            conversations: &self.conversations,
            availability: self.presence.holds(),
            now: self.ctx.now,
        };
        self.shown.update(&mut self.ctx, &state);
    }

    /// Begins to use the network: this is the first moment at which anything may be sent.
    pub(super) fn go_online(&mut self) {
        let Some(me) = self.account.me() else {
            return;
        };
        if self.presence.holds().is_off() {
            return;
        }
        let config = self.account.config();
        self.directory.configure(&mut self.ctx, config);
        self.ctx.configure(config);
        self.ctx.register(me.transport_id(), IdOwner::Transport);
        if let Some(former) = me.former() {
            self.ctx.register(&former.transport_id, IdOwner::Former);
        }
        self.introductions.open(&mut self.ctx);
        self.directory.look_up(&mut self.ctx);
    }

    /// Tries everything again: the device woke, its network changed, or the person does not want to
    /// wait.
    pub(in crate::node) fn woke(&mut self) {
        if self.account.me().is_none() || self.ctx.is_off() {
            return;
        }
        self.attention.came(self.ctx.now.mono);
        self.ctx.emit(Output::Probe);
        self.directory.probe(&mut self.ctx);
        for contact in self.conversations.connected() {
            self.conversations.doubt(&mut self.ctx, &contact);
        }
        self.directory.hurry(&mut self.ctx);
        self.contacts.redial_all(&mut self.ctx);
    }

    /// Leaves or joins the namespaces, as the network and the person want it by now.
    pub(super) fn apply_discovery(&mut self) {
        if let Some(me) = self.account.me() {
            self.directory.apply_discovery(&mut self.ctx, me);
        }
    }

    /// Dials contacts who are due.
    pub(super) fn dial_contacts(&mut self) {
        for request in self.contacts.take_to_ask_back(self.ctx.now.mono) {
            self.introductions.ask_back(&mut self.ctx, &request);
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

    /// Makes connections for files, and gives up those that come to nothing.
    fn fetch_files(&mut self) {
        self.files.timeout(&mut self.ctx);
        if !self.transport.is_held() {
            return;
        }
        for contact in self.files.to_dial(self.ctx.now.mono) {
            let saved = self.contacts.get(&contact);
            if saved.is_some_and(|saved| saved.transport_id().is_some()) {
                self.files.begin_to_fetch(&mut self.ctx, &contact);
            } else {
                self.files.cannot_dial(&self.ctx, &contact);
            }
        }
        self.settle();
    }

    /// Looks for contacts at their rendezvous.
    pub(super) fn find_missing(&mut self) {
        let missing = if self.transport.is_held() {
            self.contacts.missing(self.ctx.now.mono)
        } else {
            Vec::new()
        };
        let own = self.account.me().map(|me| me.transport_id());
        let root = &self.account.config().root;
        self.rendezvous.timeout(&mut self.ctx, &missing, root, own);
        self.settle();
    }
}
