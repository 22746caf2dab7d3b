//! Between strangers and contacts: requests, acceptances, sessions and profiles.
//!
//! Long because it is the one way from a stranger to a session, with its turnings.

use crate::clock::Mono;
use crate::contacts::{Contact, Proven};
use crate::crypto::{Key, PublicKey};
use crate::fact::{Befriended, Kept, Shown, Yes};
use crate::ids::Stranger;
use crate::io::{Link, LinkId, Path};
use crate::me::Me;
use crate::misbehaviour::Fault;
use crate::node::Node;
use crate::records::{ContactRecord, RequestRecord};
use crate::routes::IdOwner;
use crate::values::{ContactId, RequestId};
use crate::view::{Alert, Refusal};
use crate::wire::SessionFrame;

impl Node {
    /// Handles the request of a stranger. If they are being asked from here at this moment, only one
    /// of the two requests goes on: that of the smaller id.
    pub(super) fn requested(&mut self, link: LinkId, record: RequestRecord, shown: Option<&Shown>) {
        if let Err(fault) = self.introductions.judge(&record) {
            return self.handshakes.fail(&mut self.ctx, link, fault);
        }
        // It may have been used since the hellos.
        let shown = shown.filter(|shown| self.introductions.counts(shown));
        let stranger = Stranger::at(&record.from);
        let is_known = matches!(shown, Some(Shown::CallBack(_)));
        if is_known || !self.handshakes.is_asking(&stranger) {
            let ignored = self.account.ignores(&self.ctx.names, &record.name);
            return self
                .introductions
                .take_request(&mut self.ctx, record, shown, ignored);
        }
        self.introductions.hold(record);
        if self.introductions.ours_goes_on(&stranger) {
            self.cross(&stranger);
        }
    }

    /// Notes that a stranger is being asked, who may be asking as well.
    pub(super) fn asking(
        &mut self,
        stranger: Stranger,
        from: &str,
        call_back: Key,
        recognised: bool,
    ) {
        let ours_goes_on = self.introductions.ours_goes_on(&stranger);
        let name = self.directory.name_of(&stranger);
        let ctx = &mut self.ctx;
        self.introductions
            .sent(ctx, stranger.clone(), from, call_back, name, recognised);
        if ours_goes_on {
            self.cross(&stranger);
        }
    }

    fn cross(&mut self, stranger: &Stranger) {
        if self.handshakes.say_crossed(&mut self.ctx, stranger) {
            self.introductions.drop_held(stranger);
        }
    }

    /// Asks a stranger as the person wishes, with a note where one was written.
    pub(super) fn connect(
        &mut self,
        stranger: &Stranger,
        note: Option<&str>,
    ) -> Result<(), Refusal> {
        let note = note.map(|note| self.ctx.names.parse_note(note));
        self.ask(stranger, note.transpose()?.flatten())
    }

    /// Asks a stranger, under whichever root they are seen now. No note is sent to somebody who has
    /// asked already: they are accepted.
    pub(in crate::node) fn ask(
        &mut self,
        stranger: &Stranger,
        note: Option<String>,
    ) -> Result<(), Refusal> {
        self.account.joined()?;
        if let Some(request) = self.introductions.request_of(stranger) {
            return self.accept(&request, true);
        }
        if self.handshakes.is_asking(stranger) {
            return Ok(());
        }
        let room = self.has_room();
        let directory = &self.directory;
        let way = directory.way_to(stranger);
        let is_gone = |before: &Stranger| directory.entry(before).is_none();
        let name = directory.name_of(stranger);
        let before = name.and_then(|name| self.introductions.before(name, is_gone));
        self.introductions
            .ask(&mut self.ctx, stranger, room, way, note, before)
    }

    /// Returns whether there is room for another contact.
    pub(super) fn has_room(&self) -> bool {
        let coming =
            self.handshakes.accepting() + self.introductions.awaited() + self.contacts.introduced();
        self.contacts.has_room(coming)
    }

    /// Accepts a request. `clicked` is whether the person has just said so; else they said it before.
    pub(super) fn accept(&mut self, id: &RequestId, clicked: bool) -> Result<(), Refusal> {
        let room = self.has_room();
        let request = self.introductions.to_accept(id, room)?;
        let yes = Yes {
            request: request.clone(),
            clicked,
        };
        if self.handshakes.accept(&mut self.ctx, yes).is_none() {
            self.introductions.accepted(&mut self.ctx, &request);
        } else {
            self.introductions.call_back(&mut self.ctx, request);
            self.call_people_back();
        }
        Ok(())
    }

