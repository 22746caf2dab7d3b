//! Requests between strangers: asking, being asked, and the person's answer.

use super::contacts::Contact;
use super::links::{Invited, Stage};
use super::storage::Write;
use super::{LinkId, Node};
use crate::encoding::hex;
use crate::handshake::{Exchange, Fault};
use crate::ids::rootless;
use crate::limits;
use crate::records::{Change, RequestRecord};
use crate::view::{Asked, ContactId, Notice, Notification, Refusal, RequestId};
use crate::wire::HandshakeFrame;

impl Node {
    /// Asks whoever is at a Discovery ID, under whichever root they are seen now.
    pub(super) fn ask(&mut self, stranger: &str) -> Result<(), Refusal> {
        let stranger = rootless(stranger);
        if self.me.is_none() {
            return Err(Refusal::NotJoined);
        }
        let request = self
            .requests
            .values()
            .find(|request| rootless(&request.from) == stranger);
        if let Some(request) = request.map(|request| request.id.clone()) {
            return self.accept(&request);
        }
        if self.is_asking(stranger) {
            return Ok(());
        }
        if self.contacts.len() >= limits::CONTACTS {
            return Err(Refusal::ContactsFull);
        }
        let member = self.network.member_of(stranger).ok_or(Refusal::Gone)?;
        let from = member.discovery_id().to_owned();
        let to = member.namespace().rooted(stranger);
        self.dial(&from, &to, Stage::Asking(stranger.to_owned()));
        self.asked.insert(stranger.to_owned(), Asked::Connecting);
        Ok(())
    }

    pub(super) fn send_request(
        &mut self,
        link: LinkId,
        exchange: Exchange,
        stranger: String,
    ) -> Result<(), Fault> {
        let Some(me) = &self.me else { return Ok(()) };
        let friendlyname = me.record.name.clone();
        self.ctx.transmit(
            link,
            &HandshakeFrame::Request {
                friendlyname,
                note: None,
            },
        );
        self.set_asked(stranger.clone(), Asked::Waiting);
        let wait = limits::REQUEST_ANSWER + limits::UNAUTHENTICATED_TIME;
        if let Some(pending) = self.links.get_mut(&link) {
            pending.deadline = Some(self.ctx.now.mono + wait);
            pending.stage = Stage::ExpectAnswer(exchange, stranger);
        }
        Ok(())
    }

    pub(super) fn take_request(
        &mut self,
        link: LinkId,
        exchange: Exchange,
        friendlyname: String,
        note: Option<String>,
    ) -> Result<(), Fault> {
        if !self.ctx.names.accept(&friendlyname) {
            return Err(Fault::Malformed("friendlyname"));
        }
        let Some(pending) = self.links.get_mut(&link) else {
            return Ok(());
        };
        let (from, to) = (pending.remote.clone(), pending.local.clone());
        let invited = pending.invited.clone();
        let id = RequestId(hex(&self.ctx.random::<8>()));
        pending.deadline = Some(self.ctx.now.mono + limits::REQUEST_ANSWER);
        pending.stage = Stage::Asked(exchange, id.clone());
        let record = RequestRecord {
            version: 1,
            id: id.clone(),
            name: friendlyname,
            note: note.as_deref().and_then(|note| self.ctx.names.note(note)),
            at: self.ctx.now.unix,
            from,
            to,
            invite: match &invited {
                Some(Invited::ByUs(invite)) => Some(invite.clone()),
                Some(Invited::ByThem) | None => None,
            },
        };
        self.check_invite(&record, invited.as_ref())?;
        self.weigh_request(link, record);
        Ok(())
    }

    /// An invite is for one person, and its maker proves to be that when calling back.
    fn check_invite(&self, record: &RequestRecord, invited: Option<&Invited>) -> Result<(), Fault> {
        let used = self.requests.values().any(|request| {
            record.invite.is_some()
                && request.invite == record.invite
                && request.from != record.from
        });
        let maker = self.secret_of_invitation(&record.from).is_some();
        if used || maker && invited != Some(&Invited::ByThem) {
            return Err(Fault::SomebodyElse);
        }
        Ok(())
    }

    /// Both may have asked each other: the one with the smaller id goes on with its own request,
    /// the other says yes to it. Otherwise the person is asked.
    pub(super) fn weigh_request(&mut self, link: LinkId, record: RequestRecord) {
        let from = rootless(&record.from);
        let wanted = self.asked.get(from).copied().unwrap_or(Asked::No);
        let under_way = self.is_asking(from);
        if under_way && record.to < record.from {
            return;
        }
        self.replace_request(&record.from);
        if wanted != Asked::No {
            let id = record.id.clone();
            self.requests.insert(id.clone(), record);
            if self.accept(&id).is_err() {
                self.drop_link(link);
            }
        } else if self.requests.len() >= limits::REQUESTS {
            tracing::warn!("a request is refused: {} wait already", limits::REQUESTS);
            self.ctx.transmit(link, &HandshakeFrame::Rejected);
            self.drop_link(link);
        } else {
            let store = self.ctx.store(Change::Request(record.clone()));
            self.writes.insert(store, Write::Request(Box::new(record)));
        }
    }

