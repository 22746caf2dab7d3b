//! Between strangers and contacts: requests, acceptances, sessions and profiles.

use crate::crypto::PublicKey;
use crate::fact::{Befriended, Invited};
use crate::ids::rootless;
use crate::introductions::Late;
use crate::io::{Link, LinkId, Path};
use crate::node::Node;
use crate::records::RequestRecord;
use crate::values::{ContactId, RequestId, Secret};
use crate::view::Refusal;
use crate::wire::SessionFrame;

impl Node {
    pub(super) fn requested(
        &mut self,
        link: LinkId,
        record: RequestRecord,
        invited: Option<Invited>,
    ) {
        let asking = self.handshakes.is_asking(rootless(&record.from));
        match self.introductions.judge(&record, invited.as_ref(), asking) {
            Ok(true) => {
                let ctx = &mut self.ctx;
                self.introductions.replace_request(ctx, &record.from);
                self.settle();
                let ignored = self.account.ignores(&self.ctx.names, &record.name);
                self.introductions
                    .take_request(&mut self.ctx, record, ignored);
            }
            Ok(false) => {}
            Err(fault) => self.handshakes.fail(&mut self.ctx, link, fault),
        }
    }

    /// Asks a stranger as the person wishes, with a note where one was written.
    pub(super) fn connect(&mut self, stranger: &str, note: Option<&str>) -> Result<(), Refusal> {
        let note = note.map(|note| self.ctx.names.parse_note(note));
        self.ask(stranger, note.transpose()?.flatten())
    }

    /// Asks a stranger, under whichever root they are seen now. No note is sent to somebody who has
    /// asked already: they are accepted.
    pub(in crate::node) fn ask(
        &mut self,
        stranger: &str,
        note: Option<String>,
    ) -> Result<(), Refusal> {
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
        self.introductions
            .ask(&mut self.ctx, stranger, room, way, note)
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

    /// Goes on with an accepted request whose connection has ended.
    pub(super) fn accept_late(
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
            Late::AskBack => self.ask(&from, None),
        }
    }

    /// Handles a key that somebody with the secret of a contact has proven.
    pub(super) fn proven(&mut self, link: LinkId, contact: ContactId, key: PublicKey) {
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

    /// Makes a contact of somebody: both have accepted, and it is stored.
    pub(super) fn befriended(&mut self, befriended: Befriended) {
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
        self.conversations.accepted(&id);
        self.contacts.keep_finished(record, Some(accepted_at));
        self.contacts.forget_unfinished(&mut self.ctx, &remote);
        self.meet(link, &id, path);
        for frame in early {
            self.session(&id, Link::Frame(frame));
            self.settle();
        }
        if asked {
            self.accepted_by(id);
        }
    }

    /// Begins the session: both sides have proven who they are.
    pub(super) fn meet(&mut self, link: LinkId, contact: &ContactId, path: Path) {
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
        if !self.conversations.may_send_profile(&self.ctx, contact) {
            return;
        }
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
}