    /// Dials those who are to be called back: where they are listed.
    pub(super) fn call_people_back(&mut self) {
        let (directory, handshakes) = (&self.directory, &self.handshakes);
        let ways = |request: &RequestRecord| {
            directory.ways_back(&Stranger::at(&request.from), &request.name)
        };
        let is_asking = |stranger: &Stranger| handshakes.is_asking(stranger);
        self.introductions.call(&mut self.ctx, ways, is_asking);
    }

    /// Handles a key that somebody with the secret of a contact has proven.
    pub(super) fn proven(&mut self, link: LinkId, contact: ContactId, key: PublicKey) {
        let known = self.contacts.get(&contact);
        let finishes = known.is_some_and(|contact| !contact.is_complete());
        let is_saved =
            known.is_some_and(Contact::is_only_introduced) && self.contacts.by_key(key).is_some();
        let proven = self.contacts.prove(&mut self.ctx, &contact, key);
        if finishes {
            let (Proven::Contact { id, .. } | Proven::Blocked(id)) = &proven;
            if is_saved {
                // Both were contacts, as far as is known here: whoever introduces them switches nothing off.
                self.conversations.introduced_anew(id);
            } else {
                self.conversations.accepted(id);
            }
        }
        match proven {
            Proven::Contact { id, announce } => {
                let Some(me) = self.account.me() else {
                    return;
                };
                let way = self.handshakes.answer_proof(&mut self.ctx, me, link, key);
                self.meet(link, &id, way);
                if announce {
                    self.accepted_by(id);
                }
            }
            Proven::Blocked(id) => {
                let name = self.contacts.name(&id);
                self.ctx.alert(Alert::Blocked { name });
                self.withdraw_card();
                self.handshakes.fail(&mut self.ctx, link, Fault::Blocked);
            }
        }
    }

    /// Makes a contact of somebody: both have accepted, and it is stored.
    pub(super) fn befriended(&mut self, befriended: Befriended) {
        let Befriended {
            link,
            record,
            accepted_at,
            clicked,
            remote,
            path,
            near,
            early,
        } = befriended;
        let id = record.id.clone();
        self.end_session(&id);
        let answered = self.keep_accepted(record, accepted_at, &remote);
        self.contacts
            .forget_unfinished(&mut self.ctx, &remote, answered.as_ref());
        if self.contacts.get(&id).is_none_or(Contact::is_blocked) {
            // Blocked while it was being written: the secret is kept, the contact stays blocked.
            self.contacts.store(&mut self.ctx, &id);
            self.ctx.close(link);
            return;
        }
        self.meet(link, &id, (path, near));
        for frame in early {
            self.session(&id, Link::Frame(frame));
            self.settle();
        }
        if !clicked {
            self.accepted_by(id);
        }
    }

    /// Keeps a contact whose connection ended before it was written.
    pub(super) fn kept(&mut self, kept: Kept) {
        let Kept {
            record,
            accepted_at,
            remote,
            clicked,
            stored,
        } = kept;
        let id = record.id.clone();
        self.keep_accepted(record, accepted_at, &remote);
        let Some(contact) = self.contacts.get(&id) else {
            return;
        };
        if contact.is_blocked() {
            self.contacts.store(&mut self.ctx, &id);
        } else {
            if !stored {
                self.contacts.not_stored(&self.ctx, &id);
            }
            self.contacts.hurry(&id, self.ctx.now.mono);
            if !clicked {
                self.accepted_by(id);
            }
        }
    }

    /// Keeps somebody who, met at this id, has become a contact. Returns which request of theirs was
    /// answered there.
    fn keep_accepted(
        &mut self,
        record: ContactRecord,
        at: Mono,
        remote: &str,
    ) -> Option<RequestId> {
        let answered = self.introductions.befriended(&mut self.ctx, remote);
        self.conversations.accepted(&record.id);
        self.contacts
            .keep_finished(record, Some(at), Some(remote.to_owned()));
        answered
    }

    /// Begins the session: both sides have proven who they are, on a connection over this path, between
    /// Discovery IDs or not.
    pub(super) fn meet(&mut self, link: LinkId, contact: &ContactId, way: (Path, bool)) {
        let own = self.account.me().map(|me| me.public_key().to_bytes());
        let theirs = self.contacts.get(contact).and_then(|c| c.identity());
        let ours_is_smaller = own < theirs.map(PublicKey::to_bytes);
        let ctx = &mut self.ctx;
        let begun = self
            .conversations
            .begin(ctx, contact, link, way, ours_is_smaller);
        if !begun {
            return self.contacts.met_twice(contact, link);
        }
        self.contacts.met(ctx, contact, link);
        self.handshakes.stop_dialling(ctx, contact);
        let others = self.follow_neighbours();
        self.send_profile(contact);
        for other in others.iter().filter(|other| *other != contact) {
            self.send_profile(other);
        }
        if self.attention.is_looked_at(contact) {
            self.conversations.measure(&mut self.ctx, contact);
        }
        let receipts = self.account.settings().read_receipts;
        self.conversations
            .send_have(&mut self.ctx, contact, receipts);
        self.say_scanned(contact);
        self.files.connected(&mut self.ctx, contact);
    }