    /// One request for each id: a later one replaces the earlier.
    pub(super) fn replace_request(&mut self, from: &str) {
        let same = |request: &&RequestRecord| rootless(&request.from) == rootless(from);
        let earlier = self.requests.values().find(same);
        if let Some(id) = earlier.map(|request| request.id.clone()) {
            self.forget_request(&id);
            self.end_request(&id);
        }
    }

    pub(super) fn request_stored(&mut self, record: RequestRecord) {
        if self.link_of_request(&record.id).is_none() {
            // The connection ended meanwhile; the person can still answer.
            tracing::debug!("a request outlived its connection");
        }
        let notification = Notification::Request {
            request: record.id.clone(),
            name: record.name.clone(),
        };
        self.requests.insert(record.id.clone(), record);
        self.notify(notification);
    }

    pub(super) fn accept(&mut self, id: &RequestId) -> Result<(), Refusal> {
        let request = self.requests.get(id).cloned().ok_or(Refusal::Gone)?;
        if self.contacts.len() >= limits::CONTACTS {
            return Err(Refusal::ContactsFull);
        }
        self.forget_request(id);
        let invite = request.invite.as_ref();
        let secret = invite.and_then(|invite| self.take_invite(invite));
        let found = self.link_of_request(id);
        let Some(link) = found else {
            if let Some(secret) = secret {
                self.call_back(&request.from, secret, request.name);
                return Ok(());
            }
            return self.accept_late(&request);
        };
        let Some(pending) = self.links.get_mut(&link) else {
            return Ok(());
        };
        let Stage::Asked(exchange, _) = &pending.stage else {
            return Ok(());
        };
        let exchange = exchange.clone();
        let contact_id = ContactId(hex(&self.ctx.random::<8>()));
        let contact = Contact::provisional(
            contact_id,
            &request.name,
            exchange.pair_secret(),
            self.ctx.now.unix,
        );
        let store = self.ctx.store(Change::Contact(contact.record.clone()));
        self.writes
            .insert(store, Write::Accepting(link, Box::new(request)));
        pending.stage = Stage::Accepting(exchange, Box::new(contact));
        pending.deadline = Some(self.ctx.now.mono + limits::UNAUTHENTICATED_TIME);
        Ok(())
    }

    /// The connection of the request is gone: ask back. Who asked remembers it and says yes
    /// without asking their person again.
    pub(super) fn accept_late(&mut self, request: &RequestRecord) -> Result<(), Refusal> {
        if self.network.member_of(rootless(&request.from)).is_none() {
            let name = request.name.clone();
            self.notice(Notice::AnswerTooLate { name });
            return Ok(());
        }
        self.ask(&request.from)
    }

    /// The contact could not be stored: the request waits on, and can be accepted again.
    pub(super) fn not_accepted(&mut self, link: LinkId, request: RequestRecord) {
        if let Some(pending) = self.links.get_mut(&link)
            && let Stage::Accepting(exchange, _) = &pending.stage
        {
            pending.stage = Stage::Asked(exchange.clone(), request.id.clone());
            pending.deadline = Some(self.ctx.now.mono + limits::REQUEST_ANSWER);
        }
        self.requests.insert(request.id.clone(), request);
    }

    pub(super) fn reject(&mut self, id: &RequestId) -> Result<(), Refusal> {
        let request = self.requests.get(id).ok_or(Refusal::Gone)?;
        if let Some(invite) = request.invite.clone() {
            self.forget_invite(&invite);
        }
        self.forget_request(id);
        self.end_request(id);
        Ok(())
    }

    /// The one answer that says no, whether the person did or the time did.
    pub(super) fn end_request(&mut self, id: &RequestId) {
        let found = self.link_of_request(id);
        if let Some(link) = found {
            self.ctx.transmit(link, &HandshakeFrame::Rejected);
            self.drop_link(link);
        }
    }

    pub(super) fn forget_request(&mut self, id: &RequestId) {
        self.requests.remove(id);
        self.insist(Change::ForgetRequest(id.clone()));
    }

    pub(super) fn expire_requests(&mut self) {
        let life = u64::try_from(limits::REQUEST_LIFE.as_millis()).unwrap_or(u64::MAX);
        let now = self.ctx.now.unix;
        let old: Vec<RequestId> = self
            .requests
            .values()
            .filter(|request| now > request.at.saturating_add(life))
            .map(|request| request.id.clone())
            .collect();
        old.iter().for_each(|id| self.forget_request(id));
    }
}