    /// Calls a contact who waits for that, to fetch files.
    pub(super) fn dial_for_files(&mut self, contact: &ContactId, labels: Vec<String>) {
        let saved = self.contacts.get(contact);
        let there = saved.and_then(|saved| saved.transport_id());
        if let (Some(me), Some(there)) = (self.account.me(), there) {
            let link = self
                .ctx
                .dial_for_files(me.transport_id(), there, contact, labels);
            self.files.dialled(contact, link);
        }
    }

    /// Finds out which connected contacts are in a namespace of this device. Returns those to whom that
    /// says something else than before.
    pub(super) fn follow_neighbours(&mut self) -> Vec<ContactId> {
        let (contacts, directory) = (&self.contacts, &self.directory);
        self.conversations.follow_neighbours(|id, routers| {
            contacts.get(id).is_some_and(Contact::is_seen)
                || routers
                    .iter()
                    .any(|router| directory.is_router_here(router))
        })
    }

    /// Ends a session, and lets the contact be dialled again.
    pub(super) fn end_session(&mut self, contact: &ContactId) {
        self.conversations.end(&mut self.ctx, contact);
        self.settle();
    }

    /// Tells a contact who this is by now, and where.
    /// Says what was scanned from the screen of a contact, where that is connected.
    pub(super) fn say_scanned(&mut self, contact: &ContactId) {
        if let Some(token) = self.contacts.scanned(contact) {
            let token = token.to_owned();
            let frame = SessionFrame::Scanned { token };
            self.conversations.say(&mut self.ctx, contact, &frame);
        }
    }

    pub(super) fn send_profile(&mut self, contact: &ContactId) {
        let (Some(me), Some(path)) = (self.account.me(), self.conversations.path(contact)) else {
            return;
        };
        if !self.conversations.may_send_profile(&self.ctx, contact) {
            return;
        }
        let number = me.record().profile_number;
        let near = self
            .directory
            .is_local(path, self.conversations.shares(contact));
        // At a private address they find out by it whether this device is in the same namespace.
        let routers: Vec<String> = if self.directory.is_local(path, true) {
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
            away: self.presence.is_away(),
        };
        self.conversations.say(&mut self.ctx, contact, &frame);
        self.contacts.profile_sent(&mut self.ctx, contact, number);
    }

    pub(super) fn send_profiles(&mut self) {
        for contact in self.conversations.connected() {
            self.send_profile(&contact);
        }
    }

    /// Tells the namespaces and the connected contacts, because name or addresses changed.
    pub(super) fn announce_profile(&mut self) {
        if let Some(me) = self.account.me() {
            self.directory.announce(&mut self.ctx, me);
        }
        self.send_profiles();
    }

    /// Takes back what somebody was told who is trusted no more: Transport ID and discoveryUUID are
    /// new from now on. The contacts that stay are told: the connected ones at once, the others when
    /// they are met.
    pub(super) fn withdraw_card(&mut self) {
        let Some(me) = self.account.me() else {
            return;
        };
        if let Some(former) = me.former() {
            self.ctx.release(&former.transport_id);
        }
        self.ctx.routes.set_id(me.transport_id(), IdOwner::Former);
        self.account.renew_card(&mut self.ctx);
        self.move_to_new_transport();
        // The socket that may have shown that the network is another one is given up.
        self.directory.look_up(&mut self.ctx);
    }

    /// Registers a new Transport ID, and tells the contacts.
    pub(super) fn move_to_new_transport(&mut self) {
        self.transport.released();
        if let Some(me) = self.account.me() {
            self.ctx.register(me.transport_id(), IdOwner::Transport);
        }
        self.contacts.moved();
        self.announce_profile();
    }

    /// Gives up the former Transport ID once every contact has been told the new one, or after a day.
    pub(super) fn release_former(&mut self) {
        self.account.bound_former(&mut self.ctx);
        let is_old = self.account.is_former_old(self.ctx.now);
        let Some(former) = self.account.me().and_then(Me::former) else {
            return;
        };
        if self.contacts.all_told(former.number) || is_old {
            self.ctx.release(&former.transport_id);
            self.account.forget_former(&mut self.ctx);
        }
    }

    /// Ends every connection with a contact, those being made too.
    pub(super) fn part_from(&mut self, contact: &ContactId) {
        self.conversations.part(&mut self.ctx, contact);
        self.files.disconnected(&mut self.ctx, contact);
        self.contacts.parted(contact);
        self.handshakes.stop_meeting(&mut self.ctx, contact);
    }
}
